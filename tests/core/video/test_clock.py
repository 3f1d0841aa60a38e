"""Where players begin to count: a table of what mpv says, and mpv itself where it is there."""

import re
import shutil
import subprocess
from fractions import Fraction

import av
import pytest
from imageio_ffmpeg import get_ffmpeg_exe

from eyecatch.core.video.clock import Clock, clock_of
from eyecatch.core.video.probe import probe
from eyecatch.core.video.proxy import make_proxy

SOUND = ("-f", "lavfi", "-i", "sine=d=1:r=44100")
SILENT = {"ivf", "gif", "mxf", "ogv"}

# File -> how it is written, from a second that is not 0, and the seconds that mpv 0.35 to 0.41
# calls the start of the file.
CASES = {
    "a.mkv": (("-c:v", "libx264", "-c:a", "aac"), 10),
    "a.webm": (("-c:v", "libvpx", "-c:a", "libopus"), 10),
    "a.flv": (("-c:v", "flv", "-c:a", "libmp3lame"), 9.975),
    "a.wmv": (("-c:v", "wmv2", "-c:a", "wmav2"), 9.954),
    "a.ogv": (("-c:v", "libtheora"), 10),
    "a.nut": (("-c:v", "mpeg4", "-c:a", "mp2"), 9.989),
    "a.ts": (("-c:v", "libx264", "-c:a", "aac"), 11.377),  # the muxer itself begins at 1.4
    "a.mpg": (("-c:v", "mpeg2video", "-c:a", "mp2"), 9.989),
    "a.ivf": (("-c:v", "libvpx"), 10),
    "a.mp4": (("-c:v", "libx264", "-c:a", "aac"), 0),
    "a.mov": (("-c:v", "libx264", "-c:a", "aac"), 0),
    "fragmented.mp4": (("-c:v", "libx264", "-movflags", "frag_keyframe+empty_moov+delay_moov"), 0),
    "a.avi": (("-c:v", "mpeg4", "-c:a", "mp2"), 0),
    "a.gif": (("-c:v", "gif"), 0),
    "a.mxf": (("-c:v", "mpeg2video"), 0),
}


def write(path, how, *, offset=10.0, more=()):
    sound = () if path.suffix[1:] in SILENT else SOUND
    picture = ("-f", "lavfi", "-i", "testsrc=s=64x48:r=24:d=1")
    shift = ("-output_ts_offset", str(offset), "-pix_fmt", "yuv420p")
    shift = () if path.suffix == ".gif" else shift
    command = (get_ffmpeg_exe(), "-v", "error", *picture, *sound, *more, *how, *shift, path)
    subprocess.run(command, check=True)


@pytest.fixture(scope="module", params=CASES)
def case(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("clock") / request.param
    how, start = CASES[request.param]
    write(path, how)
    return path, start


def test_players_count_from_where_mpv_says(case):
    path, start = case
    assert clock_of(path).origin == pytest.approx(start, abs=0.002)
    assert probe(path).origin == clock_of(path).origin


def test_mpv_says_so(case):
    path, start = case
    assert mpv_start(path) == pytest.approx(start, abs=0.002)


def test_a_subtitle_before_the_picture_begins_a_matroska_file(tmp_path):
    (tmp_path / "s.srt").write_text("1\n00:00:05,000 --> 00:00:06,000\nhello\n")
    write(tmp_path / "a.mkv", ("-c:v", "libx264", "-c:a", "aac"))
    early = tmp_path / "early.mkv"
    command = (get_ffmpeg_exe(), "-v", "error", "-i", tmp_path / "s.srt", "-i", tmp_path / "a.mkv")
    how = ("-map", "0", "-map", "1", "-copyts", "-c", "copy", early)
    subprocess.run((*command, *how), check=True)
    assert clock_of(early).origin == 5
    if shutil.which("mpv"):
        assert mpv_start(early) == 5


def test_sound_before_the_picture_begins_a_recording(tmp_path):
    path = tmp_path / "late.ts"
    picture = ("-itsoffset", "0.5", "-f", "lavfi", "-i", "testsrc=s=64x48:r=24:d=1")
    how = ("-c:v", "mpeg2video", "-c:a", "mp2", "-output_ts_offset", "50000", path)
    subprocess.run((get_ffmpeg_exe(), "-v", "error", *picture, *SOUND, *how), check=True)
    assert 50001 < clock_of(path).origin < 50001.5
    if shutil.which("mpv"):
        assert mpv_start(path) == pytest.approx(float(clock_of(path).origin), abs=0.002)


def test_matroska_never_begins_before_zero(tmp_path):
    path = tmp_path / "early.mkv"
    write(path, ("-c:v", "mpeg4", "-avoid_negative_ts", "disabled"), offset=-0.5)
    assert clock_of(path).origin == 0
    if shutil.which("mpv"):
        assert mpv_start(path) == 0


@pytest.mark.parametrize("suffix", ["mov", "mp4", "mkv", "mxf", "avi"])
def test_timecode_is_read_from_whatever_tag_has_it(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    codec = "mpeg4" if suffix == "avi" else "mpeg2video"
    how = ("-an", "-c:v", codec, "-timecode", "10:00:00:00")
    write(path, how, offset=0, more=("-map", "0:v"))
    assert clock_of(path) == Clock(Fraction(0), "10:00:00:00")
    assert probe(path).timecode == "10:00:00:00"


@pytest.mark.parametrize("suffix", ["mkv", "mp4", "ts"])
def test_a_proxy_begins_where_players_begin_to_count(tmp_path, suffix):
    path, proxy = tmp_path / f"a.{suffix}", tmp_path / "proxy.mp4"
    write(path, CASES[f"a.{suffix}"][0])
    make_proxy(path, proxy)
    shown = [first_frame(file) for file in (path, proxy)]
    assert shown[1] == pytest.approx(shown[0] - float(clock_of(path).origin), abs=1 / 48)


def first_frame(path):
    with av.open(str(path)) as container:
        return next(container.decode(video=0)).time


def mpv_start(path):
    """The start of a file as mpv has it; it counts from there."""
    program = shutil.which("mpv")
    if program is None:
        pytest.skip("mpv is not installed")
    quiet = (
        "--no-config",
        "--vo=null",
        "--no-audio",
        "--untimed",
        "--frames=1",
        "--msg-level=all=error",
    )
    told = ("--msg-level=cplayer=info", "--term-playing-msg=start=${=demuxer-start-time}")
    command = (program, *quiet, *told, path)
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    found = re.search(r"start=([\d.-]+)", said)
    assert found, said
    return float(found[1])
