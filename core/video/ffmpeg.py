"""The ffmpeg program: run to its end, watched while it runs, its last words kept as the error."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import IO

import ffmpeg
import imageio_ffmpeg
from ffmpeg.nodes import OutputStream

from eyecatch.core.errors import EyecatchError, MediaError, RequestError

Watch = Callable[[int], None]
"""Is told how many frames of the first video stream have been written so far."""

FULL = "No space left on device"
"""What the system says of a full disk (ENOSPC), and ffmpeg after it."""

QUIET = ("-y", "-nostdin", "-nostats", "-hide_banner", "-v", "error")

NO_ROOM = ("Could not find tag for codec", "codec not currently supported in container", "Only ")
"""How ffmpeg's muxers refuse a codec."""


def unwatched(_: int) -> None:
    """Hears of frames and does nothing."""


def compiled(output: OutputStream, *more: str) -> list[str]:
    """The command of one ffmpeg-python output: overwrites, asks nothing, says errors only.

    Args:
        output: what it is to do.
        more: options of the output that ffmpeg-python can't say: those that are given repeatedly.
    """
    *arguments, path = ffmpeg.get_args(output)
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
) -> None:
    """Run ffmpeg until it is done; whatever stops the caller stops it too.

    Args:
        output: what it is to do, as ffmpeg-python has it.
        about: the file that errors speak of.
        more: options of the output that ffmpeg-python can't say.
        folder: where it runs, so that filters may name files in it without quoting their paths.
        watch: is told of progress.

    Raises:
        MediaError: ffmpeg failed; with its last words.
    """
    command = compiled(output, "-progress", "pipe:1", *more)
    with tempfile.TemporaryFile() as said:
        status = _watched(command, said, folder, watch)
        if status:
            raise fault(about, said, status)


def _watched(command: Sequence[str], said: IO[bytes], folder: Path | None, watch: Watch) -> int:
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, cwd=folder) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                key, _, value = line.partition(b"=")
                if key == b"frame" and value.strip().isdigit():
                    watch(int(value))
            return process.wait()
        except BaseException:
            process.kill()
            raise


def fault(about: Path, said: IO[bytes], status: int) -> EyecatchError:
    """The error that ffmpeg's words amount to."""
    said.seek(0)
    words = said.read().decode(errors="replace").strip()
    if FULL in words:
        return MediaError(str(about), "the disk is full", "make room and run the same again")
    lines = words.splitlines() or [f"it ended with status {status}"]
    told = next((line for line in lines if any(word in line for word in NO_ROOM)), lines[-1])
    return MediaError(str(about), f"ffmpeg could not process it ({told.strip()})")
