"""A show's metric: what faces of one character differ in counts less; files are checked first."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest

from eyecatch.core.errors import ModelError
from eyecatch.core.identity.show_metric import (
    ShowMetric,
    fit_show_metric,
    read_metric,
    write_metric,
)

LENGTH = 24


def units(vectors):
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return (vectors / lengths).astype(np.float32)


def show(people, faces, seed=0, pose=1.2, shared=0.8):
    """Faces of a show (people, faces, d): all alike by what they share, and moved by their pose."""
    dice = np.random.default_rng(seed)
    vectors = units(dice.normal(size=(people, 1, LENGTH)))
    vectors = vectors + 0.3 * dice.normal(size=(people, faces, LENGTH)) / np.sqrt(LENGTH)
    vectors[..., 0] += pose * dice.normal(size=(people, faces))
    vectors[..., 1] += shared
    return units(vectors)


def fitted(vectors, tracks=None):
    people, faces, _ = vectors.shape
    tracks = np.arange(people * faces) if tracks is None else tracks
    flat = vectors.reshape(-1, LENGTH)
    return fit_show_metric(flat, np.repeat(np.arange(people), faces), tracks)


def recognised(vectors, known):
    """Share of faces (people, faces, d) that are nearest to the mean of their own known ones."""
    means = units(known.mean(axis=1))
    nearest = (vectors @ means.T).argmax(axis=2)
    return float((nearest == np.arange(len(vectors))[:, None]).mean())


@pytest.mark.parametrize("seed", range(5))
def test_who_is_who_is_told_better_once_a_show_is_learned(seed):
    vectors = show(12, 60, seed)
    named, asked = vectors[:, :20], vectors[:, 20:]
    metric = fitted(named)
    after = [metric(some.reshape(-1, LENGTH)).reshape(some.shape) for some in (asked, named)]
    assert recognised(*after) > recognised(asked, named) + 0.03


def test_a_few_faces_change_little():
    vectors = show(2, 200)
    few, many = fitted(vectors[:, :2]), fitted(vectors)
    flat = vectors.reshape(-1, LENGTH)
    moved = [np.abs(metric(flat) - flat).mean() for metric in (few, many)]
    assert moved[0] < moved[1] / 2
    assert np.abs((few(flat) * flat).sum(axis=1)).min() > 0.9


def test_where_nothing_can_be_learned_there_is_no_metric():
    vectors = show(3, 4)
    assert fitted(vectors[:1]) is None  # one person
    assert fitted(vectors[:, :1]) is None  # a face each
    assert fitted(vectors, np.repeat(np.arange(3), 4)) is None  # a shot each
    assert fitted(np.repeat(vectors[:, :1], 4, axis=1)) is None  # one picture each


def test_a_shot_counts_once_however_many_pictures_are_of_it():
    vectors = show(3, 5)
    more = np.repeat(vectors, 4, axis=1)
    one, other = fitted(vectors), fitted(more, np.arange(15).repeat(4))
    np.testing.assert_allclose(one.matrix, other.matrix, atol=1e-5)
    np.testing.assert_allclose(one.centre, other.centre, atol=1e-6)


def test_the_order_and_the_numbers_of_faces_are_of_no_matter():
    vectors = show(3, 5).reshape(-1, LENGTH)
    people, order = np.repeat([40, 7, 900], 5), np.random.default_rng(1).permutation(15)
    one = fit_show_metric(vectors, people, np.arange(15))
    other = fit_show_metric(vectors[order], people[order], order * 13)
    np.testing.assert_allclose(one.matrix, other.matrix, atol=1e-5)


def test_an_answer_does_not_depend_on_the_faces_beside_it():
    vectors = show(3, 40).reshape(-1, LENGTH)
    metric = fitted(show(3, 5))
    together = metric(vectors)
    assert all(
        np.array_equal(metric(row[None])[0], own)
        for row, own in zip(vectors, together, strict=True)
    )
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-6)


def test_an_embedding_without_direction_stays_so():
    metric = fitted(show(3, 5))
    assert not metric(np.zeros((2, LENGTH), np.float32)).any()
    assert not metric(metric.centre[None]).any()
    assert metric(np.zeros((0, LENGTH), np.float32)).shape == (0, LENGTH)


def test_a_metric_that_changes_nothing_changes_nothing():
    vectors = show(3, 5).reshape(-1, LENGTH)
    same = ShowMetric(np.eye(LENGTH, dtype=np.float32), np.zeros(LENGTH, np.float32))
    np.testing.assert_allclose(same(vectors), vectors, atol=1e-7)


@pytest.mark.parametrize(
    ("matrix", "centre", "sentence"),
    [
        (np.eye(4), np.zeros(4, np.float32), "matrix: expected float32"),
        (np.eye(4, 5, dtype=np.float32), np.zeros(4, np.float32), "matrix: expected float32"),
        (np.eye(4, dtype=np.float32), np.zeros((4, 1), np.float32), "expected float32"),
        (np.full((4, 4), np.nan, np.float32), np.zeros(4, np.float32), "finite"),
        (np.eye(4, dtype=np.float32), np.full(4, np.inf, np.float32), "finite"),
    ],
)
def test_what_is_no_metric_is_refused(matrix, centre, sentence):
    with pytest.raises(ValueError, match=sentence):
        ShowMetric(matrix, centre)


def test_a_metric_is_read_as_it_was_written_and_equal_ones_are_equal_files(tmp_path):
    metric = fitted(show(3, 5))
    for name in ("a.npz", "b.npz"):
        write_metric(tmp_path / name, metric)
    again = read_metric(tmp_path / "a.npz", LENGTH)
    assert np.array_equal(again.matrix, metric.matrix)
    assert np.array_equal(again.centre, metric.centre)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def claiming(shape):
    """An archive whose matrix claims a shape, and holds nothing."""
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    array = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("matrix.npy", array)
        archive.writestr("centre.npy", array)
    return buffer.getvalue()


def saved(**arrays):
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"no archive",
        claiming((10**6, 10**6)),
        claiming((LENGTH, LENGTH)),
        saved(matrix=np.eye(LENGTH, dtype=np.float32)),
        saved(matrix=np.eye(8, dtype=np.float32), centre=np.zeros(8, np.float32)),
        saved(matrix=np.array([[None]]), centre=np.zeros(1, np.float32)),
        saved(matrix=np.full((LENGTH, LENGTH), np.nan), centre=np.zeros(LENGTH, np.float32)),
    ],
    ids=["none", "huge", "empty", "half", "other length", "objects", "no numbers"],
)
def test_a_file_that_is_no_metric_is_said(tmp_path, content):
    (tmp_path / "metric.npz").write_bytes(content)
    with pytest.raises(ModelError, match="its metric can't be read"):
        read_metric(tmp_path / "metric.npz", LENGTH)
