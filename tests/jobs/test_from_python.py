"""The verbs as functions: one or many, text or paths, and mistakes that are sentences."""

from __future__ import annotations

import contextlib
import json
import shutil
from fractions import Fraction
from pathlib import Path

import pytest

import eyecatch
from eyecatch.core import inputs
from eyecatch.jobs.cli import main


@pytest.mark.parametrize(
    "verb",
    [
        lambda folder, out: eyecatch.index(folder, db=out / "new.db"),
        lambda folder, out: list(eyecatch.identify(folder)),
        lambda folder, out: eyecatch.collect(folder, out / "faces", group=False),
        lambda folder, out: eyecatch.adapt(folder, out=out / "new.detector"),
        lambda folder, out: eyecatch.enrol("base", "A", folder, out=out / "new.bundle"),
    ],
    ids=["index", "identify", "collect", "adapt", "enrol"],
)
def test_one_folder_as_text_is_that_folder_alone(verb, tmp_path, monkeypatch):
    """Letter by letter it would be ``/``, the whole machine, too."""
    searched = []
    monkeypatch.setattr(inputs, "files_below", lambda top, *_: searched.append(top) or [])
    (folder := tmp_path / "season").mkdir()
    with contextlib.suppress(eyecatch.RequestError):
        verb(str(folder), tmp_path)
    assert searched == [folder]


def test_an_index_is_text_a_path_or_that_of_the_environment(indexed, monkeypatch, tmp_path):
    known = eyecatch.characters(db=indexed)[0].name
    found = eyecatch.find([known], db=indexed)
    assert found
    assert eyecatch.find(known, db=Path(indexed)) == found
    assert eyecatch.find(known, db=f"sqlite:///{indexed}") == found
    monkeypatch.setenv("EYECATCH_DB", indexed)
    assert eyecatch.find(known) == found
    assert eyecatch.episodes() == eyecatch.episodes(db=indexed)
    assert eyecatch.status().trust == "balanced"
    monkeypatch.delenv("EYECATCH_DB")
    monkeypatch.chdir(shutil.copytree(Path(indexed).parent, tmp_path / "here"))
    Path("season.db").rename("eyecatch.db")
    assert eyecatch.find(known) == found


def test_no_index_but_the_one_that_is_named_is_made(season, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EYECATCH_DB", str(tmp_path / "night.db"))
    eyecatch.index(tmp_path / "nothing")
    assert not [*tmp_path.glob("*.db")], "a path that leads nowhere makes none"
    (tmp_path / "bad.mkv").write_bytes(b"no video")
    eyecatch.index(tmp_path)
    assert [path.name for path in tmp_path.glob("*.db")] == ["night.db"]


def test_one_name_or_many(indexed):
    names = [one.name for one in eyecatch.characters(db=indexed) if one.episodes][:2]
    one, both = eyecatch.find(names[0], db=indexed), eyecatch.find(tuple(names), db=indexed)
    assert {found.characters for found in one} == {(names[0],)}
    assert {found.characters for found in both} == {(names[0],), (names[1],)}
    assert eyecatch.find(iter(names), db=indexed) == both
    with pytest.raises(eyecatch.UnknownCharacterError, match="'Heiei'"):
        eyecatch.find("Heiei", db=indexed)
    for nobody in ((), []):
        with pytest.raises(eyecatch.RequestError, match="nobody is asked for; name a character"):
            eyecatch.find(nobody, db=indexed, together=True)


def test_exports_take_text_and_one_of_each(indexed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    known = eyecatch.find(eyecatch.characters(db=indexed)[0].name, db=indexed)[0]
    asked = {"db": indexed, "characters": known.characters[0], "episodes": known.episode.title}
    done = eyecatch.export("appearances", format="json", out="told.json", **asked)
    assert done.files == (Path("told.json"),)
    rows = json.loads(Path("told.json").read_text("utf-8"))
    assert [row["character"] for row in rows] == [known.characters[0]] * len(known.ranges)
    assert eyecatch.export(
        "frames", out="frames.csv", episodes=Path(known.episode.path), db=indexed
    )


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda db: eyecatch.find(3, db=db), "find() takes names as text or a list of text"),
        (lambda db: eyecatch.find("A", db=3), "find() takes db as a path or None, not 3"),
        (lambda db: eyecatch.find("A", min_secs=3), "did you mean min_seconds?"),
        (lambda db: eyecatch.find("A", min_seconds="3"), "takes min_seconds as a number"),
        (
            lambda db: eyecatch.index(None, db=db),
            "index() takes paths as a path or a list of paths",
        ),
        (lambda db: eyecatch.index("a", ray={}), "takes ray as a RayOptions or None, not {}"),
        (lambda db: eyecatch.name("1", "A", db=db), "takes cluster as a whole number, not '1'"),
        (lambda db: eyecatch.name(1, "A", db=db, faces="2"), "a list of whole numbers, not '2'"),
        (lambda db: eyecatch.export("frames", db=db, out=1), "takes out as a path or None, not 1"),
        (lambda db: eyecatch.export("frames", db=db, every=2), "argument 'every'"),
        (lambda db: eyecatch.export("sheet", db=db, of=2), "takes of as text, not 2"),
        (lambda db: eyecatch.train("faces"), "train(): missing a required argument: 'out'"),
        (lambda db: eyecatch.enrol("base", None, "a.png", out="b"), "takes name as text, not None"),
        (lambda db: eyecatch.evaluate(3, "faces"), "takes bundle as a Bundle or a path, not 3"),
        (lambda db: eyecatch.clips("A", db=db, out="x", longest="1"), "takes longest as"),
        (lambda db: eyecatch.segment(1, 2, 3, "opening", db=db), "takes episode as a path, not 1"),
        (lambda db: eyecatch.render("A", db=db, quality=1.5), "takes quality as a whole number"),
    ],
)
def test_a_mistake_is_a_sentence_of_ours(indexed, call, sentence):
    with pytest.raises(eyecatch.ArgumentError) as caught:
        call(indexed)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_times_are_exact_and_floats(indexed):
    known = eyecatch.characters(db=indexed)[0]
    found = eyecatch.find(known.name, db=indexed)[0]
    assert isinstance(found.screen_time, Fraction)
    assert found.seconds == float(found.screen_time)
    assert sum(one.seconds for one in found.ranges) == pytest.approx(found.seconds)
    first = found.ranges[0]
    assert (first.start_seconds, first.stop_seconds) == (float(first.start), float(first.stop))
    assert known.seconds == float(known.screen_time)
    assert found.episode.seconds == float(found.episode.length)


