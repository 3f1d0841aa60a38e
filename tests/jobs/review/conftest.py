"""The page of an index, without and with a browser."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from starlette.testclient import TestClient

from eyecatch.db.index import open_index
from eyecatch.jobs.review.app import make_app
from eyecatch.jobs.review.state import AppState

HOME = "http://127.0.0.1"


@pytest.fixture
def room(unnamed, tmp_path):
    with open_index(unnamed) as index:
        opened = AppState(index, tmp_path / "proxies")
        opened.pipeline.propagate()
        yield opened
        opened.close()


@pytest.fixture
def page(room):
    """Asks the page as a browser on this machine does; what is sent comes from the page itself."""
    headers = {"origin": HOME, "sec-fetch-site": "same-origin"}
    with TestClient(make_app(room), HOME, headers=headers) as client:
        yield client


@pytest.fixture
def unsure(room, unnamed):
    """Hiei is named, and may be all that waits in the next cluster, a model says; its faces."""
    first, second = room.index.clusters.waiting()[:2]
    room.act(lambda index: index.actions.name_cluster(first.id, "Hiei"))
    faces = [face.id for face in room.index.faces.waiting(second.id)]
    assert len(faces) > 1
    with closing(sqlite3.connect(unnamed)) as connection, connection:
        connection.execute(
            """UPDATE track SET unsure = 1, confidence = .7, decided_by = 'model',
               character_id = (SELECT id FROM character WHERE name = 'Hiei')
               WHERE id IN (SELECT track_id FROM face WHERE cluster_id = ?)""",
            [second.id],
        )
    return faces
