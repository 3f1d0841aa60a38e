"""How alike is alike enough, on embeddings whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from eyecatch.core.identity.cohort import Cohort
from eyecatch.core.identity.decision import Calibration
from eyecatch.core.identity.prototypes import SCALE
from eyecatch.training.metrics import Answers
from eyecatch.training.open_set import (
    calibrate_open_set,
    fit_thresholds,
    twins,
    without_own_class,
)
from eyecatch.training.risk import COSTS, Strangers, weighted_quantile

PEOPLE, EACH, LENGTH = 12, 40, 48
OTHERWISE = Calibration(0.8, 0.4, 0.7, nobody=9.0)
NAMES = tuple(f"n{k}" for k in range(PEOPLE))


def units(vectors):
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


@pytest.fixture(scope="module")
def world():
    """Vectors of faces of twelve characters, of forty strangers, and what logits are made by."""
    rng = np.random.default_rng(0)
    centres = units(rng.normal(size=(PEOPLE + 40, LENGTH)))
    faces = units(centres[:, None] + 0.2 * rng.normal(size=(PEOPLE + 40, EACH, LENGTH)))
    logits = (SCALE * faces @ centres[:PEOPLE].T).astype(np.float32)
    known = logits[:PEOPLE].reshape(-1, PEOPLE)
    cohort = Cohort(
        faces[PEOPLE::2].reshape(-1, LENGTH).astype(np.float32), np.repeat(np.arange(20), EACH)
    )
    return (
        known,
        np.repeat(np.arange(PEOPLE), EACH),
        logits[PEOPLE + 1 :: 2].reshape(-1, PEOPLE),
        (cohort, logits[PEOPLE::2].reshape(-1, PEOPLE)),
    )


def answers(logits, made, level="balanced"):
    maybe = made.trust[level]
    own = made.thresholds if level == "balanced" else (None,) * len(made.thresholds)
    names = NAMES if logits.shape[1] == PEOPLE else (*NAMES, None)
    return Answers.of(logits, names, made.calibration, [one or maybe for one in own])


@pytest.mark.parametrize("told", [True, False])
def test_strangers_stay_unnamed_and_the_known_are_named(world, told):
    known, labels, strangers, cohort = world
    made = calibrate_open_set(known[::2], labels[::2], NAMES, OTHERWISE, cohort if told else None)
    mine, theirs = (answers(some, made) for some in (known[1::2], strangers))
    assert theirs.named.mean() < 0.08
    assert theirs.sure.mean() < 0.03
    assert (mine.named & (mine.guesses == labels[1::2])).mean() > 0.9
    assert made.calibration.thresholds == made.trust["balanced"]


def test_each_level_keeps_its_promise_and_names_no_more_than_the_one_before(world):
    known, labels, strangers, cohort = world
    made = calibrate_open_set(known, labels, NAMES, OTHERWISE, cohort)
    lows = [made.trust[level][0] for level in COSTS]
    assert lows == sorted(lows)
    for name, level in COSTS.items():
        low, high = made.trust[name]
        assert 0 <= low <= high <= 1
        named = answers(cohort[1], made, name).named
        assert named.mean() <= level.most + 1e-9
        assert answers(strangers, made, name).named.mean() <= 2 * level.most + 0.02


def test_the_more_strangers_are_expected_the_less_a_name_is_believed(world):
    known, labels, _, cohort = world
    groups = [Strangers.even(cohort[1], promise=True)]
    many, few = (
        fit_thresholds(known, labels, NAMES, groups, share).calibration for share in (0.5, 0.1)
    )
    assert many.nobody > few.nobody
    believed = [Answers.of(known, NAMES, one).confidence.mean() for one in (many, few)]
    assert believed[0] < believed[1]


def test_confidence_is_the_chance_to_be_right(world):
    known, labels, strangers, cohort = world
    made = calibrate_open_set(known[::2], labels[::2], NAMES, OTHERWISE, cohort)
    mine = Answers.of(known[1::2], NAMES, made.calibration)
    theirs = Answers.of(strangers, NAMES, made.calibration)
    assert mine.confidence.mean() == pytest.approx((mine.guesses == labels[1::2]).mean(), abs=0.05)
    assert theirs.confidence.mean() < 0.25


def test_strangers_near_the_cast_raise_the_threshold_that_the_cast_alone_gives(world):
    """A cohort that looks more like the characters than they look like each other."""
    known, labels, _, cohort = world
    near = known.copy()
    own = np.arange(len(labels))
    near[own, labels] = SCALE * np.random.default_rng(1).uniform(0.3, 0.42, len(labels))
    alone = calibrate_open_set(known, labels, NAMES, OTHERWISE)
    people = Cohort(np.tile(cohort[0].vectors, (2, 1))[: len(near)], own)
    told = calibrate_open_set(known, labels, NAMES, OTHERWISE, (people, near))
    assert answers(near, alone).named.mean() > 0.1
    assert answers(near, told).named.mean() <= COSTS["balanced"].most + 1e-9


def test_who_of_the_cohort_is_in_the_bundle_is_no_stranger(world):
    known, labels, _, (people, logits) = world
    both = Cohort(
        np.concatenate([people.vectors, people.vectors[:EACH]]),
        np.concatenate([people.people, np.full(EACH, 99)]),
    )
    told = np.concatenate([logits, known[labels == 3]])
    found = twins((both, told), known, labels)
    assert found[-EACH:].all()
    assert not found[:-EACH].any()
    made = calibrate_open_set(known, labels, NAMES, OTHERWISE, (both, told))
    assert (answers(known[labels == 3], made).named).mean() > 0.9


def test_a_face_without_its_character_is_a_strangers():
    logits = np.float32([[3, 1, 2], [0, 5, 1]])
    left = without_own_class(logits, np.array([0, 1]))
    assert left.argmax(axis=1).tolist() == [2, 2]
    assert logits.max() == 5


def test_few_faces_say_nothing(world):
    known, labels, _, cohort = world
    made = calibrate_open_set(known[:10], labels[:10], NAMES, OTHERWISE, cohort)
    assert made.calibration == OTHERWISE
    assert made.trust == {}


def test_one_whom_strangers_are_taken_for_asks_for_more(world):
    """A character whom one of the cohort looks like gets a higher threshold than the others."""
    known, labels, _, (_, logits) = world
    like = np.tile(logits, (3, 1))
    double = np.arange(len(like)) < EACH
    like[double, 0] = SCALE * np.random.default_rng(1).normal(0.6, 0.03, double.sum())
    made = fit_thresholds(known, labels, NAMES, [Strangers.even(like, promise=True)], 0.1)
    maybe = [(one or made.calibration.thresholds)[0] for one in made.thresholds]
    assert maybe[0] == max(maybe)
    assert maybe[0] > np.median(maybe)


def test_faces_of_the_folder_unknown_count_too(world):
    known, labels, strangers, _ = world
    rows = np.concatenate([known, strangers[:200]])
    nobody = np.full((len(rows), 1), -SCALE, np.float32)
    truth = np.concatenate([labels, np.full(200, PEOPLE)])
    made = calibrate_open_set(np.hstack([rows, nobody]), truth, (*NAMES, None), OTHERWISE)
    assert len(made.thresholds) == PEOPLE + 1
    more = np.hstack([strangers[200:], np.full((len(strangers) - 200, 1), -SCALE, np.float32)])
    assert answers(more, made).named.mean() < 0.08


def test_a_weighted_quantile_is_the_least_that_keeps_the_share():
    values, weights = np.array([0.1, 0.9, 0.5]), np.array([0.5, 0.1, 0.4])
    assert 0.5 < weighted_quantile(values, weights, 0.9) < 0.5001
    assert 0.9 < weighted_quantile(values, weights, 0.95) < 0.9001
    assert 0.1 < weighted_quantile(values, weights, 0.3) < 0.1001
