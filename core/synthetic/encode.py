"""Frames and a made-up sound into a video file, by ffmpeg."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import IO, Any

import ffmpeg
import imageio_ffmpeg

from eyecatch.core.children import child
from eyecatch.core.errors import MediaError
from eyecatch.core.files import atomic_file
from eyecatch.core.synthetic.pen import Picture
from eyecatch.core.synthetic.soundtrack import RATE, Samples

# A slow tune on a pentatonic scale over a little hiss; commas are kept from ffmpeg by the quotes.
_TUNE = (
    "0.1*sin(2*PI*t*220*pow(2,floor(mod(t*2.5,5))*2.4/12))*exp(-3*mod(t,0.4))"
    "+0.05*sin(2*PI*t*110)+0.004*(random(0)-0.5)"
)


_TUNE_INPUT = ffmpeg.input(f"aevalsrc='{_TUNE}':s=44100", format="lavfi")
_RAW_SOUND = {"format": "s16le", "ar": RATE, "ac": 1}


@dataclass(frozen=True, slots=True)
class Encoding:
    """How frames become a file; its container follows from the file's suffix.

    Attributes:
        codec: ffmpeg's name of the video encoder.
        pixel_format: ffmpeg's name, such as ``yuv420p10le``.
        options: more of ffmpeg's output options. By default a keyframe at the cuts that x264 sees,
            and at least every 96 frames (four seconds), so that even a short episode has chunks.
        sound: ffmpeg's name of the audio encoder, or None for a silent file.
    """

    codec: str = "libx264"
    pixel_format: str = "yuv420p"
    options: Mapping[str, str | int] = field(
        default_factory=lambda: {"preset": "veryfast", "crf": 20, "g": 96}
    )
    sound: str | None = "aac"


def encode(  # noqa: PLR0913, PLR0917 - what a file is made of
    pictures: Iterable[Picture],
    path: Path,
    size: tuple[int, int],
    rate: Fraction,
    encoding: Encoding,
    sound: Samples | None = None,
) -> None:
    """Write pictures into a file, which appears only when it is whole.

    Args:
        pictures: uint8 (h, w, 3) BGR, taken one by one.
        path: the file; replaced where it exists.
        size: width and height in pixels.
        rate: frames a second, constant.
        encoding: how.
        sound: what is heard, unless the encoding is silent; None for a tune.

    Raises:
        MediaError: ffmpeg can't write it, with what ffmpeg says.
    """
    try:
        with (
            atomic_file(path) as part,
            tempfile.TemporaryFile() as log,
            tempfile.NamedTemporaryFile() as heard,
        ):
            if sound is not None:
                heard.write((sound.clip(-1, 1) * 32767).astype("<i2").tobytes())
                heard.write(bytes(2 * RATE))  # the pictures end first: else the last one is lost
                heard.flush()
            tune = _TUNE_INPUT if sound is None else ffmpeg.input(heard.name, **_RAW_SOUND)
            status = _pipe(pictures, _command(part, size, rate, encoding, tune), log)
            if status:
                raise MediaError(str(path), f"ffmpeg could not write it ({_complaint(log)})")
    except OSError as error:
        raise MediaError(str(path), f"it could not be written ({error.strerror})") from error


def _command(
    path: Path,
    size: tuple[int, int],
    rate: Fraction,
    encoding: Encoding,
    tune: Any,  # noqa: ANN401 - ffmpeg-python is not typed
) -> list[str]:
    raw = {"format": "rawvideo", "pix_fmt": "bgr24", "s": f"{size[0]}x{size[1]}"}
    streams = [ffmpeg.input("pipe:", framerate=str(rate), **raw)]
    options: dict[str, str | int | None] = {
        "vcodec": encoding.codec,
        "pix_fmt": encoding.pixel_format,
        **encoding.options,
    }
    if encoding.sound is not None:
        streams.append(tune)
        options |= {"acodec": encoding.sound, "shortest": None}
    # bitexact: without it the container holds random ids, and no two files are the same
    output = ffmpeg.output(*streams, str(path), fflags="+bitexact", **options)
    command: list[str] = ffmpeg.compile(
        output.global_args("-v", "error", "-nostdin"), imageio_ffmpeg.get_ffmpeg_exe(), True
    )
    return command


def _pipe(pictures: Iterable[Picture], command: list[str], log: IO[bytes]) -> int:
    """Run ffmpeg on the pictures; what it says goes to a file, as a full pipe would stop it."""
    with child(command, stdin=subprocess.PIPE, stderr=log) as process:
        pipe = process.stdin
        assert pipe is not None
        # A broken pipe: ffmpeg gave up. Its status and its words say why.
        with suppress(BrokenPipeError):
            for picture in pictures:
                pipe.write(picture.data)
        with suppress(BrokenPipeError):
            pipe.close()
        return process.wait()


def _complaint(log: IO[bytes]) -> str:
    """The first message of ffmpeg, which is the cause; what follows are consequences."""
    log.seek(0)
    lines = log.read().decode(errors="replace").strip().splitlines()
    return re.sub(r"^\[.*?\] ", "", lines[0]) if lines else "it says nothing"
