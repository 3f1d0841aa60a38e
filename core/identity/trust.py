"""How sure is sure enough: the levels of trust at which a bundle can decide.

A bundle may hold a table of thresholds for each level, fitted where its calibration was. To decide
at another level than ``balanced`` moves thresholds and nothing else: embeddings, logits and chances
stay, so whatever an index keeps of them is decided again as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from eyecatch.core.errors import RequestError

if TYPE_CHECKING:  # the command line names the levels, and loads no NumPy for it
    from eyecatch.core.identity.decision import Thresholds

BALANCED: Final = "balanced"
"""The level of a bundle's calibration as it is."""

LEVELS: Final = ("high", BALANCED, "eager")
"""From the one that names least, and errs least, to the one that names most."""

MAX_THRESHOLD: Final = 0.99
"""No threshold is set higher, so that a clear face can always be named."""


def check_level(level: str) -> str:
    """The level itself; RequestError if there is none of that name."""
    if level not in LEVELS:
        raise RequestError(
            f"there is no level of trust {level!r}", f"use {', '.join(LEVELS[:-1])} or {LEVELS[-1]}"
        )
    return level


def check_table(table: Mapping[str, Thresholds], balanced: Thresholds) -> None:
    """Makes sure that a table's levels are in order, and that ``balanced`` is the calibration's.

    Args:
        table: the thresholds ``maybe`` and ``sure`` of each level; empty where a bundle has none.
        balanced: those of the calibration.

    Raises:
        ValueError: it is no such table.
    """
    if not table:
        return
    if set(table) != set(LEVELS):
        raise ValueError(f"trust: expected the levels {', '.join(LEVELS)}, got {', '.join(table)}")
    for level, (maybe, sure) in table.items():
        if not (_is_number(maybe) and _is_number(sure) and 0 <= maybe <= sure <= 1):
            raise ValueError(
                f"trust, {level}: expected 0 <= maybe <= sure <= 1, got {maybe}, {sure}"
            )
    if table[BALANCED] != balanced:
        raise ValueError(f"trust, {BALANCED}: expected the calibration's own thresholds")
    for stricter, other in pairwise(LEVELS):
        if any(a < b for a, b in zip(table[stricter], table[other], strict=True)):
            raise ValueError(f"trust: expected {stricter} to ask for no less than {other}")


def moved(own: float | None, by: float) -> float | None:
    """A character's own threshold at another level; None stays None.

    Args:
        own: the threshold.
        by: how far the calibration's moved. One that is above ``MAX_THRESHOLD`` rises no further.
    """
    if own is None:
        return None
    return min(max(own + by, 0.0), max(own, MAX_THRESHOLD))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
