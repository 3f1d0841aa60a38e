import cv2
import numpy as np
import pytest

from eyecatch.core import crops
from eyecatch.core.errors import MediaError


def ramp(height, width):
    """Blue rises with x, green with y, two levels a pixel."""
    y, x = np.mgrid[:height, :width]
    return np.stack([x * 2 % 256, y * 2 % 256, x * 0], axis=2).astype(np.uint8)


def test_a_crop_is_a_square_around_the_face_and_its_hair():
    picture = ramp(120, 120)
    crop = crops.cut(picture, (40, 48, 40, 30)).astype(int)
    assert crop.shape == (128, 128, 3)
    side, (x, y) = 40 * crops.MARGIN, crop[64, 64, :2] / 2
    assert abs(x - 60) < 1
    assert abs(y - (63 - side * crops.CENTRE_SHIFT)) < 1
    assert abs((crop[64, 127, 0] - crop[64, 0, 0]) / 2 - side) < 2
    assert abs((crop[127, 64, 1] - crop[0, 64, 1]) / 2 - side) < 2


def test_where_a_face_is_does_not_matter():
    wide = np.zeros((400, 400, 3), np.uint8)
    face = np.random.default_rng(0).integers(0, 256, (100, 100, 3), np.uint8)
    wide[50:150, 40:140] = face
    first = crops.cut(wide, (70, 80, 40, 44))
    moved = np.zeros((400, 400, 3), np.uint8)
    moved[251:351, 200:300] = face
    assert np.array_equal(first, crops.cut(moved, (230, 281, 40, 44)))


@pytest.mark.parametrize(
    "box",
    [(-30, -30, 60, 60), (90, 70, 60, 60), (300, 300, 10, 10), (0, 0, 900, 900), (5, 5, 0, 0)],
)
def test_beyond_the_picture_its_edge_goes_on(box):
    crop = crops.cut(np.full((100, 120, 3), 77, np.uint8), box)
    assert (crop == 77).all()


def test_fine_lines_survive_shrinking_as_their_mean():
    stripes = np.zeros((900, 900, 3), np.uint8)
    stripes[:, ::2] = 200
    crop = crops.cut(stripes, (200, 200, 512, 512))
    assert abs(crop.mean() - 100) < 2
    assert crop.std() < 10


def test_a_crop_comes_back_from_its_jpeg():
    crop = cv2.GaussianBlur(ramp(128, 128), (9, 9), 0)
    again = crops.decode(crops.encode(crop))
    assert again.shape == crop.shape
    assert np.abs(again.astype(int) - crop).mean() < 4


@pytest.mark.parametrize("content", [b"", b"no JPEG", crops.encode(np.zeros((4, 4, 3), np.uint8))])
def test_what_is_no_crop_is_refused(content):
    with pytest.raises(MediaError, match="no crop"):
        crops.decode(content)


def test_an_empty_picture_has_no_crops():
    with pytest.raises(ValueError, match="at least one pixel"):
        crops.cut(np.zeros((0, 5, 3), np.uint8), (0, 0, 1, 1))
