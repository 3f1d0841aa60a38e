"""The split: near duplicates stay together."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from eyecatch.core.crops import encode, resize
from eyecatch.training.classifier.config import Settings
from eyecatch.training.classifier.dataset import hold_out
from eyecatch.training.dataset import Faces, read_faces
from eyecatch.training.near_duplicates import (
    difference_hashes,
    duplicates_across_characters,
    group_duplicates,
)


def smooth(seed):
    noise = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    return cv2.resize(noise, (200, 200), interpolation=cv2.INTER_CUBIC)


def poor(picture):
    content = cv2.imencode(".jpg", cv2.convertScaleAbs(picture, alpha=0.9), [1, 40])[1]
    return cv2.imdecode(content, cv2.IMREAD_COLOR)


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    """Twenty pictures of two characters, each also saved again, darker and poorly."""
    folder = tmp_path_factory.mktemp("doubled")
    for k in range(40):
        place = folder / "ab"[k % 2]
        place.mkdir(exist_ok=True)
        cv2.imwrite(str(place / f"{k}.png"), smooth(k))
        cv2.imwrite(str(place / f"{k}-again.jpg"), poor(smooth(k)))
    return read_faces(folder)


def test_a_picture_saved_again_has_nearly_the_same_hash():
    first, again, other = difference_hashes(
        [encode(resize(p)) for p in (smooth(1), poor(smooth(1)), smooth(2))]
    )
    assert np.bitwise_count(first ^ again) <= 4
    assert np.bitwise_count(first ^ other) > 15


def test_groups_are_chains():
    prints = np.array([0b0, 0b111, 0b111111, 2**60 - 1], np.uint64)
    assert group_duplicates(prints, 3).tolist() == [0, 0, 0, 3]
    assert len(set(group_duplicates(prints, 2).tolist())) == 4
    assert group_duplicates(prints[[0, 2, 1]], 3).tolist() == [0, 0, 0]


def test_near_duplicates_stand_on_one_side(people):
    held = hold_out(people, difference_hashes(people.crops), Settings())
    sides = {}
    for path, is_held in zip(people.paths, held, strict=True):
        sides.setdefault((path.parent, path.stem.removesuffix("-again")), set()).add(bool(is_held))
    assert all(len(side) == 1 for side in sides.values())
    labels = np.array(people.labels)
    assert [int(held[labels == k].sum()) for k in (0, 1)] == [4, 4]  # of 40: .12, in pairs


def test_the_split_is_the_seeds(people):
    prints = difference_hashes(people.crops)
    first = hold_out(people, prints, Settings())
    assert np.array_equal(first, hold_out(people, prints, Settings()))
    assert not np.array_equal(first, hold_out(people, prints, Settings(seed=5)))


def test_few_pictures_are_all_trained_on(people):
    few = replace(people, crops=people.crops[:4], labels=people.labels[:4], paths=people.paths[:4])
    assert not hold_out(few, difference_hashes(few.crops), Settings()).any()


def test_the_same_picture_under_two_names_is_said_with_both(people):
    crop = people.crops[0]
    twice = Faces(("Hiei", "Kurama"), (crop, crop), (0, 1), people.paths[:2], ())
    (note,) = duplicates_across_characters(twice, difference_hashes(twice.crops))
    assert "'Hiei'" in note
    assert "'Kurama'" in note
    assert str(people.paths[1]) in note


def test_a_picture_saved_again_is_the_same(people):
    again = cv2.imdecode(np.frombuffer(people.crops[0], np.uint8), cv2.IMREAD_COLOR)
    again = cv2.imencode(".jpg", cv2.resize(again, (96, 96)), [1, 60])[1]
    crop = encode(resize(cv2.imdecode(again, cv2.IMREAD_COLOR)))
    twice = Faces(("Hiei", None), (people.crops[0], crop), (0, 1), people.paths[:2], ())
    (note,) = duplicates_across_characters(twice, difference_hashes(twice.crops))
    assert "'Hiei' and 'unknown'" in note


def test_pictures_of_one_colour_are_not_the_same(people):
    crops = tuple(encode(np.full((128, 128, 3), grey, np.uint8)) for grey in (20, 200))
    flat = Faces(("Hiei", "Kurama"), crops, (0, 1), people.paths[:2], ())
    assert duplicates_across_characters(flat, difference_hashes(flat.crops)) == []
    assert duplicates_across_characters(people, difference_hashes(people.crops)) == []
