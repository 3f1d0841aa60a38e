"""What holds of the package as a whole: its public names, its verbs, how light it is."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import json
import os
import subprocess
import sys
import tomllib
from typing import get_args, get_type_hints

import click
import pytest

import eyecatch
from eyecatch.core import errors
from eyecatch.db.index import open_index
from eyecatch.jobs.cli import VERBS, cli

HEAVY = {
    "anitopy",
    "tensorflow",
    "keras",
    "ray",
    "cv2",
    "sqlalchemy",
    "av",
    "matplotlib",
    "pyarrow",
}


def loaded_by(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter has loaded after running the code."""
    script = f"import json, sys\n{code}\nprint(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return {name.partition(".")[0] for name in json.loads(done.stderr.splitlines()[-1])}


def command(verb: str) -> click.Command:
    found = cli.get_command(click.Context(cli), verb)
    assert found is not None
    return found


def test_importing_the_package_is_light():
    assert not HEAVY & loaded_by("import eyecatch")


@pytest.mark.parametrize("arguments", [["--help"], ["index", "--help"], ["find", "--help"]])
def test_help_is_light(arguments):
    code = f"from eyecatch.jobs.cli import main\ntry:\n  main({arguments})\nexcept SystemExit: pass"
    assert not HEAVY & loaded_by(code)


@pytest.mark.parametrize("question", [["find", "nobody"], ["episodes"], ["characters"], ["status"]])
def test_questions_load_no_more_than_the_database(tmp_path, question):
    with open_index(str(tmp_path / "season.db")):
        pass
    arguments = [*question, "--db", str(tmp_path / "season.db")]
    code = f"from eyecatch.jobs.cli import main\ntry:\n  main({arguments})\nexcept SystemExit: pass"
    loaded = loaded_by(code)
    assert "sqlalchemy" in loaded
    assert not (HEAVY - {"sqlalchemy"} | {"alembic", "numpy", "psycopg"}) & loaded


def facade(root) -> ast.Module:
    return ast.parse((root / "src" / "eyecatch" / "__init__.py").read_text("utf-8"))


def test_public_names_are_the_verbs_and_what_they_raise_and_return():
    verbs = {verb.replace("-", "_") for verb in VERBS}
    assert verbs < set(eyecatch.__all__)
    for name in eyecatch.__all__:
        found = getattr(eyecatch, name)
        assert callable(found)
        assert isinstance(found, type) or name in {*verbs, "to_dict"}
        assert found.__doc__


def test_type_checkers_and_programs_are_told_the_same_names(root):
    """In one order, each once; an editor completes what is there."""
    typed = [
        alias.name
        for node in ast.walk(facade(root))
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("eyecatch.")
        for alias in node.names
        if alias.name != "load"
    ]
    assert sorted(typed) == sorted(eyecatch.__all__) == list(eyecatch._HOMES)
    assert set(dir(eyecatch)) == {*eyecatch.__all__, "__version__"}
    assert (root / "src" / "eyecatch" / "py.typed").exists()


def test_whatever_an_answer_consists_of_is_public():
    """Its class can be named in an annotation: records of records too."""
    records, seen = [getattr(eyecatch, name) for name in eyecatch.__all__], set()
    while records:
        one = records.pop()
        if one in seen or not inspect.isclass(one) or not dataclasses.is_dataclass(one):
            continue
        seen.add(one)
        for hint in get_type_hints(one).values():
            parts = [hint, *get_args(hint)]
            records += [part for part in parts if isinstance(part, type)]
    hidden = {one.__name__ for one in seen} - set(eyecatch.__all__)
    assert hidden <= INSIDE


INSIDE = {
    "Architecture", "Calibration", "Character", "Cohort", "Prototypes", "ShowMetric",  # of a bundle
    "Broadcast", "Cell",  # of the demo
}  # fmt: skip
"""Records that nobody has in hand who uses the verbs."""


@pytest.mark.parametrize("error", [x for x in errors.__dict__.values() if inspect.isclass(x)])
def test_every_error_is_public(error):
    if issubclass(error, errors.EyecatchError) and not error.__name__.startswith("_"):
        assert getattr(eyecatch, error.__name__) is error


def test_nothing_is_logged_to_a_program_that_did_not_ask():
    code = "import eyecatch, logging; logging.getLogger('eyecatch.any').error('unheard')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")


def test_unknown_attribute_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_verb"):
        eyecatch.no_such_verb  # noqa: B018


@pytest.mark.parametrize("verb", VERBS)
def test_verb_has_help_with_an_example(verb):
    found = command(verb)
    assert found.help
    examples = [found.epilog] + [sub.epilog for sub in getattr(found, "commands", {}).values()]
    assert any(text and f"eyecatch {verb}" in text for text in examples)


@pytest.mark.parametrize("verb", VERBS)
def test_verb_is_in_the_readme_or_the_docs(verb, root):
    pages = [root / "README.md", *(root / "docs").glob("*.md")]
    assert any(f"eyecatch {verb}" in page.read_text("utf-8") for page in pages)


def test_every_package_is_listed(root):
    """A nested package that is not listed is silently missing from the wheel."""
    setup = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["setuptools"]
    folders = {
        ".".join(("eyecatch", *path.parent.relative_to(root).parts))
        for top in ("core", "db", "jobs", "training")
        for path in (root / top).rglob("__init__.py")
    }
    assert set(setup["packages"]) - {"eyecatch"} == folders


def test_make_alone_lists_what_can_be_made(root):
    # The make that runs the tests hands its settings down, by which this one would say more.
    env = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(
        ["make"], cwd=root, env=env, capture_output=True, text=True, check=True
    )  # fmt: skip
    makefile = (root / "Makefile").read_text()
    (targets,) = [line.split()[1:] for line in makefile.splitlines() if line.startswith(".PHONY")]
    assert [line.split()[0] for line in done.stdout.splitlines()] == targets


def test_an_error_is_one_sentence_without_a_traceback(tmp_path):
    env = {**os.environ, "EYECATCH_DB": str(tmp_path / "none.db")}
    done = subprocess.run(
        [sys.executable, "-m", "eyecatch", "find", "Hiei"],
        capture_output=True, text=True, check=False, env=env,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "none.db" in done.stderr
