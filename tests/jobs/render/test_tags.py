"""Where names stand: on no face, on no other name, in the picture, and still."""

from __future__ import annotations

import numpy as np
import pytest

from eyecatch.core.palette import Colours
from eyecatch.jobs.render.ass import track
from eyecatch.jobs.render.burn import ass_filter
from eyecatch.jobs.render.labels import Label
from eyecatch.jobs.render.tag_places import on_ellipse, overlap
from eyecatch.jobs.render.tags import Sizes, shortened, tagged

WIDTH, HEIGHT = 1280, 720
NAMES = ("Velma Dinkley", "綾波レイ", None, "Shaggy", "アスカ・ラングレー", "R")


def crowd(faces: int, seed: int, frames: int = 20) -> list[Label]:
    """Faces of all sizes that wander, over each other and out of the picture too."""
    random = np.random.default_rng(seed)
    found = []
    for number in range(faces):
        x, y = random.uniform([-40, -40], [WIDTH, HEIGHT])
        size, (right, down) = random.uniform(20, 260), random.uniform(-8, 8, 2)
        for frame in range(frames):
            box = round(x + right * frame), round(y + down * frame), round(size), round(1.1 * size)
            found.append(Label(frame, frame + 1, *box, NAMES[number % len(NAMES)], track=number))
    return found


def check(labels: tuple[Label, ...]) -> tuple[int, int]:
    """Asserts that no tag covers anything, frame by frame; how many names there are, and tags."""
    seen = tags = 0
    for frame in range(max(label.stop for label in labels)):
        here = [label for label in labels if label.start <= frame < label.stop]
        seen += len(here)
        named = [(label, label.tag) for label in here if label.tag is not None]
        tags += len(named)
        for place, (label, tag) in enumerate(named):
            rect = np.array([[tag.left, tag.top, tag.right, tag.bottom]], np.float32)
            assert tag.left >= 0
            assert tag.top >= 0
            assert tag.right <= WIDTH
            assert tag.bottom <= HEIGHT
            for other in here:
                box = np.array(
                    [[other.x, other.y, other.x + other.w, other.y + other.h]], np.float32
                )
                assert not on_ellipse(rect, box).any()
                assert other is label or not overlap(rect, box).any()
            for _, one in named[:place]:
                taken = np.array([[one.left, one.top, one.right, one.bottom]], np.float32)
                assert not overlap(rect, taken).any()
    return seen, tags


@pytest.mark.parametrize("faces", [1, 3, 8, 20])
def test_no_name_covers_a_face_or_a_name_or_leaves_the_picture(faces):
    for seed in range(3):
        labels = crowd(faces, seed)
        found = tagged(labels, WIDTH, HEIGHT)
        seen, tags = check(found)
        assert seen == len(labels)
        inside = sum(0 <= one.x <= WIDTH - one.w and 0 <= one.y <= HEIGHT - one.h for one in labels)
        assert tags > (0.5 if faces > 8 else 0.9) * inside


def test_what_is_found_is_the_same_whatever_the_order():
    labels = crowd(8, 5)
    shuffled = np.random.default_rng(0).permutation(len(labels))
    again = tagged([labels[place] for place in shuffled], WIDTH, HEIGHT)
    assert set(again) == set(tagged(labels, WIDTH, HEIGHT))


VELMA = Label(0, 100, 500, 300, 100, 100, "Velma", track=0)
ABOVE, BELOW, LEFT, RIGHT = (
    (420, 190, 260, 105),
    (420, 405, 260, 100),
    (0, 0, 495, 720),
    (605, 0, 600, 720),
)


def others(start: int, stop: int, *boxes: tuple[int, int, int, int]) -> list[Label]:
    return [Label(start, stop, *box, None, track=start + 1 + k) for k, box in enumerate(boxes)]


def hers(*there: Label) -> list[tuple[int, int, int]]:
    """From when to when her name stands how far below her brow."""
    found = [one for one in tagged([VELMA, *there], WIDTH, HEIGHT) if one.character == "Velma"]
    found.sort(key=lambda one: one.start)
    return [(one.start, one.stop, one.tag.top - one.y) for one in found]


