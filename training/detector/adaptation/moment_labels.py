"""Labels of a show's frames that no person made: what many looks see, and the frames about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from eyecatch.core.detect.base import Detector
from eyecatch.core.detections import Detections, iou
from eyecatch.core.scan.matching import greedy_match, similarity
from eyecatch.training.detector.adaptation.moments import Moment
from eyecatch.training.detector.dataset import Boxes, LabelledPicture

SURE: Final = 0.44
"""Mean score of the looks from which a face is learned as one. In the hardest of three shows, which
the weights had never seen, .95 of what reached it were faces, and half of all faces did."""

MAYBE: Final = 0.3
"""From this score on what is not learned as a face is not learned as background either."""

_SAME: Final = 0.3
"""IoU with a box by a person from which a found one is of the same face."""


def label(detector: Detector, moments: Iterable[Moment]) -> Iterator[LabelledPicture]:
    """What a moment teaches.

    A face is learned where many looks are sure of it, and the frames before and after don't speak
    against it: one that comes for a single look and goes is ignored, one that is there before and
    after is there in between. What people said comes before all of that.

    Args:
        detector: looks at stills, several times each; scores from ``MAYBE`` on are given.
        moments: frames, each with its neighbours.

    Yields:
        A picture a moment, in order; one that teaches nothing has neither faces nor ignored boxes.
    """
    for moment in moments:
        pictures = [one for one in (moment.before, moment.picture, moment.after) if one is not None]
        found = iter(detector.detect(pictures))
        before = next(found) if moment.before is not None else None
        now = next(found)
        after = next(found) if moment.after is not None else None
        faces, ignored = _combined(before, now, after)
        faces, ignored = _corrected(faces, ignored, moment)
        yield LabelledPicture(moment.name, moment.picture, faces, ignored)


def _combined(
    before: Detections | None, now: Detections, after: Detections | None
) -> tuple[Boxes, Boxes]:
    """The faces of a frame, and boxes that may be some, by what is seen in it and beside it."""
    sure = now.scores >= SURE
    if before is None or after is None:  # a cut is near, so a face may well come or go
        return now.boxes[sure], now.boxes[~sure]
    past, future = _nearest(now.boxes, before), _nearest(now.boxes, after)
    seen = [(p is not None) or (f is not None) for p, f in zip(past, future, strict=True)]
    held = [
        p is not None and f is not None and min(before.scores[p], after.scores[f]) >= SURE
        for p, f in zip(past, future, strict=True)
    ]
    face = (sure & np.array(seen, bool)) | np.array(held, bool)
    between = _between(before, now, after)
    return np.concatenate([now.boxes[face], between]), now.boxes[~face]


def _nearest(boxes: Boxes, found: Detections) -> list[int | None]:
    """Which face of another frame each box is, or None."""
    matches = dict(greedy_match(similarity(boxes, found.boxes)))
    return [matches.get(place) for place in range(len(boxes))]


def _between(before: Detections, now: Detections, after: Detections) -> Boxes:
    """Faces that are surely there before and after, in about one place, and not seen between."""
    first, last = before.boxes[before.scores >= SURE], after.boxes[after.scores >= SURE]
    pairs = greedy_match(similarity(first, last))
    middle = np.array([(first[i] + last[j]) / 2 for i, j in pairs], np.float32).reshape(-1, 4)
    taken = similarity(middle, now.boxes) > 0
    return middle[~taken.any(axis=1)]


def _corrected(faces: Boxes, ignored: Boxes, moment: Moment) -> tuple[Boxes, Boxes]:
    """The same with what people said of some of the boxes."""
    said = np.concatenate([moment.faces, moment.not_faces])
    faces = np.concatenate([moment.faces, faces[~_overlaps(faces, said)]])
    return faces, ignored[~_overlaps(ignored, said)]


def _overlaps(boxes: Boxes, said: Boxes) -> npt.NDArray[np.bool_]:
    return np.asarray((iou(boxes, said) >= _SAME).any(axis=1))
