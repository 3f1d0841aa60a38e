"""All clips in one video, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ffmpeg
from pysubs2 import SSAFile

from eyecatch.core.errors import RequestError
from eyecatch.core.parts import folder_part
from eyecatch.core.video.concat import CONTAINER, HEADROOM, Part, join
from eyecatch.core.video.container_layout import container_of
from eyecatch.core.video.ffmpeg import named, run
from eyecatch.core.video.made import LABELS
from eyecatch.core.video.types import Video
from eyecatch.jobs.render.burn import ass_filter
from eyecatch.jobs.render.cutter import SOUND, Cutter, Span
from eyecatch.jobs.render.encoders import find_encoder, video_options

UNIT = Fraction(1, 120_000)
"""Clock of a supercut: frames of 24, 25, 30, 50 and 60 a second and those of NTSC begin on it, and
so do milliseconds."""

SAMPLES = 48_000
"""Samples a second of its sound, the rate of all video."""


def write_supercut(
    cuts: Sequence[tuple[Cutter, Span]], path: Path, title: str, step: Callable[[int], None]
) -> None:
    """Cut clips and join them; pictures of another size are fitted into those of the first.

    Args:
        cuts: the clips in order, at least one.
        path: a Matroska, MP4 or QuickTime file; with soft labels a Matroska file.
        title: what players show.
        step: called with how many clips are cut.

    Raises:
        MediaError: a source can't be read.
    """
    first = cuts[0][0].source.video
    soft = cuts[0][0].labels == "soft"
    begin, parts, script = Fraction(0), [], SSAFile()
    # The parts are as large as the result, so they lie where there must be room for it.
    with folder_part(path) as large, TemporaryDirectory(prefix="eyecatch-") as name:
        for place, (cutter, span) in enumerate(cuts):
            part = Part(large / f"{place}.{CONTAINER}", begin)
            _write_part(cutter, span, part.path, first, Path(name))
            parts.append(part)
            if soft:
                _append(script, cutter.script(span), begin)
            begin += cutter.cut(span).seconds
            step(place + 1)
        joined = large / f"joined.{CONTAINER}"
        join(parts, joined, UNIT)
        script.save(str(Path(name) / "labels.ass"))
        _finish(joined, path, title, Path(name), soft)


def check_supercut(cutters: Sequence[Cutter]) -> None:
    """RequestError if the clips of some episodes can't be one video."""
    sizes = {(one.source.video.width, one.source.video.height) for one in cutters}
    if len(sizes) > 1 and cutters[0].labels == "soft":
        raise RequestError("soft labels need clips of one size", "burn them in")


def _write_part(cutter: Cutter, span: Span, path: Path, model: Video, folder: Path) -> None:
    """A clip as it goes into a supercut: like the others in size, clock and sound."""
    source, cut = cutter.played, cutter.cut(span)
    filters = cut.video_filter
    if cutter.labels == "burn":
        cutter.script(span).save(str(folder / "labels.ass"))
        filters += f",{ass_filter(folder)}"
    filters += _fitted(model)
    opened = cut.opened(source.layout.start)
    seconds = f"{float(cut.seconds):.9f}"
    even = f"aresample={SAMPLES}:async=1:first_pts=0,apad=whole_dur={seconds},atrim=end={seconds}"
    sounds = sorted(source.layout.of("audio"), key=lambda one: not one.default)
    if sounds:
        sound, heard = opened[str(sounds[0].index)], f"{cut.sound_filter},{even}"
    else:
        sound, heard = ffmpeg.input(f"anullsrc=r={SAMPLES}", f="lavfi", t=seconds), even
    chosen = find_encoder(cutter.encoding, source.video.pixel_format)
    options = video_options(source.video, chosen, 0, filters)
    options |= {"enc_time_base:v:0": f"{UNIT.numerator}:{UNIT.denominator}", "f": CONTAINER}
    options |= {"filter:a:0": heard, "c:a": "pcm_s16le", "ac": 2, "map_metadata": -1}
    streams = [opened[str(source.video.stream)], sound]
    run(ffmpeg.output(*streams, named(path), **options), source.video.path, folder=folder)


def _fitted(model: Video) -> str:
    """Filters that make a picture like those of ``model``, black where it has another shape."""
    width, height, aspect = model.width, model.height, model.pixel_aspect
    shape = f"{aspect.numerator}/{aspect.denominator}"
    # Of the sizes that fit, the largest; in pixels of the model's aspect.
    wide = f"min({width},round({height}*dar/({shape})/2)*2)"
    high = f"min({height},round({width}/dar*({shape})/2)*2)"
    pad = f"pad={width}:{height}:-1:-1"
    depth = model.pixel_format
    return f",scale=w='{wide}':h='{high}',setsar={shape},{pad},format={depth}"


def _append(script: SSAFile, part: SSAFile, begin: Fraction) -> None:
    part.shift(ms=round(begin * 100) * 10)
    script.info = part.info
    script.styles |= part.styles
    script.events += part.events


def _finish(joined: Path, path: Path, title: str, folder: Path, soft: bool) -> None:
    opened = ffmpeg.input(named(joined), copyts=None, itsoffset=-HEADROOM)
    streams: list[Any] = [opened["v"], opened["a"]]
    options: dict[str, Any] = {"c:v": "copy", **SOUND, "metadata": f"title={title}"}
    if soft:
        streams.append(ffmpeg.input("labels.ass"))
        options |= {
            "c:s": "copy",
            "metadata:s:s:0": f"title={LABELS}",
            "disposition:s:0": "default",
        }
    output = ffmpeg.output(*streams, named(path), f=container_of(path), **options)
    run(output, path, folder=folder)
