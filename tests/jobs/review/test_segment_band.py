"""Segments on an episode's page, without a browser: shown, changed, added, taken out."""

from __future__ import annotations

import re

import pytest

from eyecatch.core.segments.types import FoundSegment


@pytest.fixture
def shared(room):
    """Two episodes that share an opening of two seconds; the first has a card too."""
    room.index.segments.keep_found(
        {
            1: [
                FoundSegment(0, "opening", 24, 72, 0.9, 0),
                FoundSegment(0, "eyecatch", 200, 224, 0.8, 1),
            ],
            2: [FoundSegment(1, "opening", 48, 96, 0.9, 0)],
        }
    )
    return room.index


def rows(index, episode):
    return [
        (one.kind, one.start_frame, one.stop_frame, one.by) for one in index.segments.of(episode)
    ]


def send(page, **form):
    return page.post(
        "/episodes/1/segments", data={"back": "/episodes/1", **form}, follow_redirects=False
    )


def test_a_band_and_a_form_for_each(page, shared):
    text = page.get("/episodes/1").text
    assert 'aria-label="opening, 0:01 to 0:03, 90%"' in text
    assert "It is in 2 episodes: what you change is changed in all of them." in text
    assert 'name="start" required autocomplete="off" value="0:01.001"' in text
    assert " style=" not in text
    assert "None is known of this episode" not in text
    places = re.findall(r'<rect x="([\d.]+)%" width="([\d.]+)%"', text)
    assert [round(float(x)) for x, _ in places] == [7, 56]


def test_a_form_that_is_sent_as_it_came_changes_no_frame(page, shared):
    send(page, at="200-224", kind="eyecatch", start="0:08.342", stop="0:09.343")
    assert rows(shared, 1)[1] == ("eyecatch", 200, 224, "person")


def test_a_change_holds_in_all_and_is_taken_back(page, room, shared):
    before = rows(shared, 1) + rows(shared, 2)
    answer = send(page, at="24-72", kind="ending", start="0:01.5", stop="0:03.003")
    assert (answer.status_code, answer.headers["location"]) == (303, "/episodes/1")
    assert rows(shared, 1)[0] == ("ending", 36, 72, "person")
    assert rows(shared, 2) == [("ending", 60, 96, "person")]
    assert "set by a person" in page.get("/episodes/2").text
    page.post("/undo", data={"action": room.index.actions.last().id, "back": "/"})
    assert rows(shared, 1) + rows(shared, 2) == before


def test_of_this_episode_alone(page, shared):
    send(page, at="24-72", kind="recap", start="1.001", stop="3.003", only_here="1")
    assert rows(shared, 1)[0] == ("recap", 24, 72, "person")
    assert rows(shared, 2) == [("opening", 48, 96, "model")]
    assert "It is in this episode alone." in page.get("/episodes/1").text


def test_one_is_taken_out_and_another_added(page, shared):
    send(page, at="24-72", kind="opening", start="1.001", stop="3.003", story="1")
    assert "opening" not in [one for one, *_ in rows(shared, 1)]
    send(page, kind="preview", start="12", stop="14.2", only_here="1")
    assert rows(shared, 1)[-1] == ("preview", 288, 340, "person")
    text = page.get("/episodes/1").text
    assert 'aria-label="preview, 0:12 to 0:14, set by a person"' in text
    assert 'aria-label="opening' not in text


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"start": "x"}, "the start can't be: 'x' is no time"),
        ({"stop": "1:00:00"}, "it ends at 0:15"),
        ({"start": "3", "stop": "2"}, "give a start before the stop"),
        ({"kind": "intro"}, "'intro' is no kind of segment"),
        ({"at": "24-71"}, "has changed since you saw it"),
        ({"at": "24"}, "the form names no segment"),
    ],
)
def test_what_can_t_be_is_said_and_nothing_changes(page, shared, form, told):
    before = rows(shared, 1)
    answer = send(page, **({"at": "24-72", "kind": "ending", "start": "1", "stop": "2"} | form))
    assert answer.status_code == 409
    assert told in answer.text.replace("&#39;", "'")
    assert rows(shared, 1) == before


def test_no_episode_is_a_page_that_says_so(page):
    assert page.post("/episodes/99/segments", data={"start": "1"}).status_code == 404
