"""The vote over a track: properties of a pure function."""

from __future__ import annotations

import numpy as np
import pytest

from eyecatch.core.identity.decision import Calibration, judge, judge_alike, probabilities, vote

NAMES = ("Botan", "Hiei", "Kurama")
CALIBRATION = Calibration(temperature=2.0, maybe=0.5, sure=0.9)


def said(logits, weights=None, calibration=CALIBRATION, names=NAMES):
    logits = np.array(logits, np.float32)
    weights = np.ones(len(logits)) if weights is None else np.array(weights, float)
    return vote(logits, weights, calibration, names)


@pytest.fixture
def track():
    return np.random.default_rng(4).normal(0, 3, (6, 3)), np.arange(1.0, 7.0)


def test_one_crop_is_softmax_at_the_temperature():
    verdict = said([[0, 4, 2]])
    expected = np.exp([0, 2, 1]) / np.exp([0, 2, 1]).sum()
    assert verdict.character == "Hiei"
    assert verdict.confidence == pytest.approx(expected[1])
    assert [name for name, _ in verdict.top] == ["Hiei", "Kurama", "Botan"]
    assert sum(p for _, p in verdict.top) == pytest.approx(1)


def test_the_order_of_crops_does_not_matter(track):
    logits, weights = track
    forwards, backwards = said(logits, weights), said(logits[::-1], weights[::-1])
    assert forwards.character == backwards.character
    assert forwards.confidence == pytest.approx(backwards.confidence)


def test_the_same_crops_again_change_nothing(track):
    logits, weights = track
    once, thrice = said(logits, weights), said(np.tile(logits, (3, 1)), np.tile(weights, 3))
    assert thrice.confidence == pytest.approx(once.confidence)


def test_only_the_ratio_of_weights_counts(track):
    logits, weights = track
    assert said(logits, weights * 1e-6).confidence == pytest.approx(
        said(logits, weights).confidence
    )
    assert said(logits, weights * 0).confidence == pytest.approx(said(logits).confidence)


def test_a_crop_without_weight_has_no_say():
    assert said([[9, 0, 0], [0, 9, 0]], [0, 1]).character == "Hiei"


def test_a_constant_added_to_logits_changes_nothing(track):
    logits, weights = track
    assert said(logits + 1000, weights).confidence == pytest.approx(
        said(logits, weights).confidence, abs=1e-4
    )


def test_two_thresholds():
    unknown, maybe, sure = said([[0, 0.1, 0]]), said([[0, 4, 0]]), said([[0, 9, 0]])
    assert (unknown.character, unknown.unsure) == (None, False)
    assert unknown.confidence == pytest.approx(max(p for _, p in unknown.top))
    assert (maybe.character, maybe.unsure) == ("Hiei", True)
    assert (sure.character, sure.unsure) == ("Hiei", False)


def test_crops_that_contradict_each_other_are_not_named():
    assert said([[12, 0, 0], [0, 12, 0]]).character is None


def test_nobody_wins_and_is_never_listed():
    verdict = said([[0, 1, 9]], names=("Botan", "Hiei", None))
    assert verdict.character is None
    assert verdict.confidence < 0.1
    assert [name for name, _ in verdict.top] == ["Hiei", "Botan"]


def test_a_tie_with_nobody_gets_no_name():
    calibration = Calibration(1, 0, 0)
    assert said([[3, 3]], calibration=calibration, names=("Hiei", None)).character is None


def test_five_names_at_most():
    assert len(said([np.arange(9)], names=tuple("abcdefghi")).top) == 5


def test_no_crops_no_name():
    verdict = said(np.zeros((0, 3)))
    assert (verdict.character, verdict.confidence, verdict.top) == (None, 0.0, ())


def test_shapes_are_checked():
    with pytest.raises(ValueError, match="expected logits"):
        said([[1, 2]])


