"""Where the names stand: beside their faces, on no face and on no other name.

It is point-feature label placement, greedy by priority (Christensen, Marks and Shieber, "An
Empirical Study of Algorithms for Point-Feature Label Placement", 1995): those who have a name come
first, large faces before small ones, and each takes the first side that is free. A side is chosen
for a track as a whole, so that names don't jump; only where none is free all the time is it
changed, and where none is free at all a name is made smaller, shortened, or left out until there is
room. ``jobs/review/static/tags.js`` keeps the same rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from eyecatch.core.text import one_line
from eyecatch.jobs.render.labels import Label, Tag
from eyecatch.jobs.render.tag_places import (
    INSIDE,
    SIDES,
    Rects,
    choose,
    in_picture,
    on_ellipse,
    overlap,
    places,
)
from eyecatch.jobs.render.text_width import is_wide, text_width

UNKNOWN = "unknown"
"""What stands on the tag of a face that nobody named."""

PART_OF_FACE = 0.22
"""Height of a name, of its face's: at 1080 lines names get smaller from faces of 150 pixels on."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Sizes of boxes and names in pixels of the video, which grow with it.

    Attributes:
        line: width of a box's line, which lies inside the box.
        edge: width of the dark edge outside of it.
        round: radius of its corners.
        text: size of a name as ASS counts, ascender to descender.
        least: the same at a small face.
        pad: round a name on its tag.
    """

    line: int
    edge: int
    round: int
    text: int
    least: int
    pad: int

    @classmethod
    def of(cls, height: int) -> Sizes:
        """For a video of that height: at 1080 lines a box of 4 pixels and a name of 34."""
        return cls(
            line=max(2, round(height / 270)),
            edge=1,
            round=max(3, round(height / 135)),
            text=max(15, round(height / 32)),
            least=max(11, round(height / 54)),
            pad=max(2, round(height / 240)),
        )


def shown_name(character: str | None) -> str:
    """The name on a tag."""
    return UNKNOWN if character is None else character


@dataclass(frozen=True, slots=True)
class _Form:
    """A way to write a name: its text and size, and the width and height of its tag."""

    text: str
    size: int
    pad: int
    width: int
    height: int

    @classmethod
    def of(cls, text: str, size: int, sizes: Sizes) -> _Form:
        pad = max(1, int(sizes.pad * size / sizes.text + 0.5))
        return cls(text, size, pad, text_width(text, size) + 2 * pad, size + 2 * pad)


class _Track:
    """The labels of a face that was followed, frame by frame."""

    def __init__(self, labels: Sequence[Label]) -> None:
        self.labels = labels
        self.start, self.stop = labels[0].start, max(label.stop for label in labels)
        self.boxes = np.full((self.stop - self.start, 4), np.nan, np.float32)
        for one in labels:
            box = one.x, one.y, one.x + one.w, one.y + one.h
            self.boxes[one.start - self.start : one.stop - self.start] = box
        self.tags = np.full_like(self.boxes, np.nan)
        self.character = labels[0].character

    @property
    def priority(self) -> tuple[bool, int, int, int]:
        """The lower, the earlier it is placed."""
        one = self.labels[0]
        largest = max(label.w * label.h for label in self.labels)
        return self.character is None, -largest, self.start, one.x

    def during(self, rects: Rects, start: int, stop: int) -> Rects:
        """Its ``boxes`` or ``tags`` in some frames, as far as it is there."""
        found = np.full((stop - start, 4), np.nan, np.float32)
        first, last = max(start, self.start), min(stop, self.stop)
        found[first - start : last - start] = rects[first - self.start : last - self.start]
        return found


def tagged(labels: Sequence[Label], width: int, height: int) -> tuple[Label, ...]:
    """The same labels with a place for each name, in any order.

    Args:
        labels: of an episode; one is parted where its name moves to another side.
        width: of the video in pixels.
        height: of the video.

    Returns:
        Labels whose ``tag`` is None where there is no room for a name.
    """
    tracks = [_Track(some) for some in _by_track(labels)]
    starts = np.array([track.start for track in tracks])
    stops = np.array([track.stop for track in tracks])
    sizes = Sizes.of(height)
    found: list[Label] = []
    for track in sorted(tracks, key=lambda track: track.priority):
        meets = np.flatnonzero((starts < track.stop) & (track.start < stops))
        others = [tracks[place] for place in meets if tracks[place] is not track]
        found += _placed(track, others, sizes, (width, height))
    return tuple(found)


def _by_track(labels: Sequence[Label]) -> Iterator[list[Label]]:
    def key(label: Label) -> tuple[int, str]:
        return -1 if label.track is None else label.track, label.character or ""

    for (number, _), some in groupby(sorted(labels, key=lambda one: (*key(one), one.start)), key):
        if number < 0:
            yield from ([one] for one in some)
        else:
            yield list(some)


def _placed(
    track: _Track, others: Sequence[_Track], sizes: Sizes, picture: tuple[int, int]
) -> Iterator[Label]:
    """The labels of a track with their places, which it keeps in ``tags`` for those that follow."""
    own, (start, stop) = track.boxes, (track.start, track.stop)
    forms = _forms(track, sizes, picture[0])
    rects = np.stack([places(own, (form.width, form.height), picture) for form in forms])
    free = in_picture(rects, picture)
    free &= np.where(INSIDE[:, None], ~on_ellipse(rects, own), ~overlap(rects, own))
    for other in others:
        free &= ~overlap(rects, other.during(other.boxes, start, stop))
        free &= ~overlap(rects, other.during(other.tags, start, stop))
    there = ~np.isnan(own[:, 0])
    chosen = choose(free | ~there, sum(form.text == forms[0].text for form in forms))
    flat = rects.reshape(-1, *rects.shape[2:])  # by place and frame, as they are chosen
    named = np.flatnonzero(there & (chosen >= 0))
    track.tags[named] = flat[chosen[named], named]
    taken = chosen.tolist()
    for label in track.labels:
        for first, last in _parted(taken, label.start - start, label.stop - start):
            tag = None
            if (place := taken[first]) >= 0:
                form, side = divmod(place, len(SIDES))
                tag = _tag(forms[form], flat[place, first], SIDES[side], picture[0])
            yield replace(label, start=start + first, stop=start + last, tag=tag)


def _parted(chosen: Sequence[int], start: int, stop: int) -> Iterator[tuple[int, int]]:
    """The stretches of some frames in which a choice stays, half-open."""
    for frame in range(start + 1, stop):
        if chosen[frame] != chosen[start]:
            yield start, frame
            start = frame
    yield start, stop


def _forms(track: _Track, sizes: Sizes, width: int) -> list[_Form]:
    """How its name may be written, the best first: in full, smaller, shortened."""
    name = " ".join(one_line(shown_name(track.character)).split())
    face = float(np.nanmedian(track.boxes[:, 3] - track.boxes[:, 1]))
    size = int(np.clip(int(PART_OF_FACE * face + 0.5), sizes.least, sizes.text))
    full = _fitted(name, size, sizes, width)
    small = _fitted(name, sizes.least, sizes, width)
    short = "?" if track.character is None else shortened(name)
    brief = _Form.of(short, sizes.least, sizes)
    return list(dict.fromkeys([full, small, brief]))


def shortened(name: str) -> str:
    """The short form of a name: its first word, or what that begins with.

    Example:
        >>> shortened("Velma Dinkley"), shortened("Shaggy"), shortened("草薙素子")
        ('Velma', 'Shag…', '草薙…')
    """
    first, *rest = name.split(" ")
    most = 2 if is_wide(first[:1] or " ") else 4
    return first if len(first) <= most + 1 or (rest and len(first) <= 8) else f"{first[:most]}…"


def _fitted(name: str, size: int, sizes: Sizes, width: int) -> _Form:
    """A name no wider than the picture; what is longer ends with three dots."""
    ends = range(len(name), 0, -1)
    forms = (_Form.of(name[:end] + "…" * (end < len(name)), size, sizes) for end in ends)
    return next((form for form in forms if form.width <= width), _Form.of("…", size, sizes))


def _tag(form: _Form, rect: Rects, side: str, width: int) -> Tag:
    """A tag in whole pixels; one that a player draws wider than we do grows away from the face."""
    left, top, right, _ = rect.astype(int).tolist()
    to_left = side in {"left top", "left bottom"} or right >= width or "right" in side.split()[1:]
    return Tag(form.text, form.size, form.pad, left, top, right, to_left)
