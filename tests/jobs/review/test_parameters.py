"""What a request may bring: every route over values that are too large, too long or no values."""

from __future__ import annotations

import random
import re
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from eyecatch.jobs.review.app import make_app, routers
from eyecatch.jobs.review.server import address, listening

HOME = "http://127.0.0.1"

NUMBERS = (
    "0 1 2 7 -1 -0 +1 01 1_000 1e3 1.5 0x1 \u0661 \uff12 \xb2 NaN nan inf -inf "
    "1e17 -1e17 1e308 1e-320 "
    f"{2**31} {2**53 + 1} {2**63 - 1} {2**63} {-(2**63)} {2**64} {10**40} {'9' * 5000}"
).split(" ")

TEXTS = (
    *("", " ", "\0", "a\0b", "\x1b[2J", "\n", "\ud800".encode("utf-8", "surrogatepass")),
    *(b"\xff", "%", "_", "\\", "'", '"', "; drop table episode", "ß", "İ", "\u202eRei", "👩‍👩‍👧"),
    *("/", "//evil.example", "/\r\nx: y", "x" * 201, "%" * 5000, "レ" * 5000, "x" * 20_000),
)

LONGEST = 60_000
"""Letters of a query that the test's client sends."""

FIELDS = ("cluster", "name", "face", "stamp", "back", "nobody", "into", "other", "action")
FIELDS += ("no_face", "somebody", "missed", "t", "x", "y", "w", "h")
FIELDS += ("at", "kind", "start", "stop", "story", "only_here")


def routes(room):
    """(method, path, names of what it takes beside its path) of every route of the page."""
    for router in routers(room):
        for route in router.routes:
            for method in sorted(route.methods):
                yield method, route.path, [one.alias for one in route.dependant.query_params]


def asked(client, method, path, query=None, form=None):
    """The status of an answer; what it says is no traceback and tells no path of ours."""
    answer = client.request(
        method,
        path,
        params=query and urlencode(query),
        content=None if form is None else urlencode(form),
        headers={} if form is None else {"content-type": "application/x-www-form-urlencoded"},
        follow_redirects=False,
    )
    assert answer.status_code < 500, (method, path, query, form)
    assert b"season.db" not in answer.content
    assert b"unnamed.db" not in answer.content
    if answer.status_code == 303:
        assert re.fullmatch("/([^/\\\\].*)?", answer.headers["location"])


def fuzz(client, room, rounds, seed):
    """Ask for every route with values at random."""
    chance = random.Random(seed)
    values = [*NUMBERS, *TEXTS]
    for method, path, names in routes(room):
        for _ in range(rounds):
            row = chance.choice([*NUMBERS, "1", "1"])
            query = [(name, chance.choice(values)) for name in names if chance.random() < 0.8]
            while len(urlencode(query)) > LONGEST:
                query.pop()
            form = None
            if method == "POST":
                some = chance.sample(FIELDS, chance.randrange(1, 6))
                form = [(name, chance.choice(["1", "Rei", *values])) for name in some]
            place = re.sub("{.*?}", row if row.isascii() else "2", path)
            asked(client, method, place, query, form)


def test_no_value_is_a_server_error(page, room, monkeypatch):
    monkeypatch.setattr(room.proxies, "make", lambda *_: None)
    monkeypatch.setattr(room, "look", lambda: None)
    assert len(list(routes(room))) == 50
    fuzz(page, room, 3, seed=20)


@pytest.mark.slow
def test_no_value_is_a_server_error_however_often_it_is_tried(page, room, monkeypatch):
    monkeypatch.setattr(room.proxies, "make", lambda *_: None)
    monkeypatch.setattr(room, "look", lambda: None)
    fuzz(page, room, 80, seed=21)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/episodes/{2**63}", 404),
        (f"/characters/{10**40}", 404),
        (f"/faces/{2**64}.jpg", 404),
        (f"/?number={10**30}", 400),
        ("/episodes/1?t=nan", 400),
        ("/episodes/1/boxes?start=1e17&stop=1e17", 400),
        ("/search?q=a%00b", 400),
        ("/search?q=" + "x" * 60_000, 400),
        ("/search?q=" + "x" * 200, 200),
        ("/episodes/1/boxes?start=-1&stop=1", 200),
        (f"/episodes/{2**63 - 1}", 404),
    ],
)
def test_what_is_out_of_bounds_is_said(page, path, status):
    answer = page.get(path)
    assert answer.status_code == status
    assert "unnamed.db" not in answer.text


@pytest.mark.parametrize("name", ["Rei\0", "x" * 100_000, "Rei\x1b[2J"])
@pytest.mark.parametrize("path", ["/name", "/characters/rename"])
def test_names_out_of_bounds_are_said(page, path, name):
    answer = page.post(path, data={"cluster": 1, "who": name, "name": name})
    assert answer.status_code == 409
    assert len(answer.text) < 20_000


@pytest.mark.parametrize("name", ["Rei \u202eexe.gpj", "Rei\u200f", "\u2066x"])
def test_marks_of_direction_are_shown_and_come_back(page, room, name):
    row = room.index.clusters.waiting()[0]
    page.post("/name", data={"cluster": row.id, "name": name})
    (number,) = [number for number, known in room.index.pages.names() if known == name]
    for path in ("/", f"/characters/{number}", "/unknowns", "/episodes/1"):
        shown = re.sub(r'(value|data-fill)="[^"]*"', "", page.get(path).text)
        assert not re.search("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", shown)
        assert "\\u20" in shown
    boxes = page.get("/episodes/1/boxes?start=0&stop=100").json()
    assert any("\\u20" in one["name"] for one in boxes if one["name"])
    field = re.search(r'name="who" value="([^"]*)"', page.get(f"/characters/{number}").text)
    page.post("/characters/forget", data={"who": field.group(1), "back": "/"})
    assert name not in dict(room.index.pages.names()).values()


@pytest.mark.parametrize("path", ["/", "/episodes/1/video", "/faces/1.jpg", "/unknowns", "/nope"])
def test_head_is_answered_as_get_is(page, path):
    head, get = page.head(path), page.get(path)
    assert head.status_code == get.status_code
    assert head.headers.get("content-type") == get.headers.get("content-type")
    if path.endswith("video"):
        assert head.content == b""
        assert head.headers["content-length"] == str(len(get.content))
        assert head.headers["accept-ranges"] == "bytes"


@pytest.mark.parametrize(
    "token", ["секретный токен", "a&b=c#d?e/f+g%h i", "レイ" * 8, "\u202e" * 12, "x" * 3000]
)
def test_any_token_lets_in_by_the_address_that_is_printed(room, token):
    with listening("127.0.0.1", 0) as listener:
        printed = address(listener, token)
    assert printed.isascii()
    assert " " not in printed
    with TestClient(make_app(room, token), printed.partition("/?")[0]) as visitor:
        assert visitor.get("/").status_code == 401
        assert visitor.get("/?token=секрет").status_code == 401
        assert visitor.get("/", headers={"cookie": b"eyecatch_token=\xff\x00"}).status_code == 401
        answer = visitor.get(printed, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert visitor.get("/").status_code == 200
