"""A small season, drawn once, and a classifier trained on its cast."""

from __future__ import annotations

import pytest

from eyecatch.core.drawn.portraits import draw_faces
from eyecatch.core.drawn.season import draw_season
from eyecatch.training.train import train


@pytest.fixture(scope="session")
def season(tmp_path_factory):
    """Two episodes of six seconds: long enough for several shots and keyframes."""
    return draw_season(tmp_path_factory.mktemp("season"), episodes=2, seconds=6.0, size=(640, 360))


@pytest.fixture(scope="session")
def bundle(tmp_path_factory):
    """A classifier of the cast, good enough to be right about most of them."""
    faces = tmp_path_factory.mktemp("faces")
    draw_faces(faces, per_character=32)
    out = tmp_path_factory.mktemp("bundle") / "cast.bundle"
    train(faces, out, epochs=8)
    return out


@pytest.fixture
def db(tmp_path):
    """The URL of an index that is not there yet."""
    return str(tmp_path / "season.db")
