"""On the page: what is no face, and a face that was missed, drawn on a frame."""

from __future__ import annotations

import csv

import numpy as np
import pytest

import eyecatch
from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.detections import iou
from eyecatch.db.index import open_index


@pytest.fixture(scope="module")
def free(evening, grouped):
    """(seconds, x, y, w, h, frame) of a box of the first episode in which there is no face."""
    with open_index(grouped, create=False) as index:
        (first, *_) = [status.episode for status in index.summaries.status()]
        frames = [row for row in index.exports.frames(first.id) if row.frame % 24 == 7]
    with evening.truth.open(newline="", encoding="utf-8") as file:
        truth = [row for row in csv.DictReader(file) if row["episode"] == first.name]
    for row in frames:
        boxes = [[float(one[k]) for k in "xywh"] for one in truth if int(one["frame"]) == row.frame]
        boxes += [[one.x, one.y, one.w, one.h] for one in frames if one.frame == row.frame]
        for x, y in ((10, 10), (560, 10), (10, 280), (560, 280), (300, 10)):
            box = np.array([[x, y, 60, 70]], np.float32)
            if not iou(box, np.array(boxes, np.float32)).any():
                return float(row.time), x, y, 60, 70, row.frame
    raise AssertionError("no corner is free in any frame")


def form(free, **other):
    return dict(zip(("t", "x", "y", "w", "h"), free[:5], strict=True)) | other


def test_no_face_is_an_answer_beside_nobody(page, room):
    row = room.index.clusters.waiting()[0]
    for path in ("/unknowns", f"/clusters/{row.id}"):
        assert 'name="no_face"' in page.get(path).text
    before = len(list(room.index.exports.frames()))
    page.post("/name", data={"cluster": row.id, "stamp": row.stamp, "no_face": "1", "name": ""})
    told = "1 face" if row.faces == 1 else f"{row.faces} faces"
    assert room.index.actions.last().message == f"set {told} aside as no face"
    assert row.id not in {one.id for one in room.index.clusters.waiting()}
    assert len(list(room.index.exports.frames())) < before
    checked = room.index.checked_faces.of([1, 2])
    assert {one.is_face for one in checked} == {False}
    page.post("/undo", data={"action": room.index.actions.last().id})
    assert len(list(room.index.exports.frames())) == before


def test_a_missed_face_is_drawn_named_and_found(page, room, free):
    answer = page.post(
        "/episodes/1/faces",
        data=form(free, name="Hotaru", back="/episodes/1?t=1.5"),
        follow_redirects=False,
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/episodes/1?t=1.5")
    (found,) = room.index.queries.find(["Hotaru"], min_seconds=0)
    (span,) = found.ranges
    assert span.start_frame <= free[5] < span.stop_frame
    (row,) = room.index.missed_faces.of(1)
    assert (row.frame, row.box, row.character) == (free[5], free[1:5], "Hotaru")
    shown = page.get("/episodes/1").text
    assert "Drawn by hand" in shown
    assert page.get(f"/faces/{row.face}.jpg").content[:2] == b"\xff\xd8"
    boxes = page.get(f"/episodes/1/boxes?start={free[0]}&stop={free[0] + 0.03}").json()
    assert [list(free[1:5])] in [one["boxes"] for one in boxes if one["name"] == "Hotaru"]
    seen = room.index.faces.embeddings(1, room.pipeline.embedder_id)
    assert (seen.clusters > 0).all(), "it is in a cluster, as others are"
    assert np.linalg.norm(seen.vectors[seen.ids == row.face]) == pytest.approx(1, abs=1e-2)
    page.post("/remove", data={"missed": row.id, "back": "/episodes/1"})
    assert room.index.queries.find(["Hotaru"], min_seconds=0) == []
    page.post("/undo", data={"action": room.index.actions.last().id})
    assert room.index.queries.find(["Hotaru"], min_seconds=0)


def test_somebody_who_is_drawn_waits_for_a_name(page, room, free):
    before = {row.id for row in room.index.clusters.waiting()}
    faces = sum(row.faces for row in room.index.clusters.waiting())
    page.post("/episodes/1/faces", data=form(free, name="", somebody="1"))
    assert room.index.actions.last().message == "drew a face that was missed"
    (row,) = room.index.missed_faces.of(1)
    assert row.character is None
    waiting = room.index.clusters.waiting()
    assert sum(row.faces for row in waiting) == faces + 1
    assert before <= {row.id for row in waiting}


def test_a_drawn_face_is_in_exports_and_outlives_a_scan(
    page, room, free, unnamed, evening, tmp_path
):
    page.post("/episodes/1/faces", data=form(free, name="Hotaru"))
    page.post("/name", data={"cluster": room.index.clusters.waiting()[0].id, "no_face": "1"})
    out = tmp_path / "FACES"
    eyecatch.export("dataset", db=unnamed, form="crops", out=out)
    assert len(list((out / "Hotaru").iterdir())) == 1
    before = room.index.checked_faces.of([1, 2])
    other = DetectorConfig(lines=288)
    report = eyecatch.index([evening.folder], db=unnamed, runner="inline", detector=other)
    assert report.faults == ()
    assert [row.character for row in room.index.missed_faces.of(1)] == ["Hotaru"]
    assert [one for one in room.index.checked_faces.of([1, 2]) if one.drawn] == [
        one for one in before if one.drawn
    ]


@pytest.mark.parametrize(
    ("change", "status", "told"),
    [
        ({"w": "3"}, 409, "smaller than 8 pixels"),
        ({"x": "99999"}, 409, "smaller than 8 pixels"),
        ({"t": "99999"}, 409, "has no frame at that time"),
        ({"t": "nan"}, 409, "has to be a time"),
        ({"t": ""}, 409, "has to be a time"),
        ({"x": "left"}, 409, "has to be a number"),
        ({"name": ""}, 409, "has to have letters"),
    ],
)
def test_what_can_t_be_drawn_is_said(page, room, free, change, status, told):
    answer = page.post("/episodes/1/faces", data=form(free, name="Hotaru") | change)
    assert (answer.status_code, told in answer.text) == (status, True), answer.text
    assert room.index.actions.last() is None
    assert page.post("/episodes/99/faces", data=form(free, name="Hotaru")).status_code == 404
    assert page.post("/remove", data={"missed": 99}).status_code == 409


def test_a_face_that_is_found_is_not_drawn(page, room, free):
    row = next(row for row in room.index.exports.frames(1) if row.frame == free[5])
    taken = form(free, name="Hotaru") | {"x": row.x, "y": row.y, "w": row.w, "h": row.h}
    assert "a box around this face already" in page.post("/episodes/1/faces", data=taken).text
