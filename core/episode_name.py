"""What an episode is called among others: its season, its number, its title."""

from __future__ import annotations

from math import inf
from typing import Final, NamedTuple


def place_of(
    season: int | None, number: float | None, special: str | None
) -> tuple[bool, int, float]:
    """The place of an episode among those of its series; see ``EpisodeName``."""
    is_special = special is not None or season == 0
    return is_special, 1 if season is None else season, inf if number is None else number


class EpisodeName(NamedTuple):
    """What an episode is called; None where that isn't known.

    Attributes:
        series: the show, as its files call it.
        season: 0 is where players put specials.
        number: in its season, or in all where files count on; 12.5 is a recap between two.
        last_number: of a file that holds several.
        title: of this episode.
        special: what it is if no episode of the story, such as ``NCOP``; ``number`` counts those.
    """

    series: str | None = None
    season: int | None = None
    number: float | None = None
    last_number: float | None = None
    title: str | None = None
    special: str | None = None

    @property
    def place(self) -> tuple[bool, int, float]:
        """Where it is among those of its series: story by season and number, then specials."""
        return place_of(self.season, self.number, self.special)

    @property
    def label(self) -> str | None:
        """What it is called for short, such as ``S01E03``; None without number and special.

        Example:
            >>> EpisodeName(season=1, number=3.0, last_number=4.0).label
            'S01E03-E04'
            >>> EpisodeName(number=892.0).label, EpisodeName(number=12.5).label
            ('E892', 'E12.5')
            >>> EpisodeName(season=2, special="NCOP", number=1.0).label
            'S02 NCOP1'
        """
        if self.special is not None:
            before = f"S{self.season:02} " if self.season else ""
            number = "" if self.number is None else f"{self.number:g}"
            return f"{before}{self.special}{number}"
        if self.number is None:
            return None
        before = "" if self.season is None else f"S{self.season:02}"
        last = "" if self.last_number is None else f"-{_numbered(self.last_number)}"
        return f"{before}{_numbered(self.number)}{last}"


NO_NAME: Final = EpisodeName()
"""Of an episode of which nothing is known."""


def _numbered(number: float) -> str:
    return f"E{'0' if number < 10 else ''}{number:g}"
