"""An index at another level of trust: decided again by what it keeps, and it stays at it."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import fields, replace
from pathlib import Path

import av
import pytest

import eyecatch
from eyecatch.core.errors import ModelError, RequestError
from eyecatch.core.identity.base_embedder import base_bundle
from eyecatch.core.identity.bundle import Bundle, write_manifest
from eyecatch.core.identity.inference import Identify
from eyecatch.core.identity.manifest import Contents
from eyecatch.core.identity.trust import LEVELS
from eyecatch.core.synthetic.portraits import draw_faces
from eyecatch.db.bundles import PEOPLE
from eyecatch.db.index import open_index
from eyecatch.jobs.review.state import AppState
from eyecatch.training.dataset import read_faces


def with_levels(bundle: Bundle) -> Bundle:
    """A bundle that names everybody if eager, and hardly anybody if high."""
    levels = {"high": (1.0, 1.0), "balanced": bundle.calibration.thresholds, "eager": (0.0, 0.0)}
    return replace(bundle, trust=levels)


@pytest.fixture
def base(monkeypatch):
    """The base embedder has levels."""
    for module in ("jobs.naming.pipeline", "jobs.indexing.index", "jobs.bundling.index_bundle"):
        monkeypatch.setattr(f"eyecatch.{module}.base_bundle", lambda: with_levels(base_bundle()))


@pytest.fixture(scope="session")
def portraits(tmp_path_factory):
    folder = tmp_path_factory.mktemp("portraits")
    draw_faces(folder, per_character=12)
    return folder


@pytest.fixture(scope="session")
def plain(tmp_path_factory, portraits, make_embedder):
    """A bundle of some of the cast, without levels."""
    people, folder = read_faces(portraits), tmp_path_factory.mktemp("plain")
    bundle = make_embedder(folder / "embedder", people.crops, people.labels)
    for name in people.names[:3]:
        out = folder / f"{name}.bundle"
        bundle = eyecatch.enrol(bundle, name, [portraits / name], out=out, crop=True)
    return bundle


@pytest.fixture(scope="session")
def tabled(plain, tmp_path_factory):
    """The same with levels."""
    return saved(plain, tmp_path_factory.mktemp("tabled") / "cast.bundle")


def saved(bundle: Bundle, out: Path) -> Path:
    shutil.copytree(bundle.folder, out)
    made = with_levels(bundle)
    write_manifest(out, Contents(**{one.name: getattr(made, one.name) for one in fields(Contents)}))
    return out


@pytest.fixture(scope="session")
def balanced(season, tabled, tmp_path_factory):
    """The season indexed with the bundle as it is; not to be written to."""
    db = str(tmp_path_factory.mktemp("balanced") / "season.db")
    index(season, db, tabled)
    return db


@pytest.fixture
def known(balanced, tmp_path):
    """The same, to be written to."""
    return str(shutil.copy(balanced, tmp_path / "known.db"))


@pytest.fixture
def kept_only(monkeypatch):
    """Neither a video is opened nor a face looked at."""

    def never(*_, **__):
        raise AssertionError("what the index keeps was not enough")

    monkeypatch.setattr(Identify, "__call__", never)
    monkeypatch.setattr(av, "open", never)


def index(season, db, *models, **options):
    made = eyecatch.index([season.folder], db=db, model=models or None, runner="inline", **options)
    assert made.faults == ()
    return made


def content(db):
    with open_index(db, create=False) as opened:
        return opened.fingerprint.compute()


def tracks(db):
    """(name, confidence, unsure) of every track."""
    query = """SELECT track.episode_id, number, name, confidence, unsure FROM track
        LEFT JOIN character ON character.id = track.character_id"""
    with closing(sqlite3.connect(db)) as connection:
        return {tuple(row[:2]): tuple(row[2:]) for row in connection.execute(query)}


def named(db):
    return sum(who is not None for who, _, _ in tracks(db).values())


@pytest.mark.usefixtures("base", "kept_only")
def test_a_level_decides_again_without_video_or_network(season, known, balanced, tabled):
    before, kept = tracks(known), content(balanced)
    eager = index(season, known, tabled, trust="eager")
    assert (eager.progress.episodes, eager.progress.chunks) == (len(season.episodes), 0)
    after = tracks(known)
    assert {key: value[1] for key, value in after.items() if before[key][0]} == {
        key: value[1] for key, value in before.items() if value[0]
    }, "no chance changes"
    assert all(who is None or after[key][0] == who for key, (who, _, _) in before.items())
    assert not any(unsure for _, _, unsure in after.values())
    assert content(known)["identification"] == kept["identification"], "answers are kept once"

    index(season, known, tabled, trust="high")
    assert named(known) < named(balanced) <= len([one for one in after.values() if one[0]])
    index(season, known, tabled, trust="balanced")
    assert content(known) == kept


@pytest.mark.usefixtures("base")
def test_a_fresh_index_at_a_level_is_one_that_came_to_it(season, known, tabled, db):
    index(season, db, tabled, trust="eager")
    index(season, known, tabled, trust="eager")
    assert content(db) == content(known)


@pytest.mark.usefixtures("base")
def test_the_index_keeps_its_level_and_says_it(season, known, tabled, run):
    words = [season.folder, "--model", tabled, "--db", known]
    assert run("index", *words, "--trust", "eager")[0] == 0
    eager = tracks(known)
    again = index(season, known, tabled)
    assert again.progress.episodes == 0
    told = json.loads(run("status", "--db", known, "--json")[1])
    assert told["trust"] == "eager"
    assert [one["config"]["trust"] for one in told["runs"]] == ["balanced", "eager"]
    assert "level of trust eager" in run("status", "--db", known)[1]
    assert run("index", *words, "--trust", "balanced")[0] == 0
    assert tracks(known) != eager
    assert "level of trust" not in run("status", "--db", known)[1]


@pytest.mark.usefixtures("base")
def test_several_bundles_decide_at_the_level(season, known, plain, tabled, tmp_path):
    first = plain.characters[0].name
    fewer = eyecatch.enrol(plain, first, out=tmp_path / "fewer.bundle", remove=True)
    other = saved(fewer, tmp_path / "other.bundle")
    index(season, known, tabled, other)
    before = named(known)
    index(season, known, tabled, other, trust="eager")
    said = tracks(known)
    assert not any(unsure for _, _, unsure in said.values())
    assert named(known) >= before
    index(season, known, tabled, other, trust="high")
    assert named(known) < before


@pytest.mark.usefixtures("base")
def test_a_bundle_without_levels_is_said_before_anything_is_done(season, plain, db, known, run):
    words = ["index", season.folder, "--model", plain.folder, "--trust", "high", "--db"]
    status, _, told = run(*words, db)
    assert status == 1
    assert str(plain.folder) in told
    assert told.count("\n") == 1
    assert not Path(db).exists()
    assert run(*words, known)[0] == 1
    assert json.loads(run("status", "--db", known, "--json")[1])["trust"] == "balanced"
    with pytest.raises(ModelError, match="use --trust balanced"):
        list(eyecatch.identify([season.folder], model=plain.folder, trust="eager"))


def test_a_level_that_is_none_is_said(season, unnamed, tabled, db):
    with pytest.raises(RequestError, match="no level of trust 'lax'"):
        index(season, db, tabled, trust="lax")
    with pytest.raises(RequestError, match="no level of trust 'lax'"):
        eyecatch.unknowns(db=unnamed, trust="lax")
    assert not Path(db).exists()


def test_stills_are_judged_at_a_level(tabled, portraits, run):
    stills = sorted(portraits.rglob("*.png"))[::4]
    faces = {}
    for level in LEVELS:
        words = ["identify", *stills, "--crop", "--model", tabled, "--trust", level]
        lines = run(*words)[1].splitlines()
        faces[level] = [face for line in lines for face in json.loads(line)["faces"]]
    counts = [sum(face["character"] is not None for face in faces[level]) for level in LEVELS]
    assert counts[0] <= counts[1] <= counts[2]
    assert counts[0] < counts[2]
    assert not any(face["unsure"] for face in faces["eager"])
    assert len({json.dumps([face["top"] for face in some]) for some in faces.values()}) == 1


@pytest.fixture
def followed(unnamed):
    """Some faces of the two largest clusters are named: others follow, and others might."""
    first, second = eyecatch.unknowns(db=unnamed).clusters[:2]
    eyecatch.name(first.row.id, "Hiei", db=unnamed, faces=[first.faces[0].id])
    eyecatch.name(second.row.id, "Kurama", db=unnamed, faces=[second.faces[0].id])
    return unnamed


def by_model(db):
    """How many names follow."""
    query = "SELECT count(*) FROM track WHERE character_id > 0 AND decided_by = 'model'"
    with closing(sqlite3.connect(db)) as connection:
        return connection.execute(query).fetchone()[0]


@pytest.mark.usefixtures("base")
def test_names_follow_at_the_level_that_was_asked_for_last(followed, kept_only):
    balanced = tracks(followed)
    assert by_model(followed) > 0
    eyecatch.unknowns(db=followed, trust="high")
    assert by_model(followed) == 0
    assert eyecatch.status(db=followed).trust == "high"
    eyecatch.unname("Kurama", db=followed)
    eyecatch.undo(db=followed)
    assert by_model(followed) == 0, "a later action does not go back to balanced"
    eyecatch.unknowns(db=followed, trust="eager")
    eager = tracks(followed)
    assert all(who is None or eager[key][0] == who for key, (who, _, _) in balanced.items())
    assert not any(unsure for _, _, unsure in eager.values())
    eyecatch.unknowns(db=followed, trust="balanced")
    assert tracks(followed) == balanced
    assert not any(one.episode.names_due for one in eyecatch.status(db=followed).episodes)


@pytest.mark.usefixtures("base")
def test_to_name_at_a_level_is_to_choose_it(unnamed, run):
    cluster = eyecatch.unknowns(db=unnamed).clusters[0]
    words = ["name", cluster.row.id, "Hiei", "--face", cluster.faces[0].id, "--db", unnamed]
    assert run(*words, "--trust", "high")[0] == 0
    assert by_model(unnamed) == 0
    assert run("unknowns", "--db", unnamed, "--trust", "eager")[0] == 0
    assert by_model(unnamed) > 0


@pytest.mark.usefixtures("base")
def test_index_lets_names_follow_at_a_level(evening, followed, kept_only):
    index(evening, followed, trust="high")
    assert by_model(followed) == 0
    assert not any(one.episode.names_due for one in eyecatch.status(db=followed).episodes)
    index(evening, followed, trust="eager")
    assert by_model(followed) > 0


@pytest.mark.usefixtures("base")
def test_the_page_follows_at_the_level_of_the_index(followed):
    with open_index(followed) as opened:
        room = AppState(opened)
        eyecatch.unknowns(db=followed, trust="high")  # meanwhile, by somebody else
        room.act(lambda one: one.actions.undo())
        assert by_model(followed) == 0
        room.close()


@pytest.mark.usefixtures("base")
def test_stills_are_judged_at_the_level_of_the_index(followed, portraits):
    stills = sorted(portraits.rglob("*.png"))[:6]

    def confidences(**options):
        found = [s.faces[0] for s in eyecatch.identify(stills, db=followed, crop=True, **options)]
        return [face.confidence for face in found if face.character is not None]

    everybody = confidences(trust="eager")
    eyecatch.unknowns(db=followed, trust="high")
    assert confidences() == [one for one in everybody if one == 1]
    assert confidences(trust="eager") == everybody


def test_an_embedder_without_levels_is_said(followed, monkeypatch):
    monkeypatch.setattr(
        "eyecatch.jobs.naming.pipeline.base_bundle", lambda: replace(base_bundle(), trust={})
    )
    before = tracks(followed)
    with pytest.raises(ModelError, match="use --trust balanced"):
        eyecatch.unknowns(db=followed, trust="eager")
    with pytest.raises(ModelError, match="use --trust balanced"):
        eyecatch.review(db=followed, trust="eager", port=0)
    assert eyecatch.status(db=followed).trust == "balanced"
    assert tracks(followed) == before


def test_a_level_that_nobody_knows_is_balanced(followed):
    with closing(sqlite3.connect(followed)) as connection, connection:
        connection.execute(
            "UPDATE bundle SET card = json_set(card, '$.trust', 'lax') WHERE digest = ?", [PEOPLE]
        )
    assert eyecatch.status(db=followed).trust == "balanced"
    before = tracks(followed)
    eyecatch.unknowns(db=followed)
    assert tracks(followed) == before
