"""Box files: read by one reader, whose every complaint is a sentence with file, line and advice."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from eyecatch.core.errors import RequestError
from eyecatch.jobs.cli import cli
from eyecatch.training.annotations import LabelledBox, by_image, read_boxes

HEAD = "image,x,y,w,h,label\n"
GOOD = "a.png,1,2,30,40,Hiei\n"

BROKEN = {
    "empty": (b"", "has no column 'image'; its first line must be image,x,y,w,h"),
    "other names": (b"file,left,top,width,height,label\na.png,1,2,3,4,x\n", "no column 'image'"),
    "one missing": (b"image,x,y,w,label\na.png,1,2,3,Hiei\n", "has no column 'h'"),
    "no head": (b"a.png,1,2,30,40,Hiei\n", "has no column 'image'"),
    "semicolons": (b"image;x;y;w;h;label\na.png;1;2;3;4;x\n", "has no column 'image'"),
    "twice": (b"image,x,x,y,w,h,label\na.png,1,1,2,3,4,x\n", "has the column 'x' more than once"),
    "a word": (b"a.png,1,2,two,40,Hiei\n", "line 2: x, y, w and h must be numbers"),
    "short": (b"a.png,1,2\n", "line 2: x, y, w and h must be numbers"),
    "later": (b"a.png,1,2,3,4,x\na.png,1,,3,4,x\n", "line 3: x, y, w and h must be numbers"),
    "long": (b"a.png,1,2,30,40,Hiei,more\n", "line 2: it has more fields than the first line"),
    "negative": (b"a.png,1,2,-30,40,Hiei\n", "line 2: the box 1,2,-30,40 has no size"),
    "flat": (b"a.png,1,2,30,0,Hiei\n", "line 2: the box 1,2,30,0 has no size"),
    "nan": (b"a.png,nan,2,30,40,Hiei\n", "line 2: the box nan,2,30,40 has no size"),
    "infinite": (b"a.png,1,2,inf,40,Hiei\n", "line 2: the box 1,2,inf,40 has no size"),
    "nameless": (b",1,2,30,40,Hiei\n", "line 2: there is no image"),
    "a name of none": (b"a\0.png,1,2,30,40,Hiei\n", "line 2: no picture has such a name"),
    "not utf-8": (b"\xff\xfe" + "a.png".encode("utf-16-le"), "is no CSV file; save it as CSV"),
    "latin-1": ("a.png,1,2,30,40,Zo\xeb\n".encode("latin-1"), "is no CSV file; save it as CSV"),
    "a score in words": (
        b"image,x,y,w,h,label,score\na.png,1,2,30,40,Hiei,high\n",
        "line 2: the score 'high' is no number from 0 to 1",
    ),
    "a score that is none": (
        b"image,x,y,w,h,label,score\na.png,1,2,30,40,Hiei,nan\n",
        "line 2: the score 'nan' is no number from 0 to 1",
    ),
}
WITH_HEAD = {"empty", "other names", "one missing", "no head", "semicolons", "twice", "not utf-8"}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "images").mkdir()
    for name in ("a.png", "b.png"):
        cv2.imwrite(str(tmp_path / "images" / name), np.full((100, 100, 3), 90, np.uint8))
    return tmp_path


def write(folder, content, whole=False):
    path = folder / "boxes.csv"
    path.write_bytes(content if whole or b"image," in content else HEAD.encode() + content)
    return path


def run(verb, folder, boxes):
    arguments = {
        "evaluate-detector": [verb, folder / "images", boxes],
        "collect": [verb, folder / "images", "--boxes", boxes, "--out", folder / "out", "--quiet"],
    }[verb]
    return CliRunner().invoke(cli, [*map(str, arguments)], catch_exceptions=True)


@pytest.mark.parametrize("verb", ["evaluate-detector", "collect"])
@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_box_file_is_one_sentence(folder, verb, name):
    content, sentence = BROKEN[name]
    boxes = write(folder, content, whole=name in WITH_HEAD)
    error = run(verb, folder, boxes).exception
    assert isinstance(error, RequestError)
    assert str(error).startswith(str(boxes))
    assert sentence in str(error)
    assert error.advice
    assert not (folder / "out").exists()


@pytest.mark.parametrize("verb", ["evaluate-detector", "collect"])
@pytest.mark.parametrize(("name", "why"), [("absent.csv", "No such file"), (".", "directory")])
def test_a_box_file_that_can_not_be_opened_is_one_sentence(folder, verb, name, why):
    error = run(verb, folder, folder / name).exception
    assert isinstance(error, RequestError)
    assert "can't be read" in str(error)
    assert why in str(error)
    assert error.advice


def test_pictures_that_are_not_there_are_said(folder):
    done = run("evaluate-detector", folder, write(folder, b"x/a.png,1,2,3,4,Hiei\n"))
    assert isinstance(done.exception, RequestError)
    assert "no picture that" in str(done.exception)
    assert "'x/a.png'" in str(done.exception)
    boxes = write(folder, f"{GOOD}c.png,1,2,3,4,Hiei\n".encode())
    done = run("evaluate-detector", folder, boxes)
    assert done.exit_code == 0
    assert "1 pictures are not in" in done.stderr
    assert "'c.png'" in done.stderr


def test_a_folder_without_pictures_is_said(folder):
    (folder / "images" / "a.png").write_bytes(b"torn")
    (folder / "images" / "b.png").unlink()
    done = run("evaluate-detector", folder, write(folder, GOOD.encode()))
    assert isinstance(done.exception, RequestError)
    assert "has no picture that can be read" in str(done.exception)


def test_columns_besides_are_passed_over(folder):
    """As the training's box files have them."""
    head = "score,agree,image,x,y,w,h\n"
    boxes = write(folder, f"{head}0.5,1,a.png,1,2,30,40\n,0,b.png,-3,2.5,30,40\n".encode())
    assert read_boxes(boxes) == [
        LabelledBox(2, "a.png", (1, 2, 30, 40), "", 0.5),
        LabelledBox(3, "b.png", (-3, 2.5, 30, 40), "", 1.0),
    ]
    done = run("evaluate-detector", folder, boxes)
    assert done.exit_code == 0
    error = run("collect", folder, boxes).exception
    assert "has no column 'label'; its first line must be image,x,y,w,h,label" in str(error)


def test_a_file_of_no_rows_has_no_faces(folder):
    boxes = write(folder, b"\xef\xbb\xbf" + HEAD.encode(), whole=True)
    assert read_boxes(boxes, labels=True) == []
    done = CliRunner().invoke(
        cli, ["evaluate-detector", str(folder / "images"), str(boxes), "--json"]
    )
    report = json.loads(done.stdout)
    assert (report["pictures"], report["faces"]) == (2, 0)


def test_boxes_are_put_together_by_picture(folder):
    boxes = write(folder, b"b.png,1,2,3,4,x\na.png,1,2,3,4, y \nb.png,5,6,7,8,z\n")
    found = by_image(read_boxes(boxes, labels=True))
    assert {name: [one.label for one in some] for name, some in found.items()} == {
        "b.png": ["x", "z"],
        "a.png": ["y"],
    }
