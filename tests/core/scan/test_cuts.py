import numpy as np
import pytest

from eyecatch.core.scan.cuts import SceneChanges, change, detect_cuts


def thumbnail(seed):
    return np.random.default_rng(seed).integers(0, 200, (36, 64, 3), np.uint8)


def found(values):
    return detect_cuts(np.array(values, np.float32)).tolist()


def changes(thumbnails):
    course = SceneChanges()
    for place, picture in enumerate(thumbnails):
        course.add(picture, place)
    return course.values


def test_change_runs_from_nothing_to_one():
    black, white = np.zeros((36, 64, 3), np.uint8), np.full((36, 64, 3), 255, np.uint8)
    assert change(black, black) == 0
    assert change(black, white) == change(white, black) == 1


def test_a_cut_between_drawings_held_for_long():
    assert found([np.nan, *[0] * 20, 0.08, *[0] * 20]) == [21]


@pytest.mark.parametrize("hold", [1, 2, 3])
def test_a_cut_between_moving_drawings_on_twos_and_threes(hold):
    moving = [0.05 if n % hold == 0 else 0.0 for n in range(24)]
    assert found([*moving, 0.25, *moving]) == [24]


def test_a_pan_a_fade_and_a_scene_full_of_motion_are_no_cuts():
    assert found([0.015, 0] * 30) == []
    assert found([0.03] * 30) == []
    assert found(np.random.default_rng(1).uniform(0.05, 0.12, 200)) == []


def test_two_cuts_close_together_are_both_found():
    values = np.zeros(60)
    values[[10, 15, 50]] = 0.1
    assert found(values) == [10, 15, 50]


def test_a_cut_over_a_blended_frame_is_one():
    assert found([*[0] * 10, 0.06, 0.05, *[0] * 10]) == [10]


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_a_flash_is_no_cut(frames):
    white = np.full((36, 64, 3), 255, np.uint8)
    values = changes([thumbnail(1)] * 20 + [white] * frames + [thumbnail(1)] * 20)
    assert found(values) == []


def test_a_cut_in_a_flash_is_one():
    white = np.full((36, 64, 3), 255, np.uint8)
    values = changes([thumbnail(1)] * 20 + [white] * 2 + [thumbnail(2)] * 20)
    assert len(found(values)) == 1


def test_a_film_of_no_or_one_frame_has_no_cut():
    assert found([]) == found([np.nan]) == []
