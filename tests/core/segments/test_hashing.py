"""Pictures that look alike have hashes that are near."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from eyecatch.core.segments.hashing import DrawingHashes, picture_hash
from eyecatch.core.synthetic.scene import play
from eyecatch.core.synthetic.season import write_shots


@pytest.fixture(scope="module")
def drawings():
    """A drawing of each shot, uint8 (180, 320, 3)."""
    shots = write_shots(40, seed=3)
    frames = list(play(shots, (320, 180)))
    starts = np.cumsum([0, *(shot.frames for shot in shots)])[:-1]
    return [frames[start + 10].picture for start in starts]


def hashed(picture):
    yuv = cv2.cvtColor(picture, cv2.COLOR_BGR2YUV)
    return picture_hash(cv2.resize(yuv, (64, 36), interpolation=cv2.INTER_AREA))


def distance(a, b):
    return int(np.bitwise_count(a ^ b))


def logo(picture):
    changed = picture.copy()
    changed[8:24, 270:306] = 235
    return changed


def credits_over(picture):
    return cv2.putText(picture.copy(), "Directed by", (20, 150), 0, 0.7, (255, 255, 255), 2)


def cropped(picture):
    return cv2.resize(picture[4:176, 6:314], (213, 120), interpolation=cv2.INTER_AREA)


@pytest.mark.parametrize("change", [logo, credits_over, cropped])
def test_a_drawing_is_known_again_and_others_are_not(drawings, change):
    own = [distance(hashed(one), hashed(change(one))) for one in drawings]
    others = [
        distance(hashed(a), hashed(change(b))) for a in drawings for b in drawings if a is not b
    ]
    assert np.median(own) <= 6
    assert max(own) <= 14
    assert np.median(others) >= 20


@pytest.mark.parametrize("level", [0, 16, 128, 255])
def test_what_is_all_of_one_brightness_has_no_hash(level):
    noise = np.random.default_rng(0).integers(-1, 2, (36, 64, 3))
    picture = np.clip(level + noise, 0, 255).astype(np.uint8)
    assert picture_hash(picture) == 0


def test_of_drawings_that_follow_each_other_quickly_some_are_hashed():
    thumbnail = np.zeros((36, 64, 3), np.uint8)
    hashes = DrawingHashes(min_gap=70)
    for number in range(6):
        hashes.add(number, number * 40, thumbnail)
    hashes.reset()
    hashes.add(6, 6 * 40, thumbnail)
    assert hashes.result().frames.tolist() == [0, 2, 4, 6]
