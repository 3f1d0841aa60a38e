"""Which modules of the project a way through it passes: those whose functions run, in order.

``python bench/modules.py find Hiei --db season.db`` runs that command line and lists them;
``python bench/modules.py POST /name CLUSTER NAME --db season.db`` serves the page of ``review`` and
names a cluster on it, as a browser does. What runs while a module is imported doesn't count, nor do
class bodies: a reader who follows the way doesn't pass them. Give it a copy of the index.
"""

from __future__ import annotations

import http.client
import os
import sys
import threading
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import urlencode, urlsplit

import eyecatch
from eyecatch import core
from eyecatch.jobs.cli import main as command_line

ROOT = Path(core.__file__).resolve().parents[1]
TOPS = ("core", "db", "jobs", "training")
FUNCTION = 0x2  # CO_NEWLOCALS: a class body has none of its own


class Trace:
    """The modules whose functions were called while it is on."""

    def __init__(self) -> None:
        self.on = False
        self.modules: dict[str, None] = {}  # in order
        self.moves = 0
        self._last = ""
        self._here = threading.local()

    def watch(self) -> None:
        """Hear of every call of this thread, and of those that begin later."""
        threading.setprofile(self._heard)
        sys.setprofile(self._heard)

    def print(self) -> None:
        """How many there are, of each folder too, and their names in order of the first call."""
        folders = [path.partition("/")[0] for path in self.modules]
        counts = ", ".join(f"{top} {folders.count(top)}" for top in TOPS)
        print(f"{len(self.modules)} modules ({counts}), {self.moves} moves from one to another")
        print(" -> ".join(self.modules))

    def _heard(self, frame: FrameType, event: str, _: Any) -> None:  # noqa: ANN401 - sys.setprofile's
        code = frame.f_code
        depth = getattr(self._here, "imports", 0)
        if code.co_name == "<module>" and event in {"call", "return"}:
            self._here.imports = max(0, depth + (1 if event == "call" else -1))
        elif event == "call" and self.on and not depth and code.co_flags & FUNCTION:
            self._passed(os.path.realpath(code.co_filename))

    def _passed(self, file: str) -> None:
        name = os.path.relpath(file, ROOT)
        if name.partition("/")[0] not in TOPS:
            return
        self.modules[name] = None
        self.moves += name != self._last
        self._last = name


def name_on_page(db: str, cluster: str, name: str, trace: Trace) -> None:
    """Serve the page, and send it the form that names a cluster, traced from there on."""
    told, where = threading.Event(), []

    def say(address: str) -> None:
        where.append(address)
        told.set()

    trace.watch()
    serve = partial(eyecatch.review, db=db, port=0, say=say)
    threading.Thread(target=serve, daemon=True).start()
    told.wait()
    host = urlsplit(where[0]).netloc
    form = urlencode({"cluster": cluster, "name": name, "back": "/"})
    headers = {"Origin": f"http://{host}", "Content-Type": "application/x-www-form-urlencoded"}
    page = http.client.HTTPConnection(host)
    page.request("GET", f"/clusters/{cluster}")  # the page a person sends it from
    page.getresponse().read()
    trace.on = True
    page.request("POST", "/name", form, headers)
    answer = page.getresponse()
    trace.on = False
    if answer.status != http.HTTPStatus.SEE_OTHER:
        sys.exit(f"{answer.status}: {answer.read().decode()}")


def main() -> None:
    """Trace what the arguments say."""
    trace = Trace()
    if sys.argv[1:3] == ["POST", "/name"]:
        cluster, name, _, db = sys.argv[3:7]
        name_on_page(db, cluster, name, trace)
    else:
        trace.watch()
        trace.on = True
        try:
            command_line(sys.argv[1:])
        except SystemExit as end:
            if end.code:
                raise
        trace.on = False
    sys.setprofile(None)
    trace.print()


if __name__ == "__main__":
    main()
