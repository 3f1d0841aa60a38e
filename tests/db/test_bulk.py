"""Very many rows at once: they are what SQLAlchemy would have written row by row."""

import pytest
import sqlalchemy as sa

from eyecatch.core.errors import DatabaseGoneError
from eyecatch.db.connection.bulk import insert_numbered, insert_rows, update_rows
from eyecatch.db.models import Base

TABLES = Base.metadata.tables


@pytest.fixture
def shot(index, season):
    """A shot for tracks to be in, and its episode."""
    episode = season.add(index).id
    with index.writing() as connection:
        (shot,) = insert_numbered(
            connection,
            TABLES["shot"],
            ("episode_id", "number", "start", "stop"),
            [(episode, 0, 0, 9)],
        )
    return episode, shot


COLUMNS = ("episode_id", "number", "shot_id", "start", "stop", "start_pts", "stop_pts", "unsure")


def tracks(connection, shot, numbers):
    rows = [(shot[0], number, shot[1], 0, 9, -5, 2**40, False) for number in numbers]
    return insert_numbered(connection, TABLES["track"], COLUMNS, rows)


def stored(connection, *names):
    table = TABLES["track"]
    columns = [table.c[name] for name in names]
    return [tuple(row) for row in connection.execute(sa.select(*columns).order_by(table.c.number))]


def test_numbers_are_those_of_the_rows_and_go_on(index, shot):
    with index.writing() as connection:
        first, second = tracks(connection, shot, [0, 1]), tracks(connection, shot, [2])
        assert stored(connection, "id", "number") == [*zip(first + second, range(3), strict=True)]
        assert insert_numbered(connection, TABLES["track"], COLUMNS, []) == []
        # Whoever inserts in the usual way afterwards gets the next number.
        values = dict(zip(COLUMNS, (shot[0], 3, shot[1], 0, 9, 0, 9, True), strict=True))
        added = connection.execute(
            sa.insert(TABLES["track"]).values(values).returning(sa.text("id"))
        )
        assert added.scalar_one() not in first + second
    with index.reading() as connection:
        assert stored(connection, "start_pts", "stop_pts", "unsure")[0] == (-5, 2**40, False)


def test_changes_of_many_rows_are_each_rows_own(index, shot):
    names = ("confidence", "unsure", "top", "decided_by")
    said = [
        (0.5, True, [["Hiei", 0.5], ["Kurama's", 0.25]], "model"),
        (None, False, None, None),
        (1.0, False, [], "person"),
    ]
    with index.writing() as connection:
        ids = tracks(connection, shot, range(4))
        rows = [(id_, *values) for id_, values in zip(ids, said, strict=False)]
        update_rows(connection, TABLES["track"], names, rows[::-1])
        update_rows(connection, TABLES["track"], names, [])
    with index.reading() as connection:
        assert stored(connection, *names) == [*said, (None, False, None, None)]
        nulls = sa.select(sa.func.count()).where(TABLES["track"].c.top.is_(None))
        assert connection.scalar(nulls) == 2, "nothing is NULL, not the word null of JSON"


@pytest.mark.parametrize("url", ["postgres"], indirect=True)
def test_a_server_that_goes_while_rows_come_is_told_as_gone(index, shot):
    """A job then waits for it to come back (``jobs.indexing.job_run``)."""

    def rows(process):
        yield shot[0], 0, shot[1], 0, 9, 0, 9, False
        with index.engine.connect() as other:
            other.execute(sa.func.pg_terminate_backend(process).select())
        yield shot[0], 1, shot[1], 0, 9, 0, 9, False

    def insert():
        with index.writing() as connection:
            process = connection.scalar(sa.func.pg_backend_pid().select())
            insert_rows(connection, TABLES["track"], COLUMNS, rows(process))

    with pytest.raises(DatabaseGoneError):
        insert()
    with index.reading() as connection:
        assert stored(connection, "number") == []
