"""Soft annotation: the labels as a track that any player can switch, nothing encoded again."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import ffmpeg
from pysubs2 import SSAFile

from eyecatch.core.errors import RequestError
from eyecatch.core.segments.story_parts import NamedPart
from eyecatch.core.video.chapter_files import ffmetadata
from eyecatch.core.video.container_layout import container_of
from eyecatch.core.video.ffmpeg import Chapters, Watch
from eyecatch.core.video.made import LABELS
from eyecatch.jobs.render.ass import track
from eyecatch.jobs.render.encoders import find_encoder, video_options
from eyecatch.jobs.render.options import EncodingOptions
from eyecatch.jobs.render.passthrough import copy_streams, write
from eyecatch.jobs.render.played import played
from eyecatch.jobs.render.source import Source

log = logging.getLogger(__name__)

NANOSECOND = Fraction(1, 10**9)
"""In which Matroska counts the times of chapters."""

HIDDEN = "its pictures are encoded again: frames that players show need some that they don't"


def script(source: Source) -> SSAFile:
    """The labels of an episode as an ASS script."""
    video, title = source.video, source.episode.title
    return track(source.labels, source.moments(), video.width, video.height, title, source.colours)


def write_script(source: Source, path: Path) -> None:
    """The labels of an episode as an .ass file."""
    script(source).save(str(path), format_="ass")


def write_soft(
    source: Source,
    path: Path,
    encoding: EncodingOptions,
    watch: Watch,
    parts: Sequence[NamedPart] = (),
) -> None:
    """The episode with its labels as one more track, every other stream bit for bit.

    An MP4 whose edit list begins between two keyframes has packets that players decode and don't
    show. Matroska knows no such thing, so its pictures are encoded again, and that is logged.

    Args:
        source: the episode.
        path: a Matroska file; no other container holds ASS.
        encoding: how pictures are encoded where they have to be.
        watch: called with the frames that are written.
        parts: its chapters; those of the file if there are none.

    Raises:
        RequestError: another container is asked for.
        MediaError: the file can't be read or written.
    """
    container = container_of(path)
    if container != "matroska":
        raise RequestError(f"{path.suffix} can't hold an ASS track", "name an .mkv, or burn it in")
    with TemporaryDirectory(prefix="eyecatch-") as name:
        folder = Path(name)
        source = played(source, packets=True)
        write_script(source, folder / "labels.ass")
        output, video = copy_streams(source, container, folder)
        if not source.copyable:
            log.warning("%s: %s", source.episode.video.path, HIDDEN)
            encoder = find_encoder(encoding, source.video.pixel_format)
            output.options |= video_options(source.video, encoder, video, "null")
        # ASS counts from the start of the file, whatever its clock says there.
        labels = ffmpeg.input("labels.ass", f="ass", itsoffset=source.layout.start)
        first = not any(one.default for one in source.layout.of("subtitle"))
        number = output.add(labels, "subtitle")
        output.options[f"disposition:s:{number}"] = "default" if first else "0"
        output.options[f"metadata:s:s:{number}"] = f"title={LABELS}"
        chapters = None
        if parts:
            # They count from where players do, as ASS does.
            chapters = Chapters(folder / "chapters.ffmetadata", source.layout.start)
            chapters.path.write_text(ffmetadata(parts, NANOSECOND), "utf-8")
        write(source, output, path, folder, watch, chapters=chapters)
