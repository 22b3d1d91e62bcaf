"""Makes the golden pages: what nbconvert's template "classic" writes for the notebooks of corpus.py.

    python -m venv .venv
    .venv/bin/pip install 'nbconvert==7.*' nbclient ipykernel pandas matplotlib html5lib
    .venv/bin/python regenerate.py

For each notebook of the corpus two files are written beside this script:

- `<name>.ipynb`: the notebook with its outputs, executed if the corpus says so;
- `<name>.json`: the elements of the page's cells. An element is `[tag, attributes, children]`, a
  text is a string. Spans of highlighted code are left out, pictures are replaced by their digests.

It is run by hand, when the corpus or nbconvert changes; the tests of clx read the files only.
"""

import hashlib
import json
from pathlib import Path

import html5lib
import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter

from corpus import NOTEBOOKS

HERE = Path(__file__).parent
ATTRIBUTES = ("class", "id", "href", "src", "width", "height", "start", "type", "style", "alt")


def main():
    for name, (notebook, is_executed) in NOTEBOOKS.items():
        if is_executed:
            NotebookClient(notebook, timeout=120).execute()
            forget_the_machine(notebook)
        write(HERE / f"{name}.ipynb", nbformat.writes(notebook))
        page, _ = HTMLExporter(template_name="classic").from_notebook_node(notebook)
        lines = [json.dumps(cell, ensure_ascii=False) for cell in cells(page)]
        write(HERE / f"{name}.json", "[\n" + ",\n".join(lines) + "\n]")


def write(path, text):
    path.write_text(text.rstrip("\n") + "\n", encoding="utf-8")


def forget_the_machine(notebook):
    notebook.metadata.pop("kernelspec", None)
    notebook.metadata.language_info.pop("version", None)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)


def cells(page):
    tree = html5lib.parse(page, treebuilder="etree", namespaceHTMLElements=False)
    container = tree.find(".//div[@id='notebook-container']")
    return children(container)


def children(element, is_code=False):
    """Returns the contents of an element; spans in highlighted code count as their texts."""
    found = []

    def add(text):
        if not text:
            return
        if found and isinstance(found[-1], str):
            found[-1] += text
        else:
            found.append(text)

    add(element.text)
    for child in element:
        if isinstance(child.tag, str):
            if is_code and child.tag == "span":
                for part in children(child, True):
                    add(part)
            else:
                found.append(node(child, is_code))
        add(child.tail)
    return found


def node(element, is_code):
    kept = {key: value for key in ATTRIBUTES if (value := element.get(key)) is not None}
    if "output_subarea" in kept.get("class", ""):
        # A random one, for scripts that look for their output.
        kept.pop("id", None)
    if kept.get("src", "").startswith("data:"):
        kept["src"] = "data:" + hashlib.sha256(kept["src"].encode()).hexdigest()[:16]
    is_code = is_code or "highlight" in kept.get("class", "").split()
    if element.tag == "script":
        return ["script", kept, []]
    # Names inside <svg> and <math> carry their namespace.
    return [element.tag.rpartition("}")[2], kept, children(element, is_code)]


if __name__ == "__main__":
    main()
