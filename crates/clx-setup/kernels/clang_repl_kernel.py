"""Jupyter kernel for C++20: the package clang-repl starts and prompts the program clang-repl.

The package's own kernel shows compiler errors as output of cells that succeed, trims outputs, and
reads its settings from the home directory. This one fails such cells, passes outputs on as they
are, and reads the settings beside this file.
"""

import re
import sys
from pathlib import Path

from clang_repl.clrepl import ClangRepl
from ipykernel.kernelapp import IPKernelApp
from ipykernel.kernelbase import Kernel

COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
# Cells are included, by a line of input.
INCLUSION = re.compile(r"^In file included from (?:<<< inputs >>>|input_line_\d+):\d+:\n", re.M)
COMPILER_ERROR = re.compile(r"^cell(?: \d+)?:\d+:\d+: (?:fatal )?error: (.*)", re.M)
LINKER_ERROR = re.compile(r"^(?:JIT session error|error: Failed to materialize symbols): (.*)", re.M)

# Whoever runs cells has a time limit of its own.
LIMIT_SECONDS = 24 * 3600


class CppKernel(Kernel):
    implementation = "clx-clang-repl"
    implementation_version = "1"
    language = "c++"
    language_info = {
        "codemirror_mode": "text/x-c++src",
        "file_extension": ".cpp",
        "mimetype": "text/x-c++src",
        "name": "c++",
    }
    banner = "C++20 (clang-repl)"

    def __init__(self, **arguments):
        super().__init__(**arguments)
        self.repl = ClangRepl()
        # Whoever started the kernel cleans up where its connection file is.
        self.cells = Path(sys.argv[sys.argv.index("-f") + 1]).absolute().parent
        self.n_cells = 0

    def do_execute(
        self, code, silent, store_history=True, user_expressions=None, allow_stdin=False
    ):
        reply = {"execution_count": self.execution_count}
        text, is_alive = self.run(code)
        found = COMPILER_ERROR.search(text) or LINKER_ERROR.search(text)
        if found or not is_alive:
            error = {
                "ename": "CompileError" if found else "Terminated",
                "evalue": found[1] if found else text.rstrip().rpartition("\n")[2],
                "traceback": text.splitlines(),
            }
            self.send_response(self.iopub_socket, "error", error)
            return reply | error | {"status": "error"}
        if text and not silent:
            stream = {"name": "stdout", "text": text}
            self.send_response(self.iopub_socket, "stream", stream)
        return reply | {"status": "ok", "payload": [], "user_expressions": {}}

    def run(self, code):
        """Runs a cell; returns what it printed, and whether the program still lives."""
        if self.repl.child is None:
            return "\n".join(self.repl.debug_defaults), False
        if not self.repl.child.isalive():
            return "clang-repl has ended", False
        # A file of its own, which stays: Clang takes a new one in the place of one that was removed
        # for the same, and reads no file twice.
        self.n_cells += 1
        cell = self.cells / f"cell-{self.n_cells}.repl"
        cell.write_text(code + "\n", encoding="utf-8")
        output, is_alive, *_ = self.repl.line_repl(f'#include "{cell}"', LIMIT_SECONDS)
        _echo, _, text = output.replace("\r\n", "\n").partition("\n")
        text = INCLUSION.sub("", COLOUR.sub("", text)).replace(str(cell), "cell")
        return text.replace(f"{self.cells}/cell-", "cell ").replace(".repl:", ":"), is_alive


if __name__ == "__main__":
    # The package looks for its settings, `.clang-repl`, in the home directory.
    Path.home = staticmethod(lambda: Path(__file__).parent)
    IPKernelApp.launch_instance(kernel_class=CppKernel)
