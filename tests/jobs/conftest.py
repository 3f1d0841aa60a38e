"""A small season, drawn once, a classifier trained on its cast, and both in an index."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing

import pytest

import eyecatch
from eyecatch.core.synthetic.portraits import draw_faces
from eyecatch.core.synthetic.season import draw_season
from eyecatch.db.index import open_index
from eyecatch.jobs.cli import main
from eyecatch.jobs.naming.offers import Offers
from eyecatch.jobs.naming.pipeline import NamingPipeline
from eyecatch.jobs.runners.ray.connection import connection
from eyecatch.training.classifier.train import train


@pytest.fixture(scope="session")
def season(tmp_path_factory):
    """Two episodes of six seconds: long enough for several shots and keyframes."""
    return draw_season(tmp_path_factory.mktemp("season"), episodes=2, seconds=6.0, size=(640, 360))


@pytest.fixture(scope="session")
def bundle(tmp_path_factory):
    """A classifier of the cast, good enough to be right about most of them."""
    faces = tmp_path_factory.mktemp("faces")
    draw_faces(faces, per_character=32)
    out = tmp_path_factory.mktemp("bundle") / "cast.bundle"
    train(faces, out, quick=True)
    return out


@pytest.fixture(scope="session")
def indexed(season, bundle, tmp_path_factory):
    """The season indexed inline, each episode in one chunk; not to be written to."""
    db = str(tmp_path_factory.mktemp("index") / "season.db")
    report = eyecatch.index([season.folder], db=db, model=bundle, runner="inline", series="Drawn")
    assert report.faults == ()
    return db


@pytest.fixture(scope="session")
def evening(tmp_path_factory):
    """Two episodes of a quarter of a minute: most of the cast comes several times."""
    folder = tmp_path_factory.mktemp("evening")
    return draw_season(folder, episodes=2, seconds=15.0, size=(640, 360), seed=3)


@pytest.fixture(scope="session")
def grouped(evening, tmp_path_factory):
    """The evening indexed without any bundle, and its faces grouped; not to be written to."""
    db = str(tmp_path_factory.mktemp("grouped") / "season.db")
    report = eyecatch.index([evening.folder], db=db, runner="inline", series="Drawn")
    assert report.faults == ()
    eyecatch.unknowns(db=db)
    return db


@pytest.fixture
def unnamed(grouped, tmp_path):
    """The same, to be written to."""
    return str(shutil.copy(grouped, tmp_path / "unnamed.db"))


@pytest.fixture
def blur(unnamed):
    """Makes the crops of a cluster such that nobody is recognised in them."""

    def blur(cluster):
        with closing(sqlite3.connect(unnamed)) as connection, connection:
            connection.execute(
                """UPDATE crop SET quality = .001 WHERE tracklet_id IN
                   (SELECT tracklet.id FROM tracklet JOIN face ON face.track_id = tracklet.track_id
                    WHERE face.cluster_id = ?)""",
                [cluster],
            )

    return blur


@pytest.fixture
def blurred(unnamed, blur):
    """The smallest cluster that was worth a click, before its faces were blurred."""
    with open_index(unnamed) as index:
        offers = Offers(index, NamingPipeline(index))
        cluster = next(row.id for row, doubt in reversed(offers.clusters()) if doubt is None)
    blur(cluster)
    return cluster


@pytest.fixture(scope="session")
def cluster():
    """A local Ray that all tests share, since it takes seconds to start."""
    with connection():
        yield


@pytest.fixture
def db(tmp_path):
    """The path of an index that is not there yet."""
    return str(tmp_path / "season.db")


@pytest.fixture
def run(capsys):
    """Run a command line; returns its status, standard output and standard error."""

    def run(*words):
        status = 0
        try:
            main([str(word) for word in words])
        except SystemExit as exit_:
            status = exit_.code or 0
        told = capsys.readouterr()
        return status, told.out, told.err

    return run
