"""Hashes of sound: the same for the same sound, at its time on the file's clock."""

import subprocess
import wave
from fractions import Fraction

import numpy as np
import pytest
from imageio_ffmpeg import get_ffmpeg_exe
from upath import UPath

from eyecatch.core.errors import MediaError, RequestError
from eyecatch.core.video import ffmpeg as program_module
from eyecatch.core.video import sound as sound_module
from eyecatch.core.video.plan import plan
from eyecatch.core.video.probe import probe
from eyecatch.core.video.sound import STEP, sound_hashes

RATE = 48000
AAC = ("-c:v", "libx264", "-c:a", "aac")

# File -> how it is written, and the second on its clock at which the tune begins.
CASES = {
    "a.mkv": ((), AAC, 0),
    "a.mp4": ((), AAC, 0),
    "late.mkv": (("-itsoffset", "3.3"), AAC, 3.3),
    "late.mp4": (("-itsoffset", "3.3"), AAC, 3.3),
    "early.mp4": (("-itsoffset", "-2"), AAC, -2),
    "off.mkv": ((), ("-c:v", "mpeg4", "-c:a", "libopus", "-output_ts_offset", "10"), 10),
    "a.ts": ((), (*AAC, "-output_ts_offset", "50000"), 50001.4),
    "late.ts": (
        ("-itsoffset", "3.3"),
        ("-c:v", "libx264", "-c:a", "mp2", "-output_ts_offset", "50000"),
        50004.7,
    ),
}


def music(seconds, seed):
    """int16: chords that nobody wrote, so that no two places are alike."""
    rng, parts, length = np.random.default_rng(seed), [], 0
    while length < seconds * RATE:
        t = np.arange(int(rng.uniform(0.15, 0.5) * RATE)) / RATE
        tones = 110 * 2 ** (rng.integers(0, 36, 3) / 12)
        parts.append(np.sin(2 * np.pi * np.outer(tones, t)).sum(0) * np.exp(-2 * t) * 3000)
        length += len(t)
    return np.concatenate(parts)[: seconds * RATE].astype("<i2")


def save(path, samples):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return path


def write(path, *sound, how=AAC):
    picture = ("-f", "lavfi", "-i", "testsrc=s=64x48:r=24:d=20")
    command = (get_ffmpeg_exe(), "-v", "error", *picture, *sound, *how, "-pix_fmt", "yuv420p", path)
    subprocess.run(command, check=True)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("sound")


@pytest.fixture(scope="module")
def tune(folder):
    return save(folder / "tune.wav", music(20, 1))


@pytest.fixture(scope="module")
def episode(folder, tune):
    return write(folder / "episode.mkv", "-i", tune)


def apart(one, other):
    """Bits of 32 in which hashes differ, on average; chance gives 16."""
    count = min(len(one), len(other))
    return np.bitwise_count(one[:count] ^ other[:count]).mean()


@pytest.mark.parametrize("name", CASES)
def test_a_sound_is_heard_at_its_time(name, tune, tmp_path):
    shift, how, begin = CASES[name]
    file = write(tmp_path / name, *shift, "-i", tune, how=how)
    start = Fraction(begin).limit_denominator(10) + 4
    found = sound_hashes(file, start, start + 12)
    expected = sound_hashes(tune, Fraction(4), Fraction(16))
    assert len(found.hashes) == len(expected.hashes) > 70
    assert found.start - float(start) == pytest.approx(expected.start - 4, abs=1e-3)
    assert apart(found.hashes, expected.hashes) < 0.5
    other = sound_hashes(tune, Fraction(4) + STEP / 2, Fraction(16))
    assert apart(found.hashes, other.hashes) > 1, "half a step is heard"


def test_what_comes_before_the_sound_is_silence(tune, tmp_path):
    file = write(tmp_path / "late.mkv", "-itsoffset", "6", "-i", tune)
    late = sound_hashes(file, Fraction(0), Fraction(20))
    soon = sound_hashes(tune, Fraction(0), Fraction(14))
    assert len(late.hashes) - len(soon.hashes) == round(6 / STEP)
    assert len(set(late.hashes[:20].tolist())) == 1


