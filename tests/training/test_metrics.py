"""Calibration and figures, on numbers whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from eyecatch.core.identity.decision import Calibration, vote
from eyecatch.training.calibration import (
    calibrate_closed_set,
    fit_temperature,
    lowest_threshold,
)
from eyecatch.training.metrics import (
    Answers,
    auroc,
    calibration_error,
    closed_set_metrics,
    open_set_metrics,
)

NAMES = ("Botan", "Hiei", "Kurama", None)


@pytest.fixture(scope="module")
def honest():
    """Logits whose softmax is the true chance of each class, and classes drawn by it."""
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (4000, 4)).astype(np.float32)
    noise = rng.gumbel(size=logits.shape)
    return logits, (logits + noise).argmax(axis=1)


@pytest.mark.parametrize("temperature", [0.4, 1.0, 5.0])
def test_the_temperature_undoes_a_scale(honest, temperature):
    logits, labels = honest
    assert fit_temperature(logits * temperature, labels) == pytest.approx(temperature, rel=0.06)


def test_a_few_right_answers_do_not_ask_for_boundless_confidence():
    logits = np.eye(4, dtype=np.float32)[[0, 1, 2, 3, 0]] * 5
    temperature = fit_temperature(logits, np.array([0, 1, 2, 3, 0]))
    assert Answers.of(logits, NAMES, Calibration(temperature)).chances.max() < 0.9


def test_from_the_lowest_threshold_on_the_wanted_share_is_right():
    confidence = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    right = np.array([True, True, False, True, False])
    assert lowest_threshold(confidence, right, 1.0) == 0.8
    assert lowest_threshold(confidence, right, 0.75) == 0.6
    assert lowest_threshold(confidence, right, 0.6) == 0
    assert lowest_threshold(confidence, ~right, 1.0) == 1
    assert lowest_threshold(confidence[:0], right[:0], 0.9) == 0


def test_calibration_makes_names_right_as_often_as_promised(honest):
    logits, labels = honest
    calibration = calibrate_closed_set(logits, labels, NAMES)
    answers = Answers.of(logits, NAMES, calibration)
    right = answers.guesses == labels
    assert right[answers.named].mean() >= 0.95
    assert right[answers.sure].mean() >= 0.99
    assert answers.sure.sum() < answers.named.sum()
    assert calibrate_closed_set(logits[:0], labels[:0], NAMES) == Calibration()


def test_many_answers_at_once_are_the_votes_of_single_crops(honest):
    logits, _ = honest
    calibration = Calibration(1.3, 0.55, 0.8)
    answers = Answers.of(logits[:200], NAMES, calibration)
    for k in range(200):
        verdict = vote(logits[k : k + 1], np.ones(1), calibration, NAMES)
        assert verdict.character == (NAMES[answers.guesses[k]] if answers.named[k] else None)
        assert verdict.unsure == bool(answers.named[k] & ~answers.sure[k])
        assert verdict.confidence == pytest.approx(answers.confidence[k])


def test_known_figures():
    chances = np.array([[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.45, 0.15, 0.4], [0.9, 0.05, 0.05]])
    answers = Answers.of(np.log(chances).astype(np.float32), NAMES[:3], Calibration(1, 0.5, 0.8))
    known = closed_set_metrics(answers, np.array([0, 1, 2, 1]), NAMES[:3])
    assert (known.faces, known.top1, known.top5) == (4, 0.5, 1.0)
    assert known.characters == {"Botan": (1, 1.0), "Hiei": (2, 0.5), "Kurama": (1, 0.0)}
    assert known.macro == pytest.approx(0.5)
    assert (known.named_rightly, known.named_wrongly) == (0.5, 0.25)
    assert (known.sure_rightly, known.sure_wrongly) == (0.0, 0.25)
    assert known.ece == pytest.approx((0.3 + 0.4 + 0.45 + 0.9) / 4)


def test_unseen_figures():
    known = Answers.of(np.float32([[9, 0], [2, 0]]), NAMES[:2], Calibration(1, 0.6, 0.99))
    unseen = Answers.of(np.float32([[3, 0], [0, 0]]), NAMES[:2], Calibration(1, 0.6, 0.99))
    figures = open_set_metrics(known, unseen)
    assert (figures.faces, figures.auroc) == (2, 0.75)
    assert (figures.wrongly_named, figures.surely_wrong) == (0.5, 0.0)


def test_auroc_and_calibration_error_at_their_ends():
    high, low = np.array([0.8, 0.9]), np.array([0.1, 0.2, 0.3])
    assert auroc(high, low) == 1
    assert auroc(low, high) == 0
    assert auroc(high, high) == 0.5
    assert calibration_error(np.array([1.0, 1.0]), np.array([True, True])) == 0
    assert calibration_error(np.array([1.0, 0.95]), np.array([False, False])) == pytest.approx(
        0.975
    )


def test_honest_chances_have_hardly_any_calibration_error(honest):
    logits, labels = honest
    answers = Answers.of(logits, (*NAMES[:3], "Yusuke"), Calibration())
    assert calibration_error(answers.confidence, answers.guesses == labels) < 0.03
