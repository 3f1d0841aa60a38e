"""Moments come from all over a season, the same for the same seed, and go on where they end."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter

import numpy as np
import pytest

from eyecatch.core.errors import MediaError
from eyecatch.core.scan.cuts import SceneChanges, detect_cuts
from eyecatch.core.video.decode import decode
from eyecatch.core.video.ffmpeg import program
from eyecatch.core.video.plan import plan
from eyecatch.core.video.probe import probe
from eyecatch.training.detector.adaptation import moment_reading
from eyecatch.training.detector.adaptation.frame_sampling import sample_moments
from eyecatch.training.detector.adaptation.moment_reading import describe_episode
from eyecatch.training.detector.adaptation.moment_times import (
    CheckedBox,
    EpisodeSource,
    SamplePlan,
    wanted_frames,
)

PLAN = SamplePlan(count=16, spacing=0.1, near=0.0, seed=3)


@pytest.fixture(params=["sought", "straight"])
def way(request, monkeypatch):
    """Both ways to read: by seeking, and from the start on, as of short episodes."""
    monkeypatch.setattr(moment_reading, "_SHORT", 60.0 if request.param == "straight" else 0.0)
    return request.param


def sources(season):
    return [describe_episode(path, path.name) for path in season.episodes]


def frames_of(path):
    """Every frame of an episode: pts, small picture, and where its cuts are."""
    video = probe(path)
    changes = SceneChanges()
    found = []
    for chunk in plan(video).chunks:
        for frame in decode(video, chunk):
            changes.add(frame.thumbnail(), len(found))
            found.append((frame.pts, frame.downscaled(288)))
    return found, detect_cuts(np.array(changes.values, np.float32)).tolist(), video


def content(folder):
    return {file.name: file.read_bytes() for file in folder.glob("*.npz")}


def test_moments_are_of_all_episodes_and_all_their_length(season, tmp_path, way):
    episodes = sources(season)
    assert [one.straight for one in episodes] == [way == "straight"] * 2
    moments = sample_moments(episodes, tmp_path, PLAN)
    by_episode = Counter(one.episode for one in moments)
    assert set(by_episode) == {path.name for path in season.episodes}
    assert min(by_episode.values()) >= 5
    times = [int(m.name.rpartition("@")[2]) for m in moments if m.episode == episodes[0].name]
    ends = [time * episodes[0].video.time_base for time in (min(times), max(times))]
    assert ends[0] < 1.5
    assert ends[1] > 3.5
    assert all(one.picture.shape == (288, 512, 3) for one in moments)


def test_a_moment_s_pictures_are_frames_a_quarter_of_a_second_apart(season, tmp_path, way):
    moments = sample_moments(sources(season), tmp_path, PLAN)
    frames, cuts, video = frames_of(season.episodes[0])
    gap = int(moment_reading.GAP / video.time_base)
    times = [pts for pts, _ in frames]
    checked = 0
    for one in (m for m in moments if m.episode == season.episodes[0].name):
        pts = int(one.name.rpartition("@")[2])
        place = times.index(pts)
        assert np.abs(one.picture.astype(int) - frames[place][1]).mean() < 3  # a JPEG's
        for picture, wanted in ((one.before, pts - gap), (one.after, pts + gap)):
            if picture is not None:
                other = min(range(len(times)), key=lambda k: abs(times[k] - wanted))
                assert np.abs(picture.astype(int) - frames[other][1]).mean() < 3
                low, high = sorted((place, other))
                assert not any(low < cut <= high for cut in cuts)
                checked += 1
    assert checked >= 6


def test_the_seed_decides(season, tmp_path, way):
    episodes = sources(season)
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        sample_moments(
            episodes, tmp_path / name, SamplePlan(count=8, spacing=0.1, near=0.0, seed=seed)
        )
    assert content(tmp_path / "a") == content(tmp_path / "b") != content(tmp_path / "c")


def test_what_was_seen_already_is_left_out(season, tmp_path):
    second = tmp_path / "copy.mkv"
    shutil.copy(season.episodes[0], second)
    once, twice = (
        sample_moments(
            [describe_episode(path, path.name) for path in paths],
            tmp_path / str(len(paths)),
            SamplePlan(count=16 * len(paths), spacing=0.1, seed=3),
        )
        for paths in ([season.episodes[0]], [season.episodes[0], second])
    )
    assert 1 <= len(once) <= len(twice) < 1.5 * len(once)


def test_pictures_that_show_nothing_are_left_out(tmp_path):
    black = tmp_path / "black.mkv"
    subprocess.run(
        [program(), "-v", "error", "-f", "lavfi", "-i", "color=black:s=320x180:d=3", black],
        check=True,
    )
    assert len(sample_moments([describe_episode(black, "a")], tmp_path / "m", PLAN)) == 0


class Stop(Exception):  # noqa: N818
    """Somebody presses Ctrl-C."""


def test_an_interrupted_sampling_goes_on_where_it_ended(season, tmp_path, monkeypatch):
    monkeypatch.setattr(moment_reading, "_SHORT", 0.0)
    many = SamplePlan(count=48, spacing=0.1, near=0.0, seed=3)  # several parts an episode
    episodes = sources(season)
    sample_moments(episodes, tmp_path / "whole", many)
    for stop_at in (1, 2):

        def step(done, total, stop_at=stop_at):
            if done >= stop_at * 12:
                raise Stop

        with pytest.raises(Stop):
            sample_moments(episodes, tmp_path / "halves", many, step)
        (tmp_path / "halves" / "00009-0000.npz").write_bytes(b"half of")  # not listed as done
    steps = []
    sample_moments(episodes, tmp_path / "halves", many, lambda *step: steps.append(step))
    assert steps[0] == (24, 48)
    assert steps[-1] == (48, 48)
    assert content(tmp_path / "halves") == content(tmp_path / "whole")


def test_what_people_said_is_there_in_pixels_of_the_picture(season, tmp_path, way):
    path = season.episodes[0]
    frames, _, _ = frames_of(path)
    pts = frames[40][0]
    checked = (
        CheckedBox(pts, (100, 50, 60, 80), is_face=True),
        CheckedBox(pts, (400, 20, 30, 30), is_face=False),
        CheckedBox(frames[41][0], (10, 20, 40, 40), is_face=True),
    )
    episode = describe_episode(path, path.name, checked)
    moments = sample_moments([episode], tmp_path, SamplePlan(count=1, labelled=5))
    said = {one.name: one for one in moments if len(one.faces) or len(one.not_faces)}
    one = said[f"{path.name}@{pts}"]
    assert one.faces.tolist() == pytest.approx(np.array([[80, 40, 48, 64]]))
    assert one.not_faces.tolist() == pytest.approx(np.array([[320, 16, 24, 24]]))
    assert len(said) == 2  # however alike they are
    assert np.abs(one.picture.astype(int) - frames[40][1]).mean() < 3


def test_frames_with_words_of_people_are_shared_out_over_the_episodes(season):
    path = season.episodes[0]
    few = tuple(CheckedBox(10 * k, (0, 0, 9, 9), is_face=True) for k in range(10))
    many = tuple(CheckedBox(10 * k, (0, 0, 9, 9), is_face=True) for k in range(90))
    episodes = [describe_episode(path, str(k), said) for k, said in enumerate((few, many, ()))]
    wanted = wanted_frames(episodes, SamplePlan(count=3, labelled=20))
    assert [sum(bool(one.checked) for one in some) for some in wanted] == [2, 18, 0]


def test_a_stream_without_times_is_read_from_its_start(season, tmp_path):
    raw = tmp_path / "raw.h264"
    source = season.episodes[0]
    subprocess.run(
        [program(), "-v", "error", "-i", source, "-map", "0:v", "-c", "copy", raw], check=True
    )
    episode = describe_episode(raw, "raw")
    assert episode.straight
    assert episode.seconds == pytest.approx(6, abs=0.5)
    assert len(sample_moments([episode], tmp_path / "m", PLAN)) >= 5


def test_a_file_that_breaks_off_or_goes_away_stops_nothing(season, tmp_path, caplog):
    cut, gone = tmp_path / "cut.mkv", tmp_path / "gone.mkv"
    whole = season.episodes[0].read_bytes()
    cut.write_bytes(whole[: len(whole) // 2])
    shutil.copy(season.episodes[1], gone)
    episodes = [describe_episode(cut, "cut"), describe_episode(gone, "gone"), *sources(season)]
    gone.unlink()
    moments = sample_moments(episodes, tmp_path / "m", SamplePlan(count=48, spacing=0.1, near=0.0))
    assert {one.episode for one in moments} >= {"cut", season.episodes[1].name}
    assert "gone.mkv: no frames could be sampled here" in caplog.text
    caplog.clear()
    with pytest.raises(MediaError):
        describe_episode(gone, "gone")


def test_times_are_spread_evenly(season):
    video = probe(season.episodes[0])
    episodes = [EpisodeSource(str(k), video, seconds) for k, seconds in enumerate((600, 1200))]
    wanted = wanted_frames(episodes, SamplePlan(count=90))
    assert [len(some) for some in wanted] == [30, 60]
    for some in wanted:
        parts = [int(float(one.pts * video.time_base) / 20) for one in some]
        assert parts == list(range(len(some)))
    assert [len(some) for some in wanted_frames(episodes[:1], SamplePlan(5000, spacing=2))] == [300]
