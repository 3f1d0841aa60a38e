"""The page without a browser: what it shows, what it does, and what it refuses."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from eyecatch.core.errors import DatabaseError
from eyecatch.core.segments.types import FoundSegment
from eyecatch.core.video.clock import Clock
from eyecatch.core.video.container_layout import Layout, Stream, layout
from eyecatch.core.video.proxy import obstacle
from eyecatch.core.video.types import Video
from eyecatch.db.index import open_index
from eyecatch.db.tallies import refresh_role_tallies
from eyecatch.jobs.review.app import make_app
from eyecatch.jobs.review.auth import HEADERS
from eyecatch.jobs.review.state import AppState

HOME = "http://127.0.0.1"


def largest(room):
    return room.index.clusters.waiting()[0]


def test_every_page_is_there_and_names_no_other_host(page, room):
    row = largest(room)
    room.index.actions.name_cluster(row.id, "Hiei")
    (hiei,) = [number for number, name in room.index.pages.names() if name == "Hiei"]
    other = largest(room).id
    for path in (
        "/", "/unknowns", "/unsure", "/episodes/1", f"/clusters/{other}", f"/clusters/{row.id}",
        f"/characters/{hiei}", "/search?q=hie", "/search",
    ):  # fmt: skip
        answer = page.get(path)
        assert answer.status_code == 200, path
        assert not re.search(r"(src|href|action)=.(https?:)?//", answer.text)
        assert " style=" not in answer.text
        for name, value in HEADERS.items():
            assert answer.headers[name] == value
    for path in (
        f"/static/{name}"
        for name in ("review.css", "review.js", "episode.js", "tags.js", "icon.svg")
    ):
        found = re.findall(r"https?://[^\s\"']+", page.get(path).text)
        assert set(found) <= {"http://www.w3.org/2000/svg"}  # the name of a format


def test_a_name_is_given_and_taken_back(page, room):
    row = largest(room)
    form = {"cluster": row.id, "name": "Hiei", "stamp": row.stamp, "back": "/unknowns"}
    answer = page.post("/name", data=form, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/unknowns")
    assert "Hiei" in page.get("/").text
    assert room.index.queries.find(["Hiei"])
    action = room.index.actions.last().id
    page.post("/undo", data={"action": action, "back": "/"})
    assert "Hiei" not in page.get("/").text


def clusters_on(text):
    return {int(number) for number in re.findall(r'data-cluster="(\d+)"', text)}


def faces_on(text):
    return {int(number) for number in re.findall(r'name="face" value="(\d+)"', text)}


def test_what_is_doubtful_waits_behind_a_link(page, room, blurred):
    first = page.get("/unknowns").text
    link, count = re.search(r'href="([^"]+)">Show the rest \((\d+)\)', first).groups()
    rest = page.get(link).text
    assert blurred in clusters_on(rest)
    assert len(clusters_on(rest)) == int(count)
    assert clusters_on(first) | clusters_on(rest) == {
        row.id for row in room.index.clusters.waiting()
    }
    assert not clusters_on(first) & clusters_on(rest)
    assert f'Unknown <span class="count">{len(clusters_on(first))}</span>' in first
    (back,) = {*re.findall(r'name="back" value="(/unknowns\?[^"]+)"', rest)}
    form = {"cluster": blurred, "name": "Hiei", "back": back.replace("&amp;", "&")}
    after = page.post("/name", data=form).text
    assert blurred not in clusters_on(after)
    assert room.index.queries.find(["Hiei"])


def test_an_unsure_name_of_a_blurred_face_waits_behind_a_link(page, room, blurred, unnamed):
    row = largest(room)
    room.act(lambda index: index.actions.name_cluster(row.id, "Hiei"))
    clear = next(one for one, doubt in room.offers.clusters() if doubt is None)
    faces = {
        number: {face.id for face in room.index.faces.waiting(number)}
        for number in (clear.id, blurred)
    }
    with closing(sqlite3.connect(unnamed)) as connection, connection:
        connection.execute(
            """UPDATE track SET unsure = 1, confidence = .7, decided_by = 'model',
               character_id = (SELECT id FROM character WHERE name = 'Hiei')
               WHERE id IN (SELECT track_id FROM face WHERE cluster_id IN (?, ?))""",
            list(faces),
        )
    first, rest = page.get("/unsure").text, page.get("/unsure?rest=1").text
    assert faces[clear.id] <= faces_on(first)
    assert faces[blurred] <= faces_on(rest)
    assert not faces_on(first) & faces_on(rest)
    assert f"Show the rest ({len(faces_on(rest))})" in first


def test_a_name_from_which_nothing_can_follow_is_not_kept(page, room, monkeypatch):
    def propagate():
        raise DatabaseError("season.db", "the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(room.pipeline, "propagate", propagate)
        row = largest(room)
        answer = page.post("/name", data={"cluster": row.id, "name": "Hiei"})
    assert answer.status_code == 503
    assert "the disk is full" in answer.text
    assert room.index.actions.last() is None
    assert largest(room) == row


def test_html_in_names_is_text(page, room):
    name = "<script>alert('x')</script>\"&"
    page.post("/name", data={"cluster": largest(room).id, "name": name})
    (number,) = [number for number, known in room.index.pages.names() if known == name]
    for path in ("/", "/unknowns", "/episodes/1", f"/characters/{number}", f"/search?q={name}"):
        text = page.get(path).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert" in text
    told = page.post("/name", data={"cluster": 1, "name": "x", "face": "<b>"})
    assert "<b>" not in told.text.partition("<main")[2]


@pytest.mark.parametrize(
    ("path", "form", "told"),
    [
        ("/name", {"cluster": "999", "name": "x"}, "no cluster 999"),
        ("/name", {"cluster": "one", "name": "x"}, "has to be a number"),
        ("/name", {"name": "x"}, "no face was chosen"),
        ("/name", {"cluster": "1", "name": ""}, "has to have letters"),
        ("/name", {"cluster": "1", "name": "x", "stamp": "0-0"}, "has changed since you saw it"),
        ("/undo", {"action": "7"}, "nothing to undo"),
        ("/merge", {"into": "1", "other": "1"}, "with itself"),
        ("/split", {"cluster": "1"}, "leaves some faces"),
    ],
)
def test_what_can_t_be_done_is_said(page, path, form, told):
    answer = page.post(path, data=form)
    assert answer.status_code == 409
    assert told in answer.text.replace("&#39;", "'")


@pytest.mark.parametrize(
    "path",
    ["/nope", "/episodes/99", "/episodes/x", "/characters/99", "/faces/999999.jpg", "/faces/x.jpg"],
)
def test_what_is_not_there_is_a_page_that_says_so(page, path):
    answer = page.get(path)
    assert answer.status_code == 404
    assert "<main" in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/static/../serve.py", "/static/%2e%2e/serve.py", "/static/..%2f..%2findex.py",
        "/episodes/..%2f..%2fetc%2fpasswd/video", "//etc/passwd", "/episodes/1%00/video",
    ],
)  # fmt: skip
def test_no_file_but_indexed_episodes_is_served(page, path):
    assert page.get(path).status_code in {404, 421}


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.1:80", "", "["])
def test_another_name_of_this_machine_is_refused(page, host):
    assert page.get("/", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", ["localhost:8765", "[::1]:8765", "127.0.0.1"])
def test_loopback_may_be_called_in_several_ways(page, host):
    assert page.get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example", "sec-fetch-site": "cross-site"},
        {"origin": "http://127.0.0.1:9", "sec-fetch-site": "same-site"},
        {"origin": "null"},
        {"origin": HOME, "sec-fetch-site": "cross-site"},
        {},
    ],
)
def test_changes_come_from_the_page_alone(room, headers):
    row = largest(room)
    with TestClient(make_app(room), HOME) as stranger:
        answer = stranger.post("/name", data={"cluster": row.id, "name": "x"}, headers=headers)
    assert answer.status_code == 403
    assert room.index.actions.last() is None


def test_pages_to_go_back_to_are_ours(page, room):
    for back in ("//evil.example", "https://evil.example", "/\\evil.example", "/\n/x", ""):
        form = {"cluster": largest(room).id, "name": "Hiei", "back": back}
        answer = page.post("/name", data=form, follow_redirects=False)
        assert answer.headers["location"] == "/"
        room.index.actions.undo()


def test_with_a_token_every_request_brings_it(room):
    with TestClient(make_app(room, "a long secret"), "http://10.0.0.5") as visitor:
        assert visitor.get("/").status_code == 401
        assert visitor.get("/?token=wrong").status_code == 401
        assert visitor.get("/faces/1.jpg").status_code == 401
        answer = visitor.get("/unknowns?token=a%20long%20secret&number=1", follow_redirects=False)
        assert answer.headers["location"] == "/unknowns?number=1"
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "samesite=strict" in cookie.lower()
        assert visitor.get("/").status_code == 200
        assert visitor.post("/undo", data={"action": 1}).status_code == 403


def test_a_form_may_not_be_endless(page):
    assert page.post("/name", data={"name": "x" * (2**20 + 1)}).status_code == 413


def test_videos_come_in_ranges(page, evening):
    whole = evening.episodes[0].read_bytes()
    answer = page.get("/episodes/1/video", headers={"range": "bytes=100-199"})
    assert answer.status_code == 206
    assert answer.content == whole[100:200]
    assert answer.headers["content-range"] == f"bytes 100-199/{len(whole)}"
    assert page.get("/episodes/1/video", headers={"range": "bytes=9999999999-"}).status_code == 416


def test_faces_are_pictures(page, room):
    face = room.index.faces.waiting(largest(room).id)[0].id
    answer = page.get(f"/faces/{face}.jpg")
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.content[:2] == b"\xff\xd8"


def test_boxes_are_those_of_the_index(page, room):
    row = largest(room)
    page.post("/name", data={"cluster": row.id, "name": "Hiei"})
    rows = [one for one in room.index.exports.frames(1) if 2 <= float(one.time) < 4]
    told = page.get("/episodes/1/boxes?start=2&stop=4").json()
    boxes = {
        (track["track"], time, *box)
        for track in told
        for time, box in zip(track["times"], track["boxes"], strict=True)
    }
    assert boxes == {(r.track, round(float(r.time), 4), r.x, r.y, r.w, r.h) for r in rows}
    assert {track["name"] for track in told} == {one.character for one in rows}
    assert page.get("/episodes/1/boxes?start=0&stop=9999").status_code == 400
    assert page.get("/episodes/1/boxes?start=nan&stop=1").status_code in {400, 404}


def test_a_file_that_is_gone_is_said(page, room, evening, tmp_path):
    for path in evening.episodes:
        path.rename(tmp_path / path.name)
    try:
        assert "is not there any more" in page.get("/episodes/1").text
        assert page.get("/episodes/1/video").status_code == 404
    finally:
        for path in evening.episodes:
            (tmp_path / path.name).rename(path)


def test_a_copy_that_browsers_play_is_made(page, room):
    assert room.proxies.path(room.index.episodes.get(1)) is None
    room.index.episodes.set_clock(1, Clock(Fraction(2), None))
    boxes = page.get("/episodes/1/boxes?start=2&stop=4").json()
    assert 'data-shift="2.000000"' in page.get("/episodes/1").text, "the file's own clock is played"
    assert page.get("/episodes/1/proxy").json() == {"ready": False, "share": None, "fault": None}
    page.post("/episodes/1/proxy", data={"back": "/episodes/1"})
    room.proxies.wait()
    made = room.proxies.path(room.index.episodes.get(1))
    assert made is not None
    assert {one.codec for one in layout(made).of("video")} == {"h264"}
    assert "small copy" in page.get("/episodes/1").text
    assert page.get("/episodes/1/video").content == made.read_bytes()
    assert 'data-shift="0.000000"' in page.get("/episodes/1").text, "a copy begins where players do"
    assert page.get("/episodes/1/boxes?start=2&stop=4").json() == boxes
    assert page.get("/episodes/1/proxy").json()["ready"] is True


def stream(kind, codec):
    return Stream(0, kind, codec, frozenset({codec}), False, True, False, "", "")


@pytest.mark.parametrize(
    ("container", "codec", "pixels", "sound", "told"),
    [
        ("mov,mp4,m4a", "h264", "yuv420p", "aac", None),
        ("matroska,webm", "vp9", "yuv420p10le", "opus", None),
        ("avi", "h264", "yuv420p", "mp3", "no browser opens files of the kind avi"),
        ("matroska,webm", "hevc", "yuv420p", "aac", "can't decode hevc"),
        ("matroska,webm", "h264", "yuv420p10le", "aac", "more than 8 bits"),
        ("matroska,webm", "h264", "yuv444p", "aac", "only in yuv420p"),
        ("matroska,webm", "h264", "yuv420p", "ac3", "its sound, ac3"),
    ],
)
def test_why_a_browser_can_t_play_it(container, codec, pixels, sound, told):
    one = Fraction(1)
    video = Video(Path("a"), 0, codec, pixels, 32, 18, 0, one, one / 24, one * 24, None)
    held = Layout(container, (stream("audio", sound),), 0.0)
    why = obstacle(held, video)
    assert (why is None) == (told is None)
    assert told is None or told in why
    assert "crops" in (obstacle(held, replace(video, crop=(0, 8, 0, 8))) or "") or told is not None


def test_an_index_that_is_being_written_can_be_looked_at(page, unnamed):
    with open_index(unnamed) as writer, writer.transaction():
        for path in ("/", "/unknowns", "/episodes/1"):
            assert page.get(path).status_code == 200


def test_an_index_that_is_locked_is_a_sentence(unnamed, tmp_path):
    with open_index(unnamed, patience=0.05) as index:
        room = AppState(index, tmp_path)
        headers = {"origin": HOME, "sec-fetch-site": "same-origin"}
        with (
            open_index(unnamed) as writer,
            writer.transaction(),
            TestClient(make_app(room), HOME, headers=headers) as client,
        ):
            answer = client.post("/name", data={"cluster": 1, "name": "x"})
        assert answer.status_code == 503
        assert "keeps the index locked" in answer.text
        room.close()


def heat(text):
    """The seconds of the grid's cells, as they are shown, by character."""
    rows = re.findall(r'<th scope="row"><a [^>]*>.*?</svg>(.*?)</a>(.*?)</tr>', text, re.DOTALL)
    return {name: re.findall(r'aria-label="[^"]*: ([\d:]+)"', cells) for name, cells in rows}


