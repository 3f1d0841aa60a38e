"""Where the labels of a time axis are."""

from __future__ import annotations

from typing import Final

STEPS: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600)
"""Seconds between two labels: those that people count in."""


def label_step(length: float, most: int = 12) -> int:
    """Seconds between the labels of an axis of so many seconds, about ``most`` of them at most.

    Example:
        >>> label_step(23), label_step(1320), label_step(1320, most=6)
        (2, 120, 300)
    """
    return next((step for step in STEPS if length / step <= most), STEPS[-1])
