"""Whether a span that two episodes seem to share is one: alike is not the same.

In a drawn show there are few rooms and few faces, and hashes are coarse: two shots of one person
before one wall look alike, drawn anew or not. What is the same agrees better, and over a cut.
"""

from __future__ import annotations

from typing import Final

from eyecatch.core.segments.alignment import SharedSpan
from eyecatch.core.segments.edges import nearest
from eyecatch.core.segments.grid import Grid

_WITHIN_A_SHOT, _OVER_CUTS, _LONG_OVER_CUTS = 6.5, 7.5, 9.5
"""Bits in which a drawing may differ to speak for a span that lies within one shot, for one with a
cut that both episodes have, and for a long one: what differs more speaks against it. Names that are
written over all of an opening change seven."""

_LONG: Final = 6.0
"""Seconds from which a span is long."""

_LEAST: Final = 6.0
"""Bits by which all its drawings together have to agree better."""

_STILL: Final = ((1.2, 2.0), (2.0, 5.0))
"""A span of one drawing, if it stands for so many seconds and differs in so few bits."""

_CLEAR: Final = 0.3
"""Seconds that a cut is from the ends of a span, to lie within it."""

_SAME: Final = 0.1
"""Seconds between two cuts, one in each episode, that are one."""


def is_certain(span: SharedSpan, a: Grid, b: Grid) -> bool:
    """Whether a span is shared for certain.

    Args:
        span: as it was found.
        a: the grid of its first episode.
        b: that of its second.
    """
    if span.drawings == 1:
        length = span.stop - span.start
        return any(length >= least and span.bits <= most for least, most in _STILL)
    limit = _WITHIN_A_SHOT
    if common_cuts(span, a, b):
        limit = _LONG_OVER_CUTS if span.stop - span.start >= _LONG else _OVER_CUTS
    return span.drawings * (limit - span.bits) >= _LEAST


def common_cuts(span: SharedSpan, a: Grid, b: Grid) -> int:
    """How many cuts within a span both episodes have."""
    inside = a.cuts[(a.cuts > span.start + _CLEAR) & (a.cuts < span.stop - _CLEAR)]
    return sum(nearest(b.cuts, span.there(cut), _SAME) is not None for cut in inside.tolist())
