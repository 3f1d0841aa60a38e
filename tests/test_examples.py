"""The examples in the docstrings of the verbs do what they say.

They run in a folder that is made once, each in its own copy: two drawn episodes in ``season/``,
faces of the cast in ``faces/``, ``season.bundle`` in which all but two characters are enrolled,
``season.db`` with the episodes indexed by it, and ``still.png``, a frame with a face.
"""

from __future__ import annotations

import csv
import doctest
import inspect
import re
import shutil
from pathlib import Path

import cv2
import pytest

import eyecatch
from eyecatch.core.identity.bundle import Bundle
from eyecatch.core.synthetic.cast import CAST, SHOW
from eyecatch.core.synthetic.portraits import draw_faces
from eyecatch.core.synthetic.season import Season, draw_season
from eyecatch.core.video.decode import decode
from eyecatch.core.video.plan import plan
from eyecatch.core.video.probe import probe
from eyecatch.jobs import cli

UNKNOWN = {"Daichi", "Shion"}
"""Two of those on screen whom the bundle does not know."""

VERBS = sorted({verb.replace("-", "_") for verb in cli.VERBS} | {"to_dict"})


@pytest.fixture(scope="session")
def prepared(tmp_path_factory):
    """The folder in which examples run."""
    folder = tmp_path_factory.mktemp("examples")
    season = draw_season(folder / "season", episodes=2, seconds=6.0, size=(640, 360))
    draw_faces(folder / "faces", per_character=8)
    bundle: Bundle | str = "base"
    for who in CAST:
        if who.name not in UNKNOWN:
            faces, out = [folder / "faces" / who.name], folder / "season.bundle"
            bundle = eyecatch.enrol(
                bundle, who.name, faces, out=out, crop=True, series=SHOW, force=True
            )
    report = eyecatch.index(
        [folder / "season"],
        db=str(folder / "season.db"),
        model=folder / "season.bundle",
        runner="inline",
        series=SHOW,
    )
    assert report.faults == ()
    write_still(folder / "still.png", season, "Mizore")
    return folder


def write_still(path: Path, season: Season, name: str) -> None:
    """A frame of the first episode from the middle of a character's appearance."""
    with season.truth.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["label"] == name]
    frames = [int(row["frame"]) for row in rows if row["episode"] == season.episodes[0].name]
    wanted = frames[len(frames) // 2]
    video = probe(season.episodes[0])
    (chunk,) = plan(video).chunks
    frame = next(one for one in decode(video, chunk) if one.number == wanted)
    assert cv2.imwrite(str(path), frame.bgr())


def examples() -> list[doctest.DocTest]:
    parser = doctest.DocTestParser()
    found = [
        parser.get_doctest(getattr(eyecatch, verb).__doc__ or "", {}, verb, verb, 0)
        for verb in VERBS
    ]
    return [one for one in found if one.examples]


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_an_example(verb):
    assert verb in {one.name for one in examples()}
    example = getattr(eyecatch, verb).__doc__.partition("    Example:\n")[2]
    assert "        >>> import eyecatch\n" in example


@pytest.mark.parametrize("example", examples(), ids=lambda one: one.name)
def test_example_is_true(example, prepared, tmp_path, monkeypatch):
    if all(doctest.SKIP in one.options for one in example.examples[1:]):
        pytest.skip("it is too long, or waits for a person")
    shutil.copytree(prepared, tmp_path / "here", symlinks=True)
    monkeypatch.chdir(tmp_path / "here")
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    runner.run(example, out=said.append)
    assert not runner.failures, "".join(said)


def test_the_page_for_python_is_true(prepared, root, tmp_path, monkeypatch):
    """All of it in order, as one session."""
    shutil.copytree(prepared, tmp_path / "here", symlinks=True)
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("EYECATCH_DB", "")  # what the page sets is forgotten
    text = (root / "docs" / "python.md").read_text("utf-8")
    session = "\n".join(re.findall(r"^```pycon\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))
    page = doctest.DocTestParser().get_doctest(session, {}, "python.md", None, 0)
    assert len(page.examples) > 20
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    runner.run(page, out=said.append)
    assert not runner.failures, "".join(said)


def test_the_page_for_python_says_what_every_verb_returns(root):
    text = (root / "docs" / "python.md").read_text("utf-8")
    told = re.findall(r"^\| `(\w+)\((.*)\)` \| `([^`]+)`", text, re.MULTILINE)
    assert [name for name, _, _ in told] == sorted(verb.replace("-", "_") for verb in cli.VERBS)
    for name, given, returned in told:
        signature = inspect.signature(getattr(eyecatch, name))
        assert returned == signature.return_annotation
        for parameter in given.replace("=…", "").replace("*", "").split(", "):
            assert not parameter or parameter in {*signature.parameters, "out"}


def test_the_page_for_python_names_what_there_is(root):
    text = (root / "docs" / "python.md").read_text("utf-8")
    named = set(re.findall(r"`(?:eyecatch\.)?([A-Z]\w+)`", text)) - {
        "EYECATCH_DB",
        "Fraction",
        "None",
    }
    assert named - set(eyecatch.__all__) == {"Path", "TypeError"}
