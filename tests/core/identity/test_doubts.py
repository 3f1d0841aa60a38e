"""What is worth a click: faces that can be seen, and names that are as alike as others here."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from eyecatch.core.identity.decision import Calibration
from eyecatch.core.identity.doubts import (
    ENOUGH,
    MANY,
    MIN_CHANCE,
    Doubt,
    FaceClarity,
    clarity_doubt,
    face_doubt,
    guesses,
    least_cosine,
    median_of,
)
from eyecatch.core.identity.propagation import FaceEmbeddings, centroids_of, propagate_names

CLEAR = FaceClarity(0.5, 0.7, 2.0)
BLURRED = FaceClarity(0.05, 0.7, 2.0)
FAINT = FaceClarity(0.5, 0.4, 2.0)
CALIBRATION = Calibration(temperature=0.8, maybe=0.5, sure=0.9, nobody=8.0)


def test_a_clear_face_is_asked_about_and_a_blurred_or_faint_one_is_not():
    assert clarity_doubt([CLEAR], CLEAR) is None
    assert clarity_doubt([BLURRED], CLEAR) is Doubt.UNCLEAR
    assert clarity_doubt([FAINT, FAINT], CLEAR) is Doubt.UNCLEAR
    assert face_doubt([FAINT], CLEAR) is Doubt.UNCLEAR
    assert face_doubt([], CLEAR) is Doubt.UNCLEAR


def test_one_clear_face_is_enough_for_its_cluster():
    assert clarity_doubt([BLURRED, FAINT, CLEAR], CLEAR) is None


def test_a_single_face_for_a_moment_is_brief_and_two_are_not():
    moment = replace(CLEAR, seconds=0.2)
    assert clarity_doubt([moment], CLEAR) is Doubt.BRIEF
    assert clarity_doubt([moment, moment], CLEAR) is None


def test_many_faces_and_what_a_person_drew_are_never_doubted():
    assert clarity_doubt([BLURRED] * (MANY + 1), CLEAR) is None
    assert clarity_doubt([replace(BLURRED, drawn=True)], CLEAR) is None
    assert face_doubt([replace(BLURRED, drawn=True)], CLEAR) is None


@pytest.mark.parametrize("scale", [0.05, 0.3, 1.0])
def test_a_series_that_is_small_or_soft_as_a_whole_is_asked_about_too(scale):
    faces = [FaceClarity(quality * scale, 0.5 * scale, 2.0) for quality in (0.4, 0.5, 0.6)]
    median = median_of(faces)
    assert [clarity_doubt([face], median) for face in faces] == [None] * 3


def test_nothing_is_known_of_an_index_without_crops():
    assert median_of([]) == FaceClarity(0.0, 0.0)


def near(direction, cosine, count, rng):
    """Unit vectors of so many faces, whose cosine with a direction is about ``cosine``."""
    noise = rng.normal(size=(count, len(direction)))
    noise -= (noise @ direction)[:, None] * direction
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    return cosine * direction + np.sqrt(1 - cosine**2) * noise


def series(alike, stranger, aside=False):
    """Ten named faces of each of two people, and one cluster of three that wait.

    Args:
        alike: cosine of a named face with what its person looks like.
        stranger: the same of those that wait, with the first person.
        aside: the second person was set aside.
    """
    rng = np.random.default_rng(4)
    people = np.eye(64)[:2]
    vectors = np.concatenate(
        [near(people[0], alike, 10, rng), near(people[1], alike, 10, rng),
         near(people[1 if aside else 0], stranger, 3, rng)]
    )  # fmt: skip
    number = np.arange(1, 24)
    owners = np.repeat([1, 0 if aside else 2, 0], [10, 10, 3])
    return FaceEmbeddings(
        ids=number,
        tracks=number + 100,
        episodes=np.ones(23, np.int64),
        shots=number,
        starts=number * 0,
        stops=number * 0 + 12,
        clusters=np.repeat([1, 2, 3], [10, 10, 3]),
        characters=owners,
        by_person=np.arange(23) < 20,
        vectors=vectors.astype(np.float32),
    )


def said_of(faces, calibration=CALIBRATION):
    centroids, ids = centroids_of(faces, {1: "Hiei", 2: "Kurama"})
    told = propagate_names(faces, centroids, ids, [], [], calibration)
    return guesses(faces, told, calibration), told.verdicts


def test_the_chance_of_a_suggestion_is_the_mean_of_the_faces_own():
    found, verdicts = said_of(series(0.8, 0.7))
    ((name, chance),) = found.names[3]
    own = [dict(verdict.top)["Hiei"] for verdict in verdicts]
    assert name == "Hiei"
    assert chance == pytest.approx(np.mean(own))
    assert chance >= MIN_CHANCE
    assert not found.far


def test_in_a_show_whose_faces_are_much_alike_a_stranger_is_no_suggestion():
    found, verdicts = said_of(series(0.97, 0.58))
    assert all(verdict.character == "Hiei" for verdict in verdicts)  # unsure, each
    assert found.names[3] == []
    assert found.far == {21, 22, 23}


def test_what_looks_like_something_set_aside_is_said_to():
    assert said_of(series(0.8, 0.75, aside=True))[0].aside == {3}
    assert said_of(series(0.8, 0.75))[0].aside == frozenset()


def test_how_alike_one_person_is_takes_enough_named_faces():
    faces = series(0.9, 0.5)
    assert least_cosine(faces) == pytest.approx(0.81 - 0.15, abs=0.08)
    few = replace(faces, by_person=np.arange(23) < ENOUGH - 1)
    assert least_cosine(few) == -1.0


def test_a_face_is_not_compared_with_itself():
    """Else one named face would say that faces of one person are all the same."""
    faces = series(0.9, 0.5)
    alone = replace(faces, clusters=np.arange(1, 24))
    assert least_cosine(alone) == -1.0


def test_faces_at_once_are_those_whose_tracks_share_a_frame():
    rng = np.random.default_rng(8)
    faces = series(0.8, 0.7)
    starts = rng.integers(0, 60, 23)
    faces = replace(
        faces, shots=rng.integers(0, 3, 23), starts=starts, stops=starts + rng.integers(1, 20, 23)
    )
    rows = list(zip(faces.shots, faces.starts, faces.stops, strict=True))
    wanted = {
        frozenset({i, j})
        for (i, a), (j, b) in combinations(enumerate(rows), 2)
        if a[0] == b[0] and a[1] < b[2] and b[1] < a[2]
    }
    found = faces.at_once().tolist()
    assert {frozenset(pair) for pair in found} == wanted
    assert len(found) == len(wanted)
