"""Episodes, characters and files that are called alike stay apart, in every answer and export."""

import csv
import json
import sqlite3
import subprocess
from collections import Counter
from contextlib import closing

import pytest
import yaml
from imageio_ffmpeg import get_ffmpeg_exe

import eyecatch
from eyecatch.training.dataset import read_faces

RENAME = "UPDATE character SET name = 'unknown', folded = 'unknown' WHERE name = 'somebody'"
NAMES = ("Fate/Zero", "Fate?Zero", "somebody")


@pytest.fixture(scope="module")
def seasons(filled, refill, tmp_path_factory):
    """Two seasons' ``E01.mkv``, and an ``E01.mp4`` beside one; names that are hard on files."""
    folder = tmp_path_factory.mktemp("alike")
    files = [folder / "S1" / "E01.mkv", folder / "S2" / "E01.mkv", folder / "S2" / "E01.mp4"]
    for file in files:
        file.parent.mkdir(exist_ok=True)
        tag = ("-metadata", f"title={file}", "-c", "copy", "-an", file)
        source = filled.folder / "S01E01.mkv"
        subprocess.run((get_ffmpeg_exe(), "-v", "error", "-i", source, *tag), check=True)
    there = sorted(set().union(*filled.named().values()))
    names = dict(zip(there, NAMES, strict=False))
    db = refill(folder / "season.db", *files, names=names)
    with closing(sqlite3.connect(db, isolation_level=None)) as index:  # who fills takes it for None
        index.execute(RENAME)
    return db


TOLD = {"S1/E01.mkv", "S2/E01.mkv", "E01.mp4"}


@pytest.mark.parametrize("form", ["csv", "json"])
@pytest.mark.parametrize("question", ["episodes", "find", "status"])
def test_answers_carry_what_tells_paths_apart(seasons, run, question, form):
    named = [NAMES[0]] if question == "find" else []
    _, said, _ = run(question, *named, "--db", seasons, "--format", form)
    rows = json.loads(said) if form == "json" else list(csv.DictReader(said.splitlines()))
    rows = rows["episodes"] if isinstance(rows, dict) else rows
    assert {row["episode"] for row in rows} == TOLD


@pytest.mark.parametrize("what", ["frames", "appearances"])
def test_tables_too(seasons, tmp_path, what):
    out = tmp_path / "rows.csv"
    eyecatch.export(what, db=seasons, form="csv", out=out)
    rows = list(csv.DictReader(out.read_text("utf-8").splitlines()))
    counts = Counter(row["episode"] for row in rows)
    assert set(counts) == TOLD
    assert len(set(counts.values())) == 1


def test_an_episode_is_asked_for_by_what_answers_call_it(seasons, tmp_path):
    out = tmp_path / "rows.csv"
    eyecatch.export("frames", db=seasons, form="csv", out=out, episodes=["S2/E01.mkv"])
    rows = csv.DictReader(out.read_text("utf-8").splitlines())
    assert {row["episode"] for row in rows} == {"S2/E01.mkv"}


def test_each_has_a_file_of_its_own(seasons, tmp_path):
    done = eyecatch.export("appearances", db=seasons, form="vtt", out=tmp_path / "out")
    assert {file.name for file in done.files} == {"S1_E01.vtt", "S2_E01.vtt", "E01.vtt"}
    assert all(file.is_file() for file in done.files)
    pictures = eyecatch.export("sheet", db=seasons, sheet="faces", out=tmp_path / "faces")
    assert {file.name for file in pictures.files} == {
        "Fate_Zero.png",
        "Fate_Zero (2).png",
        "unknown.png",
    }


def test_a_dataset_holds_all_of_them(seasons, tmp_path):
    out = tmp_path / "coco"
    done = eyecatch.export("dataset", db=seasons, form="coco", out=out, every=10)
    said = json.loads((out / "annotations.json").read_text("utf-8"))
    assert {image["episode"] for image in said["images"]} == TOLD
    files = [out / "images" / image["file_name"] for image in said["images"]]
    assert len({file.resolve() for file in files if file.is_file()}) == done.rows


def test_no_character_is_another_or_nobody(seasons, tmp_path):
    out = tmp_path / "yolo"
    eyecatch.export("dataset", db=seasons, form="yolo", out=out, every=10, episodes=["E01.mp4"])
    classes = yaml.safe_load((out / "data.yaml").read_text("utf-8"))["names"]
    known = [name for name in classes.values() if name.startswith(("Fate", "unknown"))]
    assert known in (
        ["Fate/Zero", "Fate?Zero", "unknown (2)"],
        ["Fate/Zero", "Fate?Zero", "unknown (2)", "unknown"],
    )


def test_crops_train_as_who_they_are(seasons, tmp_path):
    out = tmp_path / "crops"
    done = eyecatch.export("dataset", db=seasons, form="crops", out=out)
    folders = {file.name for file in out.iterdir() if file.is_dir()}
    assert folders == {"Fate_Zero", "Fate_Zero (2)", "unknown (2)"}
    faces = read_faces(out)
    assert faces.names == ("Fate/Zero", "Fate?Zero", "unknown (2)"), "nobody is in none of them"
    assert len(faces.labels) == done.rows
