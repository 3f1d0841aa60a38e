"""collect --boxes: exactly those faces."""

from __future__ import annotations

import numpy as np
import pytest

from eyecatch.core.crops import cut, encode
from eyecatch.core.errors import RequestError
from eyecatch.core.images import read_image
from eyecatch.training.collection.collect import collect

HEAD = "image,x,y,w,h,label\n"


@pytest.fixture
def frames(tmp_path, draw):
    for k in range(3):
        draw(tmp_path / "frames" / f"{k}.png", k)
    return tmp_path / "frames"


@pytest.fixture
def boxes(tmp_path):
    def write(text, head=HEAD):
        (tmp_path / "boxes.csv").write_text(head + text, "utf-8")
        return tmp_path / "boxes.csv"

    return write


def test_faces_are_cut_as_everywhere_and_sorted_by_label(tmp_path, frames, boxes):
    rows = boxes("0.png,20,20,40,50,飛影\n0.png,5.5,6,30,30,unknown\n2.png,-10,0,40,40,飛影\n")
    collected = collect([frames], tmp_path / "out", boxes=rows)
    assert collected.labels == {"unknown": 1, "飛影": 2}
    assert collected.faces == 3
    assert collected.notes == ()
    files = sorted(path.relative_to(tmp_path / "out") for path in tmp_path.glob("out/*/*"))
    assert [str(file) for file in files] == [
        "unknown/0-000003.jpg",
        "飛影/0-000002.jpg",
        "飛影/2-000004.jpg",
    ]
    expected = encode(cut(read_image(frames / "0.png"), (20, 20, 40, 50)))
    assert (tmp_path / "out" / files[1]).read_bytes() == expected


def test_single_pictures_and_several_folders(tmp_path, frames, boxes, draw):
    draw(tmp_path / "more" / "9.png", 9)
    rows = boxes("1.png,20,20,40,50,a\n9.png,20,20,40,50,a\n2.png,20,20,40,50,a\n")
    collected = collect([frames / "1.png", tmp_path / "more"], tmp_path / "out", boxes=rows)
    assert collected.faces == 2
    assert collected.notes == (
        "2.png: there is no such picture in the given folders; it is left out.",
    )


def test_what_can_not_be_cut_is_said(tmp_path, frames, boxes):
    (frames / "bad.jpg").write_bytes(b"\xff\xd8 no")
    rows = boxes("0.png,96,0,10,10,a\n0.png,0,-9,9,9,a\nbad.jpg,1,1,5,5,a\n0.png,9,9,9,9,a\n")
    collected = collect([frames], tmp_path / "out", boxes=rows)
    assert collected.labels == {"a": 1}
    assert len(collected.notes) == 3
    assert "line 2 lies outside" in collected.notes[0]
    assert "line 3 lies outside" in collected.notes[1]
    assert "bad.jpg" in collected.notes[2]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("0.png,1,2,3,x,a", "line 2: x, y, w and h must be numbers"),
        ("0.png,1,2,3", "line 2: x, y, w and h must be numbers"),
        ("0.png,1,2,0,5,a", "line 2: the box 1,2,0,5 has no size"),
        ("0.png,1,2,nan,5,a", "has no size"),
        ("0.png,1,2,3,4,../../etc", "can't be a folder's name"),
        ("0.png,1,2,3,4,..", "can't be a folder's name"),
        ("0.png,1,2,3,4,  ", "can't be a folder's name"),
        (",1,2,3,4,a", "there is no image"),
    ],
)
def test_a_line_that_makes_no_sense_stops_before_anything_is_written(
    tmp_path, frames, boxes, row, sentence
):
    with pytest.raises(RequestError, match=sentence):
        collect([frames], tmp_path / "out", boxes=boxes(f"{row}\n"))
    assert not (tmp_path / "out").exists()


def test_an_image_can_not_be_fetched_from_elsewhere(tmp_path, frames, boxes, draw):
    draw(tmp_path / "secret.png", 5)
    collected = collect([frames], tmp_path / "out", boxes=boxes("../secret.png,9,9,9,9,a\n"))
    assert collected.faces == 0


def test_files_that_are_missing_or_in_the_way_are_said(tmp_path, frames, boxes):
    rows = boxes("0.png,1,2,30,40,a\n")
    with pytest.raises(RequestError, match="doesn't exist"):
        collect([tmp_path / "none"], tmp_path / "out", boxes=rows)
    with pytest.raises(RequestError, match="exists and isn't empty"):
        collect([frames], frames, boxes=rows)
    with pytest.raises(RequestError, match="can't be read"):
        collect([frames], tmp_path / "out", boxes=tmp_path / "none.csv")
    with pytest.raises(RequestError, match="has no column 'label'"):
        collect([frames], tmp_path / "out", boxes=boxes("", "image,x,y,w,h\n"))
    (tmp_path / "boxes.csv").write_bytes(np.arange(256, dtype=np.uint8).tobytes())
    with pytest.raises(RequestError, match=r"no CSV file|has no column"):
        collect([frames], tmp_path / "out", boxes=tmp_path / "boxes.csv")


@pytest.mark.parametrize(
    "line",
    [
        f"{'a' * 5000}.png,1,2,30,40,Hiei",  # no file system has such a name
        f"0.png,1,2,{'9' * 24},40,Hiei",  # cutting it would fill the memory
    ],
)
def test_what_no_picture_can_have_is_left_out(tmp_path, frames, boxes, line):
    made = collect([frames], tmp_path / "out", boxes=boxes(f"{line}\n"))
    assert made.labels == {}
    assert len(made.notes) == 1


def test_a_label_too_long_for_a_folder_is_refused(tmp_path, frames, boxes):
    with pytest.raises(RequestError, match=r"line 2: .* can't be a folder's name"):
        collect([frames], tmp_path / "out", boxes=boxes(f"0.png,1,2,30,40,{'飛' * 90}\n"))


def test_empty_fields_at_the_end_are_no_fault(tmp_path, frames, boxes):
    assert collect([frames], tmp_path / "out", boxes=boxes("0.png,9,9,9,9,a,,\n")).labels == {
        "a": 1
    }
