"""What all tables share: the words for states, types, and how constraints are called in SQL."""

from __future__ import annotations

from typing import Final

from sqlalchemy import CheckConstraint, MetaData
from sqlalchemy.orm import DeclarativeBase

from eyecatch.db.models.types import Blob, Checked, Flag, Key, Real, Whole, Words

PENDING: Final = "pending"
DONE: Final = "done"
FAILED: Final = "failed"
INCOMPLETE: Final = "incomplete"
RUNNING: Final = "running"
STOPPED: Final = "stopped"
DIED: Final = "died"  # of a run, as it is shown; never stored: its process is gone
MODEL: Final = "model"
PERSON: Final = "person"

CHUNK_STATES: Final = (PENDING, DONE, FAILED)
EPISODE_STATES: Final = (PENDING, DONE, INCOMPLETE, FAILED)
RUN_STATES: Final = (RUNNING, DONE, STOPPED, FAILED)
DECIDERS: Final = (MODEL, PERSON)


def one_of(table: str, column: str, values: tuple[str, ...]) -> CheckConstraint:
    """The column of a table holds one of these words; named as in migrations."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"ck_{table}_{column}")


class Base(DeclarativeBase):
    """The parent of every table."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        int: Whole,
        float: Real,
        bool: Flag,
        str: Words,
        bytes: Blob,
    }

    def __init_subclass__(cls) -> None:
        """Tell each column's type where it is, for the sentence about a value that is wrong."""
        super().__init_subclass__()
        for column in cls.__table__.columns:
            if column.foreign_keys:  # it has the type of what it refers to: the same object
                column.type = Key()
            assert isinstance(column.type, Checked), f"{column}: its values are not checked"
            column.type.column = str(column)
