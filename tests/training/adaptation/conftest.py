"""A drawn season of two short episodes, for what learns from it."""

from __future__ import annotations

import pytest

from eyecatch.core.synthetic.season import Season, draw_season


@pytest.fixture(scope="session")
def season(tmp_path_factory) -> Season:
    """Two episodes of six seconds; only to be read."""
    folder = tmp_path_factory.mktemp("season")
    return draw_season(folder, episodes=2, seconds=6.0, size=(640, 360))
