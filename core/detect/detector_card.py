"""The card of an adapted detector: what it learned from, and its figures."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, NoReturn

FORMAT: Final = 1
"""Raised whenever a card says more, or says it otherwise; older ones stay readable."""

LARGEST: Final = 2**20
"""Bytes of a card: names of several thousand files."""

MOST_EPISODES: Final = 2000
"""Names of files that a card lists; the others only count."""

_LONGEST: Final = 1000
"""Letters of a file's name: more than any system allows."""

_MOST_ROUNDS, _MOST_FIGURES = 50, 40

_COUNT: Final = 2**53

_FIGURE: Final = re.compile(r"[a-z][a-z0-9_]{0,40}")

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")

_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")

_VERSION: Final = re.compile(r"[0-9A-Za-z.+-]{1,40}")

Figures = Mapping[str, float]
"""Numbers by what they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorCard:
    """What an adapted detector learned from, and how it did; the attributes are keys of its JSON.

    Attributes:
        eyecatch: version of the program that made it.
        made: day on which it was made, as ``2026-11-29``, UTC.
        started_from: digest of the detector whose weights it started from.
        files: how many videos it learned from.
        episodes: their files' names, no more than MOST_EPISODES.
        frames: of these videos that it learned from.
        faces: that it found in them by itself and learned.
        labelled_pictures: pictures that people had boxed, and frames with faces that people named,
            drew or said to be none.
        labelled_boxes: faces, and boxes that are none, which people gave it.
        seed: of everything that was random.
        rounds: of each round that was kept, its figures.

    Raises:
        ValueError: an attribute is of another kind, or beyond bounds; the message is a clause.
    """

    eyecatch: str
    made: str
    started_from: str
    files: int
    episodes: tuple[str, ...]
    frames: int
    faces: int
    labelled_pictures: int
    labelled_boxes: int
    seed: int
    rounds: tuple[Figures, ...]

    def __post_init__(self) -> None:
        for name in ("files", "frames", "faces", "labelled_pictures", "labelled_boxes", "seed"):
            _check(type(getattr(self, name)) is int and 0 <= getattr(self, name) <= _COUNT, name)
        for name, form in (("eyecatch", _VERSION), ("made", _DATE), ("started_from", _DIGEST)):
            value = getattr(self, name)
            _check(isinstance(value, str) and form.fullmatch(value), name)
        _check(len(self.episodes) <= MOST_EPISODES, "episodes")
        _check(all(isinstance(e, str) and len(e) <= _LONGEST for e in self.episodes), "episodes")
        _check(len(self.rounds) <= _MOST_ROUNDS and all(map(_are_figures, self.rounds)), "rounds")

    def encoded(self) -> bytes:
        """As JSON in ASCII."""
        card = {"format": FORMAT, **asdict(self), "rounds": [dict(one) for one in self.rounds]}
        return json.dumps(card, ensure_ascii=True).encode()


class OtherFormatError(ValueError):
    """A card is of a format that only a newer version of eyecatch reads."""


def decode_card(content: bytes) -> DetectorCard:
    """Reads a card that a stranger may have made.

    Args:
        content: what ``DetectorCard.encoded`` gave.

    Raises:
        OtherFormatError: it is of a newer version.
        ValueError: it is no card; the message is a clause.
    """
    _check(len(content) <= LARGEST, "size")
    try:
        read: Any = json.loads(content.decode("ascii"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise ValueError("its card is no JSON") from error
    _check(isinstance(read, dict), "form")
    format_ = read.pop("format", None)
    if type(format_) is int and format_ > FORMAT:
        raise OtherFormatError(f"its card is of format {format_}")
    names = {one.name for one in fields(DetectorCard)}
    _check(format_ == FORMAT and set(read) == names, "form")
    for name in ("episodes", "rounds"):
        _check(isinstance(read[name], list), name)
        read[name] = tuple(read[name])
    return DetectorCard(**read)


def _are_figures(one: object) -> bool:
    return (
        isinstance(one, dict)
        and len(one) <= _MOST_FIGURES
        and all(isinstance(key, str) and _FIGURE.fullmatch(key) for key in one)
        and all(type(v) in {int, float} and abs(v) <= _COUNT for v in one.values())
        and all(map(math.isfinite, one.values()))
    )


def _check(fine: object, name: str) -> None:
    if not fine:
        raise ValueError(f"its card is not sound ({name})")


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON")
