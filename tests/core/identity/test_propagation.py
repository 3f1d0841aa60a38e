"""Faces that propagate the names people gave: near ones do, far ones don't, denied ones never."""

from __future__ import annotations

import numpy as np
import pytest

from eyecatch.core.identity.decision import Calibration
from eyecatch.core.identity.propagation import class_centroids, propagate

CALIBRATION = Calibration(1.0, 0.6, 0.8, nobody=10.0)
NOBODY_AT_ONCE = np.zeros((0, 2), np.int64)


def unit(rows):
    rows = np.array(rows, np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def forms():
    """Hiei in two costumes, and Kurama."""
    vectors = unit([[1, 0, 0, 0], [1, 0.1, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]])
    groups, owners = np.array([5, 5, 6, 7]), np.array([0, 0, 0, 1])
    return class_centroids(vectors, groups, owners, ["Hiei", "Kurama"])


def said(forms, vectors, never=None, at_once=NOBODY_AT_ONCE):
    never = np.zeros((len(vectors), len(forms.names)), bool) if never is None else never
    return propagate(forms.cosines(unit(vectors)), forms.names, never, at_once, CALIBRATION)


def test_a_character_has_a_form_for_each_cluster(forms):
    assert forms.owners.tolist() == [0, 0, 1]
    assert forms.cosines(unit([[1, 0, 0, 0], [0, 1, 0, 0]]))[:, 0] == pytest.approx(
        [1, 1], rel=0.01
    )


def test_a_few_rows_at_a_time_are_compared_as_all_at_once_would_be(forms, monkeypatch):
    vectors = unit(np.random.default_rng(5).standard_normal((40, 4)))
    rows = np.array([3, 39, 0, 7, 8, 9, 21])
    whole = forms.cosines(vectors)
    monkeypatch.setattr("eyecatch.core.identity.propagation.ONE_THREAD", 3 * forms.means.size)
    assert forms.cosines(vectors) == pytest.approx(whole, abs=1e-12)
    assert forms.cosines(vectors, rows) == pytest.approx(whole[rows], abs=1e-12)
    assert forms.cosines(vectors, rows[:0]).shape == (0, 2)


def test_near_faces_follow_and_far_ones_are_nobody(forms):
    near, other, far = said(forms, [[1, 0, 0, 0.1], [0, 0, 1, 0], [0, 0, 0, 1]])
    assert (near.character, near.unsure) == ("Hiei", False)
    assert other.character == "Kurama"
    assert far.character is None
    assert near.confidence > 0.98


def test_between_yes_and_no_it_is_unsure(forms):
    (between,) = said(forms, [[0, 0, 0.67, 0.742]])  # 16 x .67 = 10.7, a little above nobody
    assert (between.character, between.unsure) == ("Kurama", True)
    assert 0.6 < between.confidence < 0.8


def test_who_was_denied_is_somebody_else(forms):
    never = np.array([[True, False]])
    (verdict,) = said(forms, [[1, 0, 0, 0]], never)
    assert verdict.character is None
    assert dict(verdict.top)["Hiei"] == pytest.approx(0, abs=1e-9)


def test_of_two_at_once_the_surer_one_gets_the_name(forms):
    both = [[1, 0, 0, 0], [1, 0, 0, 0.3]]
    assert [one.character for one in said(forms, both)] == ["Hiei", "Hiei"]
    told = said(forms, both, at_once=np.array([[0, 1]]))
    assert [one.character for one in told] == ["Hiei", None]
    assert [one.character for one in said(forms, both[::-1], at_once=np.array([[0, 1]]))] == [
        None,
        "Hiei",
    ]


def test_faces_that_people_set_aside_draw_others_after_them():
    forms = class_centroids(
        unit([[1, 0], [0, 1]]), np.array([1, 2]), np.array([0, 1]), ["Hiei", None]
    )
    assert [one.character for one in said(forms, [[1, 0], [0, 1]])] == ["Hiei", None]


def test_a_face_that_tells_nothing_is_nobody(forms):
    (verdict,) = propagate(
        forms.cosines(np.zeros((1, 4), np.float32)),
        forms.names,
        np.zeros((1, 2), bool),
        NOBODY_AT_ONCE,
        CALIBRATION,
    )
    assert verdict.character is None
