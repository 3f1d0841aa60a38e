"""What an editor makes of the project: pyright finds every import, and where a name is defined.

PyPI's ``pyright`` fetches itself from npm when it first runs; ``basedpyright`` is the same program
with all of it in wheels, so that this test needs no network.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

FOLDERS = ("core", "db", "jobs", "training", "src", "tests", "bench", "examples")
PYRIGHT = Path(sys.executable).with_name("basedpyright")


def sources(root: Path) -> Iterator[Path]:
    """All Python files of the project, each once: links are not followed."""
    for folder in FOLDERS:
        for parent, _, names in os.walk(root / folder):
            yield from (Path(parent) / name for name in sorted(names) if name.endswith(".py"))


def pyright(root: Path, *files: Path) -> dict[str, Any]:
    """The report on files, or on all that pyproject.toml includes."""
    done = subprocess.run(
        [PYRIGHT, "--project", root, "--pythonpath", sys.executable, "--outputjson", *files],
        capture_output=True, text=True, check=False, cwd=root,
    )  # fmt: skip
    return json.loads(done.stdout)


def complaints(report: dict[str, Any]) -> list[str]:
    return [f"{one['file']}: {one['message']}" for one in report["generalDiagnostics"]]


def imported(file: Path) -> Iterator[str]:
    """The modules that a file imports, within functions too."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_pyright_resolves_what_is_imported_anywhere(root, tmp_path):
    """All modules imported by one file: much quicker than looking at the code around imports."""
    scripts = {file.stem for file in (root / "bench").glob("*.py")}  # they import each other
    modules = {name for file in sources(root) for name in imported(file)} - scripts
    assert {"numpy", "eyecatch", "eyecatch.core.video.plan", "eyecatch.db.index"} < modules
    probe = tmp_path / "probe.py"
    probe.write_text("\n".join(f"import {name}" for name in sorted(modules | {"eyecatch.nowhere"})))
    (only,) = complaints(pyright(root, probe))
    assert "eyecatch.nowhere" in only


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_pyright_resolves_every_import_where_it_stands(root):
    report = pyright(root)
    assert complaints(report) == []
    assert report["summary"]["filesAnalyzed"] == len(list(sources(root))) > 300


class Editor:
    """As much of an editor as can ask a language server for a definition (LSP 3.17)."""

    def __init__(self, root: Path) -> None:
        self._root, self._ids = root, count()
        self._server = subprocess.Popen(
            [PYRIGHT.with_name("basedpyright-langserver"), "--stdio"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root,
        )  # fmt: skip
        folders = [{"uri": root.as_uri(), "name": root.name}]
        capabilities = {"workspace": {"configuration": True}}
        self.ask("initialize", processId=None, capabilities=capabilities, workspaceFolders=folders)
        self._send(method="initialized", params={})

    def close(self) -> None:
        self._server.kill()
        self._server.communicate()

    def ask(self, method: str, **params: Any) -> Any:
        number = next(self._ids)
        self._send(id=number, method=method, params=params)
        while True:
            message = self._receive()
            if "method" not in message and message["id"] == number:
                return message["result"]
            if "method" in message and "id" in message:  # the server asks for settings
                wanted = message["params"].get("items", ())
                settings = [{"pythonPath": sys.executable} for _ in wanted]
                self._send(id=message["id"], result=settings or None)

    def definition(self, file: Path, name: str) -> tuple[Path, str]:
        """The file and the line of text in which the first ``name`` of a file is defined."""
        text = file.read_text("utf-8")
        line = next(at for at, line in enumerate(text.splitlines()) if name in line)
        uri = {"uri": file.as_uri()}
        document = {**uri, "languageId": "python", "version": 1, "text": text}
        self._send(method="textDocument/didOpen", params={"textDocument": document})
        where = {"line": line, "character": text.splitlines()[line].index(name)}
        (found,) = self.ask("textDocument/definition", textDocument=uri, position=where)
        target = Path(found["uri"].removeprefix("file://"))
        return target, target.read_text("utf-8").splitlines()[found["range"]["start"]["line"]]

    def _send(self, **message: Any) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._server.stdin is not None
        self._server.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._server.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        assert self._server.stdout is not None
        length = 0
        while (header := self._server.stdout.readline()) not in {b"\r\n", b""}:
            if header.startswith(b"Content-Length"):
                length = int(header.split(b":")[1])
        return json.loads(self._server.stdout.read(length))


@pytest.fixture
def editor(root):
    editor = Editor(root)
    yield editor
    editor.close()


def test_go_to_definition_arrives(root, editor):
    target, line = editor.definition(root / "jobs/indexing/index.py", "open_index")
    assert target.resolve() == root / "db/index.py"
    assert line.startswith("def open_index(")
    target, line = editor.definition(root / "src/eyecatch/__init__.py", "evaluate_detector")
    assert target.resolve() == root / "training/evaluation/detector.py"
    assert line.startswith("def evaluate_detector(")


USES = """
import eyecatch
from pathlib import Path

found: eyecatch.Findings = eyecatch.find("Hiei", db=Path("a.db"), min_seconds=5)
seconds: float = found[0].ranges[0].start_seconds
report: eyecatch.IndexReport = eyecatch.index("season", model="x.bundle", series="Show")
exported: eyecatch.Exported = eyecatch.export("frames", format="csv", out="x.csv")
clips: eyecatch.ClipsReport = eyecatch.clips(["A", "B"], supercut=Path("x.mp4"), pad=1)
"""
MISTAKES = """
eyecatch.find(3)
eyecatch.find("Hiei", min_second=5)
eyecatch.index("season", sries="Show")
eyecatch.export("frames", every=3)
eyecatch.clips("A", out=None, pad="1")
eyecatch.nothing
wrong: str = found[0].seconds
"""


def test_type_checkers_see_what_verbs_take_and_return(root, tmp_path):
    """As of an installed package: by ``py.typed``, at the user's strictness."""
    settings = {"extraPaths": [str(root / "src")], "typeCheckingMode": "standard"}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings))
    (tmp_path / "use.py").write_text(USES + MISTAKES)
    report = pyright(tmp_path)
    found = [
        one["range"]["start"]["line"]
        for one in report["generalDiagnostics"]
        if one["severity"] == "error"
    ]
    first = USES.count("\n")
    lines = MISTAKES.count("\n")
    assert found == list(range(first + 1, first + lines))
