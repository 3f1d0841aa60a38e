"""``export dataset``: pictures pulled exactly from the video, boxes that fit them."""

import contextlib
import io
import json
from collections import Counter

import cv2
import numpy as np
import pytest
import yaml
from pycocotools.coco import COCO

import eyecatch
from eyecatch.core.crops import decode as decode_crop
from eyecatch.core.errors import MediaError, RequestError
from eyecatch.core.video.decode import decode
from eyecatch.core.video.plan import plan
from eyecatch.core.video.probe import probe
from eyecatch.db.index import open_index
from eyecatch.jobs.cli import main


@pytest.fixture(scope="module")
def pictures(filled):
    """All frames of the first episode, reduced."""
    video = probe(filled.folder / "S01E01.mkv")
    return [small(frame.bgr()) for chunk in plan(video).chunks for frame in decode(video, chunk)]


def small(picture):
    return cv2.resize(picture, (64, 36), interpolation=cv2.INTER_AREA).astype(int)


@pytest.fixture(scope="module")
def coco(filled, tmp_path_factory):
    out = tmp_path_factory.mktemp("coco") / "set"
    eyecatch.export("dataset", db=filled.db, form="coco", out=out, every=3, episodes=["S01E01"])
    return out


def load(folder):
    with contextlib.redirect_stdout(io.StringIO()):
        return COCO(str(folder / "annotations.json"))


def test_coco_pictures_are_the_frames_they_say(coco, pictures):
    said = load(coco)
    assert len(said.imgs) > 5
    for image in said.imgs.values():
        picture = cv2.imread(str(coco / "images" / image["file_name"]))
        assert picture.shape == (image["height"], image["width"], 3)
        away = [np.abs(small(picture) - other).mean() for other in pictures]
        # A JPEG is nearly its source; its own frame is the nearest, or one held and equal to it.
        assert away[image["frame"]] <= min(away) + 0.3
        assert away[image["frame"]] < 1


def test_coco_boxes_are_those_of_the_index(filled, coco):
    said = load(coco)
    names = {number: one["name"] for number, one in said.cats.items()}
    boxes = {
        (said.imgs[one["image_id"]]["frame"], names[one["category_id"]], *one["bbox"])
        for one in said.anns.values()
    }
    chosen = {image["frame"] for image in said.imgs.values()}
    true = {
        (t.frame, t.label, *np.rint(t[3:]).astype(int).tolist())
        for t in filled.truth
        if t.episode == "S01E01.mkv" and t.frame in chosen
    }
    assert boxes == true
    assert names[max(names)] == "unknown" or "unknown" not in names.values()


def test_held_frames_are_left_out_and_every_third_drawing_is_taken(filled, coco):
    with open_index(filled.db) as index:
        (episode,) = [
            one.episode for one in index.summaries.episodes() if one.episode.title == "S01E01"
        ]
        drawings = sorted({row.frame for row in index.exports.frames(episode.id) if not row.held})
    assert sorted(image["frame"] for image in load(coco).imgs.values()) == drawings[::3]


def test_yolo_boxes_are_the_same_in_shares_of_the_picture(filled, coco, tmp_path):
    out = tmp_path / "set"
    eyecatch.export("dataset", db=filled.db, form="yolo", out=out, every=3, unsure=True)
    said = yaml.safe_load((out / "data.yaml").read_text())
    assert (said["train"], said["val"]) == (["images/S01E01"], ["images/S01E02"])
    boxes = set()
    for label in (out / "labels" / "S01E01").iterdir():
        assert (out / "images" / "S01E01" / f"{label.stem}.jpg").is_file()
        for line in label.read_text().splitlines():
            number, *shares = line.split()
            x, y, w, h = np.array(shares, float) * (320, 180, 320, 180)
            name = said["names"][int(number)]
            boxes.add(
                (int(label.stem), name, round(x - w / 2), round(y - h / 2), round(w), round(h))
            )
    known = load(coco)
    assert boxes == {
        (known.imgs[a["image_id"]]["frame"], known.cats[a["category_id"]]["name"], *a["bbox"])
        for a in known.anns.values()
    }