@pytest.mark.parametrize(
    "values",
    [
        (0, 0.5, 0.8),
        (float("nan"), 0.5, 0.8),
        (1, 0.9, 0.8),
        (1, -0.1, 0.8),
        (1, 0.5, 0.8, float("inf")),
        (1, 0.5, 0.8, float("nan")),
    ],
)
def test_a_calibration_is_checked(values):
    with pytest.raises(ValueError, match="expected"):
        Calibration(*values)


# Nobody


def test_a_face_that_no_name_fits_is_nobody():
    calibration = Calibration(2.0, 0.5, 0.9, nobody=8.0)
    far, near = said([[3, 2, 0]], calibration=calibration), said([[14, 2, 0]], None, calibration)
    assert far.character is None
    assert far.confidence < 0.1
    assert sum(p for _, p in far.top) < 0.2
    assert (near.character, near.unsure) == ("Botan", False)


def test_nobody_is_one_logit_more():
    faces = np.random.default_rng(6).normal(0, 3, (9, 3)).astype(np.float32)
    column = np.full((9, 1), 1.5, np.float32)
    by_class = probabilities(np.concatenate([faces, column], axis=1), CALIBRATION)
    by_constant = probabilities(faces, Calibration(2.0, 0.5, 0.9, nobody=1.5))
    np.testing.assert_allclose(by_constant, by_class[:, :3], atol=1e-7)
    np.testing.assert_allclose(1 - by_constant.sum(axis=1), by_class[:, 3], atol=1e-7)


def test_the_lower_nobody_is_the_surer_is_a_name():
    surer = [
        said([[6, 1, 0]], calibration=Calibration(1, 0, 0, nobody=logit)).confidence
        for logit in (9, 6, 0, -9)
    ]
    assert surer == sorted(surer)
    without = said([[6, 1, 0]], calibration=Calibration(1, 0, 0)).confidence
    assert surer[-1] == pytest.approx(without, abs=1e-6)


def test_a_tie_with_the_constant_nobody_gets_no_name():
    calibration = Calibration(1, 0, 0, nobody=3)
    assert said([[3]], calibration=calibration, names=("Hiei",)).character is None


# Thresholds of a character's own


def test_a_character_may_have_thresholds_of_its_own():
    logits, ones = np.float32([[0, 4, 0]]), np.ones(1)
    confidence = vote(logits, ones, CALIBRATION, NAMES).confidence

    def verdict(maybe, sure):
        thresholds = [(0.0, 0.0), (maybe, sure), (0.0, 0.0)]
        return vote(logits, ones, CALIBRATION, NAMES, thresholds)

    assert verdict(confidence + 0.01, 1.0).character is None
    assert verdict(confidence - 0.01, 1.0).unsure
    sure = verdict(0.0, confidence - 0.01)
    assert (sure.character, sure.unsure) == ("Hiei", False)


def test_a_bundle_without_characters_names_nobody():
    verdict = said(np.zeros((2, 0)), names=())
    assert (verdict.character, verdict.confidence, verdict.top) == (None, 0.0, ())
    assert said([[4.0]], names=(None,)).character is None


def test_many_faces_are_judged_as_each_by_itself():
    rng = np.random.default_rng(5)
    names = ["Kurama", None, "Hiei", "Botan", "Yusuke", "Genkai", "Koenma"]
    logits = rng.normal(0, 3, (200, 7)).round()  # with ties
    chances = probabilities(logits, Calibration(1.0, 0.4, 0.7, nobody=1.0))
    told = judge_alike(chances, names, (0.4, 0.7))
    each = [judge(row, names, [(0.4, 0.7)] * 7) for row in chances]
    assert list(told) == each
    assert {one.unsure for one in each} == {True, False}
    nobody = judge_alike(chances[:, 1:2], [None], (0.4, 0.7))
    assert list(nobody) == [judge(row, [None], [(0.4, 0.7)]) for row in chances[:, 1:2]]
