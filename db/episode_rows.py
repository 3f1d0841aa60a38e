"""Rows of episodes: what is asked of them, and what they become."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Select, SQLColumnExpression, case, exists, func, or_, select, table

from eyecatch.core.episode_name import EpisodeName
from eyecatch.core.storage import place
from eyecatch.core.video.types import NO_CROP, Video
from eyecatch.db.models import Episode, Series
from eyecatch.db.records.scan import Damage, EpisodeRecord

_COLUMNS: Final = (
    "id", "digest", "path", "frames", "end_pts", "broken_pts", "complete", "state", "scan_digest",
    "bundle_id", "stream", "codec", "pixel_format", "width", "height", "rotation",
    "pixel_aspect_num", "pixel_aspect_den", "time_base_num", "time_base_den",
    "rate_num", "rate_den", "duration_num", "duration_den", "origin_num", "origin_den", "timecode",
    "start_pts", "damage",
    "mirrored", "crop_left", "crop_top", "crop_right", "crop_bottom", "replaced_by",
    "season", "number", "last_number", "title", "special", "named_by",
)  # fmt: skip

_CROP: Final = ("crop_left", "crop_top", "crop_right", "crop_bottom")


SOMEBODY_SPOKE: Final = or_(
    exists().select_from(table("decision")), exists().select_from(table("unlike"))
)
"""Whether a person ever said who a face is, or is not; no question waits for all tables of that."""


def select_episodes() -> Select[Any]:
    """What ``episode_record`` takes: columns of episodes, their series' name, if names are due."""
    columns = [getattr(Episode, name) for name in _COLUMNS]
    due = (Episode.names_due & SOMEBODY_SPOKE).label("names_due")
    return select(*columns, Series.name.label("series"), due).outerjoin(
        Series, Episode.series_id == Series.id
    )


def episode_record(row: Sequence[Any]) -> EpisodeRecord:
    """A row of ``select_episodes`` as a record; taken apart by place, since there may be many."""
    (
        id_, digest, path, frames, end_pts, broken_pts, complete, state, scan_digest,
        bundle_id, stream, codec, pixel_format, width, height, rotation,
        aspect_num, aspect_den, base_num, base_den, rate_num, rate_den, length_num, length_den,
        origin_num, origin_den, timecode, start_pts, damage, mirrored, left, top, right, bottom,
        replaced_by, season, number, last_number, title, special, named_by, series, names_due,
    ) = row  # fmt: skip
    end = end_pts if broken_pts is None else broken_pts
    video = Video(
        place(path),
        stream,
        codec,
        pixel_format,
        width,
        height,
        rotation,
        _fraction(aspect_num, aspect_den),
        _fraction(base_num, base_den),
        _fraction(rate_num, rate_den),
        None if length_num is None else _fraction(length_num, length_den),
        None if origin_num is None else _fraction(origin_num, origin_den),
        timecode,
        bool(mirrored),
        NO_CROP if left is None else (left, top, right, bottom),
    )
    return EpisodeRecord(
        id_,
        digest,
        video,
        series,
        frames,
        _fraction(end * base_num, base_den),
        complete,
        state,
        scan_digest,
        bundle_id,
        bool(names_due),
        _fraction((start_pts or 0) * base_num, base_den),
        replaced_by is not None,
        tuple(Damage(*some) for some in damage or ()),
        named=EpisodeName(series, season, number, last_number, title, special),
        named_by=named_by,
    )


LAST: Final = sys.float_info.max
"""The place of what has no number: after all that have one."""


def in_order() -> tuple[SQLColumnExpression[Any], ...]:
    """The order of the episodes of ``select_episodes``: by series, and as they were shown.

    As ``EpisodeName.place`` has it; those of no number are last, by their paths.
    """
    is_story = Episode.special.is_(None) & (func.coalesce(Episode.season, 1) > 0)
    return (
        func.coalesce(Series.name, ""),
        case((is_story, 0), else_=1),
        func.coalesce(Episode.season, 1),
        func.coalesce(Episode.number, LAST),
        Episode.path,
    )


@lru_cache(maxsize=256)
def _fraction(numerator: int, denominator: int) -> Fraction:
    """Most episodes share theirs, and reducing one takes longer than reading its row."""
    return Fraction(numerator, denominator)


_AS_PROBED: Final = (
    "stream", "codec", "pixel_format", "width", "height", "rotation", "timecode", "mirrored",
)  # fmt: skip


def probed_columns(video: Video) -> dict[str, Any]:
    """The columns of what was probed."""
    fractions = {
        "pixel_aspect": video.pixel_aspect,
        "time_base": video.time_base,
        "rate": video.rate,
        "duration": video.duration,
        "origin": video.origin,
    }
    values: dict[str, Any] = {name: getattr(video, name) for name in _AS_PROBED}
    values |= dict(zip(_CROP, video.crop, strict=True))
    for name, value in fractions.items():
        values[f"{name}_num"] = None if value is None else value.numerator
        values[f"{name}_den"] = None if value is None else value.denominator
    return values
