"""The shapes of what columns of JSON hold, as functions that know one from another value."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeGuard

from eyecatch.core.segments.kinds import KINDS, STORY


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """An object of JSON."""
    return isinstance(value, dict)


def is_texts(value: object) -> bool:
    """A list of texts."""
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def is_amounts(value: object) -> bool:
    """An object whose values are finite numbers."""
    return is_object(value) and all(map(_is_number, value.values()))


def is_chances(value: object) -> bool:
    """A list of names, each with a number."""
    return isinstance(value, list) and all(
        isinstance(one, list) and len(one) == 2 and isinstance(one[0], str) and _is_number(one[1])
        for one in value
    )


def is_spans(value: object) -> bool:
    """A list of half-open ranges."""
    return isinstance(value, list) and all(
        isinstance(one, list)
        and len(one) == 2
        and all(type(number) is int for number in one)
        and 0 <= one[0] <= one[1]
        for one in value
    )


def is_damage(value: object) -> bool:
    """A list of half-open ranges, of frames and then of their times; see ``Damage``."""
    return isinstance(value, list) and all(
        isinstance(one, list)
        and len(one) == 4
        and all(type(number) is int and abs(number) < 2**63 for number in one)
        and 0 <= one[0] <= one[1] < 2**31
        for one in value
    )


def is_change(value: object) -> bool:
    """What ``db.review.undo.Change`` holds: lists of numbers, pairs, segments and characters."""
    return is_object(value) and all(
        isinstance(listed, list) and all(map(_fits(name), listed)) for name, listed in value.items()
    )


def _fits(name: str) -> Callable[[object], bool]:
    if name == "characters":
        return _is_character
    return _is_segment if name.startswith("segments_") else _is_number_or_pair


def _is_number_or_pair(value: object) -> bool:
    if not isinstance(value, list):
        return type(value) is int
    return len(value) == 2 and type(value[0]) is int and type(value[1]) in {int, type(None)}


def _is_character(value: object) -> bool:
    """A list of what ``db.review.character_changes.CharacterState`` has."""
    if not isinstance(value, list) or len(value) != 6:
        return False
    character_id, name, cover_id, merged_into, forgotten, aliases = value
    return (
        _is_count(character_id, 2**63)
        and isinstance(name, str)
        and all(one is None or _is_count(one, 2**63) for one in (cover_id, merged_into))
        and isinstance(forgotten, bool)
        and is_texts(aliases)
    )


def _is_segment(value: object) -> bool:
    """A list of what ``db.review.segment_changes.SegmentState`` has."""
    if not isinstance(value, list) or len(value) != 7:
        return False
    episode_id, kind, start, stop, confidence, by, shared = value
    return (
        _is_count(episode_id, 2**63)
        and kind in (*KINDS, STORY)
        and all(_is_count(one, 2**31) for one in (start, stop))
        and start <= stop
        and _is_number(confidence)
        and 0 <= confidence <= 1
        and by in ("model", "person")
        and (shared is None or _is_count(shared, 2**31))
    )


def _is_count(value: object, limit: int) -> bool:
    return type(value) is int and 0 <= value < limit


def _is_number(value: object) -> bool:
    return type(value) in {int, float} and math.isfinite(value)  # type: ignore[arg-type]
