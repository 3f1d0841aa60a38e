"""Few samples, and the same faces: on frames that are nothing but their numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from eyecatch.core.detections import Detections
from eyecatch.core.scan.sampling import FrameSampler


@dataclass
class Frame:
    number: int

    def crop(self, box):
        raise AssertionError("nobody cuts")


class Tracker:
    """Notes what it gets."""

    def __init__(self):
        self.passed = []

    def update(self, frame, found, cut):
        self.passed.append((frame, "detected" if cut else "between", found))

    def hold(self, frame):
        self.passed.append((frame, "held", None))

    def reset(self):
        self.passed.append((None, "end", None))


def faces(*boxes, score=0.9):
    found = np.array(boxes, np.float32).reshape(-1, 4)
    return Detections(found, np.full(len(found), score, np.float32))


def run(scene, frames, every, step=1):
    """Frames of a scene (number -> Detections), drawn anew every ``step``."""
    detected = []
    tracker = Tracker()
    sampler = FrameSampler(lambda f: detected.append(f.number) or scene(f.number), tracker, every)
    for number in range(frames):
        if number % step:
            sampler.hold(number)
        else:
            sampler.add(Frame(number))
    sampler.reset()
    return detected, tracker.passed


@pytest.mark.parametrize("step", [1, 2, 3])
@pytest.mark.parametrize("every", [1, 4, 6])
def test_every_frame_is_told_once_and_in_order(every, step):
    _, passed = run(lambda n: faces((2 * n, 50, 40, 40)), 50, every, step)
    assert [frame for frame, _, _ in passed] == [*range(50), None]
    held = [frame for frame, how, _ in passed if how == "held"]
    assert held == [n for n in range(50) if n % step]


def test_what_moves_evenly_is_interpolated_to_the_pixel():
    detected, passed = run(lambda n: faces((2 * n, 50, 40, 40 + n)), 61, every=6)
    assert detected == list(range(0, 61, 6))
    for frame, _, found in passed[:-1]:
        np.testing.assert_allclose(found.boxes, [[2 * frame, 50, 40, 40 + frame]], rtol=1e-5)


@pytest.mark.parametrize("first", range(1, 18))
@pytest.mark.parametrize("turn", [False, True])
def test_a_face_that_comes_or_goes_does_so_on_its_very_frame(first, turn):
    def scene(number):
        return faces((9, 9, 30, 30)) if (number >= first) is not turn else faces()

    detected, passed = run(scene, 18, every=6)
    assert [len(found) for _, _, found in passed[:-1]] == [len(scene(n)) for n in range(18)]
    assert len(detected) <= 4 + 3  # a look each six frames and the last, and halves of one gap


def test_a_jump_by_more_than_half_a_face_is_looked_at():
    detected, passed = run(lambda n: faces((0 if n < 8 else 30, 0, 40, 40)), 13, every=6)
    assert {7, 8} <= set(detected)
    assert [found.boxes[0, 0] for _, _, found in passed[:-1]] == [0] * 8 + [30] * 5


def test_the_last_drawing_before_an_end_is_looked_at_and_the_first_after_it():
    detected, _ = run(lambda n: faces((n, 0, 40, 40)), 10, every=6)
    assert detected == [0, 6, 9]
    detected, _ = run(lambda n: faces((n, 0, 40, 40)), 10, every=6, step=4)
    assert detected[-1] == 8


def test_a_still_picture_is_looked_at_once():
    detected, passed = run(lambda n: faces((5, 5, 40, 40)), 200, every=6, step=1000)
    assert detected == [0]
    assert len(passed) == 201


def test_what_is_unsure_in_one_look_alone_costs_no_other():
    def scene(number):
        return faces((9, 9, 30, 30), score=0.38) if number == 6 else faces()

    detected, _ = run(scene, 13, every=6)
    assert detected == [0, 6, 12]
