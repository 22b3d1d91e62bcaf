"""Runs notebooks with nbclient and makes two pages of each with nbconvert, in two processes.

build_pages.py PAGES NOTEBOOK...: each notebook is run once; clx makes its pages "completed" and
"speaker" of one run, too.
"""

import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from subprocess import DEVNULL

import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter

KINDS = ["completed", "speaker"]

# One for each process.
exporter = HTMLExporter(template_name="classic")


def build(pages: Path, path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    # The kernelspec says already that there is no history, and ipykernel refuses to be told twice.
    client = NotebookClient(notebook, kernel_name="python3", ipython_hist_file="")
    client.execute(stderr=DEVNULL)
    for kind in KINDS:
        html, _ = exporter.from_notebook_node(notebook)
        (pages / f"{path.stem}-{kind}.html").write_text(html)


def main(pages: Path, notebooks: list[Path]) -> None:
    pages.mkdir(exist_ok=True)
    with ProcessPoolExecutor(2) as pool:
        # Fails with the first that fails.
        list(pool.map(partial(build, pages), notebooks))


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(argument) for argument in sys.argv[2:]])
