"""An episode as another release has it: another size, a logo, cropped, quicker, louder, silent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg

from eyecatch.core.files import atomic_file
from eyecatch.core.synthetic.encode import Encoding
from eyecatch.core.synthetic.passages import TrueSegment
from eyecatch.core.video import ffmpeg as program
from eyecatch.core.video.probe import probe

PAL = Fraction(25025, 24000)
"""How much quicker films run at 25 frames a second than at 24000/1001; their sound is higher."""

_SAMPLES = 44100


@dataclass(frozen=True, slots=True, kw_only=True)
class Reencoding:
    """What becomes of an episode; as it stands, it is encoded again and that is all.

    Attributes:
        size: width and height in pixels; None for the same.
        logo: a channel's mark stands in the upper right corner.
        crop: share of the width and of the height that is cut off, half of it on each side.
        speed: times as quick, sound and picture; no frame is lost.
        loudness: dB that are added.
        silent: it has no sound stream.
        encoding: how the file is encoded.
    """

    size: tuple[int, int] | None = None
    logo: bool = False
    crop: float = 0.0
    speed: Fraction = Fraction(1)
    loudness: float = 0.0
    silent: bool = False
    encoding: Encoding = field(default_factory=Encoding)


def reencode(source: Path, target: Path, how: Reencoding) -> None:
    """Write an episode anew.

    Args:
        source: its file, of a constant frame rate.
        target: the file that is written; replaced where it exists.
        how: what becomes of it.

    Raises:
        MediaError: it can't be read or written.
    """
    video = probe(source)
    opened = program.source_input(source, r=str(video.rate * how.speed))
    picture = _picture(opened.video, how, how.size or (video.width, video.height))
    options: dict[str, Any] = {
        "vcodec": how.encoding.codec, "pix_fmt": how.encoding.pixel_format,
        "fps_mode": "passthrough", "fflags": "+bitexact", **how.encoding.options,
    }  # fmt: skip
    streams = [picture]
    if not how.silent and how.encoding.sound is not None:
        # An input of its own: the rate above would set this stream's clock, too
        streams.append(_sound(program.source_input(source).audio, how))
        options["acodec"] = how.encoding.sound
    with atomic_file(target) as part:
        program.run(ffmpeg.output(*streams, program.named(part), **options), target)


def followed(
    segments: Sequence[TrueSegment], how: Reencoding, episode: str | None = None
) -> list[TrueSegment]:
    """Where an episode's segments are after ``reencode``.

    Args:
        segments: those of the source.
        how: what became of it.
        episode: name of the new file; None for the same.
    """
    return [
        one._replace(
            episode=episode or one.episode,
            start=round(one.start / float(how.speed), 4),
            stop=round(one.stop / float(how.speed), 4),
        )
        for one in segments
    ]


def _picture(stream: Any, how: Reencoding, size: tuple[int, int]) -> Any:  # noqa: ANN401 - untyped
    if how.crop:
        left = 1 - how.crop
        stream = stream.filter("crop", f"iw*{left}", f"ih*{left}")
    stream = stream.filter("scale", *size).filter("setsar", 1)
    if how.logo:
        for x, width, colour in ((0.86, 0.1, "white@0.7"), (0.88, 0.03, "red@0.8")):
            stream = stream.filter(
                "drawbox", f"iw*{x}", "ih*0.05", f"iw*{width}", "ih*0.08", colour, "fill"
            )
    return stream


def _sound(stream: Any, how: Reencoding) -> Any:  # noqa: ANN401 - untyped
    stream = stream.filter("aresample", _SAMPLES)
    if how.speed != 1:
        stream = stream.filter("asetrate", round(_SAMPLES * how.speed))
        stream = stream.filter("aresample", _SAMPLES)
    return stream.filter("volume", f"{how.loudness}dB") if how.loudness else stream
