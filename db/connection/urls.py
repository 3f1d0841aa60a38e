"""The URL of an index: read from what a user writes, and shown without its password."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url

from eyecatch.core.arguments import Database, database
from eyecatch.core.errors import DatabaseError

_POSTGRES = "postgresql+psycopg"
_DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgres": _POSTGRES,
    "postgresql": _POSTGRES,
    _POSTGRES: _POSTGRES,
}


def parse_url(where: Database | None) -> URL:
    """The SQLAlchemy URL for a path of an SQLite file or any URL; None for the usual one.

    Raises:
        DatabaseError: it is no URL, or of a database that isn't supported.
    """
    url = database(where)
    if "://" not in url:
        return URL.create("sqlite", database=str(Path(url).expanduser().absolute()))
    try:
        parsed = make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        # What can't be parsed can't be stripped of its password either.
        scheme = url.partition("://")[0]
        problem = "is not a database URL"
        raise DatabaseError(
            f"{scheme}://…", problem, "write it as the documentation does"
        ) from None
    if parsed.drivername not in _DRIVERS:
        shown = parsed.render_as_string(hide_password=True)
        raise DatabaseError(shown, "is of no supported kind", "use a file's path or postgresql://…")
    return parsed.set(drivername=_DRIVERS[parsed.drivername])


def shown_url(url: URL) -> str:
    """A URL as it may be printed: a file's path, or the URL without its password."""
    if url.get_backend_name() == "sqlite":
        return url.database or ":memory:"
    return url.render_as_string(hide_password=True)


def sqlite_file(url: URL) -> Path | None:
    """The file of an SQLite index, or None where there is no plain file."""
    if url.get_backend_name() != "sqlite" or not url.database:
        return None
    return None if url.database.startswith((":memory:", "file:")) else Path(url.database)
