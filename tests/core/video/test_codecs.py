"""Every codec, container and pixel format that the ffmpeg at hand can encode is scanned rightly.

Right is what the ffmpeg program decodes: the same frames, as many, at the same times.
"""

from __future__ import annotations

import subprocess
from fractions import Fraction

import numpy as np
import pytest

from eyecatch.core.detections import Detections
from eyecatch.core.scan.config import ScanConfig
from eyecatch.core.scan.scanner import Scan
from eyecatch.core.video.decode import decode
from eyecatch.core.video.ffmpeg import program
from eyecatch.core.video.plan import plan
from eyecatch.core.video.probe import probe

pytestmark = pytest.mark.slow

FRAMES = 30

ENCODERS = {
    "libx264": ("mkv mp4 mov ts m2ts flv avi nut 3gp h264", ["-g", "10"]),
    "libx264rgb": ("mkv mov", ["-g", "10"]),
    "libx265": ("mkv mp4 ts hevc", ["-x265-params", "keyint=10:log-level=none"]),
    "libvvenc": ("mp4", ["-preset", "faster"]),
    "libaom-av1": ("mkv mp4 webm ivf obu", ["-cpu-used", "8", "-usage", "realtime", "-g", "10"]),
    "libsvtav1": ("mkv mp4", ["-preset", "12"]),
    "libvpx": ("webm mkv ivf", ["-g", "10", "-deadline", "realtime", "-cpu-used", "8"]),
    "libvpx-vp9": ("webm mkv mp4 ivf", ["-g", "10", "-deadline", "realtime", "-cpu-used", "8"]),
    "libtheora": ("ogv mkv", []),
    "libxvid": ("avi mp4 mkv", ["-g", "10"]),
    "mpeg1video": ("mpg ts mkv m1v", ["-bf", "2"]),
    "mpeg2video": ("mpg vob ts mkv mxf m2v wtv", ["-bf", "2"]),
    "mpeg4": ("avi mp4 mov mkv 3gp m4v nut", ["-bf", "2"]),
    "msmpeg4v2": ("avi asf", []),
    "msmpeg4": ("avi wmv", []),
    "wmv1": ("wmv asf", []),
    "wmv2": ("wmv asf", []),
    "flv": ("flv avi", []),
    "h261": ("avi h261", ["-s", "176x144"]),
    "h263": ("avi 3gp mov", ["-s", "176x144"]),
    "h263p": ("avi", []),
    "rv10": ("rm", []),
    "rv20": ("rm", []),
    "svq1": ("mov", []),
    "cinepak": ("avi mov", []),
    "mjpeg": ("avi mov mkv", ["-strict", "unofficial"]),
    "ljpeg": ("avi", ["-strict", "unofficial"]),
    "jpeg2000": ("mov mkv", []),
    "libopenjpeg": ("mov", []),
    "png": ("mov mkv avi", []),
    "apng": ("apng", ["-f", "apng"]),
    "gif": ("gif", []),
    "prores": ("mov mkv", []),
    "prores_ks": ("mov mkv", []),
    "dnxhd": ("mov mxf", ["-profile:v", "dnxhr_sq", "-s", "256x128"]),
    "cfhd": ("mov", ["-s", "192x112"]),
    "dvvideo": ("dv avi mov", ["-s", "720x576", "-r", "25"]),
    "vc2": ("mkv mov", ["-strict", "-2"]),
    "ffv1": ("mkv avi nut", ["-strict", "-2"]),
    "ffvhuff": ("mkv avi", []),
    "huffyuv": ("avi mkv", []),
    "utvideo": ("avi mkv", []),
    "magicyuv": ("avi mkv", []),
    "asv1": ("avi", []),
    "asv2": ("avi", []),
    "qtrle": ("mov", []),
    "rpza": ("mov", []),
    "smc": ("mov", []),
    "msrle": ("avi", []),
    "msvideo1": ("avi", []),
    "zmbv": ("avi", []),
    "zlib": ("avi", []),
    "flashsv": ("flv", []),
    "flashsv2": ("flv", []),
    "snow": ("avi", ["-strict", "-2"]),
    "speedhq": ("mov nut", []),
    "cljr": ("avi", ["-strict", "unofficial"]),
    "roqvideo": ("roq", ["-s", "128x64", "-r", "30"]),
    "rawvideo": ("nut mkv avi mov", []),
    "wrapped_avframe": ("y4m", ["-c:v", "wrapped_avframe", "-strict", "-1"]),
    "v210": ("mov avi", []),
    "v308": ("mov", []),
    "v408": ("mov", []),
    "v410": ("mov", []),
    "r210": ("mov", []),
    "r10k": ("mov", []),
    "avrp": ("avi", []),
    "avui": ("mov", ["-s", "720x576", "-strict", "-2"]),
    "y41p": ("avi", []),
    "yuv4": ("mov", []),
    "hap": ("mov", []),
    "sgi": ("mov", []),
    "targa": ("mov", []),
    "tiff": ("mov", []),
    "bmp": ("avi", []),
    "dxv": ("mov", []),
    "liboapv": ("mp4", []),
}
"""Encoders: the containers that are tried, and options."""


