"""A part of a long list: so many of its items, after so many others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from eyecatch.core.errors import RequestError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page:
    """Which items of a list are wanted.

    Attributes:
        limit: how many at most; None for all.
        offset: how many are left out before them.

    Raises:
        RequestError: one of them is below 0.
    """

    limit: int | None = None
    offset: int = 0

    def __post_init__(self) -> None:
        if self.offset < 0 or (self.limit is not None and self.limit < 0):
            raise RequestError("a list has no part of less than nothing", "give 0 or more")

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left out."""
        return self.limit is None and not self.offset

    def of(self, items: Sequence[T]) -> Sequence[T]:
        """The items that are wanted.

        Example:
            >>> Page(limit=2, offset=1).of("abcd")
            'bc'
        """
        return items[self.offset : None if self.limit is None else self.offset + self.limit]


WHOLE: Final = Page()
"""All of a list."""