def test_answers_show_themselves_in_a_line(indexed):
    found = eyecatch.find(eyecatch.characters(db=indexed)[0].name, db=indexed)
    answers = [
        *(*found, found[0].ranges[0], found[0].episode),
        *(*eyecatch.episodes(db=indexed), *eyecatch.characters(db=indexed)),
        *eyecatch.status(db=indexed).episodes,
    ]
    for one in answers:
        assert repr(one).startswith(f"{type(one).__name__}(")
        assert len(repr(one)) < 300
        assert "Fraction" not in repr(one)


def test_an_answer_is_what_json_prints(indexed, capsys):
    known = eyecatch.characters(db=indexed)[0].name
    for verb, answer in (
        (["find", known], eyecatch.find(known, db=indexed)),
        (["episodes"], eyecatch.episodes(db=indexed)),
        (["characters"], eyecatch.characters(db=indexed)),
        (["segments"], eyecatch.segments(db=indexed)),
    ):
        main([*verb, "--json", "--db", indexed])
        assert json.loads(capsys.readouterr().out) == eyecatch.to_dict(answer)
    status = eyecatch.to_dict(eyecatch.status(db=indexed))
    assert json.loads(json.dumps(status)) == status
    assert [one["failed"] for one in status["episodes"]] == [0, 0]


def test_any_answer_is_plain_and_goes_through_json(season, indexed, bundle, tmp_path):
    answers = [
        eyecatch.index(season.folder, db=indexed, model=bundle, runner="inline"),
        eyecatch.export("frames", db=indexed, out=tmp_path / "frames.csv"),
        eyecatch.status(db=indexed),
        eyecatch.doctor(db=indexed),
        list(eyecatch.identify(season.folder / "absent.png")),
        *eyecatch.episodes(db=indexed),
    ]
    for answer in answers:
        plain = eyecatch.to_dict(answer)
        assert json.loads(json.dumps(plain)) == plain
    (episode, *_) = eyecatch.to_dict(answers[0])["episodes"]
    assert {"episode", "series", "state", "seconds", "frames", "path"} <= set(episode)


def test_verbs_are_quiet_unless_a_listener_is_given(season, bundle, tmp_path, capfd):
    files = season.episodes[0]
    asked = {"db": tmp_path / "new.db", "model": bundle, "runner": "inline"}
    eyecatch.index(files, **asked)
    assert capfd.readouterr() == ("", "")
    (tmp_path / "new.db").unlink()
    eyecatch.index(files, listener=print, **asked)
    told = capfd.readouterr()
    assert "chunks 1/1" in told.out
    assert told.err == ""
