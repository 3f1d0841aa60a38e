"""``adapt``: what it is given, what it writes, and what is left after it was refused or stopped."""

from __future__ import annotations

import errno
import json
import multiprocessing as mp
from pathlib import Path

import cv2
import pytest

import eyecatch
from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.detect.detector_file import WEIGHTS, read_detector_file
from eyecatch.core.detect.registry import load, resolve
from eyecatch.core.errors import ModelError, RequestError
from eyecatch.jobs.adapting.pace import AdaptProgress, Pace
from eyecatch.jobs.adapting.work_folder import work_folder


def work_of(out: Path) -> Path:
    return out.with_name(f"{out.name}.adapting")


def test_a_detector_is_written_with_its_card(season, tmp_path, teacher):
    out = tmp_path / "Show.detector"
    seen: list[AdaptProgress] = []
    adapted = eyecatch.adapt([season.folder], out=out, frames=12, listener=seen.append)
    assert adapted.out == out
    assert adapted.refused == ""
    card = read_detector_file(out).card
    assert card == adapted.card
    assert card is not None
    assert card.episodes == tuple(path.name for path in season.episodes)
    assert card.started_from == resolve("cnn").digest
    assert card.frames == adapted.frames == len(teacher.called[0]["moments"]) > 0
    assert (card.faces, card.seed, card.labelled_boxes) == (90, 1, 0)
    assert card.rounds[0]["held_found"] == 18
    assert not work_of(out).exists()
    stages = list(dict.fromkeys(one.stage for one in seen))
    assert stages == ["sample", "look"]
    assert all(one.left >= 0 and one.line() for one in seen)
    assert load(out).detect([]) == []
    assert teacher.called[0]["start"] == WEIGHTS


def test_another_detector_may_be_where_it_begins(season, tmp_path, teacher):
    first, second = tmp_path / "a.detector", tmp_path / "b.detector"
    eyecatch.adapt([season.folder], out=first, frames=8)
    adapted = eyecatch.adapt([season.folder], out=second, frames=8, detector=first)
    assert teacher.called[1]["start"] == first
    assert adapted.card is not None
    assert adapted.card.started_from == resolve(first).digest
    haar = f"{cv2.data.haarcascades}haarcascade_frontalface_default.xml"
    with pytest.raises(RequestError, match="'cascade' can't learn"):
        eyecatch.adapt([], out=tmp_path / "c", detector=DetectorConfig("cascade", haar))


def test_what_is_no_better_is_not_written(season, tmp_path, teacher, run):
    teacher.found = 9
    out = tmp_path / "Show.detector"
    done = run("adapt", season.folder, "--out", out, "--frames", "8", "-q")
    assert done.status == 1
    assert done.err.strip() == (
        f"eyecatch: {out} was not written: of 20 faces it finds 9, and found 15 before."
    )
    assert not out.exists()
    assert not work_of(out).exists()


def test_few_faces_are_told(season, tmp_path, teacher):
    teacher.faces = 0
    adapted = eyecatch.adapt([season.folder], out=tmp_path / "a", frames=8)
    assert "Few drawn faces were found, 0 in" in adapted.notes[0]


@pytest.mark.parametrize(
    "stop", [KeyboardInterrupt(), OSError(errno.ENOSPC, "No space left on device")]
)
def test_a_stopped_adaptation_is_gone_on_with(season, tmp_path, teacher, stop):
    out = tmp_path / "Show.detector"
    teacher.stop = stop
    with pytest.raises((KeyboardInterrupt, RequestError)) as raised:
        eyecatch.adapt([season.folder], out=out, frames=12)
    if isinstance(stop, OSError):
        assert "can't be written (No space left on device); make room" in str(raised.value)
    assert not out.exists()
    kept = {file: file.stat().st_mtime_ns for file in work_of(out).rglob("*.npz")}
    assert kept
    teacher.stop = None
    steps: list[AdaptProgress] = []
    eyecatch.adapt([season.folder], out=out, frames=12, listener=steps.append)
    assert steps[0].done == steps[0].total  # nothing is sampled again
    assert teacher.called[0]["moments"] == teacher.called[1]["moments"]
    assert out.exists()
    assert not work_of(out).exists()


def test_other_settings_begin_anew(season, tmp_path, teacher):
    out = tmp_path / "Show.detector"
    teacher.stop = KeyboardInterrupt()
    for seed in (1, 2):
        with pytest.raises(KeyboardInterrupt):
            eyecatch.adapt([season.folder], out=out, frames=12, seed=seed)
    assert teacher.called[0]["moments"] != teacher.called[1]["moments"]


def hold(out, ready, done):
    with work_folder(out, {}):
        ready.set()
        done.wait()


