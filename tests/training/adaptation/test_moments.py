"""Moments are kept in files and come back as they were."""

from __future__ import annotations

import numpy as np
import pytest

from eyecatch.training.detector.adaptation.moments import Moment, MomentFolder, save_moment


def smooth(seed: int) -> np.ndarray:
    """A picture that a JPEG keeps: one colour, another for each seed."""
    return np.full((36, 64, 3), np.random.default_rng(seed).integers(0, 255, 3), np.uint8)


def test_a_moment_comes_back_with_its_neighbours_and_boxes(tmp_path):
    faces = np.array([[1, 2, 3, 4.5]], np.float32)
    save_moment(Moment("アイ@1", "アイ.mkv", smooth(1), smooth(2), None, faces), tmp_path / "1.npz")
    (kept,) = MomentFolder(tmp_path)
    assert (kept.name, kept.episode, kept.after) == ("アイ@1", "アイ.mkv", None)
    assert kept.before is not None
    assert np.abs(kept.picture.astype(int) - smooth(1)).max() <= 2
    assert np.abs(kept.before.astype(int) - smooth(2)).max() <= 2
    assert kept.faces.tolist() == faces.tolist()
    assert kept.not_faces.shape == (0, 4)


def test_moments_come_in_the_order_of_their_files_and_in_slices(tmp_path):
    for number in (2, 0, 1):
        save_moment(Moment(str(number), "a.mkv", smooth(number)), tmp_path / f"{number:06d}.npz")
    moments = MomentFolder(tmp_path)
    assert [one.name for one in moments] == ["0", "1", "2"]
    assert [one.name for one in moments[1:]] == ["1", "2"]
    assert moments[-1].name == "2"


def test_a_damaged_file_is_a_value_error(tmp_path):
    save_moment(Moment("0", "a.mkv", smooth(0)), tmp_path / "0.npz")
    content = (tmp_path / "0.npz").read_bytes()
    (tmp_path / "0.npz").write_bytes(content[: len(content) // 2])
    with pytest.raises(ValueError, match="damaged"):
        MomentFolder(tmp_path)[0]
