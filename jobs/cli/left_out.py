"""What a table says below itself of what it does not count: segments, and glimpses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from eyecatch.core.counting import LEAST_SECONDS
from eyecatch.core.segments.kinds import LEFT_OUT
from eyecatch.jobs.cli.output import print_text


def places(left_out: Sequence[tuple[str, int]]) -> str:
    """Segments by kind and number, at least one.

    Example:
        >>> places([("opening", 24), ("recap", 1)])
        '24 openings and 1 recap'
    """
    return _listed(f"{n} {kind if n == 1 else _several(kind)}" for kind, n in left_out)


def remedy(left_out: Sequence[tuple[str, int]]) -> str:
    """How they are counted all the same."""
    return f"--with all counts {'it' if sum(n for _, n in left_out) == 1 else 'them'}"


def say_left_out(rows: Sequence[Mapping[str, Any]]) -> None:
    """Say which kinds the rows above don't count; nothing where they count all.

    Args:
        rows: each with a mapping by kind as ``left_out``.
    """
    kinds = {kind for row in rows for kind in row["left_out"]}
    if kinds:
        said = _listed(_several(kind) for kind in LEFT_OUT if kind in kinds)
        print_text(f"\nWithout {said}: --with all counts them.")


def glimpses_said(count: int, min_seconds: float) -> str:
    """How many stretches were too short to count, in a sentence; empty where there are none.

    Args:
        count: how many.
        min_seconds: as it was asked for.

    Example:
        >>> glimpses_said(3, 1.0)
        'And 3 glimpses under a second: --min-seconds 0 shows them.'
    """
    if not count:
        return ""
    least = "a second" if min_seconds >= LEAST_SECONDS else f"{min_seconds:g} s"
    many = "1 glimpse" if count == 1 else f"{count} glimpses"
    return f"And {many} under {least}: --min-seconds 0 shows {'it' if count == 1 else 'them'}."


def too_short_said(count: int, min_seconds: float) -> str:
    """In how many episodes there was too little, in a sentence; empty where in none.

    Example:
        >>> too_short_said(2, 3.0)
        'And in 2 episodes for less than 3 s: --min-seconds 1 shows them.'
    """
    if not count:
        return ""
    many = "1 episode" if count == 1 else f"{count} episodes"
    shows = f"--min-seconds {LEAST_SECONDS:g} shows {'it' if count == 1 else 'them'}"
    return f"And in {many} for less than {min_seconds:g} s: {shows}."


def say_glimpses(count: int, min_seconds: float) -> None:
    """Say the same below a table."""
    if count:
        print_text(f"\n{glimpses_said(count, min_seconds)}")


def _several(kind: str) -> str:
    return f"{kind}es" if kind.endswith("ch") else f"{kind}s"


def _listed(parts: Iterable[str]) -> str:
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last