def test_two_processes_never_make_the_same_file(season, tmp_path, teacher):
    context = mp.get_context("fork")
    ready, done = context.Event(), context.Event()
    other = context.Process(target=hold, args=(tmp_path / "a", ready, done))
    other.start()
    try:
        assert ready.wait(30)
        with pytest.raises(RequestError, match="is being made by another process; wait for it"):
            eyecatch.adapt([season.folder], out=tmp_path / "a", frames=8)
    finally:
        done.set()
        other.join()
    eyecatch.adapt([season.folder], out=tmp_path / "a", frames=8)


def test_a_file_is_replaced_only_if_that_is_asked_for(season, tmp_path, teacher):
    out = tmp_path / "Show.detector"
    out.write_bytes(b"mine")
    with pytest.raises(RequestError, match="exists already; choose another name, or replace it"):
        eyecatch.adapt([season.folder], out=out, frames=8)
    assert teacher.called == []
    assert out.read_bytes() == b"mine"
    assert eyecatch.adapt([season.folder], out=out, frames=8, force=True).out == out


def test_boxes_alone_are_enough(boxed, tmp_path, teacher):
    out = tmp_path / "Show.detector"
    adapted = eyecatch.adapt(out=out, boxes=boxed / "boxes.csv")
    (called,) = teacher.called
    assert [(one.name, len(one.boxes)) for one in called["labelled"]] == [
        ("0.png", 1), ("1.png", 2), ("2.png", 3),
    ]  # fmt: skip
    assert called["moments"] == []
    assert adapted.card is not None
    assert (adapted.card.labelled_pictures, adapted.card.labelled_boxes) == (3, 6)
    assert (adapted.faults, adapted.notes) == ((), ())


def test_pictures_that_are_missing_or_broken_are_told(boxed, tmp_path, teacher, run):
    (boxed / "0.png").unlink()
    (boxed / "1.png").write_bytes(b"no picture")
    out = tmp_path / "Show.detector"
    done = run("adapt", "--boxes", boxed / "boxes.csv", "--out", out, "-q")
    assert done.status == 3
    assert f"{boxed / 'boxes.csv'} names a picture that is not in {boxed}: 0.png." in done.err
    assert f"{boxed} has a picture that is unreadable: 1.png." in done.err
    assert out.exists()  # the rest is learned
    (boxed / "2.png").unlink()
    with pytest.raises(RequestError, match="names 2 pictures that are not in"):
        eyecatch.adapt(out=tmp_path / "other", boxes=boxed / "boxes.csv")


def test_a_picture_is_known_by_whatever_name_it_has_in_the_box_file(boxed, tmp_path, teacher):
    (boxed / "boxes.csv").write_text("image,x,y,w,h\n./0.png,1,1,9,9\n0.png,20,1,9,9\n")
    adapted = eyecatch.adapt(out=tmp_path / "a", boxes=boxed / "boxes.csv")
    assert [(one.name, len(one.boxes)) for one in teacher.called[0]["labelled"]] == [("0.png", 2)]
    assert adapted.faults == ()


def test_a_link_in_the_folder_is_followed(boxed, tmp_path, teacher):
    kept = tmp_path / "kept.png"
    (boxed / "0.png").rename(kept)
    (boxed / "0.png").symlink_to(kept)
    adapted = eyecatch.adapt(out=tmp_path / "a", boxes=boxed / "boxes.csv")
    assert len(teacher.called[0]["labelled"]) == 3
    assert adapted.faults == ()


def test_a_name_that_no_file_can_have_is_a_missing_picture(boxed, tmp_path, teacher):
    with (boxed / "boxes.csv").open("a") as file:
        file.write(f"\n{'a' * 300}.png,1,1,9,9\n")
    adapted = eyecatch.adapt(out=tmp_path / "a", boxes=boxed / "boxes.csv")
    assert len(adapted.faults) == 1
    assert "names a picture that is not in" in adapted.faults[0]


@pytest.mark.parametrize("box", ["160,1,9,9", "1,90,9,9", "-9,1,9,9"])
def test_a_picture_with_a_box_outside_is_told_and_not_learned(boxed, tmp_path, teacher, box):
    (boxed / "boxes.csv").write_text(f"image,x,y,w,h\n0.png,1,1,9,9\n0.png,{box}\n1.png,1,1,9,9")
    adapted = eyecatch.adapt(out=tmp_path / "a", boxes=boxed / "boxes.csv")
    assert [one.name for one in teacher.called[0]["labelled"]] == ["1.png"]
    names = f"{boxed / 'boxes.csv'} names a picture that is"
    assert adapted.faults == (f"{names} passed over for a box that lies outside: 0.png.",)


