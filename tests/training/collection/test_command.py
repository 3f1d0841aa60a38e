"""eyecatch collect, as it is typed."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from eyecatch.jobs.cli import cli


@pytest.fixture
def run():
    return lambda *arguments: CliRunner().invoke(cli, ["collect", *map(str, arguments)])


def test_faces_are_written_and_said(tmp_path, stills, run):
    done = run(stills / "two.png", "--out", tmp_path / "out", "--no-group")
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr.endswith(f"Wrote 2 faces into 1 folders of {tmp_path / 'out'}.\n")
    assert len(list((tmp_path / "out" / "faces").iterdir())) == 2


def test_a_file_that_can_not_be_read_is_the_status(tmp_path, stills, run):
    out = ("--out", tmp_path / "out", "--no-group", "--quiet")
    done = run(tmp_path / "none.png", stills / "daichi.webp", *out)
    assert done.exit_code == 3
    first, last = done.stderr.splitlines()
    assert "none.png: there is no such file" in first
    assert "Wrote 1 faces" in last


def test_posts(tmp_path, stills, run):
    post = {"id": 1, "tag_string_character": "daichi", "rating": "g", "md5": "daichi"}
    (tmp_path / "meta.json").write_text(json.dumps(post | {"file_ext": "webp"}))
    posts = ("--danbooru", tmp_path / "meta.json", "--images", stills)
    asked = ("--character", "Daichi", "--rating", "g", "--most", 5, "--least", 1)
    done = run(*posts, *asked, "--out", tmp_path / "out")
    assert (done.exit_code, (tmp_path / "out" / "daichi").is_dir()) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--danbooru", "meta.json"), "--danbooru needs --images"),
        (("--character", "hiei", "a.png"), "go with --danbooru"),
        (("--rating", "x", "a.png"), "'x' is not one of"),
        (("--min-size", "0", "a.png"), "0 is not in the range"),
    ],
)
def test_what_makes_no_sense_is_said(tmp_path, run, arguments, sentence):
    done = run(*arguments, "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert sentence in done.stderr
    assert not (tmp_path / "out").exists()
