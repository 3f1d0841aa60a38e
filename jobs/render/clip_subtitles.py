"""The subtitles of an episode, cut to a clip; a line that began before it stays on screen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

from pysubs2 import SSAFile

from eyecatch.core.video.ffmpeg import run, source_input
from eyecatch.jobs.render.source import Source

STYLED = {"ass", "ssa"}
"""Codecs of subtitles that are kept as ASS; other text is kept as SubRip."""


@dataclass(frozen=True, slots=True)
class TextSubtitle:
    """A text subtitle of an episode.

    Attributes:
        script: all of it, on the file's clock less ``Layout.start``.
        suffix: ``.ass`` or ``.srt``.
        language: as the file has it; may be empty.
    """

    script: SSAFile
    suffix: str
    language: str

    def part(self, begin: Fraction, end: Fraction) -> SSAFile:
        """What is on screen between two times in seconds, counted from the first of them."""
        part = SSAFile()
        part.info, part.styles = self.script.info, self.script.styles
        first, last = round(begin * 1000), round(end * 1000)
        for event in self.script:
            if event.start < last and event.end > first:
                kept = event.copy()
                kept.start, kept.end = max(event.start, first) - first, min(event.end, last) - first
                part.append(kept)
        return part


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
            run(opened[str(one.index)].output(str(path), output_ts_offset=-start), file)
            yield TextSubtitle(SSAFile.load(str(path)), suffix, one.language)
