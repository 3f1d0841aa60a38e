"""The kinds of segments, and what is counted: story always, other kinds where somebody asks."""

from __future__ import annotations

from typing import Final

from eyecatch.core.arguments import Names
from eyecatch.core.errors import RequestError

OPENING: Final = "opening"
ENDING: Final = "ending"
EYECATCH: Final = "eyecatch"
RECAP: Final = "recap"
PREVIEW: Final = "preview"
REUSED: Final = "reused"
STORY: Final = "story"
"""What is none of the kinds: only a person says so, of a place where something was found."""

KINDS: Final = (OPENING, ENDING, EYECATCH, RECAP, PREVIEW, REUSED)
"""What a segment may be. An eyecatch is any card: sponsors' and bumpers too; a reused one is a
stock shot or a flashback, which is story all the same."""

LEFT_OUT: Final = (OPENING, ENDING, EYECATCH, RECAP, PREVIEW)
"""The kinds that are no story: answers leave them out unless asked for."""

ALL: Final = "all"
"""Asks for every kind."""


def kinds_left_out(with_kinds: Names = ()) -> frozenset[str]:
    """The kinds that are not counted.

    Args:
        with_kinds: kinds that are counted beside story, or ``all``; a text has commas between them.

    Raises:
        RequestError: there is no such kind.

    Example:
        >>> sorted(kinds_left_out("opening, recap"))
        ['ending', 'eyecatch', 'preview']
    """
    words = with_kinds.split(",") if isinstance(with_kinds, str) else with_kinds
    asked = {word.strip().lower() for word in words} - {""}
    known = (*LEFT_OUT, ALL)
    for word in sorted(asked - {*KINDS, STORY, ALL}):  # the last two of them count anyway
        import difflib  # noqa: PLC0415 - a question that is right needn't wait for it

        near = difflib.get_close_matches(word, known, n=1)
        advice = f"did you mean {near[0]}? Choose" if near else "choose"
        raise RequestError(f"{word!r} is no kind of segment", f"{advice} of {', '.join(known)}")
    return frozenset() if ALL in asked else frozenset(LEFT_OUT) - asked
