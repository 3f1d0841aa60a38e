"""The streams of a source that are copied: sound, subtitles, chapters, fonts, cover art."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ffmpeg
from ffmpeg.nodes import FilterableStream

from eyecatch.core.errors import MediaError
from eyecatch.core.video.container_layout import Stream, cover, unsupported
from eyecatch.core.video.ffmpeg import Chapters, Watch, named, run, source_input, unwatched
from eyecatch.core.video.ordered_chapters import keep_order
from eyecatch.jobs.render.source import Source

log = logging.getLogger(__name__)

REWRITTEN = {
    "subtitle": {"matroska": "srt", "mp4": "mov_text", "mov": "mov_text"},
    "audio": {"matroska": "flac"},
}
"""What text and sound become, without loss, that a container can't hold as they are."""


@dataclass(slots=True)
class OutputSpec:
    """An output of ffmpeg that is put together step by step.

    Attributes:
        streams: of ffmpeg-python, in order.
        kinds: their kinds: ``video``, ``audio``, ``subtitle``, ``attachment``.
        options: of the output.
        more: options that may be given several times, as command-line arguments.
    """

    streams: list[FilterableStream] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)
    more: list[str] = field(default_factory=list)

    def add(self, stream: FilterableStream, kind: str) -> int:
        """Add a stream; returns its number among those of its kind."""
        number = self.kinds.count(kind)
        self.streams.append(stream)
        self.kinds.append(kind)
        return number

    def build(self, path: Path) -> Any:  # noqa: ANN401 - ffmpeg-python is not typed
        """The output of ffmpeg-python that writes all of it."""
        return ffmpeg.output(*self.streams, named(path), **self.options)


def copy_streams(source: Source, container: str, folder: Path) -> tuple[OutputSpec, int]:
    """All streams of a source, copied, on its own clock.

    Streams of data (timecodes, chapter texts, which ffmpeg writes itself) stay behind.

    Args:
        source: where from.
        container: ffmpeg's name of what is written.
        folder: for cover art, which has to be attached as a file.

    Returns:
        The output, and the number of the indexed stream among its videos.

    Raises:
        MediaError: the container can't hold one of the streams.
    """
    file = source.video.path
    opened = source_input(file, copyts=None)
    output = OutputSpec(
        options={"c": "copy", "f": container, "map_metadata": "0", "map_chapters": "0"}
    )
    # Since a disposition is given for one, ffmpeg leaves those of the others as they are.
    kinds = ("video", "audio", "subtitle")
    written = [one for one in source.layout.of(*kinds) if one.index != source.video.stream]
    changed = {one.index for one in _fitting(file, written, container)}
    chosen = 0
    for one in source.layout.streams:
        if one.kind in kinds and (not one.cover or container != "matroska"):
            number = output.add(opened[str(one.index)], one.kind)
            if one.index == source.video.stream:
                chosen = number
            if one.index in changed:
                output.options[f"c:{one.kind[0]}:{number}"] = REWRITTEN[one.kind][container]
        elif one.kind == "attachment" and container == "matroska":
            output.add(opened[str(one.index)], one.kind)
    if container == "matroska":
        _attach(source, output, folder)
    return output, chosen


def write(  # noqa: PLR0913 - each is a plain part of the one call
    source: Source,
    output: OutputSpec,
    path: Path,
    folder: Path,
    watch: Watch = unwatched,
    *,
    chapters: Chapters | None = None,
) -> None:
    """Write an output of ``copy_streams``, in whose folder ffmpeg is to run.

    Chapters of the source that say in which order its parts are played stay, whatever is given.
    """
    about = source.video.path
    run(output.build(path), about, *output.more, folder=folder, watch=watch, chapters=chapters)
    keep_order(about, path)


def _fitting(file: Path, streams: list[Stream], container: str) -> list[Stream]:
    """The subtitles and sounds that are to be rewritten; MediaError for what can't be."""
    refused = unsupported(streams, container)
    changed = [one for one in refused if one.text or not _is_written(file, one, container)]
    for one in changed:
        stream = f"its stream {one.index} ({one.kind}, {one.codec})"
        rewritten = REWRITTEN.get(one.kind, {}).get(container)
        if rewritten is None or (one.kind == "subtitle" and not one.text):
            problem = f"{stream} has no room in {container}"
            raise MediaError(str(file), problem, "write an .mkv, which holds it")
        log.info("%s: %s is written as %s", file, stream, rewritten)
    return changed


def _is_written(file: Path, stream: Stream, container: str) -> bool:
    """Whether ffmpeg writes a second of a stream: it can more than PyAV says (WMA, ADPCM, …)."""
    one = source_input(file)[str(stream.index)]
    try:
        run(one.output(os.devnull, c="copy", t=1, f=container), file)
    except MediaError:
        return False
    return True


def _attach(source: Source, output: OutputSpec, folder: Path) -> None:
    """Attach cover art anew: copied, ffmpeg would make a video of it."""
    first = output.kinds.count("attachment")
    for place, one in enumerate(source.layout.covers):
        data, name, mime = cover(source.video.path, one)
        path = folder / f"cover{place}"
        path.write_bytes(data)
        about = f"-metadata:s:t:{first + place}"
        output.more += ["-attach", str(path), about, f"filename={name}", about, f"mimetype={mime}"]
