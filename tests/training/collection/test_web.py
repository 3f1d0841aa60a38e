"""collect --web: fetched by gallery-dl from a server of our own, politely, once."""

from __future__ import annotations

import json
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from eyecatch.core.errors import RequestError
from eyecatch.training.collection.collect import collect
from eyecatch.training.collection.options import Web


class _Handler(SimpleHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append((self.path, self.headers["User-Agent"]))
        if "secret" in self.path:
            self.send_error(403)
        else:
            super().do_GET()

    def log_message(self, *arguments):
        pass


class _Server(ThreadingHTTPServer):
    def __init__(self, folder):
        self.asked = []
        self._folder = folder
        super().__init__(("127.0.0.1", 0), _Handler)

    def finish_request(self, request, client_address):
        _Handler(request, client_address, self, directory=self._folder)

    def url(self, name):
        return f"http://127.0.0.1:{self.server_port}/{name}"


@pytest.fixture(scope="module")
def pictures(tmp_path_factory, still):
    folder = tmp_path_factory.mktemp("www")
    for seed in range(2):
        still(folder / f"{seed}.png", "Akari", seed=seed)
    return folder


@pytest.fixture
def server(pictures, monkeypatch, tmp_path):
    """A server on this machine, and a gallery-dl that nobody has configured but the tests."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    (tmp_path / "home" / "gallery-dl").mkdir(parents=True)
    configure(tmp_path, {"sleep": 0, "sleep-request": 0, "retries": 0})
    with _Server(pictures) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def configure(tmp_path, settings):
    path = tmp_path / "home" / "gallery-dl" / "config.json"
    path.write_text(json.dumps({"extractor": settings}))


def test_what_comes_is_collected_and_not_fetched_again(tmp_path, server, hair, rows):
    out = tmp_path / "out"
    web = Web((server.url("0.png"), server.url("1.png")))
    did = collect([], out, web=web, embed=hair)
    assert did.labels == {"group_001_002faces": 2}
    assert {row["source"].rpartition("__")[2] for row in rows(out)} == {"0.png", "1.png"}
    assert [path for path, _ in server.asked] == ["/0.png", "/1.png"]
    assert collect([], out, web=web, embed=hair).faces == 0
    assert len(server.asked) == 2


def test_it_says_who_asks_unless_the_person_says_otherwise(tmp_path, server, hair):
    collect([], tmp_path / "out", web=Web((server.url("0.png"),)), embed=hair)
    configure(tmp_path, {"sleep": 0, "user-agent": "Somebody"})
    collect([], tmp_path / "other", web=Web((server.url("0.png"),)), embed=hair)
    (_, ours), (_, theirs) = server.asked
    assert ours.startswith("eyecatch/")
    assert theirs == "Somebody"


def test_a_site_that_refuses_costs_nothing_of_the_others(tmp_path, server, hair):
    web = Web((server.url("secret.png"), server.url("0.png")))
    did = collect([], tmp_path / "out", web=web, embed=hair)
    assert (did.faces, did.unread) == (1, 1)
    assert "secret.png could not be fetched ('403 Forbidden'" in did.notes[0]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("secret.png", "403 Forbidden"),
        ("none.png", "404"),
        ("page.html", "gallery-dl knows no site like .*; for the pictures of any page try generic"),
    ],
)
def test_nothing_came_and_why(tmp_path, server, name, sentence):
    with pytest.raises(RequestError, match=sentence):
        collect([], tmp_path / "out", web=Web((server.url(name),)), group=False)
    assert not (tmp_path / "out" / "collected.csv").exists()


def test_without_gallery_dl_it_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "gallery_dl", None)
    with pytest.raises(RequestError, match=r"pip install 'eyecatch\[web\]'"):
        collect([], tmp_path / "out", web=Web(("http://127.0.0.1/0.png",)), group=False)
