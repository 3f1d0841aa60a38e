"""A season as it is broadcast, drawn and indexed once."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

import eyecatch
from eyecatch.core.synthetic.broadcast import draw_broadcast
from eyecatch.core.synthetic.programme import PLAIN


@pytest.fixture(scope="session")
def broadcast(tmp_path_factory):
    """Four episodes, each with an opening, a card in its middle, an ending and a preview."""
    options = replace(PLAIN, previews=True)
    folder = tmp_path_factory.mktemp("broadcast")
    return draw_broadcast(folder, episodes=4, seconds=14, size=(192, 108), seed=5, options=options)


@pytest.fixture(scope="session")
def searched(broadcast, tmp_path_factory):
    """The season indexed; not to be written to."""
    db = str(tmp_path_factory.mktemp("searched") / "season.db")
    report = eyecatch.index([broadcast.folder], db=db, runner="inline")
    assert report.faults == ()
    assert any("4 openings, 4 endings, 4 eyecatches" in note for note in report.notes)
    return db


@pytest.fixture
def db(searched, tmp_path):
    """A copy that may be written to."""
    shutil.copy(searched, tmp_path / "season.db")
    return str(tmp_path / "season.db")
