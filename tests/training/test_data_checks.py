"""Pictures without a face are said, and odd faces are not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from eyecatch.core.crops import encode, resize
from eyecatch.core.synthetic.cast import CAST
from eyecatch.core.synthetic.portraits import draw_portrait
from eyecatch.training.classifier.data_checks import cosines_with_others, pictures_without_face
from eyecatch.training.dataset import Faces


@pytest.fixture(scope="module")
def people():
    """Four portraits of one, one of another, and a picture of nothing with each."""
    rng = np.random.default_rng(3)
    portraits = [encode(draw_portrait(CAST[0], rng)) for _ in range(4)]
    nothing = encode(resize(np.full((64, 64, 3), (180, 160, 90), np.uint8)))
    crops = (*portraits, nothing, encode(draw_portrait(CAST[1], rng)), nothing)
    paths = tuple(Path(f"{k}.jpg") for k in range(7))
    return Faces(("Akari", "Riku", None), crops, (0, 0, 0, 0, 0, 1, 2), paths, ())


def test_what_is_unlike_and_has_no_face_is_said(people):
    seen = np.zeros((7, 4), np.float32)
    seen[:3, 0] = seen[3, 1] = seen[4, 2] = seen[5:, 3] = 1
    (note,) = pictures_without_face(people, seen)
    assert note.startswith("4.jpg: no face is found in it")


def test_what_is_alike_is_not_looked_at(people):
    alike = np.tile(np.float32([1, 0, 0]), (7, 1))
    alone = Faces(people.names[:1], people.crops[:5], (0,) * 5, people.paths[:5], ())
    assert pictures_without_face(alone, alike[:5]) == []


def test_likeness_is_that_to_the_others():
    seen = np.float32([[1, 0], [1, 0], [0, 1], [0, 1]])
    near = cosines_with_others(seen, np.array([0, 0, 0, 1]))
    assert near == pytest.approx([np.sqrt(0.5), np.sqrt(0.5), 0, -1])
