"""Measures a run of build_pages.py from start to end, as `clx build` is measured."""

import json
import subprocess
import sys
import time
from pathlib import Path

PROGRAM = Path(__file__).with_name("build_pages.py")

# Many times what it takes.
LIMIT_SECONDS = 300


def main(directory: Path) -> None:
    course = directory / "execute"
    pages = directory / "execute-peer"
    notebooks = sorted(course.glob("notebooks/**/*.ipynb"))
    begin = time.monotonic()
    subprocess.run([sys.executable, PROGRAM, pages, *notebooks], check=True, timeout=LIMIT_SECONDS)
    seconds = time.monotonic() - begin
    n_pages = len(list(pages.glob("*.html")))
    if n_pages != 2 * len(notebooks) or not notebooks:
        sys.exit(f"{n_pages} pages of {len(notebooks)} notebooks")
    print(json.dumps({"build_s": seconds}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
