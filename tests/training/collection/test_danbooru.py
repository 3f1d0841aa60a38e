"""collect --danbooru: pictures of one character with one face, in a folder of its tag."""

from __future__ import annotations

import json
import shutil

import pytest

from eyecatch.core.errors import RequestError
from eyecatch.training.collection.collect import collect
from eyecatch.training.collection.danbooru import Post, read_posts
from eyecatch.training.collection.options import Danbooru

AKARI, MIZORE = "akari_(lantern_street)", "mizore_(fate/zero)"


@pytest.fixture(scope="module")
def images(tmp_path_factory, still):
    """Posts 1001 to 1004 are Akari and 2001 to 2003 Mizore, in the dumps' folders and flat."""
    folder = tmp_path_factory.mktemp("images")
    for k in range(4):
        still(folder / f"{k + 1:04}" / f"{1001 + k}.jpg", "Akari", seed=k)
    for k in range(2):
        still(folder / f"{2001 + k}.png", "Mizore", seed=k)
    still(folder / ("ab" * 16 + ".webp"), "Mizore", seed=2)
    still(folder / "3001.jpg", "Akari", "Mizore")
    still(folder / "3002.jpg")
    (folder / "3003.jpg").write_bytes(b"\xff\xd8 torn")
    return folder


def post(number, characters, **more):
    return {"id": number, "tag_string_character": characters, "rating": "g", **more}


POSTS = [
    *(post(1001 + k, AKARI, file_ext="jpg") for k in range(4)),
    *(post(2001 + k, MIZORE, file_ext="png", rating="s") for k in range(2)),
    post(2003, MIZORE, file_ext="webp", md5="ab" * 16, rating="e"),
]


@pytest.fixture
def meta(tmp_path):
    def write(posts):
        lines = [one if isinstance(one, str) else json.dumps(one) for one in posts]
        (tmp_path / "meta.json").write_text("\n".join(lines), "utf-8")
        return tmp_path / "meta.json"

    return write


def folders(out):
    return {path.name: len(list(path.iterdir())) for path in out.iterdir() if path.is_dir()}


def test_a_folder_for_each_tag_and_a_row_for_each_face(tmp_path, images, meta, rows):
    did = collect([], tmp_path / "out", danbooru=Danbooru(meta(POSTS), images))
    assert did.labels == {AKARI: 4, "mizore_(fate_zero)": 3} == folders(tmp_path / "out")
    assert (did.notes, did.unread) == ((), 0)
    table = rows(tmp_path / "out")
    assert {row["source"] for row in table if row["group"] == AKARI} == {
        str(images / f"{k:04}" / f"{1000 + k}.jpg") for k in range(1, 5)
    }


def test_posts_of_the_dumps_of_2020_and_2021(meta):
    tags = [
        {"id": "1", "name": "1boy", "category": "0"},
        {"id": "2", "name": "hiei_(yuu_yuu_hakusho)", "category": "4"},
        {"id": "3", "name": "yuu_yuu_hakusho", "category": "3"},
    ]
    old = {"id": "4560123", "rating": "s", "file_ext": "PNG", "md5": "0f" * 16, "tags": tags}
    new = {"id": 7, "tag_string_character": "kurama hiei", "file_ext": "mp4", "rating": "q"}
    first, second = read_posts(meta([old, "", new]))
    hiei = ("hiei_(yuu_yuu_hakusho)",)
    assert isinstance(first, Post)
    assert (first.id, first.characters, first.rating) == (4560123, hiei, "s")
    assert (first.suffix, first.md5) == (".png", "0f" * 16)
    assert isinstance(second, Post)
    assert second.characters == ("kurama", "hiei")


def test_the_smaller_copies_are_jpegs_whatever_the_post_was(tmp_path, meta):
    (tmp_path / "0123").mkdir()
    small = tmp_path / "0123" / "4560123.jpg"
    small.touch()
    (one,) = read_posts(meta([post(4560123, "x", file_ext="mp4")]))
    assert isinstance(one, Post)
    assert one.find(tmp_path) == small
    assert one.find(tmp_path / "0123") == small
    small.unlink()
    assert one.find(tmp_path) is None


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"characters": ("Akari (lantern street)",)}, {AKARI: 4}),
        ({"ratings": ("s", "e")}, {"mizore_(fate_zero)": 3}),
        ({"most": 2}, {AKARI: 2, "mizore_(fate_zero)": 2}),
        ({"least": 4}, {AKARI: 4}),
    ],
)
def test_what_is_asked_for_and_no_more(tmp_path, images, meta, asked, found):
    did = collect([], tmp_path / "out", danbooru=Danbooru(meta(POSTS), images, **asked))
    assert did.labels == found == folders(tmp_path / "out")


def test_what_can_not_be_taken_is_counted_and_said(tmp_path, images, meta):
    odd = [
        "{broken",
        '["no post"]',
        post("x", AKARI),
        post(3001, AKARI, file_ext="jpg"),  # two faces
        post(3002, AKARI, file_ext="jpg"),  # none
        post(3003, AKARI, file_ext="jpg"),  # no picture
        post(3004, AKARI, file_ext="jpg"),  # missing
        post(3005, AKARI, file_ext="../../etc/passwd"),  # missing, too
        post(2001, "", file_ext="png"),
        post(2001, f"{AKARI} {MIZORE}", file_ext="png"),
    ]
    wanted = Danbooru(meta([*odd, *POSTS]), images, characters=(AKARI, "hiei"))
    did = collect([], tmp_path / "out", danbooru=wanted)
    assert did.labels == {AKARI: 4}
    assert did.unread == 4
    said = "\n".join(did.notes)
    assert [f"meta.json, line {k}: this is no post" in said for k in (1, 2, 3, 4)] == [1, 1, 1, 0]
    for sentence in (
        "3003.jpg",
        "3 lines of the metadata are no posts.",
        "1 pictures can't be read.",
        "2 pictures are missing.",
        "1 pictures show several faces.",
        "1 pictures show no face that is large enough.",
        "No picture of hiei alone was taken.",
    ):
        assert sentence in said


def test_again_it_adds_what_is_new_and_least_counts_what_is_there(tmp_path, images, meta, tree):
    out = tmp_path / "out"
    first = Danbooru(meta(POSTS[:3]), images, least=3)
    assert collect([], out, danbooru=first).labels == {AKARI: 3}
    before = tree(out)
    assert collect([], out, danbooru=first).labels == {}
    assert tree(out) == before
    assert collect([], out, danbooru=Danbooru(meta(POSTS), images, least=4)).labels == {AKARI: 1}


def test_a_missing_file_or_folder_is_said(tmp_path, images, meta):
    with pytest.raises(RequestError, match=r"none.json can't be read"):
        collect([], tmp_path / "out", danbooru=Danbooru(tmp_path / "none.json", images))
    with pytest.raises(RequestError, match="is no folder"):
        collect([], tmp_path / "out", danbooru=Danbooru(meta(POSTS), tmp_path / "none"))


def test_the_same_face_twice_is_taken_once(tmp_path, images, meta):
    shutil.copytree(images, tmp_path / "images")
    shutil.copy(tmp_path / "images" / "0001" / "1001.jpg", tmp_path / "images" / "9001.jpg")
    posts = [*POSTS[:4], post(9001, AKARI, file_ext="jpg")]
    did = collect([], tmp_path / "out", danbooru=Danbooru(meta(posts), tmp_path / "images"))
    assert did.labels == {AKARI: 4}
