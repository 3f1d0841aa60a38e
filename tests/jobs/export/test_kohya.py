"""``export dataset --format kohya``: read back as sd-scripts reads it."""

from __future__ import annotations

import tomllib
from collections import Counter
from fractions import Fraction
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

import eyecatch
from eyecatch.core.crops import encode
from eyecatch.core.errors import RequestError
from eyecatch.jobs.cli import main
from eyecatch.jobs.export.character_crops import Room, planned
from eyecatch.jobs.export.character_drawings import candidates

RESOLUTION = 512


@pytest.fixture(scope="module")
def made(filled, tmp_path_factory):
    """The set of two small episodes, whose pictures have to be enlarged a lot."""
    out = tmp_path_factory.mktemp("kohya") / "set"
    main(["export", "dataset", "--db", filled.db, "--format", "kohya", "--out", str(out), "-q",
          "--resolution", str(RESOLUTION), "--enlarge", "6", "--max", "12"])  # fmt: skip
    return out


def read(folder):
    """As sd-scripts reads a folder: repeats, pictures and captions by class."""
    found = {}
    for place in sorted(path for path in folder.iterdir() if path.is_dir()):
        repeats, _, name = place.name.partition("_")
        pictures = sorted(place.glob("*.jpg"))
        captions = [path.with_suffix(".txt").read_text().splitlines()[0] for path in pictures]
        assert len(list(place.iterdir())) == 2 * len(pictures)
        found[name] = int(repeats), pictures, captions
    return found


def test_there_is_a_folder_a_character_with_captions(filled, made):
    found = read(made)
    names = {row.label for row in filled.truth if row.episode == "S01E01.mkv"} - {"unknown"}
    assert set(found) == names
    for name, (repeats, pictures, captions) in found.items():
        assert 1 <= len(pictures) <= 12
        assert 1 <= repeats <= 10
        for path, caption in zip(pictures, captions, strict=True):
            tags = caption.split(", ")
            kind = path.stem.rpartition("_")[2]
            said = {"whole": "screenshot", "full": "full height", "bust": "upper body",
                    "head": "portrait"}[kind]  # fmt: skip
            assert tags[0] == name
            assert tags[-1] == said
            assert "Drawn" in tags
            there = filled.named()[int(path.stem.split("_")[1])]
            others = set(tags[1:]) & names
            assert others <= there - {name}
            assert kind != "whole" or others == there - {name}
            assert kind != "head" or "solo" in tags
            assert ("solo" in tags) is not any(tag.endswith(" people") for tag in tags)
            assert not others or f"{len(others) + 1} people" in tags or "people" in caption


def test_sizes_are_those_of_buckets(made):
    for _, pictures, _ in read(made).values():
        for path in pictures:
            height, width, _ = cv2.imread(str(path)).shape
            assert width % 64 == height % 64 == 0
            assert width * height <= RESOLUTION**2
            assert min(width, height) >= 256


def test_the_configuration_says_the_same(made):
    said = tomllib.loads((made / "dataset.toml").read_text())
    assert said["general"]["caption_extension"] == ".txt"
    assert said["general"]["bucket_no_upscale"] is True
    (dataset,) = said["datasets"]
    assert dataset["resolution"] == RESOLUTION
    found = read(made)
    assert len(dataset["subsets"]) == len(found)
    for subset in dataset["subsets"]:
        repeats, pictures, _ = found[subset["class_tokens"]]
        assert subset["num_repeats"] == repeats
        assert subset["image_dir"] == str(pictures[0].parent)


def test_no_whole_picture_is_there_twice(made):
    whole = [path.name for _, some, _ in read(made).values() for path in some
             if path.stem.endswith("whole")]  # fmt: skip
    assert whole
    assert max(Counter(whole).values()) == 1


def test_pictures_are_those_of_their_frames(filled, made):
    whole = next(made.rglob("*whole.jpg"))
    frame = int(whole.stem.split("_")[1])
    video = cv2.VideoCapture(str(filled.folder / "S01E01.mkv"))
    frames = [video.read()[1] for _ in range(frame + 1)]
    cut = frames[frame][:, 10:310]  # 640 x 384 is a little less wide
    wanted = cv2.resize(cut, (64, 36)).astype(int)
    shown = cv2.resize(cv2.imread(str(whole)), (64, 36)).astype(int)
    assert np.abs(wanted - shown).mean() < 3