@pytest.fixture
def named(room):
    """The number of Hiei, whom a person named, in episodes that are recaps from end to end."""
    row = largest(room)
    room.act(lambda index: index.actions.name_cluster(row.id, "Hiei"))
    frames = {
        one.episode.id: len(room.index.chunks.frame_times(one.episode.id).pts)
        for one in room.index.queries.find(["Hiei"], min_seconds=0)
    }
    room.index.segments.keep_found(
        {one: [FoundSegment(one, "recap", 0, stop, 0.9, 0)] for one, stop in frames.items()}
    )
    return next(number for number, name in room.index.pages.names() if name == "Hiei")


def test_everything_counts_if_the_address_says_so(page, named):
    assert "Hiei" not in heat(page.get("/").text)
    everything = page.get("/?count=everything").text
    assert heat(everything)["Hiei"]
    link = f"/characters/{named}?count=everything"
    assert f'href="{link}"' in everything, "it is kept from page to page"
    assert "Nowhere for sure" in page.get(f"/characters/{named}").text
    shown = page.get(link).text
    assert "Nowhere" not in shown
    assert f'name="back" value="{link}"' in shown
    assert re.search(r'href="/[^"]*" aria-current="true">everything', shown.replace("\n", ""))


def test_how_sure_is_said_by_the_address(page, room, unnamed, named):
    with closing(sqlite3.connect(unnamed)) as connection, connection:
        connection.execute("UPDATE appearance SET confidence = .83 WHERE NOT unsure")
    for asked, there in (("0", True), ("0.83", True), ("0.84", False)):
        address = f"?count=everything&confidence={asked}"
        assert ("Hiei" in heat(page.get(f"/{address}").text)) == there
        assert ("Nowhere as sure" not in page.get(f"/characters/{named}{address}").text) == there
    text = page.get("/?confidence=0.83").text
    assert '<option value="0.83" selected>83 %</option>' in text
    both = page.get("/?confidence=0.83&count=everything").text
    assert f'href="/characters/{named}?confidence=0.83&amp;count=everything"' in both
    for wrong in ("confidence=2", "confidence=nan", "confidence=", "count=all"):
        answer = page.get(f"/?{wrong}")
        assert (answer.status_code, "The address has a" in answer.text) == (400, True)


def test_glimpses_are_told(page, room, unnamed, named):
    with closing(sqlite3.connect(unnamed)) as connection, connection:
        connection.execute("DELETE FROM segment")
        connection.execute("UPDATE appearance SET segment = NULL, stop_pts = start_pts + 1")
        pairs = connection.execute("SELECT DISTINCT episode_id, character_id FROM appearance")
        pairs = pairs.fetchall()
    with room.index.writing() as connection:
        refresh_role_tallies(connection, {episode for episode, _ in pairs}, pairs)
    many = room.index.queries.find(["Hiei"]).glimpses
    assert many
    for path in ("/", f"/characters/{named}"):
        assert re.search(f"Not counted: {many} glimpses? of less than", page.get(path).text)


def test_the_season_and_the_head_say_the_same_number_of_clusters(page, blurred):
    text = page.get("/").text
    (head,) = re.findall(r'Unknown <span class="count">(\d+)</span>', text)
    (button,) = re.findall(r"Name the unknown: (\d+) cluster", text)
    assert head == button
