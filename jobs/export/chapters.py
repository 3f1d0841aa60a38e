"""Scenes as chapters, titled with who is on screen."""

from __future__ import annotations

import re
from fractions import Fraction
from xml.etree import ElementTree as ET

from eyecatch.core.text import one_line
from eyecatch.jobs.export.appearances import EpisodeAppearances, Scene

NOBODY = "\N{EN DASH}"
"""Title of a chapter in which nobody known is on screen: players show the last title until the next
chapter begins, so there must be one."""

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE Chapters SYSTEM "matroskachapters.dtd">
"""
_SPECIAL, _ESCAPED = re.compile(r"([=;#\\])"), r"\\\1"


def write_ffmetadata(cast: EpisodeAppearances) -> str:
    """FFmpeg's metadata file, in units of the episode's time base, so that nothing is rounded."""
    time_base = cast.episode.video.time_base
    shift = round(cast.episode.origin / time_base)
    lines = [";FFMETADATA1"]
    for scene in _chapters(cast):
        lines += [
            "[CHAPTER]",
            f"TIMEBASE={time_base.numerator}/{time_base.denominator}",
            f"START={max(0, scene.start_pts - shift)}",
            f"END={max(0, scene.stop_pts - shift)}",
            f"title={_SPECIAL.sub(_ESCAPED, _title(scene))}",
        ]
    return "\n".join(lines) + "\n"


def write_matroska(cast: EpisodeAppearances) -> str:
    """Chapters as mkvmerge reads them (RFC 9559, section 5.1.7), to the nanosecond."""
    root = ET.Element("Chapters")
    edition = ET.SubElement(root, "EditionEntry")
    for scene in _chapters(cast):
        atom = ET.SubElement(edition, "ChapterAtom")
        ET.SubElement(atom, "ChapterTimeStart").text = _clock(cast.player_seconds(scene.start_pts))
        ET.SubElement(atom, "ChapterTimeEnd").text = _clock(cast.player_seconds(scene.stop_pts))
        display = ET.SubElement(atom, "ChapterDisplay")
        ET.SubElement(display, "ChapterString").text = _title(scene)
        ET.SubElement(display, "ChapterLanguage").text = "und"
    ET.indent(root)
    return _HEAD + ET.tostring(root, encoding="unicode") + "\n"


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


def _title(scene: Scene) -> str:
    return one_line(", ".join(scene.characters)) or NOBODY


def _clock(seconds: Fraction) -> str:
    """``HH:MM:SS.nnnnnnnnn``."""
    nanoseconds = round(seconds * 10**9)
    whole, part = divmod(nanoseconds, 10**9)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}.{part:09}"
