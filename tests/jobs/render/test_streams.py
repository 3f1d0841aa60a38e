"""Sound, subtitles, fonts and chapters: what is there goes along, what isn't stops nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av
import pytest

from eyecatch.jobs.clips.clips import clips
from eyecatch.jobs.render.render import render

PICTURE = "testsrc2=size=96x64:rate=25:duration=2,format=yuv420p"
VIDEO = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "12"]


def drawn(seconds: float = 2, picture: str = PICTURE) -> list[str]:
    """Inputs: frames that differ, and a tone as long as asked."""
    return ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", f"sine=440:duration={seconds}"]


def kinds(path: Path) -> list[str]:
    with av.open(str(path)) as container:
        return [stream.type for stream in container.streams]


def frame_hashes(lab, path: Path) -> list[str]:
    lines = lab.hashes(path, "-map", "0:v:0", "-fps_mode", "passthrough", form="framehash")
    return [line.rsplit(",", 1)[1].strip() for line in lines]


@pytest.fixture
def made(lab, tmp_path) -> Callable[..., Path]:
    """Makes a file by ffmpeg."""

    def make(name: str, *arguments: object) -> Path:
        path = tmp_path / name
        lab.ffmpeg(*arguments, path)
        return path

    return make


def silence(path: Path) -> None:
    """Empty all packets of a transport stream's second stream, which its table still announces."""
    data = bytearray(path.read_bytes())
    for at in range(0, len(data), 188):
        if int.from_bytes(data[at + 1 : at + 3], "big") & 0x1FFF == 0x101:
            data[at : at + 188] = b"\x47\x1f\xff\x10".ljust(188, b"\xff")
    path.write_bytes(data)


@pytest.mark.parametrize(
    "sound", ["aac", *(pytest.param(one, marks=pytest.mark.slow) for one in ("ac3", "mp2"))]
)
def test_a_sound_that_never_comes_is_left_out_and_said(sound, made, lab, filled, caplog, tmp_path):
    path = made("Recorded.ts", *drawn(), *VIDEO, "-c:a", sound)
    silence(path)
    filled(path, lab.Face("Rei", 7, 15, lambda _: (20, 20, 40, 30)))
    db, whole = str(tmp_path / "season.db"), frame_hashes(lab, path)
    assert kinds(path) == ["video", "audio"]
    soft = render("Recorded", db=db, out=tmp_path / "soft.mkv")
    assert kinds(soft) == ["video", "subtitle"]
    assert frame_hashes(lab, soft) == whole
    assert kinds(render("Recorded", db=db, out=tmp_path / "burnt.mkv", how="burn")) == ["video"]
    for fast in (True, False):
        done = clips(["Rei"], db=db, out=tmp_path / f"clips{fast}", fast=fast, quality=0)
        assert done.faults == ()
        (one,) = done.clips
        assert kinds(one.file) == ["video"]
        assert frame_hashes(lab, one.file) == whole[one.start_frame : one.stop_frame]
    clips(["Rei"], db=db, supercut=tmp_path / "all.mp4")
    assert "is announced and has no sound; left out" in caplog.text


@pytest.mark.parametrize("suffix", [".ts", ".mkv"])
def test_a_sound_that_ends_early_stops_no_clip(suffix, made, lab, filled, tmp_path):
    path = made(f"Short{suffix}", *drawn(seconds=0.5), *VIDEO, "-c:a", "aac")
    filled(path, lab.Face("Rei", 30, 42, lambda _: (20, 20, 40, 30)))
    done = clips(["Rei"], db=str(tmp_path / "season.db"), out=tmp_path / "clips", quality=0)
    assert done.faults == ()
    assert frame_hashes(lab, done.clips[0].file) == frame_hashes(lab, path)[30:42]
