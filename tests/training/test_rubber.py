import cv2
import numpy as np

from eyecatch.core.detections import iou
from eyecatch.training.detector import rubber
from eyecatch.training.detector.mosaic import PicturePool, make_patch
from eyecatch.training.detector.synthetic import synthetic_pictures


def test_a_bent_face_keeps_its_box():
    same, left = [], []
    for seed in range(20):
        picture = np.zeros((256, 256, 3), np.uint8)
        box = np.array([[70, 60, 101, 121]], np.float32)
        cv2.ellipse(picture, (120, 120), (50, 60), 0, 0, 360, (255, 255, 255), -1)
        field = rubber.random_field(256, np.random.default_rng(seed))
        white = (rubber.bend(picture, field)[..., 0] > 127).astype(np.uint8)
        seen = np.array([cv2.boundingRect(white)], np.float32)
        same.append(iou(rubber.bend_boxes(box, field), seen)[0, 0])
        left.append(iou(box, seen)[0, 0])
    assert min(same) > 0.93
    assert min(left) < 0.8
    assert np.median(left) < 0.92
    assert rubber.bend_boxes(np.zeros((0, 4), np.float32), field).shape == (0, 4)


def test_wild_patches_follow_from_the_seed_and_are_others_than_plain_ones():
    pool = PicturePool.of([(1.0, synthetic_pictures(4, seed=3))])
    one, same = (make_patch(pool, 128, np.random.default_rng(5), wild=1.0) for _ in range(2))
    plain = make_patch(pool, 128, np.random.default_rng(5))
    assert np.array_equal(one.picture, same.picture)
    assert np.array_equal(one.boxes, same.boxes)
    assert not np.array_equal(one.picture, plain.picture)
