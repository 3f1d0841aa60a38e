"""Which clips are cut of what was found, in which order, and what they are called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from typing import Final

from eyecatch.core.errors import EyecatchError, RequestError
from eyecatch.core.file_names import fitted
from eyecatch.db.index import Index
from eyecatch.db.records.answers import Found
from eyecatch.jobs.clips.clip_spans import shown_in, spans
from eyecatch.jobs.clips.manifest import Clip
from eyecatch.jobs.clips.options import ClipOptions
from eyecatch.jobs.render.cutter import Cutter, Span
from eyecatch.jobs.render.encoders import find_encoder
from eyecatch.jobs.render.source import source


@dataclass(frozen=True, slots=True)
class ClipPlan:
    """A clip that is to be cut.

    Attributes:
        cutter: of its episode.
        span: its frames.
        characters: who is in it of those who were asked for.
        also: who else with a name is.
        segment: the kind of segment that it is; None for a scene.
        file: where it goes; None for into a supercut only.
    """

    cutter: Cutter
    span: Span
    characters: tuple[str, ...]
    also: tuple[str, ...]
    segment: str | None
    file: Path | None = None

    def cut(self, span: Span) -> Clip:
        """What was cut; ``span``: its frames."""
        clock = self.cutter.source.clock
        return Clip(
            file=self.file,
            episode=self.cutter.source.episode,
            characters=self.characters,
            start_frame=span.start,
            stop_frame=span.stop,
            start_pts=clock.starts(span.start),
            stop_pts=clock.starts(span.stop),
            confidence=span.confidence,
            segment=self.segment,
            also=self.also,
        )


def plan_clips(
    index: Index,
    found: Sequence[Found],
    out: Path | None,
    options: ClipOptions,
    faults: list[str],
) -> list[ClipPlan]:
    """The clips of what was found, in the order of the show: by episode, and then by time.

    Args:
        index: where it was found.
        found: by episode; several of one are cut together, each scene once.
        out: the folder they go to; None for into a supercut only.
        options: how they are cut.
        faults: gets a sentence for each episode that can't be cut, as its file is gone.

    Raises:
        RequestError: nothing can be cut so.
    """
    plans: list[ClipPlan] = []
    for _, those in groupby(found, key=lambda one: one.episode.id):
        try:
            plans += _of_episode(index, list(those), options)
        except RequestError:
            raise
        except EyecatchError as error:
            faults.append(str(error))
    if out is None:
        return plans
    return [replace(plan, file=out / _name(k, plan)) for k, plan in enumerate(plans, 1)]


def _of_episode(index: Index, found: Sequence[Found], options: ClipOptions) -> Iterator[ClipPlan]:
    """The scenes of those who were found in one episode."""
    episode = found[0].episode
    made = source(index, episode, unsure=options.unsure)
    if not options.fast:
        find_encoder(options, made.video.pixel_format)
    cutter = Cutter(made, options.labels, options.fast, options)
    ranges = [one for each in found for one in each.ranges]
    cuts = index.tracks.cuts(episode.id)
    asked = [
        (name, one.start_frame, one.stop_frame)
        for each in found
        for name in each.characters
        for one in each.ranges
    ]
    everybody = _named(index, episode.id, options.unsure)
    for span in spans(ranges, made.clock, made.video.time_base, options, cuts):
        characters = shown_in(span, asked)
        also = tuple(name for name in shown_in(span, everybody) if name not in characters)
        yield ClipPlan(cutter, span, characters, also, options.kind)


def _named(index: Index, episode_id: int, unsure: bool) -> list[tuple[str, int, int]]:
    """Everybody with a name in an episode, and from which frame to which."""
    tracks = sorted(index.exports.tracks(episode_id), key=lambda one: one.start)
    return [
        (one.character, one.start, one.stop)
        for one in tracks
        if one.character is not None and (unsure or not one.unsure)
    ]


HALF: Final = 85
"""Bytes of a clip's name for the episode's, and for the characters'."""


def _name(number: int, plan: ClipPlan) -> str:
    """Such as ``Show_S01E03_0007_Hiei_00-12-31.480.mp4``: the time is what players show."""
    source = plan.cutter.source
    begin = source.clock.starts(plan.span.start) * source.video.time_base
    ms = max(0, int((begin - Fraction(source.layout.start)) * 1000))
    hours, minutes, seconds = ms // 3_600_000, ms // 60_000 % 60, ms // 1000 % 60
    time = f"{hours:02}-{minutes:02}-{seconds:02}.{ms % 1000:03}"
    who = "+".join(plan.characters) or str(plan.segment)
    title, who = (fitted(_plain(part), most=HALF) for part in (source.episode.heading, who))
    return f"{title}_{number:04}_{who}_{time}{plan.cutter.suffix}"


def _plain(text: str) -> str:
    """Text that any file system takes in a name: letters of any script, digits and -+. ."""
    whole = (sign if re.match(r"[\w.+-]", sign) or _is_mark(sign) else "_" for sign in text)
    return re.sub("_+", "_", "".join(whole)).strip("._") or "_"


def _is_mark(sign: str) -> bool:
    """Whether it belongs to the letter before it: accents, vowels of Devanagari and Thai."""
    return unicodedata.category(sign).startswith("M")
