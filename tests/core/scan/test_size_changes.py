"""A recording whose picture changes its size: faces are where they are, in the first one's pixels.

Television does so between programmes and advertisements, and some encoders of VP9 and AV1 when the
connection is slow.
"""

from __future__ import annotations

import subprocess

import av
import cv2
import numpy as np
import pytest

from eyecatch.core import crops
from eyecatch.core.scan.config import ScanConfig
from eyecatch.core.scan.linking import link
from eyecatch.core.scan.scanner import Scan
from eyecatch.core.video.ffmpeg import program
from eyecatch.core.video.plan import plan
from eyecatch.core.video.probe import probe

SIZES = {"large": (320, 240), "small": (160, 120), "wide": (320, 120)}

CODECS = {
    "mpeg2.ts": ["-c:v", "mpeg2video", "-q:v", "2", "-g", "12"],
    "h264.ts": ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "12", "-g", "12"],
    "vp9.webm": ["-c:v", "libvpx-vp9", "-cpu-used", "8", "-deadline", "realtime", "-b:v", "2M"],
}

FRAMES = 24
"""Of each part."""


def picture(number, width, height):
    """A red disc that moves over grey, at (0.2 + n / 100, 0.5) of the picture."""
    canvas = np.full((240, 320, 3), 90, np.uint8)
    canvas[::8] = 110
    cv2.circle(canvas, (round(320 * (0.2 + number / 100)), 120), 24, (40, 40, 230), -1)
    return cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA)


def part(path, size, first, options):
    width, height = size
    frames = b"".join(picture(first + n, width, height).tobytes() for n in range(FRAMES))
    command = [program(), "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "bgr24"]
    command += ["-s", f"{width}x{height}", "-r", "24", "-i", "-", "-pix_fmt", "yuv420p"]
    command += [*options, "-bf", "0", "-output_ts_offset", str(first / 24 + 1)]
    subprocess.run([*command, str(path)], input=frames, check=True, capture_output=True)


def joined(parts, path):
    """The packets of all parts, as they are, in one file."""
    if path.suffix == ".ts":
        path.write_bytes(b"".join(one.read_bytes() for one in parts))
        return
    with av.open(str(path), "w") as out:
        stream = None
        for one in parts:
            with av.open(str(one)) as source:
                stream = stream or out.add_stream_from_template(source.streams.video[0])
                for packet in source.demux(video=0):
                    if packet.size:
                        packet.stream = stream
                        out.mux(packet)


@pytest.fixture(params=["large-small", "small-wide-large"])
def sizes(request):
    return [SIZES[name] for name in request.param.split("-")]


@pytest.mark.parametrize("name", CODECS)
def test_faces_are_cut_out_of_frames_of_any_size(name, sizes, detector, tmp_path):
    parts = [tmp_path / f"{place}-{name}" for place in range(len(sizes))]
    for place, one in enumerate(parts):
        part(one, sizes[place], place * FRAMES, CODECS[name])
    joined(parts, tmp_path / name)
    video = probe(tmp_path / name)
    assert (video.width, video.height) == sizes[0]
    scan = Scan(ScanConfig(), detector)
    chunks = [scan(video, chunk) for chunk in plan(video, 0.1).chunks]
    assert [chunk.broken for chunk in chunks] == [None] * len(chunks)
    assert sum(len(chunk.timeline.pts) for chunk in chunks) == FRAMES * len(sizes)
    seen = {}
    for chunk in chunks:
        for one in chunk.tracklets:
            seen |= dict(zip(one.frames.tolist(), one.boxes.tolist(), strict=True))
            for crop in one.crops:
                middle = crops.decode(crop.jpeg)[70, 64].astype(int)
                assert middle[2] - middle[:2].max() > 60
    assert sorted(seen) == list(range(FRAMES * len(sizes)))
    for number, (x, y, w, h) in seen.items():
        centre = (x + w / 2) / video.width, (y + h / 2) / video.height
        assert np.abs(np.subtract(centre, (0.2 + number / 100, 0.5))).max() < 0.03
    assert len(link(chunks).tracks) >= 1
