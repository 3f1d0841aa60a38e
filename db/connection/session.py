"""The part of an open index that writes, one transaction at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import URL, Connection, Engine

from eyecatch.db.connection.engine import writing
from eyecatch.db.connection.errors import one_sentence
from eyecatch.db.questions import Questions


class Writer(Questions):
    """Transactions for the parts that keep something."""

    def __init__(self, url: URL, engine: Engine) -> None:
        super().__init__(url, engine)
        self._writing = writing(engine)

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with one_sentence(self._url), self._writing.begin() as connection:
            yield connection
