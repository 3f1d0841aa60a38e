"""Looks at one picture in several sizes, by a detector that knows what it sees by its height."""

import numpy as np
import pytest

from eyecatch.core.detect.cnn import CnnDetector, two_looks
from eyecatch.core.detect.multiscale import (
    CLOSE_UP,
    LARGE,
    TWO_LOOKS,
    MultiscaleDetector,
    still_views,
)
from eyecatch.core.detect.registry import resolve
from eyecatch.core.detections import Detections, iou
from eyecatch.core.synthetic.cast import CAST
from eyecatch.core.synthetic.scene import Actor, Shot, play

PICTURE = np.zeros((360, 640, 3), np.uint8)


class Sees:
    """Finds one face, given in shares of the picture, in pictures of some heights only."""

    lines, size_divisor = 360, 32

    def __init__(self, share, score_of):
        self.share, self.score_of, self.shapes = np.float32(share), score_of, []

    def detect(self, pictures):
        self.shapes += [picture.shape[:2] for picture in pictures]
        return [self.found(*picture.shape[:2]) for picture in pictures]

    def found(self, height, width):
        score = self.score_of(height) if height else 0.0
        if not score:
            return Detections.none()
        box = self.share * np.float32([width, height, width, height])
        return Detections(box[None], np.float32([score]))


def share_of(height):
    """A square face of so many lines of PICTURE, in its middle."""
    return [0.5 - height / 1280, 0.5 - height / 720, height / 640, height / 360]


def score(height, large, small):
    sees = Sees(share_of(height), lambda lines: large if lines == 360 else small)
    (found,) = MultiscaleDetector(sees, 0.01, views=TWO_LOOKS).detect([PICTURE])
    return float(found.scores[0]) if len(found) else 0.0


def test_a_small_face_is_the_large_look_s_alone():
    assert score(LARGE[0] - 1, 0.8, 0.0) == pytest.approx(0.8)
    assert score(LARGE[0] - 1, 0.0, 0.9) == 0


def test_a_face_that_fills_the_picture_is_the_small_look_s_alone():
    assert score(LARGE[1] + 1, 0.8, 0.0) == 0
    assert score(LARGE[1] + 1, 0.0, 0.9) == pytest.approx(0.9)


def test_in_between_both_count_and_nothing_jumps():
    scores = [score(height, 0.8, 0.0) for height in np.linspace(*LARGE, 40)]
    assert np.diff(scores).max() <= 0
    assert np.diff(scores).min() > -0.06
    middle = float(np.sqrt(LARGE[0] * LARGE[1]))
    assert score(middle, 0.8, 0.4) == pytest.approx(0.6, abs=0.01)


def test_the_close_up_is_an_eighth_of_the_pixels_in_a_size_that_needs_no_other():
    sees = Sees(share_of(200), lambda _: 0.5)
    MultiscaleDetector(sees, 0.3, views=TWO_LOOKS).detect([PICTURE])
    assert sees.shapes == [(360, 640), (128, 224)]
    assert pytest.approx(1 / 8, abs=0.01) == CLOSE_UP**2


def test_a_picture_in_which_nothing_can_be_large_is_looked_at_once():
    sees = Sees([0.2, 0.2, 0.5, 0.5], lambda _: 0.5)
    (found,) = MultiscaleDetector(sees, 0.3, views=TWO_LOOKS).detect([PICTURE[:100, :100]])
    assert found.scores.tolist() == [0.5]
    assert sees.shapes == [(100, 100), (0, 100)]


def test_boxes_of_all_views_lie_in_the_picture_as_given():
    share = [0.1, 0.2, 0.35, 0.7]

    class Mirrored(Sees):
        def detect(self, pictures):
            found = super().detect(pictures)
            for one, picture in zip(found, pictures, strict=True):
                if picture[0, 0, 0] == 0:  # the dark side is on the left
                    one.boxes[:, 0] = picture.shape[1] - one.boxes[:, 0] - one.boxes[:, 2]
            return found

    picture = PICTURE.copy()
    picture[:, :320] = 255
    views = still_views()
    (found,) = MultiscaleDetector(Mirrored(share, lambda _: 0.6), 0.3, views=views).detect(
        [picture]
    )
    assert found.boxes[0] == pytest.approx(np.float32([64, 72, 224, 252]), abs=2)
    assert found.scores == pytest.approx([0.6])


@pytest.mark.parametrize("height", [0.4, 0.7, 1.0, 1.3])
def test_drawn_close_ups_are_found(height):
    detector, hits = two_looks(resolve("cnn")), 0
    for seed in range(6):
        actor = Actor(CAST[seed % len(CAST)], (0.5, 0.5), (0.5, 0.5), height, seed=9)
        (frame,) = play([Shot(1, "park", (actor,), seed=seed)], (640, 360))
        truth = np.float32([frame.faces[0].box])
        (found,) = detector.detect([frame.picture])
        hits += bool((iou(truth, found.boxes) >= 0.3).any())
    assert hits >= 5


def test_both_ways_to_run_see_the_same_close_up():
    lite = MultiscaleDetector(CnnDetector(resolve("cnn"), 0.2, "cpu"), 0.38, views=TWO_LOOKS)
    compiled = MultiscaleDetector(CnnDetector(resolve("cnn"), 0.2, "gpu"), 0.38, views=TWO_LOOKS)
    actor = Actor(CAST[0], (0.5, 0.5), (0.5, 0.5), 0.8, seed=9)
    (frame,) = play([Shot(1, "park", (actor,), seed=1)], (640, 360))
    pictures = [frame.picture, frame.picture[:, :480], PICTURE]
    for one, other in zip(lite.detect(pictures), compiled.detect(pictures), strict=True):
        assert one.boxes == pytest.approx(other.boxes, abs=0.5)
        assert one.scores == pytest.approx(other.scores, abs=1e-3)
    assert len(lite.detect(pictures)[0]) == 1
