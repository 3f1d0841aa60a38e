"""The page of an index, without and with a browser."""

from __future__ import annotations

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