def test_a_hash_is_of_the_time_at_which_sound_changes(folder):
    """Two tunes in turns: hashes change from one's to the other's when the sound does."""
    a, b = music(40, 2), music(40, 3)
    second = np.arange(len(a)) // RATE
    turns = save(folder / "turns.wav", np.where(second // 5 % 2, b, a))
    ha, hb, mixed = (
        sound_hashes(file, Fraction(0), Fraction(40))
        for file in (save(folder / "a.wav", a), save(folder / "b.wav", b), turns)
    )
    is_b = np.bitwise_count(mixed.hashes ^ ha.hashes) > np.bitwise_count(mixed.hashes ^ hb.hashes)
    times = mixed.start + mixed.step * np.arange(len(is_b))
    off = []
    for change in range(5, 40, 5):
        near = np.abs(times - change) < 2.4
        is_new = is_b[near] == bool(change // 5 % 2)
        off.append(2.4 - is_new.sum() * mixed.step)  # how much later than the change it is heard
    assert abs(np.mean(off)) < 0.12


def test_a_file_without_sound_has_no_hashes(tmp_path):
    file = write(tmp_path / "silent.mkv", how=("-c:v", "libx264"))
    assert len(sound_hashes(file, Fraction(0), Fraction(20)).hashes) == 0


def test_an_episode_too_short_to_be_heard_has_none(episode):
    assert len(sound_hashes(episode, Fraction(0), Fraction(1)).hashes) == 0
    assert len(sound_hashes(episode, Fraction(0), Fraction(0)).hashes) == 0


@pytest.mark.parametrize("name", ["a.mkv", "a.ts"])
def test_damage_is_a_gap_and_moves_nothing(name, tune, tmp_path):
    whole = write(tmp_path / name, "-i", tune)
    video = probe(whole)
    end = plan(video).end
    before = sound_hashes(whole, video.origin, end).hashes
    data = bytearray(whole.read_bytes())
    place = len(data) // 2
    length = len(data) // 20
    data[place : place + length] = np.random.default_rng(4).bytes(length)
    whole.write_bytes(data)
    after = sound_hashes(whole, video.origin, end).hashes
    assert abs(len(after) - len(before)) <= 1
    assert apart(after[:50], before[:50]) < 1
    assert apart(after[-20:], before[len(after) - 20 :]) < 1.5
    whole.write_bytes(data[:place])
    cut = sound_hashes(whole, video.origin, end).hashes
    assert 40 < len(cut) < len(before)


def test_a_sound_that_is_only_noise_to_its_decoder_has_no_hashes(tmp_path):
    file = write(tmp_path / "a.mkv", "-f", "lavfi", "-i", "sine=d=20", how=AAC)
    data = file.read_bytes()
    junk = tmp_path / "junk.mkv"
    junk.write_bytes(data.replace(b"A_AAC", b"A_MS/"))
    assert len(sound_hashes(junk, Fraction(0), Fraction(20)).hashes) == 0


def test_where_the_clock_begins_again_sound_goes_on(tune, tmp_path):
    """Two recordings in one file, the second of which says that it is earlier."""
    one = write(tmp_path / "1.ts", "-i", tune, how=(*AAC, "-output_ts_offset", "100"))
    two = write(tmp_path / "2.ts", "-i", tune, how=AAC)
    joined = tmp_path / "joined.ts"
    joined.write_bytes(one.read_bytes() + two.read_bytes())
    video = probe(joined)
    found = sound_hashes(joined, video.origin, video.origin + 40, jumps=True).hashes
    alone = sound_hashes(one, video.origin, video.origin + 20).hashes
    assert apart(found, alone) < 1
    again = min(apart(found[k : k + 100], alone[:100]) for k in range(155, 170))
    assert again < 6, "the same once more, some twenty seconds later"


def test_a_remote_file_has_the_hashes_of_a_local_one(episode):
    path = UPath("memory://sound/episode.mkv")
    path.write_bytes(episode.read_bytes())
    here, there = (sound_hashes(one, Fraction(0), Fraction(20)) for one in (episode, path))
    assert here.hashes.tolist() == there.hashes.tolist()
    assert here.start == there.start


def test_a_file_that_is_gone_is_a_sentence(tmp_path):
    with pytest.raises(MediaError, match="there is no such file"):
        sound_hashes(tmp_path / "gone.mkv", Fraction(0), Fraction(20))


def fake(folder, script, monkeypatch):
    """An ffmpeg that does something else."""
    file = folder / "ffmpeg"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    monkeypatch.setattr(program_module, "program", lambda: str(file))


def test_what_hangs_is_given_up(episode, tmp_path, monkeypatch):
    fake(tmp_path, "exec sleep 600", monkeypatch)
    with pytest.raises(MediaError, match="was not heard to its end"):
        sound_hashes(episode, Fraction(0), Fraction(20), stopped=lambda: True)
    monkeypatch.setattr(sound_module, "PATIENCE", -5)
    with pytest.raises(MediaError, match="can't be read in 0 s"):
        sound_hashes(episode, Fraction(0), Fraction(20))


def test_an_ffmpeg_that_cannot_hash_or_is_killed_is_not_silence(episode, tmp_path, monkeypatch):
    fake(tmp_path, "echo \"output format 'chromaprint' is not known\" >&2; exit 1", monkeypatch)
    with pytest.raises(RequestError, match="no Chromaprint"):
        sound_hashes(episode, Fraction(0), Fraction(20))
    fake(tmp_path, "kill -9 $$", monkeypatch)
    with pytest.raises(MediaError, match="signal 9"):
        sound_hashes(episode, Fraction(0), Fraction(20))
