"""Labels, when they change, and how they are written down."""

from __future__ import annotations

import re
from fractions import Fraction

import numpy as np
import pysubs2
import pytest

from eyecatch.core.palette import Colours
from eyecatch.db.records.face_rows import FrameRow
from eyecatch.jobs.render.ass import track
from eyecatch.jobs.render.labels import Label, labels, moments, within
from eyecatch.jobs.render.tags import tagged


def row(frame: int, track: int, x: int, name: str | None = "Hiei") -> FrameRow:
    values = {"episode": "e", "frame": frame, "pts": frame, "track": track, "character": name}
    rest = {"confidence": 0.9, "x": x, "y": 1, "w": 2, "h": 3, "score": 0.9, "held": False}
    known = FrameRow.__dataclass_fields__ if hasattr(FrameRow, "__dataclass_fields__") else {}
    more = {name: () for name in known if name not in values | rest | {"time_base": 0}}
    return FrameRow(**values, **rest, **more, time_base=Fraction(1, 24))


def test_a_face_that_stays_is_one_label():
    found = list(labels([row(4, 0, 10), row(5, 0, 10), row(6, 0, 12), row(7, 0, 12)]))
    assert [(one.start, one.stop, one.x) for one in found] == [(4, 6, 10), (6, 8, 12)]


def test_a_face_that_comes_back_is_another_label():
    found = list(labels([row(4, 0, 10), row(6, 0, 10)]))
    assert [(one.start, one.stop) for one in found] == [(4, 5), (6, 7)]


def test_faces_at_once_are_labels_of_their_own():
    found = list(labels([row(4, 0, 10), row(4, 1, 10), row(5, 0, 10), row(5, 1, 10, None)]))
    assert sorted((one.start, one.stop, one.character or "") for one in found) == [
        (4, 5, "Hiei"),
        (4, 6, "Hiei"),
        (5, 6, ""),
    ]


def test_labels_within_a_clip_are_numbered_from_its_first_frame():
    label = Label(10, 20, 1, 2, 3, 4, "Hiei")
    assert [(one.start, one.stop) for one in within([label], 15, 30)] == [(0, 5)]
    assert list(within([label], 20, 30)) == []


@pytest.mark.parametrize(
    ("rate", "unit"),
    [
        (Fraction(24000, 1001), Fraction(1, 1000)),
        (Fraction(24000, 1001), Fraction(1, 24000)),
        (Fraction(25), Fraction(1, 90000)),
        (Fraction(60000, 1001), Fraction(1, 1000)),
        (Fraction(83), Fraction(1, 1000)),
    ],
)
def test_each_moment_is_between_two_frames(rate, unit):
    """For two hours; a millisecond of rounding on either side changes nothing."""
    pts = np.round(np.arange(int(7200 * rate)) / float(rate) / float(unit)).astype(np.int64)
    when = moments(pts, int(pts[-1]) + int(1 / rate / unit), unit)
    time = pts * float(unit) * 1000
    assert len(when) == len(pts) + 1
    assert (when[:-1] * 10 <= time + 1e-6).all()
    assert (when[1:-1] * 10 <= time[1:] - 1 + 1e-6).all()
    assert (when[1:-1] * 10 >= time[:-1] + 1 - 1e-6).all()
    assert when[-1] * 10 > time[-1]


def test_uneven_frames_are_told_apart_where_a_centisecond_lies_between_them():
    pts = np.array([0, 8, 31, 44, 60, 400])
    when = moments(pts, 500, Fraction(1, 1000)) * 10
    assert (when[2:-1] > pts[1:-1]).all()
    assert (when[2:-1] <= pts[2:]).all()
    assert when[0] == 0
    assert when[-1] == 500


def test_moments_are_counted_from_where_the_file_begins():
    pts = np.arange(10) * 3600 + 90_000 * 1234
    assert moments(pts, int(pts[-1]) + 3600, Fraction(1, 90000), 1234.0)[:3].tolist() == [0, 2, 6]


def script(*names: str | None, width: int = 640, height: int = 360) -> pysubs2.SSAFile:
    """One label a name, read back by the library from what would be on disk."""
    found = [Label(k, k + 1, 300, 100, 50, 60, name) for k, name in enumerate(names)]
    when = np.arange(len(names) + 1) * 4
    made = track(tagged(found, width, height), when, width, height, "e", Colours())
    return pysubs2.SSAFile.from_string(made.to_string("ass"))


def test_a_script_is_as_large_as_its_video():
    info = script("Hiei").info
    assert (info["PlayResX"], info["PlayResY"]) == ("640", "360")
    assert info["ScaledBorderAndShadow"] == "yes"


def test_each_character_has_its_own_colour_and_unknown_is_grey():
    found = [Label(k, k + 1, 300, 100, 50, 60, who) for k, who in enumerate(["Hiei", None])]
    when, own = np.arange(3) * 4, Colours({"Hiei": "#6cb88c"})
    styles = track(found, when, 640, 360, "e", own).styles
    fill = styles["Hiei box"].primarycolor
    assert (fill.r, fill.g, fill.b) == (0x6C, 0xB8, 0x8C)
    grey = styles["unknown box"].primarycolor
    assert grey.r == grey.g == grey.b


@pytest.mark.parametrize(
    "name", ["Hiei, the {fire}", "a\\Nb", "{\\b1}x", "飛影", "two\nlines", "*"]
)
def test_any_name_can_be_written(name):
    made = script(name, "Hiei", name)
    assert len(made.events) == 6
    assert {event.style for event in made.events} <= set(made.styles)
    tag = made.events[1]
    assert "\n" not in tag.text
    shown = tag.text.split("}", 1)[1].replace("\u2060", "").replace("\\{", "{").replace("\\}", "}")
    assert shown == " ".join(name.split())


def test_two_names_that_differ_by_a_comma_have_styles_of_their_own():
    assert len(script("a,b", "a;b").styles) == 4


@pytest.mark.parametrize("size", ["320x180", "640x360", "1000x562"])
def test_a_clip_leaves_out_nothing_that_is_drawn(lab, tmp_path, size):
    """Of boxes of all sizes, in the picture and on its edge, in a player of any size."""
    large = [(300, 100, 50, 60), (-5, -4, 60, 40), (601, 331, 60, 50), (101, 151, 121, 177)]
    small = [(10, 200, 8, 9), (30, 200, 3, 3), (50, 200, 40, 8), (50, 250, 8, 40)]
    own = Colours({"Hiei": "#6cb88c"})
    found = [Label(0, 1, *box, "Hiei") for box in large + small]
    clipped = track(found, np.array([0, 100]), 640, 360, "e", own).to_string("ass")
    whole, clips = re.subn(r"\\iclip\([^)]*\)", "", clipped)
    shown = []
    for name, script in (("clipped", clipped), ("whole", whole)):
        path = tmp_path / f"{name}.ass"
        path.write_text(script)
        grey = ["-f", "lavfi", "-i", f"color=0x505050:s={size}", "-frames:v", 1]
        lab.ffmpeg(*grey, "-vf", f"format=rgb24,ass=f={path}", path.with_suffix(".png"))
        shown += lab.pictures(path.with_suffix(".png"))
    assert clips == len(large)
    assert np.ptp(shown[0], axis=2).any()
    assert (shown[0] == shown[1]).all()
