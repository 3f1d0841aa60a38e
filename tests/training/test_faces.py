"""FACES folders as people have them."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from eyecatch.core.crops import decode, encode
from eyecatch.core.errors import RequestError
from eyecatch.training.dataset import read_faces


def test_characters_are_folders_whatever_they_are_called(faces):
    people = read_faces(faces)
    assert people.names == ("Botan", "Hiei", "飛影 'K' 😈")
    assert people.counts == dict.fromkeys(people.names, 12)
    assert [people.paths[k].parent.name for k in (0, 12, 24)] == list(people.names)
    assert decode(people.crops[0]).shape == (128, 128, 3)
    assert people.notes == ()


def test_a_crop_stays_as_it_is_to_the_byte(tmp_path):
    crop = encode(np.random.default_rng(0).integers(0, 256, (128, 128, 3), dtype=np.uint8))
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "1.jpg").write_bytes(crop)
    assert read_faces(tmp_path).crops == (crop,)


def test_giants_are_left_out_and_said(tmp_path, draw, put_giants):
    draw(tmp_path / "Hiei" / "1.png", 1)
    put_giants(tmp_path / "Hiei")
    people = read_faces(tmp_path)
    assert people.counts == {"Hiei": 1}
    assert [note.split(": ")[1][:12] for note in people.notes] == ["has 12000 x ", "has 60,000 M"]


def test_what_is_odd_is_left_out_and_said(tmp_path, draw):
    draw(tmp_path / "Hiei" / "1.png", 1)
    draw(tmp_path / "Hiei" / "deeper" / "2.png", 2)
    draw(tmp_path / "beside.png", 3)
    (tmp_path / "Hiei" / "notes.txt").write_text("handsome")
    (tmp_path / "Hiei" / "broken.jpg").write_bytes(b"\xff\xd8 not really")
    (tmp_path / "Hiei" / "empty.png").touch()
    (tmp_path / "Hiei" / ".DS_Store").touch()
    (tmp_path / "Nobody").mkdir()
    people = read_faces(tmp_path)
    assert people.counts == {"Hiei": 1}
    for word in ("beside.png", "deeper", "notes.txt", "broken.jpg", "empty.png", "Nobody"):
        assert [word in note for note in people.notes].count(True) == 1, word
    assert len(people.notes) == 6
    assert all(note.endswith(".") and "\n" not in note for note in people.notes)


def test_many_odd_files_are_counted(tmp_path, draw):
    draw(tmp_path / "Hiei" / "1.png", 1)
    for k in range(30):
        (tmp_path / "Hiei" / f"{k:02}.txt").touch()
    notes = read_faces(tmp_path).notes
    assert len(notes) == 6
    assert "30 entries in all" in notes[-1]


@pytest.mark.parametrize("pair", [("Hiei", "hiei"), ("Pok\u00e9", "Poke\u0301")])
def test_two_folders_that_look_alike_are_refused_by_name(tmp_path, draw, pair):
    for name in pair:
        draw(tmp_path / name / "1.png", 1)
    if len(list(tmp_path.iterdir())) == 1:
        pytest.skip("this file system takes the two for one")
    with pytest.raises(RequestError) as caught:
        read_faces(tmp_path)
    assert all(repr(name) in str(caught.value) for name in pair)


def test_no_folder_no_folders_no_pictures(tmp_path, draw):
    with pytest.raises(RequestError, match="is no folder"):
        read_faces(tmp_path / "none")
    draw(tmp_path / "1.png", 1)
    with pytest.raises(RequestError, match="has no folders"):
        read_faces(tmp_path)
    (tmp_path / "Hiei").mkdir()
    with pytest.raises(RequestError, match=r"no folder in .* holds a picture"):
        read_faces(tmp_path)


def test_unknown_is_nobody_and_last(tmp_path, faces, draw):
    shutil.copytree(faces, tmp_path, dirs_exist_ok=True)
    draw(tmp_path / "unknown" / "1.png", 1)
    people = read_faces(tmp_path)
    assert people.names[-1] is None
    assert people.characters == ("Botan", "Hiei", "飛影 'K' 😈")
    assert people.labels[-1] == 3


@pytest.mark.parametrize(
    "name", ["Rei\x1b[2J", "L" * 220, "Rei\n2", b"\x83\x8c".decode("utf-8", "surrogateescape"), " "]
)
def test_a_folder_that_no_bundle_could_name_is_refused_before_training(tmp_path, draw, name):
    draw(tmp_path / name / "1.png", 1)
    with pytest.raises(RequestError, match="rename this folder") as refused:
        read_faces(tmp_path)
    assert str(tmp_path) in str(refused.value)


def test_the_longest_name_of_a_folder_is_a_name(tmp_path, draw):
    draw(tmp_path / ("L" * 200) / "1.png", 1)
    assert read_faces(tmp_path).names == ("L" * 200,)


def test_an_exports_folders_have_the_names_that_no_folder_can_have(tmp_path, draw):
    for folder in ("Fate_Zero", "Fate_Zero (2)", "unknown (2)", "unknown"):
        draw(tmp_path / folder / "1.png", 1)
    card = {"folders": {"Fate_Zero": "Fate/Zero", "Fate_Zero (2)": "Fate?Zero", "x": "\n"}}
    (tmp_path / ".eyecatch-export.json").write_text(json.dumps(card))
    assert read_faces(tmp_path).names == ("Fate/Zero", "Fate?Zero", "unknown (2)", None)
    for rubbish in ("", "[]", "{}", '{"folders": 3}', '{"folders": [1]}'):
        (tmp_path / ".eyecatch-export.json").write_text(rubbish)
        assert read_faces(tmp_path).names == ("Fate_Zero", "Fate_Zero (2)", "unknown (2)", None)
