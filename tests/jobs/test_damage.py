"""Damaged files: every planned frame was decoded, or is counted and told; sound ones stay done."""

from __future__ import annotations

import json
import random
import subprocess
from fractions import Fraction

import av
import pytest

import eyecatch
from eyecatch.core.video.ffmpeg import program
from eyecatch.core.video.plan import plan
from eyecatch.core.video.probe import probe
from eyecatch.db.index import open_index
from eyecatch.db.records.scan import Damage, EpisodeRecord
from eyecatch.jobs.damage import damage_sentence

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


CONTAINERS = {
    "mkv": ["-c:v", "libx264", "-g", "24"],
    "webm": ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-g", "24"],
    "avi": ["-c:v", "mpeg4", "-g", "24"],
    "ts": ["-c:v", "libx264", "-g", "24"],
    "mpg": ["-c:v", "mpeg2video", "-g", "12", "-f", "vob"],
    "flv": ["-c:v", "flv1", "-g", "24"],
    "wmv": ["-c:v", "wmv2", "-g", "24"],
    "ogv": ["-c:v", "libtheora", "-g", "24"],
    "nut": ["-c:v", "libx264", "-g", "24"],
    "mp4": ["-c:v", "libx264", "-g", "24"],
}

STILLS = "select='lt(mod(t,3),.5)'"
"""Half a second of motion, then two and a half of a picture that stands still."""


def encoded(path, *options):
    source = ["-f", "lavfi", "-i", "testsrc2=size=160x90:rate=24:duration=8"]
    sound = ["-f", "lavfi", "-i", "sine=duration=8"]
    codec = [*CONTAINERS[path.suffix[1:]], "-pix_fmt", "yuv420p"]
    command = [program(), "-v", "error", *source, *sound, *codec, *options, str(path)]
    subprocess.run(command, check=True)
    return path


@pytest.fixture(scope="module")
def originals(tmp_path_factory):
    return tmp_path_factory.mktemp("originals")


@pytest.mark.parametrize("how", ["zeros", "noise"])
@pytest.mark.parametrize(
    "container",
    [
        pytest.param(one, marks=[] if one in {"mkv", "ts", "avi"} else pytest.mark.slow)
        for one in CONTAINERS
        if one != "mp4"
    ],
)
def test_packets_that_are_gone_are_told(container, how, originals, tmp_path):
    sound = originals / f"sound.{container}"
    if not sound.exists():
        encoded(sound)
    file = destroyed(sound, tmp_path / f"damaged.{container}", how)
    (hole,) = plan(probe(file)).holes
    video = probe(sound)
    whole = plan(video)
    first = whole.chunks[0].pts[0]
    times = (hole.start_pts, hole.stop_pts)
    start, stop = (float((pts - first) * video.time_base) for pts in times)
    if container == "avi":  # it counts frames, and so does every reader
        assert 1 < start == stop < 4
    else:
        # Bytes, seconds and pictures are not quite in step, and readers start again at a keyframe.
        assert 1.5 < start < 4
        assert 4.5 < stop < 7


@pytest.mark.parametrize(
    ("container", "options"),
    [
        ("mkv", ["-reserve_index_space", "50000"]),
        pytest.param("mkv", ["-cues_to_front", "1"], marks=pytest.mark.slow),
        pytest.param("webm", [], marks=pytest.mark.slow),
        ("ts", ["-muxrate", "1500k"]),
        pytest.param("ts", ["-mpegts_m2ts_mode", "1"], marks=pytest.mark.slow),
        ("mpg", ["-muxrate", "3000000"]),
        ("avi", []),
        pytest.param("flv", [], marks=pytest.mark.slow),
        pytest.param("wmv", [], marks=pytest.mark.slow),
        pytest.param("ogv", [], marks=pytest.mark.slow),
        pytest.param("nut", [], marks=pytest.mark.slow),
    ],
)
def test_stills_are_no_holes(container, options, tmp_path):
    file = tmp_path / f"stills.{container}"
    encoded(file, "-vf", STILLS, "-fps_mode", "vfr", *options)
    planned = plan(probe(file))
    assert (planned.complete, planned.holes) == (True, ())


def test_an_episode_with_a_hole_is_incomplete(tmp_path, run):
    file = destroyed(encoded(tmp_path / "sound.mkv"), tmp_path / "damaged.mkv", "zeros")
    video = probe(file)
    (hole,) = plan(video).holes
    db = str(tmp_path / "season.db")
    for again in (False, True):
        report = eyecatch.index([file], db=db, runner="inline", retry_failed=again)
        (fault,) = report.faults
        assert "parts of the file are destroyed, with all their frames (0:0" in fault
    _, out, _ = run("status", "--db", db, "--json")
    (told,) = json.loads(out)["episodes"]
    assert (told["state"], told["errors"]) == ("incomplete", [fault])
    (span,) = [one for one in told["damage"] if one["start_frame"] == one["end_frame"]]
    assert span == {
        "start": pytest.approx(float(hole.start_pts * video.time_base), abs=0.001),
        "end": pytest.approx(float(hole.stop_pts * video.time_base), abs=0.001),
        "start_frame": hole.frame,
        "end_frame": hole.frame,
    }
    assert report.episodes[0].frames == plan(video).frames < 8 * 24


def test_a_file_whose_end_is_zeros_breaks_off(tmp_path):
    sound = encoded(tmp_path / "sound.ts")
    content = sound.read_bytes()
    kept = len(content) // 376 * 188
    file = tmp_path / "preallocated.ts"
    file.write_bytes(content[:kept] + bytes(len(content) - kept))
    planned = plan(probe(file))
    assert (planned.complete, planned.holes) == (False, ())
    assert 50 < planned.frames < 140


def test_fragments_with_long_heads_are_no_holes(tmp_path):
    file = tmp_path / "stills.mp4"
    fragmented = ["-movflags", "frag_keyframe+empty_moov"]
    encoded(file, "-vf", "select='lt(mod(t,4),.5)'", "-fps_mode", "vfr", *fragmented)
    planned = plan(probe(file))
    assert (planned.complete, planned.holes) == (True, ())


@pytest.mark.parametrize(
    ("damaged", "said"),
    [
        ([(0, 1), (3, 4)], "2 of 96 frames could not be decoded, or only in part (at 0:00)"),
        ([(0, 1), (3, 3)], "in part, and parts of the file are destroyed, with all their frames ("),
        ([(0, 1), (80, 80)], "in part (at 0:00), and parts of the file are destroyed"),
        ([(24 * k, 24 * k + 1) for k in range(4)], "(at 0:00, at 0:01, at 0:02 and once more)"),
    ],
)
def test_a_place_is_told_once(damaged, said, sound):
    video = probe(sound("h264"))
    unit = Fraction(1, 24) / video.time_base
    spans = tuple(Damage(*one, *(int(frame * unit) for frame in one)) for one in damaged)
    episode = EpisodeRecord(
        1, "d", video, None, FRAMES, Fraction(4), True, "incomplete", None, None, damage=spans
    )
    told = damage_sentence(episode)
    assert said in told
    assert told.count("at 0:00") == 1
