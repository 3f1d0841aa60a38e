"""Killed before any statement, and run again: all is as if nothing had happened.

The quick test kills before some of the last transactions, where names follow; the slow one before
every statement; ``bench/kills.py --statements`` does it to processes.
"""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

import eyecatch
from eyecatch.db.index import open_index
from eyecatch.jobs.indexing import index as index_module
from eyecatch.jobs.runners.inline import InlineRunner

CHUNKS = 3.0
MADE = Path(__file__).parents[2] / "data" / "index_0_1_0"


class Killed(BaseException):
    """The process ends here; nothing that it still does reaches the database."""


class Statements:
    """Counts what is sent to any database, and ends the process before a statement.

    Attributes:
        sent: the statements so far.
        last: the number of the first one that is not sent any more; None to send all.
    """

    def __init__(self, last: int | None = None) -> None:
        self.sent: list[str] = []
        self.last = last

    def __call__(self, _connection, _cursor, statement, *_rest) -> None:
        if self.last is not None and len(self.sent) >= self.last:
            raise Killed
        self.sent.append(statement)

    def moments(self, *, every: bool) -> list[int]:
        """Before which statements to kill: every one, or some of the last transactions."""
        begins = [k for k, one in enumerate(self.sent) if one == "BEGIN IMMEDIATE"]
        return list(range(len(self.sent))) if every else begins[-8::3]


@contextmanager
def watched(last: int | None = None) -> Iterator[Statements]:
    """Count the statements of a block; killed before ``last``, the block ends."""
    statements = Statements(last)
    sa.event.listen(Engine, "before_cursor_execute", statements)
    try:
        with suppress(Killed):
            yield statements
    finally:
        sa.event.remove(Engine, "before_cursor_execute", statements)


@pytest.fixture(scope="module")
def outcomes():
    """What became of each chunk that was scanned, so that none is scanned twice."""
    return {}


@pytest.fixture
def canned(outcomes, monkeypatch):
    """A runner that decodes nothing that was decoded before."""

    class Canned(InlineRunner):
        def run(self, tasks, work, begin):
            for task in tasks:
                begin(task)
                if task.id not in outcomes:
                    (outcomes[task.id],) = super().run([task], work, lambda _: None)
                yield outcomes[task.id]

    monkeypatch.setattr(index_module, "make_runner", lambda *_, **__: Canned())


@pytest.fixture(scope="module")
def named(season, tmp_path_factory):
    """An index of an episode in which a person named somebody who comes again; to be copied."""
    db = tmp_path_factory.mktemp("named") / "season.db"
    eyecatch.index([season.episodes[0]], db=str(db), runner="inline", chunk_seconds=CHUNKS)
    first = eyecatch.unknowns(db=str(db)).clusters[0].row.id
    eyecatch.name(first, "Ann", db=str(db))
    return db


@pytest.fixture(scope="module")
def old(tmp_path_factory):
    """An index of the first version."""
    db = tmp_path_factory.mktemp("old") / "season.db"
    db.write_bytes(gzip.decompress((MADE / "season.db.gz").read_bytes()))
    return db


def index(db, season, place=1):
    assert eyecatch.index([season.episodes[place]], db=db, chunk_seconds=CHUNKS).faults == ()


def waiting(db, place=0):
    """A cluster in which faces wait, without looking for new ones."""
    with open_index(db) as opened:
        return opened.clusters.waiting()[place].id


JOBS = {
    "scan": (lambda db, season: index(db, season, 0), None),
    "follow": (index, "named"),
    "migrate": (lambda db, _: open_index(db).close(), "old"),
}
"""What may be done again whether it was done or not, and to which index."""

ACTIONS = {
    "name": lambda db: eyecatch.name(waiting(db), "Bob", db=db),
    "merge": lambda db: eyecatch.merge(waiting(db), waiting(db, 1), db=db),
    "unname": lambda db: eyecatch.unname("Ann", db=db),
    "undo": lambda db: eyecatch.undo(db=db),
}
"""What a person does with faces: done, or not."""


@pytest.fixture
def copied(request, tmp_path):
    """Makes copies of indexes, by the names of their fixtures."""
    number = count()

    def copy(name):
        db = tmp_path / f"{next(number)}.db"
        return str(db) if name is None else str(shutil.copy(request.getfixturevalue(name), db))

    return copy


@pytest.mark.parametrize(
    ("job", "every"),
    [("follow", False), *(pytest.param(job, True, marks=pytest.mark.slow) for job in JOBS)],
)
def test_a_job_that_was_killed_is_finished_by_the_next(job, season, canned, copied, content, every):
    do, start = JOBS[job]
    whole = copied(start)
    with watched() as statements:
        do(whole, season)
    rows = content(whole)
    if job == "follow":
        assert len(eyecatch.find(["Ann"], db=whole)) == 2
    for moment in statements.moments(every=every):
        db = copied(start)
        with watched(moment):
            do(db, season)
        do(db, season)
        assert content(db) == rows, f"killed before statement {moment}"


@pytest.mark.parametrize(
    ("action", "every"),
    [("name", False), *(pytest.param(one, True, marks=pytest.mark.slow) for one in ACTIONS)],
)
def test_an_action_that_was_killed_is_done_or_not(action, copied, content, every):
    do = ACTIONS[action]
    whole = copied("named")
    before = content(whole)
    with watched() as statements:
        do(whole)
    after = content(whole)
    assert before != after
    for moment in statements.moments(every=every):
        db = copied("named")
        with watched(moment):
            do(db)
        if content(db) == before:
            do(db)
        assert content(db) == after, f"killed before statement {moment}"
