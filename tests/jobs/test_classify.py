"""Several bundles in one index: all that any of them knows is named, and what decided is kept."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing

import cv2
import pytest

import eyecatch
from eyecatch.core.errors import RequestError
from eyecatch.core.identity.bundle import load_bundle
from eyecatch.core.synthetic.cast import CAST
from eyecatch.core.synthetic.portraits import draw_faces
from eyecatch.db.index import open_index
from eyecatch.jobs.cli import main
from eyecatch.training.dataset import read_faces
from eyecatch.training.enrolment.enrol import enrol

NAMES = [who.name for who in CAST]


@pytest.fixture(scope="session")
def portraits(tmp_path_factory):
    """Drawn faces of the cast."""
    folder = tmp_path_factory.mktemp("portraits")
    draw_faces(folder, per_character=12)
    return folder


@pytest.fixture(scope="session")
def base(tmp_path_factory, portraits, make_embedder):
    people = read_faces(portraits)
    out = tmp_path_factory.mktemp("embedder") / "base"
    return make_embedder(out, people.crops, people.labels)


@pytest.fixture(scope="session")
def enrolled(tmp_path_factory, portraits, base):
    """Makes a bundle of some of the cast; their aliases are their names and "sensei"."""

    def make(names, series=None):
        out = tmp_path_factory.mktemp("enrolled") / "some.bundle"
        bundle = shutil.copytree(base.folder, out)
        for name in names:
            enrol(
                bundle, name, [portraits / name], out=out, crop=True, series=series,
                aliases=[f"{name} sensei"],
            )  # fmt: skip
        return out

    return make


@pytest.fixture(scope="session")
def some(enrolled):
    return enrolled(NAMES[:3], "Drawn")


@pytest.fixture(scope="session")
def others(enrolled):
    return enrolled(NAMES[3:])


@pytest.fixture(scope="session")
def both(some, others):
    return [some, others]


@pytest.fixture(scope="session")
def judged(season, both, tmp_path_factory):
    """The season indexed with both; not to be written to."""
    db = str(tmp_path_factory.mktemp("judged") / "season.db")
    run(season, db, both)
    return db


def run(season, db, models, runner="inline"):
    report = eyecatch.index([season.folder], db=db, model=models, runner=runner, series="Drawn")
    assert report.faults == ()
    return report


def rows(db):
    with open_index(db, create=False) as index:
        return list(index.exports.frames(unsure=True))


def seen(db):
    return {row.character for row in rows(db)} - {None}


def test_each_bundle_names_whom_it_knows(season, some, judged, db):
    assert seen(judged) & set(NAMES[:3])
    assert seen(judged) & set(NAMES[3:])
    run(season, db, some)
    assert seen(db) <= set(NAMES[:3])


def test_the_order_of_bundles_does_not_matter(season, both, judged, db):
    run(season, db, [*both[::-1], both[1]])
    assert rows(db) == rows(judged)


def test_ray_is_as_inline(season, both, judged, db, cluster):
    run(season, db, both, runner="ray")
    assert rows(db) == rows(judged)


def test_another_set_of_bundles_decides_again_without_scanning(season, both, judged, db):
    run(season, db, both[0])
    again = run(season, db, both)
    assert again.progress.chunks == 0
    assert rows(db) == rows(judged)
    assert run(season, db, both[::-1]).progress.episodes == 0
    back = run(season, db, both[:1])
    assert (back.progress.episodes, back.progress.chunks) == (len(season.episodes), 0)
    assert seen(db) <= set(NAMES[:3])


def test_another_bundle_of_the_network_needs_neither_video_nor_pictures(
    season, some, others, db, tmp_path
):
    run(season, db, some)
    with closing(sqlite3.connect(db)) as connection, connection:
        connection.execute("UPDATE crop SET jpeg = x''")
    assert run(season, db, others).progress.chunks == 0
    fresh = str(tmp_path / "fresh.db")
    run(season, fresh, others)
    assert rows(db) == rows(fresh), "to the last digit of every confidence"


def test_what_decided_is_kept(judged, both):
    digests = sorted(load_bundle(bundle).digest for bundle in both)
    (made,) = eyecatch.status(db=judged).runs
    assert made.config["bundles"] == digests
    with open_index(judged, create=False) as index:
        together = index.bundles.id_of(made.config["bundle"])
        assert together is not None
        assert {one.episode.bundle_id for one in index.summaries.status()} == {together}
        assert together not in {index.bundles.id_of(digest) for digest in digests}


def test_characters_are_found_by_the_aliases_of_their_bundle(judged):
    name = max(seen(judged))
    (found, *_) = eyecatch.find([f"{name} SENSEI"], db=judged)
    assert found.characters == (name,)


def test_stills_are_judged_together(some, both, portraits):
    images = [portraits / name / "0003.png" for name in NAMES]
    stills = list(eyecatch.identify(images, model=both, crop=True))
    tops = [{name for name, _ in still.faces[0].top} for still in stills]
    named = [still.faces[0].character for still in stills]
    assert set.union(*tops) == set(NAMES)
    assert sum(who == name for who, name in zip(named, NAMES, strict=True)) >= len(NAMES) / 2
    alone = [still.faces[0].character for still in eyecatch.identify(images, model=some, crop=True)]
    assert set(alone) <= {None, *NAMES[:3]}


def test_the_verbs_take_several_models(some, others, portraits, capsys):
    still = portraits / NAMES[0] / "0000.png"
    words = ["identify", still, "--crop", "--model", some, "--model", others, "--series", "Drawn"]
    main([str(word) for word in words])
    (face,) = json.loads(capsys.readouterr().out)["faces"]
    assert set(face) == {"box", "score", "character", "confidence", "unsure", "top"}
    assert cv2.imread(str(still)).shape[0] == face["box"][3]


def test_no_model_is_said(season, db):
    with pytest.raises(RequestError, match="no bundle was named"):
        eyecatch.index([season.folder], db=db, model=[])