def test_a_folder_that_cannot_be_written_is_told_otherwise_than_a_full_disk(boxed, teacher):
    with pytest.raises(RequestError, match=r"can't be written .*; write it somewhere else\.$"):
        eyecatch.adapt(out=boxed / "0.png" / "Show.detector", boxes=boxed / "boxes.csv")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("../secret.png,1,1,9,9", "which is not in"),
        ("0.png,1,1,0,9", "has no size"),
        ("", "has no boxes"),
    ],
)
def test_a_box_file_that_makes_no_sense_is_one_sentence(boxed, tmp_path, teacher, line, said):
    (boxed / "boxes.csv").write_text(f"image,x,y,w,h\n{line}")
    with pytest.raises(RequestError, match=said):
        eyecatch.adapt(out=tmp_path / "a", boxes=boxed / "boxes.csv")


def test_bad_files_stop_nothing_and_nothing_else_is_no_show(season, tmp_path, teacher, run):
    bad = tmp_path / "bad.mkv"
    bad.write_bytes(b"no video")
    out = tmp_path / "a.detector"
    done = run("adapt", bad, season.episodes[0], "--out", out, "--frames", "8", "-q")
    assert done.status == 3
    assert f"{bad}: is not a video" in done.err
    assert out.exists()
    with pytest.raises(RequestError, match="is not a video"):
        eyecatch.adapt([bad], out=tmp_path / "b")
    with pytest.raises(RequestError, match="there is no video"):
        eyecatch.adapt([], out=tmp_path / "b")


def test_what_people_said_in_an_index_is_learned(unnamed, evening, tmp_path, teacher):
    eyecatch.name(eyecatch.unknowns(db=unnamed).clusters[0].row.id, "Akari", db=unnamed)
    adapted = eyecatch.adapt([evening.folder], out=tmp_path / "a", frames=8, db=unnamed)
    assert adapted.card is not None
    assert adapted.card.labelled_boxes == teacher.called[0]["said"] > 0
    without = eyecatch.adapt([evening.folder], out=tmp_path / "b", frames=8)
    assert without.card is not None
    assert without.card.labelled_boxes == 0


def test_a_detector_of_another_version_is_refused_before_any_work(season, tmp_path, teacher):
    old = tmp_path / "old.detector"
    old.write_bytes(b"old")
    with pytest.raises(ModelError, match="no file of a detector's weights"):
        eyecatch.adapt([season.folder], out=tmp_path / "a", detector=old)
    assert teacher.called == []
    assert not work_of(tmp_path / "a").exists()


@pytest.mark.parametrize(
    ("keywords", "said"),
    [
        ({"frames": 0}, "0 frames can't be sampled"),
        ({"rounds": 11}, "11 rounds can't be learned"),
        ({"minutes": float("nan")}, "adapt.. takes minutes as a number, not nan"),
        ({"seed": -1}, "-1 is no seed"),
        ({"images": Path("x")}, "images without their boxes"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(tmp_path, keywords, said):
    with pytest.raises(RequestError, match=said):
        eyecatch.adapt([], out=tmp_path / "a", **keywords)


def test_the_card_is_shown(season, tmp_path, teacher, run):
    out = tmp_path / "Show.detector"
    done = run("adapt", season.folder, "--out", out, "--frames", "8", "--json", "-q")
    assert done.status == 0
    card = json.loads(done.out)
    assert "in frames held out it is sure of 18 faces, and was of 16 before" in done.err
    again = run("adapt", "--card", out, "--json")
    assert json.loads(again.out) == card
    table = run("adapt", "--card", out).out
    assert f"episodes: {', '.join(path.name for path in season.episodes)}" in table
    assert "round 1: faces 90, " in table
    none = run("adapt", "--card", WEIGHTS)
    assert none.status == 1
    assert "have no card" in none.err


def test_the_command_says_what_it_lacks(run, tmp_path):
    assert "Missing option '--out'" in run("adapt", "a.mkv").err
    assert "Name episodes, or --boxes" in run("adapt", "--out", tmp_path / "a").err


def test_time_left_falls_to_nothing():
    seen: list[AdaptProgress] = []
    pace = Pace(seen.append, {"sample": 10, "look": 20, "learn": 8}, rounds=2)
    for done in range(11):
        pace.step("sample", done, 10)
    pace.expect("learn", 4, 2)
    for round_ in (1, 2):
        for stage, total in (("look", 10), ("learn", 2)):
            for done in range(total + 1):
                pace.step(stage, done, total, round_)
    left = [one.left for one in seen]
    assert left[0] > left[10] > left[-1] == 0
    assert seen[-1].line() == "round 2/2: learning 2/2"
    assert seen[0].line().startswith("sampling frames 0/10 | ")
