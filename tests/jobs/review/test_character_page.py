"""Characters on the page: their pictures, and what is done with them."""

from __future__ import annotations

import re

import pytest


@pytest.fixture
def hiei(room):
    """The largest cluster's name and number."""
    row = room.index.clusters.waiting()[0]
    room.act(lambda index: index.actions.name_cluster(row.id, "Hiei"))
    return next(key for key, name in room.index.pages.names() if name == "Hiei")


def picture_on(text, character):
    (address,) = {*re.findall(rf'src="(/covers/{character}\.jpg\?v=\d+)"', text)}
    return address


def test_a_character_has_one_picture_everywhere_and_a_person_chooses_it(page, room, hiei):
    first = {
        picture_on(page.get(path).text, hiei)
        for path in ("/", "/search?q=hiei", f"/characters/{hiei}")
    }
    assert len(first) == 1
    shown = page.get(first.pop())
    assert shown.headers["content-type"] == "image/jpeg"
    others = [
        one
        for one in room.index.faces.of_character("Hiei")
        if page.get(f"/faces/{one.id}.jpg").content != shown.content
    ]
    room.act(lambda index: index.character_edits.set_cover("Hiei", others[0].id))
    now = picture_on(page.get("/").text, hiei)
    assert page.get(now).content == page.get(f"/faces/{others[0].id}.jpg").content
    room.act(lambda index: index.actions.deny([others[0].id]))  # it is not Hiei at all
    assert page.get(now).content == shown.content
    assert page.get("/covers/999.jpg").headers["content-type"] == "image/svg+xml"


def send(page, path, **form):
    answer = page.post(f"/characters/{path}", data={"back": "/search?q=hiei"} | form)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_a_character_is_renamed_merged_and_forgotten_on_its_page(page, room, hiei):
    row = room.index.clusters.waiting()[0]
    room.act(lambda index: index.actions.name_cluster(row.id, "Kurama"))
    text = page.get(f"/characters/{hiei}").text
    assert '<option value="Kurama">' in text
    send(page, "rename", who="Hiei", name="Jaganshi")
    send(page, "alias", who="Jaganshi", name="Shorty")
    assert "Also called Hiei, Shorty." in page.get(f"/characters/{hiei}").text
    assert f"/characters/{hiei}" in send(page, "no-alias", who="Jaganshi", name="Shorty")
    send(page, "merge", who="Jaganshi", name="Kurama")
    assert "Kurama" in page.get(f"/characters/{hiei}").text
    assert {name for _, name in room.index.pages.names()} == {"Jaganshi"}
    assert "Nobody and nothing" in send(page, "forget", who="Jaganshi")
    assert room.index.pages.names() == []
    told = page.post("/characters/rename", data={"who": "Jaganshi", "name": "x"})
    assert told.status_code == 409
    assert "no character is called" in told.text
    for _ in range(5):
        page.post("/undo", data={"action": room.index.actions.last().id})
    assert {name for _, name in room.index.pages.names()} == {"Hiei", "Kurama"}
