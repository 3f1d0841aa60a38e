"""Few looks, and the same faces: on frames that are nothing but their numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from eyecatch.core.detections import Detections
from eyecatch.core.scan.sampling import Looks


@dataclass
class Frame:
    number: int

    def part(self, left, top, right, bottom):
        raise AssertionError("nobody cuts")


class Follower:
    """Notes what it is told."""

    def __init__(self):
        self.told = []

    def see(self, frame, found, part):
        self.told.append((frame, "looked at" if part else "between", found))

    def hold(self, frame):
        self.told.append((frame, "held", None))

    def end(self):
        self.told.append((None, "end", None))


def faces(*boxes, score=0.9):
    found = np.array(boxes, np.float32).reshape(-1, 4)
    return Detections(found, np.full(len(found), score, np.float32))


def run(scene, frames, every, step=1):
    """Frames of a scene (number -> Detections), drawn anew every ``step``."""
    looked = []
    follower = Follower()
    looks = Looks(lambda f: looked.append(f.number) or scene(f.number), follower, every)
    for number in range(frames):
        if number % step:
            looks.hold(number)
        else:
            looks.see(Frame(number))
    looks.end()
    return looked, follower.told


@pytest.mark.parametrize("step", [1, 2, 3])
@pytest.mark.parametrize("every", [1, 4, 6])
def test_every_frame_is_told_once_and_in_order(every, step):
    _, told = run(lambda n: faces((2 * n, 50, 40, 40)), 50, every, step)
    assert [frame for frame, _, _ in told] == [*range(50), None]
    held = [frame for frame, how, _ in told if how == "held"]
    assert held == [n for n in range(50) if n % step]


def test_what_moves_evenly_is_interpolated_to_the_pixel():
    looked, told = run(lambda n: faces((2 * n, 50, 40, 40 + n)), 61, every=6)
    assert looked == list(range(0, 61, 6))
    for frame, _, found in told[:-1]:
        np.testing.assert_allclose(found.boxes, [[2 * frame, 50, 40, 40 + frame]], rtol=1e-5)


@pytest.mark.parametrize("first", range(1, 18))
@pytest.mark.parametrize("turn", [False, True])
def test_a_face_that_comes_or_goes_does_so_on_its_very_frame(first, turn):
    def scene(number):
        return faces((9, 9, 30, 30)) if (number >= first) is not turn else faces()

    looked, told = run(scene, 18, every=6)
    assert [len(found) for _, _, found in told[:-1]] == [len(scene(n)) for n in range(18)]
    assert len(looked) <= 4 + 3  # a look each six frames and the last, and halves of one gap


def test_a_jump_by_more_than_half_a_face_is_looked_at():
    looked, told = run(lambda n: faces((0 if n < 8 else 30, 0, 40, 40)), 13, every=6)
    assert {7, 8} <= set(looked)
    assert [found.boxes[0, 0] for _, _, found in told[:-1]] == [0] * 8 + [30] * 5


def test_the_last_drawing_before_an_end_is_looked_at_and_the_first_after_it():
    looked, _ = run(lambda n: faces((n, 0, 40, 40)), 10, every=6)
    assert looked == [0, 6, 9]
    looked, _ = run(lambda n: faces((n, 0, 40, 40)), 10, every=6, step=4)
    assert looked[-1] == 8


def test_a_still_picture_is_looked_at_once():
    looked, told = run(lambda n: faces((5, 5, 40, 40)), 200, every=6, step=1000)
    assert looked == [0]
    assert len(told) == 201


def test_what_is_unsure_in_one_look_alone_costs_no_other():
    def scene(number):
        return faces((9, 9, 30, 30), score=0.38) if number == 6 else faces()

    looked, _ = run(scene, 13, every=6)
    assert looked == [0, 6, 12]
