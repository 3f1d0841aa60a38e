"""What all tables share: the words for states, types, and how constraints are called in SQL."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import JSON, BigInteger, CheckConstraint, Integer, LargeBinary, MetaData
from sqlalchemy.orm import DeclarativeBase

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

# SQLite gives a row its number by itself only where the column is called INTEGER.
BigId = BigInteger().with_variant(Integer, "sqlite")


def one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    """The column holds one of these words."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


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
        int: BigInteger,
        bytes: LargeBinary,
        dict[str, Any]: JSON,
        list[Any]: JSON,
    }
