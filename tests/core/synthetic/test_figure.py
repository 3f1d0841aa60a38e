"""Characters as they are drawn: their boxes, their looks, and that they can be told apart."""

import itertools

import numpy as np
import pytest

from eyecatch.core import crops
from eyecatch.core.images import read_image
from eyecatch.core.synthetic.cast import CAST, STRANGERS
from eyecatch.core.synthetic.character import Pose
from eyecatch.core.synthetic.figure import Figure, draw
from eyecatch.core.synthetic.portraits import draw_faces

PAPER = (225, 235, 240)


def paper() -> np.ndarray:
    return np.full((300, 300, 3), PAPER, np.uint8)


@pytest.mark.parametrize("who", CAST + STRANGERS, ids=lambda c: f"{c.name}-{c.hair}")
def test_the_box_is_about_the_face(who):
    picture = paper()
    x, y, w, h = draw(picture, Figure(who, Pose(), (150, 140), 100.0))
    assert (x + w / 2, y + h / 2) == pytest.approx((150, 140), abs=1)
    assert h == pytest.approx(100)
    # Between eyes and mouth there is skin.
    row = picture[round(y + 0.72 * h), round(x + 0.35 * w) : round(x + 0.65 * w)].astype(int)
    skin = np.abs(row - np.array(who.skin[::-1])).sum(1) < 60
    assert skin.mean() > 0.6


@pytest.mark.parametrize("height", [6.0, 40.0, 400.0])
def test_any_size_is_drawn_even_beyond_the_picture(height):
    picture = paper()
    *_, h = draw(picture, Figure(CAST[0], Pose(turn=1.0, tilt=10), (290, 20), height))
    assert h == pytest.approx(height)
    assert (picture != PAPER).any()


@pytest.mark.parametrize(
    "pose", [Pose(eyes=0), Pose(mouth="wide"), Pose(turn=0.8), Pose(tilt=8), Pose(sway=1)]
)
def test_each_part_of_a_pose_shows(pose):
    plain, posed = paper(), paper()
    draw(plain, Figure(CAST[0], Pose(), (150, 140), 100.0))
    draw(posed, Figure(CAST[0], pose, (150, 140), 100.0))
    assert (plain != posed).any(axis=2).sum() > 150


def test_a_flipped_character_is_its_mirror_image():
    plain, flipped = paper(), paper()
    draw(plain, Figure(CAST[4], Pose(), (149.5, 140), 100.0))
    draw(flipped, Figure(CAST[4], Pose(flip=True), (149.5, 140), 100.0))
    off = np.abs(plain[:, ::-1].astype(int) - flipped).max(axis=2) > 40
    assert off.mean() < 0.01  # OpenCV rounds a line's edges to one side


def test_characters_can_be_told_apart():
    def look(who):
        picture = paper()
        return crops.cut(picture, draw(picture, Figure(who, Pose(), (150, 140), 100.0)))

    for a, b in itertools.combinations(CAST + STRANGERS, 2):
        assert np.abs(look(a).astype(int) - look(b)).mean() > 8, (a.name, b.name)


def test_training_faces_are_crops_in_a_folder_each_and_the_same_again(tmp_path):
    folders = draw_faces(tmp_path / "one", per_character=3, seed=7)
    assert [f.name for f in folders] == [c.name for c in CAST]
    again = draw_faces(tmp_path / "two", per_character=3, seed=7)
    for folder, other in zip(folders, again, strict=True):
        pictures = sorted(folder.iterdir())
        assert [p.name for p in pictures] == ["0000.png", "0001.png", "0002.png"]
        for picture in pictures:
            assert read_image(picture).shape == (crops.CROP_SIZE, crops.CROP_SIZE, 3)
            assert picture.read_bytes() == (other / picture.name).read_bytes()
        assert len({p.read_bytes() for p in pictures}) == 3
