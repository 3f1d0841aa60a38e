import numpy as np
import pytest

from eyecatch.core.detect.network import STRIDE
from eyecatch.core.detect.postprocess import decode, suppress_nested, suppress_overlaps
from eyecatch.core.detections import Detections


def blank(rows=12, columns=20):
    map_ = np.zeros((rows, columns, 5), np.float32)
    map_[..., 0] = -8
    return map_


def put(map_, row, column, logit, reach):
    map_[row, column] = [logit, *np.log(reach)]


def test_a_map_without_heat_has_no_face():
    assert len(decode(blank(), 0.3)) == 0


def test_a_peak_is_a_box_about_its_cell():
    map_ = blank()
    put(map_, 3, 5, 2.0, [10, 20, 30, 40])
    found = decode(map_, 0.3)
    x, y = 5.5 * STRIDE, 3.5 * STRIDE
    assert found.boxes[0] == pytest.approx([x - 10, y - 20, 40, 60], abs=1e-3)
    assert found.scores[0] == pytest.approx(1 / (1 + np.exp(-2)), abs=1e-6)


def test_cells_beside_a_hotter_one_are_the_same_face():
    map_ = blank()
    for column, logit in ((4, 1.0), (5, 2.0), (6, 1.5)):
        put(map_, 3, column, logit, [20, 20, 20, 20])
    assert len(decode(map_, 0.3)) == 1


def test_two_faces_side_by_side_are_two_the_surer_first():
    map_ = blank()
    put(map_, 3, 4, 1.0, [8, 8, 8, 8])
    put(map_, 3, 6, 2.0, [8, 8, 8, 8])
    found = decode(map_, 0.3)
    assert len(found) == 2
    assert found.scores[0] > found.scores[1]
    assert found.boxes[0, 0] > found.boxes[1, 0]


def test_a_score_below_the_least_is_no_face():
    map_ = blank()
    put(map_, 3, 5, -1.0, [8, 8, 8, 8])
    assert len(decode(map_, 0.3)) == 0
    assert len(decode(map_, 0.2)) == 1


def test_absurd_reaches_stay_finite():
    map_ = blank()
    map_[3, 5] = [3, 500, 500, -500, 90]
    found = decode(map_, 0.3)
    assert np.isfinite(found.boxes).all()


def test_of_overlapping_boxes_the_surer_stays():
    boxes = np.array([[0, 0, 10, 10], [1, 0, 10, 10], [40, 0, 10, 10]], np.float32)
    kept = suppress_overlaps(Detections(boxes, np.array([0.9, 0.8, 0.7], np.float32)), 0.4)
    assert kept.boxes[:, 0].tolist() == [0, 40]


def test_what_lies_in_a_surer_much_larger_face_is_part_of_it():
    face, eye, beside = [100, 50, 200, 220], [150, 100, 50, 40], [280, 60, 60, 60]
    found = Detections(np.float32([face, beside, eye]), np.float32([0.8, 0.7, 0.6]))
    assert suppress_nested(found, 108).boxes.tolist() == [face, beside]
    assert len(suppress_nested(found, 300)) == 3, "only in a face so large"
    before_it = Detections(np.float32([eye, face]), np.float32([0.8, 0.6]))
    assert len(suppress_nested(before_it, 108)) == 2, "somebody stands before it"
    nearly = Detections(np.float32([face, [110, 60, 180, 200]]), np.float32([0.8, 0.6]))
    assert len(suppress_nested(nearly, 108)) == 2, "left to suppress_overlaps"
