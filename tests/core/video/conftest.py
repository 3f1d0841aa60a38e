"""Small video files made by ffmpeg, each with the answer beside it; tests name those they need."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg
import pytest

X264 = ["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p"]
"""H.264 with B-frames."""

OPEN = [*X264, "-x264-params", "open-gop=1:keyint=12:min-keyint=12:bframes=3:b-adapt=0:scenecut=0"]
X265 = ["-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-x265-params"]
HEVC_OPEN = [*X265, "open-gop=1:keyint=12:min-keyint=12:bframes=3:b-adapt=0:log-level=none"]
MPEG2 = ["-c:v", "mpeg2video", "-g", "12", "-bf", "2", "-q:v", "4"]
VP9 = ["-c:v", "libvpx-vp9", "-g", "24", "-deadline", "good", "-cpu-used", "8"]
COPY = ["-map", "0", "-c", "copy"]


def ffmpeg(*arguments: str | Path) -> None:
    """Runs ffmpeg; overwrites, and says nothing unless it fails."""
    exe = imageio_ffmpeg.get_ffmpeg_exe()
    command = [exe, "-v", "error", "-nostdin", "-y", *map(str, arguments)]
    subprocess.run(command, check=True, capture_output=True)


def drawn(size: str = "192x108", rate: str = "24", frames: int = 96) -> list[str]:
    """An input whose every frame differs from the others: a pattern that moves, and a clock."""
    return ["-f", "lavfi", "-i", f"testsrc2=size={size}:rate={rate},trim=end_frame={frames}"]


@dataclass(frozen=True)
class Sample:
    """A file and what is true of it.

    Attributes:
        name: of the file, with the suffix that says its container.
        what: why it is here.
        frames: how many frames a straight decode shows.
        make: writes it to a path; or arguments of ffmpeg between the drawn input and the output.
        source: the drawn input.
        straight: its packets don't say what is needed to cut it into chunks.
        chunks: how many it has at one keyframe a chunk; None where that is the encoder's choice.
    """

    name: str
    what: str
    frames: int
    make: Sequence[str] | Callable[[Path], None]
    source: Sequence[str] = tuple(drawn())
    straight: bool = False
    chunks: int | None = None

    def write(self, path: Path) -> None:
        if callable(self.make):
            self.make(path)
        else:
            ffmpeg(*self.source, *self.make, path)


def _again(first: Sequence[str], suffix: str, *second: str | Path) -> Callable[[Path], None]:
    """Encodes to a file of ``suffix``, then copies it by ``second``, whose IN is that file."""

    def make(path: Path) -> None:
        before = path.with_name(f"before-{path.name}{suffix}")
        ffmpeg(*drawn(), *first, before)
        ffmpeg(*(before if part == "IN" else part for part in second), path)

    return make


def _cut(codec: Sequence[str], start: float, stop: float = 1.0) -> Callable[[Path], None]:
    """A transport stream of which only a part of the bytes is there, as if recorded off the air."""

    def make(path: Path) -> None:
        ffmpeg(*drawn(), *codec, "-f", "mpegts", path)
        data = path.read_bytes()
        packets = len(data) // 188
        path.write_bytes(data[int(packets * start) * 188 : int(packets * stop) * 188])

    return make


def _hiding(codec: str) -> Callable[[Path], None]:
    """Encodes twice over: only then libvpx hides pictures of the future (alternate references)."""

    def make(path: Path) -> None:
        log = ["-passlogfile", path.with_suffix("")]
        options = ["-c:v", codec, "-g", "24", "-b:v", "200k", "-cpu-used", "4", *log]
        hiding = ["-auto-alt-ref", "1", "-lag-in-frames", "16"]
        ffmpeg(*drawn(), *options, *hiding, "-pass", "1", "-f", "null", "-")
        ffmpeg(*drawn(), *options, *hiding, "-pass", "2", path)

    return make


def _twice(path: Path) -> None:
    ffmpeg(*drawn(), *OPEN, "-f", "mpegts", path)
    path.write_bytes(path.read_bytes() * 2)


def _two_streams(path: Path) -> None:
    small, large = drawn("96x54", frames=48), drawn(frames=96)
    streams = ["-map", "0:v", "-map", "1:v", "-map", "0:v", *X264, "-g", "12"]
    ffmpeg(*small, *large, *streams, "-disposition:v:0", "0", "-disposition:v:1", "default", path)


def _cover(path: Path) -> None:
    picture = path.with_suffix(".png")
    ffmpeg(*drawn("640x640", frames=1), "-update", "1", picture)
    if path.suffix == ".mkv":
        extra = ["-attach", picture, "-metadata:s:t", "mimetype=image/png"]
        ffmpeg(*drawn(), *X264, "-g", "12", *extra, path)
    else:
        streams = [
            "-map",
            "1:v",
            "-map",
            "0:v",
            "-c:v:0",
            "png",
            "-disposition:v:0",
            "attached_pic",
        ]
        video = ["-c:v:1", "libx264", "-pix_fmt:v:1", "yuv420p", "-g:v:1", "12"]
        ffmpeg(*drawn(), "-i", picture, *streams, *video, path)


GOP = ["-g", "12"]
FIELDS = ["-vf", "setfield=tff", "-flags", "+ildct+ilme"]
EDIT = ["-ss", "1.3", "-i", "IN", *COPY]
TURN = ["-display_rotation", "90", "-i", "IN", *COPY]
REFRESH = [*X264, "-x264-params", "intra-refresh=1:keyint=12"]
VFR = ["-vf", "select='eq(mod(n,5),0)+eq(mod(n,3),1)'", "-fps_mode", "vfr", *X264, *GOP]
HI10P = ["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p10le", *GOP]
FRAGMENTS = [*X264, *GOP, "-movflags", "frag_keyframe+empty_moov"]
AV1 = ["-c:v", "libaom-av1", "-cpu-used", "8", "-usage", "realtime", "-g", "24"]

SAMPLES = [
    Sample("h264.mp4", "closed GOPs, B-frames", 96, [*X264, *GOP], chunks=8),
    Sample("h264-open.mkv", "leading pictures need the GOP before", 96, OPEN, chunks=8),
    Sample("h264-open.mp4", "the same, its dts before its pts", 96, OPEN, chunks=8),
    Sample("h264-open.ts", "the same, without an index", 96, OPEN, chunks=8),
    Sample("hevc-open.mkv", "leading pictures are lost after a seek", 96, HEVC_OPEN, chunks=8),
    Sample("vp9.webm", "hidden frames within packets", 96, _hiding("libvpx-vp9")),
    Sample("vp8.webm", "hidden frames as packets of their own", 96, _hiding("libvpx")),
    Sample("av1.mkv", "temporal units", 96, AV1, chunks=4),
    Sample("mpeg2.ts", "starts at 1234.5 s", 96, [*MPEG2, "-output_ts_offset", "1234.5"], chunks=8),
    Sample("mpeg2.mpg", "a program stream", 96, MPEG2, chunks=8),
    Sample("edit.mp4", "an edit list: frame 32 is first", 64, _again([*X264, *GOP], ".mp4", *EDIT)),
    Sample("vfr.mkv", "variable rate: of 15 frames 7, and 4 of the last 6", 46, VFR),
    Sample("film.mkv", "23.976, rounded to ms", 96, [*X264, *GOP], drawn(rate="24000/1001")),
    Sample("film.mp4", "23.976, exact", 96, [*X264, *GOP], drawn(rate="24000/1001"), chunks=8),
    Sample("hi10p.mkv", "10 bits a sample", 96, HI10P, chunks=8),
    Sample("odd.webm", "odd sides", 24, VP9, drawn("191x107", frames=24), chunks=1),
    Sample(
        "anamorphic.mkv", "pixels of 32:27", 24, ["-vf", "setsar=32/27", *X264], drawn(frames=24)
    ),
    Sample("turned.mp4", "held on its side", 96, _again([*X264, *GOP], ".mp4", *TURN), chunks=8),
    Sample("fields.ts", "interlaced H.264", 96, [*OPEN, *FIELDS], chunks=8),
    Sample("fields.mpg", "interlaced MPEG-2", 96, [*MPEG2, *FIELDS], chunks=8),
    Sample("one.mkv", "one frame only", 1, X264, drawn(frames=1), chunks=1),
    Sample("three.mkv", "three frames only", 3, X264, drawn(frames=3), chunks=1),
    Sample("first.mkv", "no keyframe but the first", 96, [*X264, "-g", "999"], chunks=1),
    Sample("refresh.mkv", "keyframes that are none: intra refresh", 96, REFRESH, chunks=8),
    Sample("streams.mkv", "three streams, the second is meant", 96, _two_streams, chunks=8),
    Sample("cover.mkv", "cover art, attached", 96, _cover, chunks=8),
    Sample("cover.mp4", "cover art as the first stream", 96, _cover, chunks=8),
    Sample("mpeg4.avi", "B-frames in AVI", 96, ["-c:v", "mpeg4", "-bf", "2", *GOP], chunks=8),
    Sample("h264.avi", "false pts: its packets claim to be in order", 96, X264, straight=True),
    Sample("raw.h264", "packets without pts", 96, [*X264, *GOP], straight=True, chunks=1),
    Sample("intra.avi", "every frame a keyframe", 96, ["-c:v", "mjpeg"], chunks=8),
    Sample("fragments.mp4", "no index at the front", 96, FRAGMENTS, chunks=8),
    Sample("h264-cut.ts", "starts amid a GOP", 72, _cut(OPEN, 0.2), chunks=6),
    Sample("mpeg2-cut.ts", "starts amid a GOP", 72, _cut(MPEG2, 0.2), chunks=6),
    Sample("refresh-cut.ts", "starts amid a refresh", 49, _cut(REFRESH, 0.2)),
    Sample("twice.ts", "time starts again in the middle", 192, _twice, straight=True, chunks=1),
]


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> Callable[[str], Path]:
    """The file of a sample's name; each is made once, when it is first asked for."""
    folder = tmp_path_factory.mktemp("samples")
    samples = {sample.name: sample for sample in SAMPLES}

    def get(name: str) -> Path:
        path = folder / name
        if not path.exists():
            samples[name].write(path)
        return path

    return get


@pytest.fixture(params=SAMPLES, ids=lambda sample: sample.name)
def sample(request) -> Sample:
    """Each sample in turn."""
    return request.param


@pytest.fixture(scope="session")
def run_ffmpeg() -> Callable[..., None]:
    """Runs ffmpeg with these arguments."""
    return ffmpeg
