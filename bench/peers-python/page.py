"""Measures nbconvert's "classic" page of the notebook that clx-side left."""

import json
import sys
import time
from pathlib import Path
from statistics import median

import nbformat
from nbconvert import HTMLExporter

N_WARM_UP = 3
N_RENDERS = 20
N_IMAGES = 2


def sample(notebook: nbformat.NotebookNode, make_exporter) -> float:
    """Returns the median of a page, in milliseconds."""
    seconds = []
    for _ in range(N_WARM_UP + N_RENDERS):
        begin = time.monotonic()
        html, _ = make_exporter().from_notebook_node(notebook)
        seconds.append(time.monotonic() - begin)
        if html.count("<img") != N_IMAGES:
            sys.exit("the page is not complete")
    return 1000 * median(seconds[N_WARM_UP:])


def main(directory: Path) -> None:
    notebook = nbformat.read(directory / "page.ipynb", as_version=4)
    exporter = HTMLExporter(template_name="classic")
    figures = {
        "page_ms": sample(notebook, lambda: exporter),
        "new_exporter_ms": sample(notebook, lambda: HTMLExporter(template_name="classic")),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
