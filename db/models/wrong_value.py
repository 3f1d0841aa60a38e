"""What is said of a value of an index that can't be in its column."""

from __future__ import annotations

from typing import Final

_SHOWN: Final = 40
"""Letters of a wrong value that a sentence shows."""


class WrongValueError(ValueError):
    """A value of an index that can't be in its column.

    Args:
        column: which, as ``table.column``.
        expected: what should be there, as a noun phrase.
        found: what is.
    """

    def __init__(self, column: str, expected: str, found: object) -> None:
        super().__init__(column, expected, found)
        self.column, self.expected, self.found = column, expected, found

    def __str__(self) -> str:
        table, _, column = self.column.partition(".")
        return (
            f"{column} of a row of its table {table} is {_shown(self.found)}, not {self.expected}"
        )


def _shown(value: object) -> str:
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    text = ascii(value) if isinstance(value, str) else str(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
