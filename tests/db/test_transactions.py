"""Several calls in one transaction: all of them or none, in each thread by itself."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pytest
import sqlalchemy as sa

from eyecatch.core.errors import DatabaseError, DatabaseGoneError, MediaError, RequestError
from eyecatch.core.scan.types import Crop, Tracklet
from eyecatch.db.connection.session import FACES, Repository, Session
from eyecatch.db.connection.urls import parse_url
from eyecatch.db.index import Index, open_index
from eyecatch.db.records.scan import Provenance


@dataclass(frozen=True)
class Vectors:
    embeddings: np.ndarray
    logits: np.ndarray


ORIGIN = Provenance("scan-1")

on_sqlite = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
on_postgres = pytest.mark.parametrize("url", ["postgres"], indirect=True)


class Killed(BaseException):
    """What ends a process in the middle, as far as a transaction can tell."""


def titles(index):
    return [one.episode.title for one in index.summaries.episodes()]


def test_calls_in_a_block_are_kept_together(index, url, season):
    with open_index(url) as other:
        with index.transaction():
            season.add(index, "S01E01.mkv")
            season.add(index, "S01E02.mkv")
            assert titles(index) == ["S01E01", "S01E02"], "what was written is read"
            assert titles(other) == [], "others don't see it yet"
        assert titles(other) == ["S01E01", "S01E02"]


@pytest.mark.parametrize("fault", [RequestError("no"), Killed()])
def test_calls_in_a_block_that_raises_leave_nothing(index, season, dump, fault):
    season.index(index)
    before = dump()

    def block():
        with index.transaction():
            season.index(index, "S01E02.mkv", ("Kurama", "Botan"))
            index.runs.start({}, {})
            index.bad_files.add("/a.mkv", MediaError("/a.mkv", "is no video"), None)
            raise fault

    with pytest.raises(type(fault)):
        block()
    assert dump() == before
    season.add(index, "S01E02.mkv")
    assert titles(index) == ["S01E01", "S01E02"], "and the next one works"


@on_sqlite
def test_what_the_block_of_a_caller_raises_is_raised_as_it_is(index):
    with pytest.raises(KeyError, match="their own"), index.transaction():
        raise KeyError("their own")


def test_a_block_in_a_block_is_part_of_it(index, season, dump):
    def killed(name, inside):
        with index.transaction():
            season.add(index, name)
            inside()
            raise Killed

    def inner():
        with index.transaction():
            season.add(index, "S01E02.mkv")

    before = dump()
    with pytest.raises(Killed):
        killed("S01E01.mkv", inner)
    assert dump() == before
    with index.transaction():
        season.add(index, "S01E01.mkv")
        with pytest.raises(Killed):
            killed("S01E02.mkv", lambda: None)
        season.add(index, "S01E03.mkv")
    assert titles(index) == ["S01E01", "S01E03"], "an inner one is undone by itself"


def test_a_call_that_fails_in_a_block_leaves_nothing_of_itself(index, season, dump):
    """Those who catch its error may go on: on Postgres too, where an error ends it all."""
    episode = season.add(index)
    good = season.scan(season.plan().chunks[0])
    first = good.tracklets[0]
    bad = Tracklet(first.frames, first.boxes, first.scores, (Crop(0, 1.0, None),))
    with index.transaction():
        with pytest.raises(DatabaseError):
            index.chunks.save(episode.id, type(good)(1, good.timeline, (first, bad)), ORIGIN)
        index.chunks.save(episode.id, good, ORIGIN)
    assert len(dump()["tracklet"]) == 2
    assert [chunk.index for chunk in index.chunks.pending(episode.id, "scan-1")] == [1, 2]


def test_a_block_is_of_its_thread(index, season):
    with ThreadPoolExecutor(1) as pool:
        with index.transaction():
            season.add(index)
            assert pool.submit(titles, index).result() == []
        assert pool.submit(titles, index).result() == ["S01E01"]


@on_postgres
def test_another_thread_keeps_what_a_block_drops(index, season):
    """On SQLite it would wait: there is one writer at a time."""

    def block(pool):
        with index.transaction():
            index.runs.start({}, {})
            pool.submit(index.runs.start, {}, {}).result()
            raise Killed

    with ThreadPoolExecutor(1) as pool, pytest.raises(Killed):
        block(pool)
    assert len(index.runs.list_all()) == 1


@on_sqlite
def test_another_writer_waits_for_a_block(index, url):
    with open_index(url, patience=0.05) as other:
        with index.transaction(), pytest.raises(DatabaseError, match="locked"):
            other.runs.start({}, {})
        other.runs.start({}, {})
    assert len(index.runs.list_all()) == 1


def test_rows_are_streamed_inside_a_block(index, season):
    with index.transaction():
        episode = season.index(index)
        assert sum(1 for _ in index.exports.frames(episode.id)) == 6 * 24
        assert sum(1 for _ in index.exports.crops(episode.id)) == 12


def test_crops_are_read_and_predicted_in_turn(index, season):
    """Each batch and each save is a transaction of its own, or a part of one that is open."""
    episode = season.index(index)
    other = index.bundles.add("bundle-2", "/other.bundle", ["Hiei"], {})
    with index.transaction():
        seen = []
        for batch in index.predictions.crops_to_identify(episode.id, other, size=5):
            count = len(batch.ids)
            vectors = Vectors(np.zeros((count, 4), np.float32), np.zeros((count, 1), np.float32))
            index.predictions.save(batch.ids, vectors, other)
            seen.append(count)
    assert seen == [5, 5, 2]


@on_postgres
def test_a_server_that_cuts_a_block_off_keeps_nothing_of_it(index, url, season, dump):
    server = sa.create_engine(parse_url(url), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)

    def block():
        with index.transaction():
            season.add(index)
            with server.connect() as connection:
                connection.exec_driver_sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid != pg_backend_pid()"
                )
            index.runs.start({}, {})

    before = dump()
    with pytest.raises(DatabaseGoneError):
        block()
    assert dump() == before
    season.add(index)
    assert titles(index) == ["S01E01"]


def test_every_repository_is_the_class_that_type_checkers_are_told():
    attributes = {
        name: value for name, value in vars(Index).items() if isinstance(value, cached_property)
    }
    assert len(attributes) == 38
    index = Index(parse_url("sqlite://"), sa.create_engine("sqlite://"))
    for name in attributes:
        made = getattr(index, name)
        assert isinstance(made, Repository)
        assert Index.__annotations__[name] == f"cached_property[{type(made).__name__}]"
        assert getattr(index, name) is made


def test_an_index_declares_nothing_but_its_repositories():
    """A method stands once, beside its SQL: none is passed on."""
    own = {name for name, value in vars(Index).items() if callable(value)}
    assert own == set()
    assert {"transaction", "close"} <= set(vars(Session))


@on_postgres
def test_who_decides_tracks_and_who_names_faces_take_turns(index, season):
    """Else both would write the same sums of an episode, or wait for each other for ever."""
    episode = season.index(index)

    def held():
        with index.reading() as connection:
            query = "SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND granted"
            return FACES in set(connection.scalars(sa.text(query)))

    with index.transaction(FACES):
        assert held()
    with index.transaction():
        assert not held()
        index.verdicts.save(episode.id, {}, ORIGIN)
        assert held()
    with index.transaction():
        index.tracks.save(episode.id, season.linked(frames=12))
        assert held()
