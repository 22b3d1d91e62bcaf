"""Jupyter kernel for C++20: the package clang-repl drives the program clang-repl.

The package's own kernel shows compiler errors as output of cells that succeed, and reads settings
from the home directory. This one fails such cells, and reads the settings beside this file.
"""

import re
import sys
import tempfile
from pathlib import Path

from clang_repl.clrepl import ClangRepl
from ipykernel.kernelapp import IPKernelApp
from ipykernel.kernelbase import Kernel

COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
CELL_FILE = re.compile(r"\S*/cell-\w+\.repl\b")
ERROR = re.compile(
    r"^(?:cell:\d+:\d+: (?:fatal )?error|JIT session error): (.*)|^error: ((?:Parsing|Failed) .*)", re.M
)


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

    def do_execute(
        self, code, silent, store_history=True, user_expressions=None, allow_stdin=False
    ):
        reply = {"execution_count": self.execution_count}
        if not code.strip():
            return reply | {"status": "ok", "payload": [], "user_expressions": {}}
        text, is_alive = self.repl.run(code)
        text = CELL_FILE.sub("cell", COLOUR.sub("", text or "")).replace("\r\n", "\n")
        found = ERROR.search(text)
        if found or not is_alive:
            reason = (found[1] or found[2]) if found else text.rstrip().rpartition("\n")[2]
            error = {
                "ename": "CompileError" if found else "Terminated",
                "evalue": reason,
                "traceback": text.splitlines(),
            }
            self.send_response(self.iopub_socket, "error", error)
            return reply | error | {"status": "error"}
        if text and not silent:
            stream = {"name": "stdout", "text": text + "\n"}
            self.send_response(self.iopub_socket, "stream", stream)
        return reply | {"status": "ok", "payload": [], "user_expressions": {}}


if __name__ == "__main__":
    # The package looks for its settings, `.clang-repl`, in the home directory.
    Path.home = staticmethod(lambda: Path(__file__).parent)
    # It writes each cell to a file that it never removes; where the connection file is, whoever
    # started the kernel cleans up.
    tempfile.tempdir = str(Path(sys.argv[sys.argv.index("-f") + 1]).parent)
    IPKernelApp.launch_instance(kernel_class=CppKernel)
