"""Damaged files: every planned frame was decoded, or is counted and told; sound ones stay done."""

from __future__ import annotations

import json
import random
import subprocess

import av
import pytest

import eyecatch
from eyecatch.core.video.ffmpeg import program
from eyecatch.db.index import open_index

FRAMES = 96

ENCODERS = {
    "h264": ["-c:v", "libx264", "-g", "24"],
    "hevc": ["-c:v", "libx265", "-x265-params", "keyint=24:log-level=none"],
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """Makes a sound MP4 of a codec: its index says where each packet is, whatever is in it."""
    folder = tmp_path_factory.mktemp("sound")
    source = ["-f", "lavfi", "-i", f"testsrc2=size=160x90:rate=24:duration={FRAMES / 24}"]

    def make(codec):
        path = folder / f"{codec}.mp4"
        if not path.exists():
            encoded = [*ENCODERS[codec], "-pix_fmt", "yuv420p", str(path)]
            subprocess.run([program(), "-v", "error", *source, *encoded], check=True)
        return path

    return make


def destroyed(path, out, how):
    """The middle third: zeros, noise, or a flipped bit in each hundred bytes."""
    content, dice = bytearray(path.read_bytes()), random.Random(15)
    start, stop = len(content) // 3, 2 * len(content) // 3
    if how == "zeros":
        content[start:stop] = bytes(stop - start)
    elif how == "noise":
        content[start:stop] = dice.randbytes(stop - start)
    else:
        for place in range(start, stop, 100):
            content[place] ^= 1 << dice.randrange(8)
    out.write_bytes(content)
    return out


def shown(path):
    """What FFmpeg makes of a file: how many frames, and how many of them it calls corrupt."""
    frames = []
    with av.open(str(path)) as container:
        container.streams.video[0].thread_type = "NONE"  # several threads tell of less
        container.streams.video[0].thread_count = 1
        for packet in container.demux(video=0):
            try:
                frames += [frame.is_corrupt for frame in packet.decode()]
            except av.error.FFmpegError:
                continue
    return len(frames), sum(frames)


@pytest.mark.parametrize("codec", ENCODERS)
@pytest.mark.parametrize("how", ["zeros", "noise", "flips"])
def test_every_frame_is_accounted_for(codec, how, sound, tmp_path, run):
    file = destroyed(sound(codec), tmp_path / "damaged.mp4", how)
    decoded, corrupt = shown(file)
    lost = FRAMES - decoded + corrupt
    assert lost
    db = str(tmp_path / "season.db")
    report = eyecatch.index([file], db=db, runner="inline")
    (fault,) = report.faults
    assert f"incomplete, {lost} of {FRAMES} frames could not be decoded" in fault
    _, out, _ = run("status", "--db", db, "--json")
    (told,) = json.loads(out)["episodes"]
    assert (told["state"], told["damaged"]) == ("incomplete", lost)
    assert told["errors"] == [fault]
    spans = [(one["start_frame"], one["end_frame"]) for one in told["damage"]]
    assert sum(stop - start for start, stop in spans) == lost
    assert spans[0][0] > 0
    assert spans == sorted(spans)
    assert told["damage"][0]["start"] == pytest.approx(spans[0][0] / 24, abs=0.001)
    _, out, _ = run("episodes", "--db", db, "--json")
    assert json.loads(out)[0]["damaged"] == lost


def test_damage_is_the_same_however_the_file_is_cut(sound, tmp_path):
    file = destroyed(sound("h264"), tmp_path / "damaged.mp4", "zeros")
    found = []
    for seconds in (1.0, 60.0):
        db = str(tmp_path / f"{seconds}.db")
        eyecatch.index([file], db=db, runner="inline", chunk_seconds=seconds)
        with open_index(db) as index:
            found.append((index.episodes.get(1).damage, index.fingerprint.compute()["episode"]))
    assert found[0] == found[1]


@pytest.mark.parametrize("codec", ENCODERS)
def test_a_sound_file_is_done(codec, sound, tmp_path):
    report = eyecatch.index([sound(codec)], db=str(tmp_path / "season.db"), runner="inline")
    assert (report.faults, report.episodes[0].state) == ((), "done")
    assert report.episodes[0].damage == ()
