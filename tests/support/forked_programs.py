"""`autograder` and `nbgrader` for a folder in which a script starts them by their paths: forked from a process with their libraries.

What stands in the place of a program hands over what it was started with, and prints what comes back.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import StreamRequestHandler, UnixStreamServer
from threading import Thread

from tests.support import commands

PROGRAMS = ("autograder", "nbgrader")
STAND_IN = """#!{python} -IS
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as asked:
    asked.connect({place!r})
    asked.sendall(json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode() + b"\\n")
    code, out, err = json.loads(asked.makefile().readline())
sys.stdout.write(out)
sys.stderr.write(err)
sys.exit(code)
"""


@contextmanager
def forked_programs() -> Iterator[Path]:
    """A folder with stand-ins of the programs, as long as they are answered."""
    with tempfile.TemporaryDirectory() as folder:
        servers = [_serve(Path(folder), name) for name in PROGRAMS]
        try:
            yield Path(folder)
        finally:
            for server in servers:
                server.shutdown()
                server.server_close()


def _serve(folder: Path, name: str) -> UnixStreamServer:
    """Write the stand-in of a program, and answer it."""
    real = str(Path(sys.executable).with_name(name))

    class Answer(StreamRequestHandler):
        def handle(self) -> None:
            arguments, cwd, env = json.loads(self.rfile.readline())
            done = commands.run([real, *arguments], cwd=Path(cwd), env=env)
            self.wfile.write(json.dumps([done.returncode, done.stdout, done.stderr]).encode() + b"\n")

    place = str(folder / f"{name}.socket")
    server = UnixStreamServer(place, Answer)
    Thread(target=server.serve_forever, daemon=True).start()
    stand_in = folder / name
    stand_in.write_text(STAND_IN.format(python=sys.executable, place=place), encoding="utf-8")
    stand_in.chmod(0o755)
    return server
