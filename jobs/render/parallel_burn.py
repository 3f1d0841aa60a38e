"""Burning in on many processes: an episode is split at its chunks, encoded in parts and joined.

Each part is encoded by one thread, on Ray. The parts are written beside the result: workers have to
see that disk, and the source.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import ffmpeg

from eyecatch.core.errors import EyecatchError, MediaError
from eyecatch.core.parts import folder_part
from eyecatch.core.video.concat import CONTAINER, HEADROOM, Part, join
from eyecatch.core.video.container_layout import container_of
from eyecatch.core.video.exact_cut import Cut, count_frames
from eyecatch.core.video.ffmpeg import Watch, named, run
from eyecatch.jobs.render.burn import ass_filter
from eyecatch.jobs.render.cutter import Cutter, Span
from eyecatch.jobs.render.encoders import Encoder, video_options
from eyecatch.jobs.render.passthrough import OutputSpec, copy_streams, write
from eyecatch.jobs.render.played import played
from eyecatch.jobs.render.source import Source


@dataclass(frozen=True, slots=True)
class PartTask:
    """A part to be encoded.

    Attributes:
        cut: its frames.
        script: its labels as ASS.
        encoder: of H.264.
        start: seconds at which the source begins.
        path: the NUT file that it becomes.
    """

    cut: Cut
    script: str
    encoder: Encoder
    start: float
    path: Path


def encode_part(task: PartTask) -> tuple[int, str | None]:
    """Encode a part; returns how many frames it has, and what went wrong."""
    try:
        for seek in (True, False):
            _encode(task, seek=seek)
            if count_frames(task.path) == task.cut.frames:
                return task.cut.frames, None
    except EyecatchError as error:
        return 0, str(error)
    return 0, f"{task.cut.video.path}: its frames can't be parted; use --runner inline."


def _encode(task: PartTask, *, seek: bool) -> None:
    with TemporaryDirectory(prefix="eyecatch-") as name:
        folder, video = Path(name), task.cut.video
        (folder / "labels.ass").write_text(task.script, encoding="utf-8")
        filters = f"{task.cut.video_filter},{ass_filter(folder)}"
        options = video_options(video, task.encoder, 0, filters)
        options |= {"threads": 1, "map_metadata": -1, "f": CONTAINER}
        stream = task.cut.opened(task.start, seek=seek)[str(video.stream)]
        output = ffmpeg.output(stream, named(task.path), **options)
        run(output, video.path, folder=folder)


def write_burnt_in_parts(
    source: Source,
    path: Path,
    encoder: Encoder,
    ranges: Sequence[tuple[int, int]],
    watch: Watch,
) -> None:
    """As ``write_burnt``, part by part.

    Args:
        source: the episode.
        path: a Matroska, MP4 or QuickTime file.
        encoder: of H.264.
        ranges: the episode's chunks.
        watch: called with the frames that are written, part by part.

    Raises:
        MediaError: a part can't be encoded.
        RequestError: a worker died.
    """
    container, source = container_of(path), played(source)
    with folder_part(path) as large, TemporaryDirectory(prefix="eyecatch-") as name:
        tasks = [_task(source, encoder, part, large) for part in ranges]
        # Ray takes a second to import, so it is loaded only where it runs.
        parallel = importlib.import_module("eyecatch.jobs.runners.ray").in_parallel
        done = 0
        for frames, fault in parallel(encode_part, tasks):
            if fault is not None:
                raise MediaError(str(source.video.path), f"a part of it failed: {fault}")
            done += frames
            watch(done)
        joined = large / f"joined.{CONTAINER}"
        join([Part(task.path, task.cut.begin) for task in tasks], joined, source.video.time_base)
        output, number = copy_streams(source, container, Path(name))
        place = [at for at, kind in enumerate(output.kinds) if kind == "video"][number]
        output.streams.insert(place + 1, ffmpeg.input(named(joined), itsoffset=-HEADROOM)["v:0"])
        output.more += ["-map", f"-0:{source.video.stream}"]  # it takes the place of this one
        _describe(source, output, number)
        write(source, output, path, Path(name))


def _describe(source: Source, output: OutputSpec, number: int) -> None:
    """Copy disposition, language, title and time scale from the video stream that is replaced."""
    video = next(one for one in source.layout.streams if one.index == source.video.stream)
    output.options[f"disposition:v:{number}"] = "default" if video.default else "0"
    output.options["video_track_timescale"] = source.video.time_base.denominator
    for key, value in (("language", video.language), ("title", video.title)):
        if value:
            output.more += [f"-metadata:s:v:{number}", f"{key}={value}"]


def _task(source: Source, encoder: Encoder, part: tuple[int, int], folder: Path) -> PartTask:
    span = Span(part[0], part[1], 1.0)
    cutter = Cutter(source)
    path = folder / f"{part[0]}.{CONTAINER}"
    script = cutter.script(span).to_string("ass")
    return PartTask(cutter.cut(span), script, encoder, source.layout.start, path)