def test_a_name_keeps_one_side_that_is_free_all_the_time():
    assert hers() == [(0, 100, -28)]
    assert hers(*others(0, 100, ABOVE)) == [(0, 100, 100)]
    assert hers(*others(50, 60, ABOVE)) == [(0, 100, 100)]
    assert hers(*others(50, 60, ABOVE, BELOW)) == [(0, 100, 0)], "beside her"


def test_a_name_moves_once_where_no_side_is_free_all_the_time():
    first, then = others(0, 50, BELOW, LEFT, RIGHT), others(50, 100, ABOVE, LEFT, RIGHT)
    assert hers(*first, *then) == [(0, 50, -28), (50, 100, 100)]


def test_a_name_that_has_room_only_for_a_moment_is_left_out_then():
    walls = [Label(0, 100, x, y, 300, 720, "W", track=1 + k)
             for k, (x, y) in enumerate([(0, 0), (300, 0), (980, 0)])]  # fmt: skip
    tall = [Label(0, 90, 600, -10, 380, 760, "Giant", track=8)]
    small = [Label(0, 100, 700, 300, 60, 60, "Velma", track=9)]
    found = [one for one in tagged(walls + tall + small, WIDTH, HEIGHT) if one.track == 9]
    assert [(one.start, one.stop, one.tag) for one in found] == [(0, 100, None)]


def test_a_close_up_has_its_name_in_a_corner():
    (found,) = tagged([Label(0, 9, 200, -20, 900, 800, "Velma", track=0)], WIDTH, HEIGHT)
    assert found.tag is not None
    check((found,))


def test_small_faces_have_small_names():
    sizes = Sizes.of(HEIGHT)
    large, small = (
        tagged([Label(0, 9, 300, 300, side, side, "Velma", track=0)], WIDTH, HEIGHT)[0].tag.size
        for side in (200, 30)
    )
    assert (large, small) == (sizes.text, sizes.least)


def test_names_are_shortened_to_what_tells_them():
    assert shortened("Velma Dinkley") == "Velma"
    assert shortened("R") == "R"
    assert shortened("綾波レイ") == "綾波…"


@pytest.mark.parametrize(
    "name", ["Velma Dinkley", "WWW", "iii", "綾波レイ", "Åsa Ñ", "아스카", "飛影 Hiei"]
)
@pytest.mark.parametrize("face", [40, 200])
def test_a_tag_is_where_libass_draws_it(lab, tmp_path, name, face):
    """To two pixels; never wider, as what is there was tried against faces."""
    (label,) = tagged([Label(0, 1, 300, 200, face, face, name, track=0)], WIDTH, HEIGHT)
    script = track([label], np.array([0, 100]), WIDTH, HEIGHT, "e", Colours())
    script.events = [event for event in script.events if event.layer == 1]
    script.save(str(tmp_path / "labels.ass"))
    black = ["-f", "lavfi", "-i", f"color=black:s={WIDTH}x{HEIGHT}", "-frames:v", 1]
    draw = ass_filter(tmp_path).replace("labels.ass", str(tmp_path / "labels.ass"))
    draw = draw.replace("fontsdir=fonts", f"fontsdir={tmp_path / 'fonts'}")
    lab.ffmpeg(*black, "-vf", f"format=rgb24,{draw}", tmp_path / "shown.png")
    (picture,) = lab.pictures(tmp_path / "shown.png")
    rows, columns = np.nonzero(picture.max(axis=2) > 100)
    drawn = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
    tag = label.tag
    assert drawn[0] >= tag.left - 1
    assert drawn[2] <= tag.right + 1
    assert drawn[1] >= tag.top - 1
    assert drawn[3] <= tag.bottom + 1
    known = name != "아스카"  # neither font has it, so its width is a guess upwards
    assert drawn[2] - drawn[0] >= (0.94 if known else 0.5) * (tag.right - tag.left) - 2
