"""What a frame teaches, by what is seen in it and beside it; the detector's answers are given."""

import numpy as np
import pytest

from eyecatch.core.detections import Detections
from eyecatch.training.detector.adaptation.moment_labels import label
from eyecatch.training.detector.adaptation.moments import Moment

FACE, MOVED, FAR = (100, 60, 40, 40), (110, 64, 40, 40), (300, 60, 40, 40)
NOTHING = ()


class Answers:
    """A detector that answers each picture with the faces that the test gives for it."""

    lines, size_divisor = 360, 32

    def __init__(self, *faces):
        self.faces = faces

    def detect(self, pictures):
        return [self.found(self.faces[int(picture[0, 0, 0])]) for picture in pictures]

    @staticmethod
    def found(faces):
        boxes = np.array([box for box, _ in faces], np.float32).reshape(-1, 4)
        return Detections(boxes, np.array([score for _, score in faces], np.float32))


def picture(number):
    return np.full((180, 400, 3), number, np.uint8)


def learned(before, now, after, **said):
    """Faces and ignored boxes of a frame; None for a neighbour that isn't there."""
    shown = [None if faces is None else picture(i) for i, faces in enumerate((before, now, after))]
    moment = Moment("E01 12", "E01.mkv", shown[1], before=shown[0], after=shown[2], **said)
    (one,) = label(Answers(before, now, after), [moment])
    assert one.picture is moment.picture
    return [tuple(map(int, box)) for box in one.boxes], [
        tuple(map(int, box)) for box in one.ignored
    ]


@pytest.mark.parametrize(
    ("before", "now", "after", "faces", "ignored"),
    [
        (((FACE, 0.9),), ((FACE, 0.9),), ((FACE, 0.9),), [FACE], []),
        # One that comes for a single look and goes is doubted.
        (NOTHING, ((FACE, 0.9),), NOTHING, [], [FACE]),
        (((FAR, 0.9),), ((FACE, 0.9),), ((FAR, 0.9),), [FAR], [FACE]),
        # One that comes, or goes, is seen on one side, be it ever so faintly.
        (NOTHING, ((FACE, 0.9),), ((FACE, 0.35),), [FACE], []),
        (((MOVED, 0.35),), ((FACE, 0.9),), NOTHING, [FACE], []),
        # At a cut nothing speaks against it.
        (None, ((FACE, 0.9), (FAR, 0.4)), NOTHING, [FACE], [FAR]),
        (None, ((FACE, 0.9),), None, [FACE], []),
        # Unsure of it now, sure of it before and after.
        (((FACE, 0.8),), ((MOVED, 0.35),), ((FACE, 0.8),), [MOVED], []),
        (((FACE, 0.8),), ((MOVED, 0.35),), ((FACE, 0.4),), [], [MOVED]),
        # There before and after, so in between, half of the way.
        (((FACE, 0.8),), NOTHING, (((120, 68, 40, 40), 0.8),), [MOVED], []),
        (((FACE, 0.8),), NOTHING, ((FACE, 0.4),), [], []),
        (((FACE, 0.8),), NOTHING, ((FAR, 0.8),), [], []),
    ],
)  # fmt: skip
def test_the_frames_beside_it_decide(before, now, after, faces, ignored):
    assert learned(before, now, after) == (faces, ignored)


def test_what_people_said_comes_first():
    boxes = np.array([FACE], np.float32)
    sure, unsure = ((MOVED, 0.9),), ((MOVED, 0.4),)
    assert learned(sure, sure, sure, faces=boxes) == ([FACE], [])
    assert learned(NOTHING, NOTHING, NOTHING, faces=boxes) == ([FACE], [])
    assert learned(NOTHING, unsure, NOTHING, faces=boxes) == ([FACE], [])
    assert learned(sure, sure, sure, not_faces=boxes) == ([], [])
    assert learned(NOTHING, unsure, NOTHING, not_faces=boxes) == ([], [])
    assert learned(NOTHING, ((FAR, 0.9),), ((FAR, 0.9),), not_faces=boxes) == ([FAR], [])
