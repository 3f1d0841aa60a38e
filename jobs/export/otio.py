"""OpenTimelineIO: the episode with a marker for every appearance, and a track a character."""

from __future__ import annotations

import colorsys
from typing import Any

import opentimelineio as otio

from eyecatch.core.text import one_line
from eyecatch.jobs.export.appearances import Appearance, EpisodeAppearances
from eyecatch.jobs.export.timecode import edit_rate, has_constant_rate, source_count


def write(cast: EpisodeAppearances) -> str:
    """A timeline of the whole episode, as OTIO's JSON.

    Frames are counted where their rate is constant; else times are exact pts, in units of the
    episode's time base. The first is the file's own timecode, if it has one.
    """
    clock = _Clock(cast)
    stop = max((clock.range(one)[1] for one in cast.appearances), default=0)
    whole = clock.span(0, max(stop, clock.length))
    media = otio.schema.ExternalReference(cast.episode.video.path.absolute().as_uri(), whole)
    title = one_line(cast.episode.title)
    episode = otio.schema.Clip(title, media, whole)
    episode.markers.extend(
        _marker(one, cast.colours[one.character], clock) for one in cast.appearances
    )
    timeline = otio.schema.Timeline(title)
    timeline.tracks.append(otio.schema.Track("episode", [episode]))
    timeline.tracks.extend(_track(name, cast, clock, media) for name in cast.characters())
    return str(otio.adapters.write_to_string(timeline, "otio_json")) + "\n"


class _Clock:
    """Appearances in the units of the timeline."""

    def __init__(self, cast: EpisodeAppearances) -> None:
        video = cast.episode.video
        self._cast = cast
        self._counts = has_constant_rate(cast) and video.rate > 0
        self._rate = edit_rate(video.rate) if self._counts else 1 / video.time_base
        count, first = source_count(video)
        self._first = first if self._counts else round(first * self._rate / count.base)
        length = cast.episode.length
        self.length = cast.episode.frames if self._counts else round(length * self._rate)

    def range(self, one: Appearance) -> tuple[int, int]:
        """First unit, and the first one after."""
        if self._counts:
            return one.range.start_frame, one.range.stop_frame
        start, stop = (
            self._cast.player_seconds(p) for p in (one.range.start_pts, one.range.stop_pts)
        )
        return round(start * self._rate), round(stop * self._rate)

    def span(self, start: int, stop: int) -> Any:  # noqa: ANN401 - a library without types
        """A TimeRange of the file."""
        rate = float(self._rate)
        first = otio.opentime.RationalTime(self._first + start, rate)
        return otio.opentime.TimeRange(first, otio.opentime.RationalTime(stop - start, rate))

    def gap(self, length: int) -> Any:  # noqa: ANN401 - a library without types
        """A Gap."""
        return otio.schema.Gap(duration=otio.opentime.RationalTime(length, float(self._rate)))


def _marker(one: Appearance, colour: str, clock: _Clock) -> Any:  # noqa: ANN401
    name = one_line(one.character)
    details = {"character": name, "confidence": round(one.range.confidence, 4)}
    return otio.schema.Marker(
        name=name,
        marked_range=clock.span(*clock.range(one)),
        color=_nearest(colour),
        metadata={"eyecatch": details},
    )


def _track(name: str, cast: EpisodeAppearances, clock: _Clock, media: Any) -> Any:  # noqa: ANN401
    """The episode where a character is on screen, and gaps between."""
    track, last = otio.schema.Track(one_line(name)), 0
    for one in cast.appearances:
        if one.character == name:
            start, stop = clock.range(one)
            if start > last:
                track.append(clock.gap(start - last))
            track.append(otio.schema.Clip(one_line(name), media.clone(), clock.span(start, stop)))
            last = stop
    return track


_HUES = ("RED", "ORANGE", "YELLOW", "GREEN", "CYAN", "BLUE", "PURPLE", "MAGENTA", "PINK")
_DEGREES = (0, 30, 60, 120, 180, 225, 275, 300, 335)


def _nearest(colour: str) -> str:
    """The marker colour of OTIO that is nearest to ``#rrggbb`` in hue."""
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    hue = 360 * colorsys.rgb_to_hsv(red, green, blue)[0]
    away = [min(abs(hue - at), 360 - abs(hue - at)) for at in _DEGREES]
    return _HUES[away.index(min(away))]