UNTIMED = {".h264", ".hevc", ".m1v", ".m2v", ".m4v", ".obu"}
"""Streams without a container, which say no times."""


class Blind:
    """A detector that finds nothing: the scan's frames are what is looked at."""

    lines, size_divisor = 64, 1

    def detect(self, pictures):
        return [Detections.none() for _ in pictures]


@pytest.fixture(scope="module")
def encoders():
    """Names of the encoders of this build."""
    told = subprocess.run(
        [program(), "-hide_banner", "-encoders"], capture_output=True, text=True, check=False
    )
    return {line.split()[1] for line in told.stdout.splitlines() if line.startswith(" V")}


def formats(encoder):
    """The pixel formats that an encoder takes; None, its own choice, where it doesn't say."""
    command = [program(), "-hide_banner", "-h", f"encoder={encoder}"]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    _, _, found = told.partition("Supported pixel formats:")
    names = found.partition("\n")[0].split()
    return [one for one in names if not one.startswith(HARDWARE)] or [None]


HARDWARE = ("vaapi", "cuda", "qsv", "vulkan", "drm", "d3d", "videotoolbox", "amf", "dxva", "opencl")


def encode(path, encoder, pixels, options):
    """Whether ffmpeg writes the file."""
    source = "testsrc2=size=96x64:rate=25"
    command = [program(), "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", source]
    command += ["-frames:v", str(FRAMES), "-c:v", encoder, *options]
    command += ["-pix_fmt", pixels] if pixels else []
    return subprocess.run([*command, str(path)], capture_output=True, check=False).returncode == 0


def decoded(path):
    """Times in seconds of the frames that ffmpeg decodes."""
    command = [program(), "-v", "error", "-copyts", "-i", str(path), "-map", "0:v:0"]
    command += ["-fps_mode", "passthrough", "-enc_time_base", "demux", "-f", "framemd5", "-"]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
    unit = next((Fraction(one.split()[-1]) for one in told if one.startswith("#tb 0")), Fraction(1))
    return [int(line.split(",")[2]) * unit for line in told if not line.startswith("#")]


def fault(path):
    """What of a file isn't as ffmpeg has it; None if all is."""
    wanted = decoded(path)
    if len(wanted) < FRAMES // 2:
        return None  # ffmpeg itself can't read what it wrote: blended APNG of 16 bits
    video = probe(path)
    chunks = plan(video, 0.2).chunks
    frames = [frame for chunk in chunks for frame in decode(video, chunk)]
    if [frame.number for frame in frames] != list(range(len(wanted))):
        return f"{len(frames)} frames for {len(wanted)}"
    times = [frame.pts * video.time_base for frame in frames]
    timed = path.suffix not in UNTIMED
    if timed and any(abs(a - b) > video.time_base for a, b in zip(times, wanted, strict=True)):
        return f"times {times[:4]} for {wanted[:4]}"
    if not all(np.ptp(frame.thumbnail()) > 20 for frame in frames[:: FRAMES // 3]):
        return "a picture without anything in it"
    scan = Scan(ScanConfig(), Blind())
    scanned = [scan(video, chunk) for chunk in chunks]
    broken = [one.broken for one in scanned if one.broken]
    right = sum(len(one.timeline.pts) for one in scanned) == len(wanted)
    return None if right and not broken else f"a scan of other frames: {broken}"


@pytest.mark.parametrize("encoder", ENCODERS)
def test_what_ffmpeg_encodes_is_scanned_as_it_decodes_it(encoder, encoders, tmp_path):
    if encoder not in encoders:
        pytest.skip(f"this ffmpeg has no {encoder}")
    suffixes, options = ENCODERS[encoder]
    kinds = formats(encoder)
    first, *others = suffixes.split()
    faults, made = {}, 0
    for suffix, pixels in [(first, one) for one in kinds] + [(one, kinds[0]) for one in others]:
        path = tmp_path / f"{pixels}.{suffix}"
        if encode(path, encoder, pixels, options):
            made += 1
            if (problem := fault(path)) is not None:
                faults[path.name] = problem
    assert faults == {}
    assert made, "nothing could be encoded"
