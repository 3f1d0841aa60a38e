"""The scripts of examples/, run as their docstrings say."""

from __future__ import annotations

import csv
import io
import runpy
import shutil
import subprocess
import sys

import cv2
import pytest

import eyecatch
from eyecatch.core.synthetic.portraits import draw_faces


@pytest.fixture
def script(root):
    """Runs a script of examples/ in a process of its own, which is how cron runs it."""

    def script(name, *words):
        return subprocess.run(
            [sys.executable, root / "examples" / name, *map(str, words)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    return script


@pytest.fixture
def example(root):
    """The main function of a script: TensorFlow need not be loaded again for it."""

    def example(name):
        return runpy.run_path(str(root / "examples" / name))["main"]

    return example


def test_every_example_is_in_the_readme_and_tells_how_to_run_it(root):
    readme = (root / "README.md").read_text("utf-8")
    found = sorted((root / "examples").glob("*.py"))
    assert len(found) == 3
    for file in found:
        assert f"examples/{file.name}" in readme
        assert f"examples/{file.name} " in file.read_text("utf-8")


def test_index_and_ask(example, capsys, season, bundle, indexed, db):
    known = eyecatch.characters(db=indexed)[0].name
    asked = [str(season.folder), known.lower(), "--model", str(bundle), "--db", db]
    example("index_and_ask.py")(asked)
    told = capsys.readouterr().out
    for summary in eyecatch.episodes(db=indexed):
        cast = ", ".join(role.character for role in summary.cast)
        assert f"{summary.episode.video.path.name}: {cast}\n" in told
    for found in eyecatch.find([known], db=indexed):
        first = f"{known} in {found.episode.video.path.name}\n  {float(found.first):7.1f} s to "
        assert first in told


def test_enrol_and_identify(example, season, tmp_path):
    people, stills, out = tmp_path / "people", tmp_path / "stills", tmp_path / "stills.csv"
    names = {folder.name for folder in draw_faces(people, per_character=3)}
    stills.mkdir()
    video = cv2.VideoCapture(str(season.episodes[0]))
    for number in range(0, 144, 24):
        video.set(cv2.CAP_PROP_POS_FRAMES, number)
        cv2.imwrite(str(stills / f"{number}.png"), video.read()[1])
    (stills / "broken.png").write_text("no picture")
    example("enrol_and_identify.py")([str(people), str(stills), "--out", str(out)])
    rows = list(csv.DictReader(io.StringIO(out.read_text("utf-8"))))
    assert rows
    assert {row["character"] for row in rows} <= names | {"unknown"}
    assert {row["character"] for row in rows} & names
    assert all(int(row["w"]) > 0 and 0 <= float(row["confidence"]) <= 1 for row in rows)


def test_nightly_indexes_what_is_new_and_ends_with_a_status(script, season, tmp_path):
    videos = tmp_path / "videos"
    videos.mkdir()
    shutil.copy(season.episodes[0], videos)
    done = script("nightly.py", videos)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert "episodes: 1, faults: 0" in (videos / "eyecatch.log").read_text()
    (videos / "broken.mkv").write_text("no video")
    done = script("nightly.py", videos)
    assert done.returncode == 3
    assert "broken.mkv" in done.stderr
    assert "broken.mkv" in (videos / "eyecatch.log").read_text()
    assert [one.episode.video.path for one in eyecatch.episodes(db=str(videos / "eyecatch.db"))]
    done = script("nightly.py", videos, "--model", tmp_path / "none.bundle")
    assert done.returncode == 1
    assert "none.bundle" in done.stderr
