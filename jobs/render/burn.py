"""Burnt-in annotation: the same track drawn into the picture by libass, the rest copied."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from eyecatch.core.video.container_layout import container_of
from eyecatch.core.video.ffmpeg import Watch
from eyecatch.jobs.render.encoders import Encoder, video_options
from eyecatch.jobs.render.passthrough import copy_streams, write
from eyecatch.jobs.render.played import played
from eyecatch.jobs.render.soft import write_script
from eyecatch.jobs.render.source import Source
from eyecatch.jobs.render.text_width import font_files


def write_burnt(source: Source, path: Path, encoder: Encoder, watch: Watch) -> None:
    """The episode with its labels in the picture: the same frames at the same times.

    Size, pixel aspect, depth and colour stay; a video that is turned when shown is stored upright.

    Args:
        source: the episode.
        path: a Matroska, MP4 or QuickTime file.
        encoder: of H.264.
        watch: called with the frames that are written.

    Raises:
        RequestError: another container is asked for.
        MediaError: the file can't be read or written, or the container can't hold its streams.
    """
    container, source = container_of(path), played(source)
    with TemporaryDirectory(prefix="eyecatch-") as name:
        folder = Path(name)
        write_script(source, folder / "labels.ass")
        output, number = copy_streams(source, container, folder)
        start = round(source.layout.start / source.video.time_base)
        output.options |= video_options(source.video, encoder, number, ass_filter(folder, start))
        write(source, output, path, folder, watch)


def ass_filter(folder: Path, start: int = 0) -> str:
    """The filter that draws ``labels.ass`` of a folder, in which ffmpeg is to run.

    Args:
        folder: fonts are put into it: those that ``ass`` names, for machines without any.
        start: pts at which the script begins to count.
    """
    known = font_files()
    if known and not (folder / "fonts").exists():
        (folder / "fonts").mkdir()
        for font in known:
            (folder / "fonts" / font.name).symlink_to(font)
    draw = "ass=f=labels.ass" + (":fontsdir=fonts" if known else "")
    return f"setpts=PTS-{start},{draw},setpts=PTS+{start}" if start else draw
