"""The subtitles of an episode, cut to a clip; a line that began before it stays on screen."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

from pysubs2 import SSAFile
from pysubs2.time import ms_to_times

from eyecatch.core.video.container_layout import Stream
from eyecatch.core.video.ffmpeg import run, source_input
from eyecatch.jobs.render.source import Source

STYLED = {"ass", "ssa"}
"""Codecs of subtitles that are kept as ASS; other text is kept as SubRip."""

PLAIN = {"subrip", "srt", "text"}
"""Codecs whose text is copied as it is, with whatever players read as formatting."""

ESCAPES = {"\\{{}": "{", "\\\u2060": "\\"}
"""What ffmpeg makes of braces and backslashes on the way of other codecs to SubRip."""


@dataclass(frozen=True, slots=True)
class TextSubtitle:
    """A text subtitle of an episode.

    Attributes:
        script: all of it, on the file's clock less ``Layout.start``; text of SubRip is untouched.
        suffix: ``.ass`` or ``.srt``.
        stream: of the file.
    """

    script: SSAFile
    suffix: str
    stream: Stream

    def part(self, begin: Fraction, end: Fraction) -> str:
        """A file of what is on screen between two times in seconds, counted from the first."""
        part = copy.copy(self.script)  # with its styles and fonts
        part.events = []
        first, last = round(begin * 1000), round(end * 1000)
        for event in self.script:
            if event.start < last and event.end > first:
                kept = event.copy()
                kept.start, kept.end = max(event.start, first) - first, min(event.end, last) - first
                part.append(kept)
        return part.to_string("ass") if self.suffix == ".ass" else _subrip(part)


def _subrip(script: SSAFile) -> str:
    """SubRip whose text is as it was read: pysubs2 would take a part of it for tags of ASS."""
    lines = []
    for number, event in enumerate(script, 1):
        text = event.text.replace("\\N", "\n")
        lines.append(f"{number}\n{_time(event.start)} --> {_time(event.end)}\n{text}\n")
    return "\n".join(lines)


def _time(ms: int) -> str:
    hours, minutes, seconds, rest = ms_to_times(ms)
    return f"{hours:02}:{minutes:02}:{seconds:02},{rest:03}"


def text_subtitles(source: Source) -> list[TextSubtitle]:
    """The text subtitles of an episode, in order; those that are pictures are left out."""
    return list(_text_subtitles(source))


def _text_subtitles(source: Source) -> Iterator[TextSubtitle]:
    file, start = source.video.path, source.layout.start
    for one in source.layout.of("subtitle"):
        if not one.text:
            continue
        suffix = ".ass" if one.codec in STYLED else ".srt"
        with TemporaryDirectory(prefix="eyecatch-") as folder:
            path = Path(folder) / f"subtitle{suffix}"
            opened = source_input(file, copyts=None)
            options = {"c": "copy"} if one.codec in PLAIN else {}
            output = opened[str(one.index)].output(str(path), output_ts_offset=-start, **options)
            run(output, file)
            yield TextSubtitle(_read(path, plain=one.codec in PLAIN), suffix, one)


def _read(path: Path, *, plain: bool) -> SSAFile:
    if path.suffix == ".ass":
        return SSAFile.load(str(path))
    script = SSAFile.load(str(path), keep_html_tags=True, keep_unknown_html_tags=True)
    for event in script:
        for escaped, meant in () if plain else ESCAPES.items():
            event.text = event.text.replace(escaped, meant)
    return script
