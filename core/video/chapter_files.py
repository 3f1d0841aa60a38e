"""Chapters as files that other programs put into a video: FFmpeg's, and mkvmerge's."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from typing import Final
from xml.etree import ElementTree as ET

from eyecatch.core.segments.story_parts import NamedPart
from eyecatch.core.text import one_line

_HEAD: Final = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE Chapters SYSTEM "matroskachapters.dtd">
"""
_SPECIAL, _ESCAPED = re.compile(r"([=;#\\])"), r"\\\1"


def ffmetadata(parts: Iterable[NamedPart], unit: Fraction) -> str:
    """FFmpeg's metadata file.

    Args:
        parts: the chapters.
        unit: seconds in which times are counted: of a video's time base, nothing is rounded.
    """
    lines = [";FFMETADATA1"]
    for one in parts:
        lines += [
            "[CHAPTER]",
            f"TIMEBASE={unit.numerator}/{unit.denominator}",
            f"START={round(one.start / unit)}",
            f"END={round(one.stop / unit)}",
            f"title={_SPECIAL.sub(_ESCAPED, one_line(one.title))}",
        ]
    return "\n".join(lines) + "\n"


def matroska_chapters(parts: Iterable[NamedPart]) -> str:
    """Chapters as mkvmerge reads them (RFC 9559, section 5.1.7), to the nanosecond."""
    root = ET.Element("Chapters")
    edition = ET.SubElement(root, "EditionEntry")
    for one in parts:
        atom = ET.SubElement(edition, "ChapterAtom")
        ET.SubElement(atom, "ChapterTimeStart").text = _clock(one.start)
        ET.SubElement(atom, "ChapterTimeEnd").text = _clock(one.stop)
        display = ET.SubElement(atom, "ChapterDisplay")
        ET.SubElement(display, "ChapterString").text = one_line(one.title)
        ET.SubElement(display, "ChapterLanguage").text = "und"
    ET.indent(root)
    return _HEAD + ET.tostring(root, encoding="unicode") + "\n"


def _clock(seconds: Fraction) -> str:
    """``HH:MM:SS.nnnnnnnnn``."""
    nanoseconds = round(seconds * 10**9)
    whole, part = divmod(nanoseconds, 10**9)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}.{part:09}"
