"""Scenes as chapters, titled with who is on screen."""

from __future__ import annotations

from dataclasses import replace

from eyecatch.core.segments.story_parts import NamedPart
from eyecatch.core.text import one_line
from eyecatch.core.video.chapter_files import ffmetadata, matroska_chapters
from eyecatch.jobs.export.appearances import EpisodeAppearances, Scene

SHORTEST = 1
"""Seconds of a chapter of nobody, at least: what is shorter is the black before the first picture,
or a moment between two that nobody looks for."""

NOBODY = "\N{EN DASH}"
"""Title of a chapter in which nobody known is on screen: players show the last title until the next
chapter begins, so there must be one."""


def write_ffmetadata(cast: EpisodeAppearances) -> str:
    """FFmpeg's metadata file, in units of the episode's time base, so that nothing is rounded."""
    return ffmetadata(_parts(cast), cast.episode.video.time_base)


def write_matroska(cast: EpisodeAppearances) -> str:
    """Chapters as mkvmerge reads them, to the nanosecond."""
    return matroska_chapters(_parts(cast))


def _parts(cast: EpisodeAppearances) -> list[NamedPart]:
    return [
        NamedPart(
            cast.player_seconds(scene.start_pts),
            cast.player_seconds(scene.stop_pts),
            one_line(", ".join(scene.characters)) or NOBODY,
        )
        for scene in _chapters(cast)
    ]


def _chapters(cast: EpisodeAppearances) -> list[Scene]:
    """All scenes, and ones of nobody from the start of the file, between them, and to its end.

    One of nobody that is shorter than ``SHORTEST`` belongs to the one before it; the first one to
    the one after it.
    """
    scenes = cast.scenes()
    if not scenes:
        return []
    first, final = scenes[0], scenes[-1]
    start = round(cast.episode.origin / cast.episode.video.time_base)
    end = round(cast.episode.end / cast.episode.video.time_base)
    before = Scene(0, first.start_frame, start, first.start_pts, ())
    after = Scene(final.stop_frame, cast.episode.frames, final.stop_pts, end, ())
    chapters: list[Scene] = []
    for one in (before, *scenes, after):
        length = (one.stop_pts - one.start_pts) * cast.episode.video.time_base
        if one.characters or length >= SHORTEST:
            chapters.append(one)
        elif chapters and length > 0:
            last = chapters[-1]
            chapters[-1] = replace(last, stop_frame=one.stop_frame, stop_pts=one.stop_pts)
    begin = min(start, chapters[0].start_pts)
    return [replace(chapters[0], start_frame=0, start_pts=begin), *chapters[1:]]
