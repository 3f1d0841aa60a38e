"""Rows that hold what can't be in their columns: refused with the table, never handed on."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
import sqlalchemy as sa

from eyecatch.core.errors import DatabaseError
from eyecatch.db.index import open_index
from eyecatch.db.models import Base
from eyecatch.db.models.types import Words
from eyecatch.db.models.wrong_value import WrongValueError

COLUMNS = [column for table in Base.metadata.sorted_tables for column in table.columns]

TYPES = {"Json": (dict, list), "Blob": bytes, "Real": float, "Flag": bool} | dict.fromkeys(
    ("Words", "PathText", "Digest", "HexColour"), str
)
"""What a column of each type gives; all others give whole numbers."""

WRONG = (b"\x00\xff", "Hiei", 2**62, -(2**62), -1.5, 9e999, b"", "", "[]", '{"a": NaN}', "[[1]]")


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    """An index with a row in each table, and no foreign keys or constraints kept."""
    file = tmp_path_factory.mktemp("wrong") / "season.db"
    open_index(str(file)).close()
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        for table in Base.metadata.sorted_tables:
            connection.execute(f"INSERT INTO {table.name} {_plain(table)}")
        connection.execute("PRAGMA synchronous = OFF")
        with open_index(str(file), create=False) as index:
            yield index, connection


def _plain(table: sa.Table) -> str:
    """A row that is as it should be, but for what it refers to."""
    values = {"Json": "'{}'", "Blob": "x'00'", "Real": "0.5"}
    plain = {
        column.name: "'a'"
        if isinstance(column.type, Words)
        else values.get(type(column.type).__name__, "1")
        for column in table.columns
    }
    plain["characters"] = "'[]'"
    given = ["NULL" if column.nullable else plain[column.name] for column in table.columns]
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    return f"({names}) VALUES ({', '.join(given)})"


@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_what_is_read_is_of_its_columns_type_or_refused(rows, column):
    """Each column given bytes, texts, huge and broken numbers, infinity."""
    index, connection = rows
    name, table = f'"{column.name}"', column.table.name
    (before,) = connection.execute(f"SELECT {name} FROM {table}").fetchone()
    refused, kept_out = [], False
    for value in WRONG:
        try:
            connection.execute(f"UPDATE {table} SET {name} = ?", (value,))
        except sqlite3.IntegrityError:  # the one column in which SQLite keeps numbers alone
            kept_out = True
            continue
        try:
            with index.reading() as reading:
                (read,) = reading.execute(sa.select(column)).one()
        except DatabaseError as error:
            refused.append(str(error))
        else:
            assert read is None or isinstance(read, TYPES.get(type(column.type).__name__, int))
    connection.execute(f"UPDATE {table} SET {name} = ?", (before,))
    assert kept_out or len(refused) >= (2 if isinstance(column.type, Words) else 4)
    said = f"{column.name} of a row of its table {table} is"
    assert all(said in one and "doctor" in one and "\n" not in one for one in refused)


@pytest.mark.parametrize("value", WRONG, ids=ascii)
def test_many_rows_are_checked_too(rows, value):
    """``find`` reads its rows by column."""
    index, connection = rows
    connection.execute("UPDATE character SET forgotten = 0")
    connection.execute("UPDATE appearance SET stop_pts = ?, unsure = 0", (value,))
    if isinstance(value, int):
        found = index.queries.find(["a"], min_seconds=0)
        told = [one.stop_pts for answer in found for one in answer.ranges]
        assert told == ([value] if value > 0 else []), "what ends before it begins is no range"
        return
    with pytest.raises(DatabaseError, match="stop_pts of a row of its table appearance"):
        index.queries.find(["a"])


NUMBER, BYTES = Base.metadata.tables["face"].c.cluster_id, Base.metadata.tables["face"].c.embedding


@pytest.mark.parametrize(
    ("column", "values"), [(NUMBER, (1, None, -(2**63), 2**63 - 1)), (BYTES, (b"", None, b"a"))]
)
def test_what_is_lacking_among_many_values_is_none(column, values):
    assert [*column.type.read_all(values)] == [*values]
    assert [*column.type.read_all(())] == []
    for wrong in ("1", 1.0):
        with pytest.raises(WrongValueError, match=column.name):
            column.type.read_all((*values, wrong))


def test_rows_that_name_others_which_are_not_there_are_said(rows):
    index, connection = rows
    connection.execute("UPDATE role_tally SET character_id = 99, kind = 'story', units = 1000000")
    with pytest.raises(DatabaseError, match="fit together"):
        index.summaries.episodes()
