"""The ffmpeg program: run to its end, watched while it runs, its last message kept as the error."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import IO, Any, NamedTuple

import ffmpeg
import imageio_ffmpeg
from ffmpeg.nodes import OutputStream

from eyecatch.core.children import child
from eyecatch.core.errors import EyecatchError, MediaError, RequestError
from eyecatch.core.video.readable_formats import ONLY_ITSELF

Watch = Callable[[int], None]
"""Called with the number of frames of the first video stream written so far."""

MARK = "handler_name=eyecatch"
"""Metadata of every video stream that is written. Of all keys it is the one that Matroska, MP4 and
QuickTime all keep, and that no player shows."""

DISK_FULL = "No space left on device"
"""The message of a full disk (ENOSPC), which ffmpeg repeats."""

QUIET = ("-y", "-nostdin", "-nostats", "-hide_banner", "-v", "error")

CODEC_REFUSED = (
    "Could not find tag for codec",
    "codec not currently supported in container",
    "Only ",
)
"""What messages contain by which ffmpeg's muxers refuse a codec."""


def unwatched(_: int) -> None:
    """A ``Watch`` that does nothing."""


def named(path: Path) -> str:
    """A file as ffmpeg-python takes it, which can't handle names that are no UTF-8.

    "file:" keeps ffmpeg from reading a protocol or an option into a name such as "Ep: 1.mkv".
    """
    return "file:" + _NO_LETTER.sub(lambda one: f"\0{ord(one.group()):x}", str(path.absolute()))


_NO_LETTER = re.compile("[\ud800-\udfff]")
_ESCAPED = re.compile("\0(d[0-9a-f]{3})")  # a name has no NUL in it


def source_input(path: Path, **options: Any) -> Any:  # noqa: ANN401 - ffmpeg-python is not typed
    """A video as an input of ffmpeg-python; it opens this file and nothing that the file names.

    Frames that say only when they are decoded (AVI, program streams) get times as they get in PyAV.

    Args:
        path: the file.
        options: of the input.
    """
    return ffmpeg.input(named(path), **ONLY_ITSELF, fflags="+genpts", **options)


class Chapters(NamedTuple):
    """Chapters for an output; ffmpeg-python knows no input without a stream.

    Attributes:
        path: a file of FFmpeg's metadata.
        later: seconds on the clock of the output at which the file's 0 is.
    """

    path: Path
    later: float


def compiled(output: OutputStream, *more: str, chapters: Chapters | None = None) -> list[str]:
    """The command of one ffmpeg-python output: overwrites, asks nothing, logs errors only.

    Args:
        output: what it is to do.
        more: options of the output that ffmpeg-python can't say: those that are given repeatedly.
        chapters: in place of those that the output has otherwise.
    """
    *arguments, path = [
        _ESCAPED.sub(lambda one: chr(int(one[1], 16)), word) for word in ffmpeg.get_args(output)
    ]
    if chapters is not None:
        inputs = [place for place, word in enumerate(arguments) if word == "-i"]
        told = ("-itsoffset", str(chapters.later), "-f", "ffmetadata", "-i", str(chapters.path))
        arguments[inputs[-1] + 2 : inputs[-1] + 2] = told
        more = (*more, "-map_chapters", str(len(inputs)))
    return [program(), *QUIET, *arguments, *more, path]


@cache
def program() -> str:
    """The ffmpeg that imageio-ffmpeg brings, or the one that IMAGEIO_FFMPEG_EXE names.

    Raises:
        RequestError: there is none.
    """
    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise RequestError(f"ffmpeg can't be found ({error})", "see: eyecatch doctor") from error


def run(
    output: OutputStream,
    about: Path,
    *more: str,
    folder: Path | None = None,
    watch: Watch = unwatched,
    chapters: Chapters | None = None,
) -> None:
    """Run ffmpeg until it is done; whatever stops the caller stops it too.

    The video that it writes is marked as ours (``core.video.made``).

    Args:
        output: what it is to do, as ffmpeg-python has it.
        about: the file that errors name.
        more: options of the output that ffmpeg-python can't say.
        folder: where it runs, so that filters may name files in it without quoting their paths.
        watch: called with the frames written, as they are.
        chapters: in place of those that the output has otherwise.

    Raises:
        MediaError: ffmpeg failed; with its last message.
    """
    told = ("-progress", "pipe:1", "-metadata:s:v", MARK)
    command = compiled(output, *told, *more, chapters=chapters)
    with tempfile.TemporaryFile() as log:
        status = _watched(command, log, folder, watch)
        if status:
            raise failure(about, log, status)


def _watched(command: Sequence[str], log: IO[bytes], folder: Path | None, watch: Watch) -> int:
    with child(command, stdout=subprocess.PIPE, stderr=log, cwd=folder) as process:
        assert process.stdout is not None
        for line in process.stdout:
            key, _, value = line.partition(b"=")
            if key == b"frame" and value.strip().isdigit():
                watch(int(value))
        return process.wait()


def failure(about: Path, log: IO[bytes], status: int) -> EyecatchError:
    """The error that ffmpeg's log on standard error amounts to."""
    log.seek(0)
    text = log.read().decode(errors="replace").strip()
    if DISK_FULL in text:
        return MediaError(str(about), "the disk is full", "make room and run the same again")
    lines = text.splitlines() or [f"it ended with status {status}"]
    reasons = [line for line in lines if any(part in line for part in CODEC_REFUSED)]
    reason = [*reasons, lines[-1]][0]
    return MediaError(str(about), f"ffmpeg could not process it ({reason.strip()})")
