"""A format is one line of one table: all that knows formats follows from it."""

import re
import sys

import click
import pytest

import eyecatch
from eyecatch.core.errors import RequestError
from eyecatch.jobs.cli import cli, main
from eyecatch.jobs.export import formats
from eyecatch.jobs.export.formats import FORMATS, KINDS, Format, find_format, formats_of


def write_names(cast):
    """A made-up format: a line for each appearance."""
    return "".join(f"{one.character}\n" for one in cast.appearances)


@pytest.fixture
def made_up(monkeypatch):
    """The made-up format in the table, and a command line that has not been loaded yet."""
    line = Format("names", "episode", f"{__name__}:write_names", ".names", "A name a line.")
    monkeypatch.setattr(formats, "FORMATS", (*FORMATS, line))
    monkeypatch.delitem(sys.modules, "eyecatch.jobs.cli.export", raising=False)
    return line


def test_a_format_of_one_line_is_a_choice_with_help_and_is_written(
    made_up, filled, tmp_path, capfd
):
    out = tmp_path / "who"
    main(["export", "appearances", "--db", filled.db, "--format", "names", "--out", str(out)])
    assert sorted(path.name for path in out.iterdir()) == ["S01E01.names", "S01E02.names"]
    assert set((out / "S01E01.names").read_text().split("\n")[:-1]) == {
        row.label for row in filled.truth if row.episode == "S01E01.mkv" and row.label != "unknown"
    }
    with pytest.raises(SystemExit):
        main(["export", "frames", "--db", filled.db, "--format", "names"])
    capfd.readouterr()
    with pytest.raises((SystemExit, click.exceptions.Exit)):
        cli.main(["export", "appearances", "--help"])
    assert re.search(r"^  names +A name a line\.$", capfd.readouterr().out, re.MULTILINE)


def test_the_library_knows_it_too(made_up, filled, tmp_path):
    out = tmp_path / "one.names"
    done = eyecatch.export("appearances", db=filled.db, form="names", out=out, episodes=["S01E01"])
    assert done.files == (out,)
    with pytest.raises(RequestError, match="'names' is no format of frames"):
        eyecatch.export("frames", db=filled.db, form="names")


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_every_writer_is_there_and_every_line_of_help_is_a_sentence(form):
    assert callable(form.load_writer())
    assert re.fullmatch(r"[A-Z0-9].*\.", form.help)


@pytest.mark.parametrize("what", KINDS)
def test_names_are_unique_and_the_first_is_the_default(what):
    names = [one.name for one in formats_of(what)]
    assert len(set(names)) == len(names)
    assert find_format(what).name == names[0]
    assert find_format(what, names[-1]).name == names[-1]


def test_what_is_no_export_is_said(filled):
    with pytest.raises(RequestError, match="'films' is no export; choose frames or appearances"):
        eyecatch.export("films", db=filled.db)


@pytest.mark.parametrize(
    ("what", "wrong"),
    [("frames", "join"), ("appearances", "every"), ("dataset", "of"), ("sheet", "join")],
)
def test_a_keyword_of_another_export_is_a_type_error(what, wrong, filled):
    with pytest.raises(TypeError, match=wrong):
        eyecatch.export(what, db=filled.db, **{wrong: 1})
