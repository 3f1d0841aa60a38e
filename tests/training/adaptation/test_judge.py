import numpy as np
import pytest

from eyecatch.core.detections import Detections
from eyecatch.training.detector.adaptation.judge import judge
from eyecatch.training.detector.dataset import LabelledPicture

FACE, MAYBE, WALL = (100, 60, 40, 40), (200, 60, 40, 40), (300, 60, 40, 40)


class Answers:
    """A detector that finds the same in every picture."""

    lines, size_divisor = 360, 32

    def __init__(self, *found):
        boxes = np.array([box for box, _ in found], np.float32).reshape(-1, 4)
        self.found = Detections(boxes, np.array([score for _, score in found], np.float32))

    def detect(self, pictures):
        return [self.found] * len(pictures)


def held(count):
    faces, ignored = np.array([FACE], np.float32), np.array([MAYBE], np.float32)
    picture = np.zeros((180, 400, 3), np.uint8)
    return [LabelledPicture(str(i), picture, faces, ignored) for i in range(count)]


@pytest.mark.parametrize(
    ("found", "hits", "average"),
    [
        ((), 0, 0.0),
        (((FACE, 0.9),), 40, 1.0),
        (((FACE, 0.9), (MAYBE, 0.8)), 40, 1.0),  # nobody knows whether it is a face
        (((MAYBE, 0.95), (FACE, 0.9)), 40, 1.0),
        (((FACE, 0.9), (WALL, 0.8)), 40, 1.0),
        (((WALL, 0.95), (FACE, 0.9)), 40, 0.5),
        (((FACE, 0.2),), 0, 1.0),  # found, but not from the score on that counts
    ],
)
def test_faces_count_and_what_may_be_one_does_not(found, hits, average):
    figures = judge(Answers(*found), held(40), min_score=0.38)
    assert (figures.faces, figures.found) == (40, hits)
    assert figures.average == pytest.approx(average, abs=0.02)


def test_no_frames_are_no_error():
    figures = judge(Answers((FACE, 0.9)), [], min_score=0.38)
    assert (figures.faces, figures.found, figures.average) == (0, 0, 0.0)
