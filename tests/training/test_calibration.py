"""How alike is alike enough, on embeddings whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from eyecatch.core.identity.decision import Calibration
from eyecatch.core.identity.prototypes import SCALE
from eyecatch.training.calibration import ENROLLED, LEARNED, calibrate_open_set, without_own_class
from eyecatch.training.metrics import Answers

PEOPLE, EACH, LENGTH = 12, 40, 48
OTHERWISE = Calibration(0.8, 0.4, 0.7, nobody=9.0)


def units(vectors):
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


@pytest.fixture(scope="module")
def world():
    """Logits of faces of twelve characters and of forty strangers, and the characters' labels."""
    rng = np.random.default_rng(0)
    centres = units(rng.normal(size=(PEOPLE + 40, LENGTH)))
    faces = units(centres[:, None] + 0.2 * rng.normal(size=(PEOPLE + 40, EACH, LENGTH)))
    logits = (SCALE * faces @ centres[:PEOPLE].T).astype(np.float32)
    known = logits[:PEOPLE].reshape(-1, PEOPLE)
    return known, np.repeat(np.arange(PEOPLE), EACH), logits[PEOPLE:].reshape(-1, PEOPLE)


NAMES = tuple(f"n{k}" for k in range(PEOPLE))


def test_strangers_stay_unnamed_and_the_known_are_named(world):
    known, labels, strangers = world
    made = calibrate_open_set(known[::2], labels[::2], NAMES, OTHERWISE)
    mine, theirs = (
        Answers.of(some, NAMES, made.calibration, made.thresholds)
        for some in (known[1::2], strangers)
    )
    assert made.calibration.nobody is not None
    assert theirs.named.mean() < 0.08
    assert theirs.sure.mean() < 0.03
    assert (mine.named & (mine.guesses == labels[1::2])).mean() > 0.9
    for low, high in made.thresholds:
        assert 0 <= low <= high <= 1


def test_the_more_strangers_are_expected_the_less_a_name_is_believed(world):
    known, labels, _ = world
    enrolled, learned = (
        calibrate_open_set(known, labels, NAMES, OTHERWISE, nobody).calibration
        for nobody in (ENROLLED, LEARNED)
    )
    assert enrolled.nobody > learned.nobody
    believed = [Answers.of(known, NAMES, one).confidence.mean() for one in (enrolled, learned)]
    assert believed[0] < believed[1]


def test_confidence_is_the_chance_to_be_right(world):
    known, labels, strangers = world
    made = calibrate_open_set(known[::2], labels[::2], NAMES, OTHERWISE)
    mine = Answers.of(known[1::2], NAMES, made.calibration)
    theirs = Answers.of(strangers, NAMES, made.calibration)
    assert mine.confidence.mean() == pytest.approx((mine.guesses == labels[1::2]).mean(), abs=0.05)
    assert theirs.confidence.mean() < 0.25


def test_a_face_without_its_character_is_a_strangers():
    logits = np.float32([[3, 1, 2], [0, 5, 1]])
    left = without_own_class(logits, np.array([0, 1]))
    assert left.argmax(axis=1).tolist() == [2, 2]
    assert logits.max() == 5


def test_few_faces_say_nothing(world):
    known, labels, _ = world
    made = calibrate_open_set(known[:10], labels[:10], NAMES, OTHERWISE)
    assert made.calibration == OTHERWISE
    assert set(made.thresholds) == {None}


def test_one_whom_strangers_are_taken_for_asks_for_more(world):
    """A character whom half of the others look like gets a higher threshold than they."""
    known, labels, _ = world
    like = known.copy()
    alike = (labels > 0) & (labels <= PEOPLE // 2)
    chance = np.random.default_rng(1).normal(0.5, 0.06, alike.sum())
    like[alike, 0] = SCALE * chance
    made = calibrate_open_set(like, labels, NAMES, OTHERWISE)
    maybe = np.array([low for low, _ in made.thresholds])
    assert maybe[0] == maybe.max()
    assert maybe[0] > np.median(maybe)


def test_faces_of_the_folder_unknown_count_too(world):
    known, labels, strangers = world
    rows = np.concatenate([known, strangers[:200]])
    nobody = np.full((len(rows), 1), -SCALE, np.float32)
    truth = np.concatenate([labels, np.full(200, PEOPLE)])
    made = calibrate_open_set(np.hstack([rows, nobody]), truth, (*NAMES, None), OTHERWISE)
    assert len(made.thresholds) == PEOPLE + 1
    more = np.hstack([strangers[200:], np.full((len(strangers) - 200, 1), -SCALE, np.float32)])
    answers = Answers.of(more, (*NAMES, None), made.calibration, made.thresholds)
    assert answers.named.mean() < 0.08
