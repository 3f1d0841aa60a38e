"""Names of files: shown, and shortened."""

import os

import pytest

from eyecatch.core.file_names import MOST, fitted, shown
from eyecatch.core.storage import place
from eyecatch.core.video.ffmpeg import compiled, named
from eyecatch.db.models.texts import kept, restored


@pytest.mark.parametrize(
    "name", [b"\x83G\xff.mkv", "か\u3099.mkv".encode(), b"a\nb.mkv", b"50%.mkv"]
)
def test_the_bytes_of_a_path_come_back_from_a_database_and_a_url(name):
    path = "/season/" + os.fsdecode(name)
    kept(path).encode()
    assert os.fsencode(restored(kept(path))) == b"/season/" + name
    assert os.fsencode(place(place(path).as_uri())) == b"/season/" + name
    shown(path).encode()


def test_a_path_that_is_utf_8_is_kept_as_it_is():
    assert kept("/season/50%25 か.mkv") == "/season/50%25 か.mkv"


def test_ffmpeg_gets_the_bytes_of_a_name():
    ffmpeg = pytest.importorskip("ffmpeg")
    path = place("/season/" + os.fsdecode(b"\xe9\xd8\x3d-1.mkv"))
    words = compiled(ffmpeg.input(named(path)).output(named(path), f="matroska"))
    assert [word for word in words if word.startswith("file:")] == [f"file:{path}"] * 2


@pytest.mark.parametrize(
    "letter", ["a", "綾", "👨\u200d👩\u200d👧", "か\u3099", "👍🏽", os.fsdecode(b"\x8d")]
)
@pytest.mark.parametrize("most", range(60, 72))
def test_a_name_is_cut_between_letters(letter, most):
    name = fitted(letter * 100, ".mp4", most)
    assert len(os.fsencode(name)) <= most
    kept_, _, ending = name.partition("~")
    assert kept_ == letter * (len(kept_) // len(letter))
    assert kept_
    assert ending.endswith(".mp4")


def test_names_that_begin_alike_stay_two():
    names = {fitted("長い名前" * 30 + end, ".mkv") for end in ("", "一", "二")}
    assert len(names) == 3
    assert all(len(name.encode()) <= MOST for name in names)


def test_a_short_name_stays():
    assert fitted("綾波レイ", ".mkv") == "綾波レイ.mkv"