def test_only_drawings_with_a_character_but_all_their_faces(filled, tmp_path):
    counts = Counter(row.label for row in filled.truth if row.episode == "S01E01.mkv")
    rare = min((name for name in counts if name != "unknown"), key=counts.__getitem__)
    out = tmp_path / "set"
    wish = {"form": "coco", "out": out, "every": 1, "characters": [rare], "episodes": ["S01E01"]}
    eyecatch.export("dataset", db=filled.db, **wish)
    said = load(out)
    (number,) = said.getCatIds(catNms=[rare])
    assert set(said.getImgIds(catIds=[number])) == set(said.imgs)
    there = {image["frame"] for image in said.imgs.values()}
    assert len(said.anns) == sum(
        row.episode == "S01E01.mkv" and row.frame in there for row in filled.truth
    )


def test_crops_are_in_folders_by_character(filled, tmp_path):
    out = tmp_path / "faces"
    done = eyecatch.export("dataset", db=filled.db, form="crops", out=out, episodes=["S01E01"])
    named = {row.label for row in filled.truth if row.episode == "S01E01.mkv"} - {"unknown"}
    assert {place.name for place in out.iterdir() if place.is_dir()} == named
    crops = list(out.glob("*/*.jpg"))
    assert len(crops) == done.rows
    assert all(decode_crop(crop.read_bytes()).shape == (128, 128, 3) for crop in crops)
    assert all(crop.name.startswith("S01E01_") for crop in crops)


def test_a_folder_of_somebody_elses_is_never_replaced(filled, tmp_path):
    mine = tmp_path / "holiday" / "photo.jpg"
    mine.parent.mkdir()
    mine.write_text("mine")
    wish = {"db": filled.db, "form": "crops", "out": mine.parent}
    for force in (False, True):
        with pytest.raises(RequestError, match="holds files that no export wrote"):
            eyecatch.export("dataset", force=force, **wish)
    assert mine.read_text() == "mine"


def test_a_dataset_is_replaced_when_forced(filled, tmp_path, capfd):
    out = tmp_path / "set"
    command = ["export", "dataset", "--db", filled.db, "--format", "crops", "--out", str(out)]
    main(command)
    (out / "old").mkdir()
    with pytest.raises(SystemExit):
        main(command)
    assert (out / "old").exists()
    main([*command, "--force"])
    assert not (out / "old").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["set"]
    assert "exists already; choose another name, or replace it: --force." in capfd.readouterr().err


def test_an_episode_that_is_gone_leaves_nothing_half_written(filled, tmp_path):
    moved = filled.folder / "S01E02.mkv"
    moved.rename(tmp_path / "away.mkv")
    try:
        wish = {"form": "coco", "out": tmp_path / "set", "unsure": True}
        with pytest.raises(MediaError, match=r"S01E02.mkv: is not there any more"):
            eyecatch.export("dataset", db=filled.db, **wish)
    finally:
        (tmp_path / "away.mkv").rename(moved)
    assert list(tmp_path.iterdir()) == []


def test_nothing_found_is_said(filled, tmp_path):
    with pytest.raises(RequestError, match="no face was found; there is nothing to export"):
        eyecatch.export(
            "dataset",
            db=filled.db,
            out=tmp_path / "set",
            characters=["Mizore"],
            episodes=["S01E02"],
        )
    assert list(tmp_path.iterdir()) == []


def test_the_card_says_how_it_was_made(coco):
    card = json.loads((coco / ".eyecatch-export.json").read_text())
    assert (card["form"], card["every"], len(card["episodes"])) == ("coco", 3, 1)
    assert card["pictures"] == len(load(coco).imgs)
