"""What a database says when something is wrong, as one sentence for the user."""

from __future__ import annotations

from typing import Final

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from eyecatch.core.errors import DatabaseError, DatabaseGoneError
from eyecatch.db.connection.urls import shown_url
from eyecatch.db.models.wrong_value import WrongValueError

# Part of the driver's message -> problem, advice. The first that fits is taken.
_KNOWN: Final = (
    (
        "database is locked",
        "another program keeps the index locked",
        "wait until it is done and try again",
    ),
    (
        "database or disk is full",
        "the disk is full",
        "make room and run the same again: what was finished is kept",
    ),
    ("disk i/o error", "the disk can't be read or written", "check the disk and its free space"),
    ("readonly database", "the index is read-only", "change its permissions or choose another"),
    (
        "unable to open database file",
        "the index can't be opened",
        "check that its folder exists and may be written",
    ),
    ("file is not a database", "is not an index", "choose another file with --db"),
    (
        "database disk image is malformed",
        "the index is damaged",
        "restore a copy, or delete it and index again",
    ),
    ("password authentication failed", "the user or the password is wrong", "check the URL"),
    ("no password supplied", "the server asks for a password", "put it into the URL"),
    ("could not translate host name", "the host is unknown", "check the URL"),
    ("failed to resolve host", "the host is unknown", "check the URL"),
    ("does not exist", "there is no such database or user", "create it, or check the URL"),
    ("permission denied", "this user may not do that", "grant it the rights, or use another"),
)


# What a server that goes, is away or comes says; libpq's and the server's own words.
_GONE: Final = (
    "server closed the connection",
    "connection refused",
    "terminating connection",
    "the database system is",
    "could not receive data from server",
    "connection reset by peer",
    "connection timeout expired",
    "the connection is lost",
    "the connection is closed",
)


def wrong_value(url: URL, error: WrongValueError) -> DatabaseError:
    """The error for a value that can't be in its column."""
    advice = "restore a copy of the index; eyecatch doctor --db says what else is wrong"
    return DatabaseError(shown_url(url), str(error), advice)


def contradiction(url: URL, error: Exception) -> DatabaseError:
    """The error for rows that are of the right types and don't fit together.

    Or for a fault of ours, which looks the same: so the sentence says what tells them apart.
    """
    problem = f"its rows don't fit together ({type(error).__name__}: {error})"
    advice = "eyecatch doctor --db says which; if it finds nothing wrong, please report this"
    return DatabaseError(shown_url(url), problem, advice)


def database_error(url: URL, error: SQLAlchemyError) -> DatabaseError:
    """The error for what SQLAlchemy raised; DatabaseGoneError where the server went away."""
    text = str(error.orig if isinstance(error, DBAPIError) else error)
    for part, problem, advice in _KNOWN:
        if part in text.lower():
            return DatabaseError(shown_url(url), problem, advice)
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    if lost or any(part in text.lower() for part in _GONE):
        return DatabaseGoneError(
            shown_url(url), "no server answers there", "start it, or check host and port"
        )
    first = text.strip().partition("\n")[0].rstrip(".")
    return DatabaseError(shown_url(url), f"the database says: {first}")
