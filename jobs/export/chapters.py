"""Scenes as chapters, titled with who is on screen."""

from __future__ import annotations

from eyecatch.core.segments.story_parts import NamedPart
from eyecatch.core.text import one_line
from eyecatch.core.video.chapter_files import ffmetadata, matroska_chapters
from eyecatch.jobs.export.appearances import EpisodeAppearances, Scene

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
    """All scenes, and one of nobody from the start of the file and after the last."""
    scenes = cast.scenes()
    if not scenes:
        return []
    first, last = scenes[0], scenes[-1]
    start = round(cast.episode.origin / cast.episode.video.time_base)
    end = round(cast.episode.end / cast.episode.video.time_base)
    before = Scene(0, first.start_frame, start, first.start_pts, ())
    after = Scene(last.stop_frame, cast.episode.frames, last.stop_pts, end, ())
    return [one for one in (before, *scenes, after) if one.stop_pts > one.start_pts]