def test_what_nobody_is_sure_of_is_left_out(filled, tmp_path):
    wish = {"db": filled.db, "format": "kohya", "episodes": "S01E02", "crops": "whole"}
    with pytest.raises(RequestError, match="no face was found"):
        eyecatch.export("dataset", out=tmp_path / "sure", **wish, enlarge=6.0)
    done = eyecatch.export("dataset", out=tmp_path / "unsure", **wish, enlarge=6.0, unsure=True)
    assert done.rows >= 1
    assert all(path.stem.endswith("whole") for path in (tmp_path / "unsure").rglob("*.jpg"))


def test_a_wish_that_is_none_is_told(filled, tmp_path):
    for wrong, told in ({"crops": "foot"}, "no crop"), ({"max": 0}, "more than nothing"), (
        {"resolution": 9}, "too small"
    ):  # fmt: skip
        with pytest.raises(RequestError, match=told):
            eyecatch.export("dataset", db=filled.db, format="kohya", out=tmp_path / "x", **wrong)


ROOM = Room(1920, 1080, Fraction(1), 1024, 1.5)
FACE = (900, 300, 180, 200)


@pytest.mark.parametrize(
    ("kind", "size"),
    [("whole", (1344, 704)), ("full", (832, 1216)), ("bust", (896, 1152)), ("head", (576, 576))],
)
def test_a_crop_goes_round_its_face(kind, size):
    plan = planned(kind, FACE, [], ROOM)
    left, top, width, height = plan.box
    assert plan.size[0] % 64 == plan.size[1] % 64 == 0
    assert plan.size[0] / width == pytest.approx(plan.size[1] / height, rel=0.01), "not distorted"
    assert plan.size[0] <= 1.51 * width
    assert 0 <= left <= 900
    assert left + width >= 1080
    assert top <= 300
    assert top + height >= 500
    assert abs(plan.size[0] - size[0]) <= 64
    assert abs(plan.size[1] - size[1]) <= 64


def test_what_would_be_blurred_or_half_is_no_crop():
    assert planned("head", (900, 300, 60, 70), [], ROOM) is None, "too small"
    assert planned("bust", (900, 800, 180, 200), [], ROOM) is None, "its shoulders are not shown"
    assert planned("head", FACE, [(960, 350, 150, 150)], ROOM) is None, "somebody else is in it"
    assert planned("full", (600, 100, 700, 800), [], ROOM) is None, "a close-up has no full height"
    small = planned("whole", FACE, [], Room(640, 480, Fraction(1), 1024, 1.0))
    assert small.size == (640, 448)


def test_pixels_that_are_not_square_become_so():
    room = Room(720, 480, Fraction(8, 9), 1024, 1.5)
    plan = planned("whole", FACE, [], room)
    assert plan.size[0] / (plan.box[2] * 8 / 9) == pytest.approx(
        plan.size[1] / plan.box[3], rel=0.02
    )


def crop(track, frame, quality, seed):
    noise = np.random.default_rng(seed).integers(0, 255, (8, 8, 3), np.uint8)
    look = cv2.resize(noise, (128, 128), interpolation=cv2.INTER_NEAREST)
    values = {"character": "Rei", "track": track, "frame": frame, "quality": quality}
    return SimpleNamespace(**values, jpeg=encode(look))


def test_episodes_and_tracks_take_turns_and_drawings_come_once():
    """The second episode has few faces, and poor ones; one drawing is shown twice."""
    crops = {
        1: [crop(0, 1, 0.9, 1), crop(0, 2, 0.8, 2), crop(1, 9, 0.7, 3), crop(2, 12, 0.6, 1)],
        2: [crop(0, 5, 0.2, 4)],
    }
    exports = SimpleNamespace(crops=lambda number, *_, **__: iter(crops[number]))
    episodes = [SimpleNamespace(id=number) for number in crops]
    chosen = SimpleNamespace(
        index=SimpleNamespace(exports=exports), episodes=episodes, characters=(), unsure=False
    )
    (found,) = candidates(chosen).values()
    assert [(episode.id, one.frame) for episode, one in found] == [(1, 1), (2, 5), (1, 9), (1, 2)]


def test_pictures_that_fit_into_no_memory_are_refused(tmp_path):
    with pytest.raises(eyecatch.RequestError, match="too large to learn from"):
        eyecatch.export("dataset", format="kohya", out=tmp_path, resolution=99_999)
