"""Naming that ends: many clusters at once, answers by the batch, and the rest is nobody."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

import pytest


def chosen(room, count):
    """The first clusters, as their ticks send them."""
    return [f"{row.id}:{row.stamp}" for row in room.index.clusters.waiting()[:count]]


def undo(page, room):
    page.post("/undo", data={"action": room.index.actions.last().id})


def test_several_clusters_are_named_and_taken_back_at_once(page, room):
    three = chosen(room, 3)
    assert set(three) <= set(
        re.findall(r'name="chosen" value="([^"]+)"', page.get("/unknowns").text)
    )
    before = [row.stamp for row in room.index.clusters.waiting()]
    page.post("/clusters/name", data={"chosen": three, "name": "Hiei"})
    assert room.index.actions.last().message.endswith("Hiei, of 3 clusters")
    assert not {one.split(":")[0] for one in three} & {
        str(row.id) for row in room.index.clusters.waiting()
    }
    told = page.post("/clusters/name", data={"chosen": three, "name": "Kurama"})
    assert told.status_code == 409
    assert "has changed since you saw it" in told.text
    undo(page, room)
    assert [row.stamp for row in room.index.clusters.waiting()] == before


@pytest.mark.parametrize("field", ["nobody", "no_face"])
def test_several_are_set_aside_at_once(page, room, field):
    two = chosen(room, 2)
    page.post("/clusters/name", data={"chosen": two, field: "1", "name": ""})
    assert "aside as" in room.index.actions.last().message
    assert not set(two) & set(chosen(room, 99))


def test_several_are_merged_at_once(page, room):
    rows = room.index.clusters.waiting()[:3]
    page.post("/clusters/merge", data={"chosen": chosen(room, 3)})
    assert room.index.clusters.get(rows[0].id).faces == sum(row.faces for row in rows)
    told = page.post("/clusters/merge", data={"back": "/"})
    assert "nothing was chosen" in told.text


def test_the_rest_is_nobody_once_that_was_confirmed(page, room, blurred, unsure):
    shown = page.get("/unknowns").text
    assert 'href="/unknowns/nobody"' in shown
    asked = page.get("/unknowns/nobody").text
    rest = room.index.batches.unnamed()
    assert f"Set {rest.faces} faces aside" in asked
    (stamp,) = re.findall(r'name="stamp" value="([^"]+)"', asked)
    assert page.post("/unknowns/nobody", data={"stamp": "1-1"}).status_code == 409
    page.post("/unknowns/nobody", data={"stamp": stamp})
    assert room.index.actions.last().message == f"set {rest.faces} faces aside as nobody"
    left = {
        face.id
        for row in room.index.clusters.waiting()
        for face in room.index.faces.waiting(row.id)
    }
    assert left <= set(unsure), "what has an unsure name is left to be answered"
    assert "unknowns/nobody" not in page.get("/unknowns").text
    undo(page, room)
    assert room.index.batches.unnamed() == rest


def test_unsure_faces_are_answered_by_the_batch(page, room, unsure):
    text = page.get("/unsure").text + page.get("/unsure?rest=1").text
    assert set(re.findall(r'name="asked" value="(\d+)"', text)) >= {str(face) for face in unsure}
    form = {"who": "Hiei", "asked": unsure, "face": unsure[1:]}
    page.post("/answer", data=form)
    named = {face.id: face.decided_by for face in room.index.faces.of_character("Hiei")}
    assert {named.get(face) for face in unsure[1:]} == {"person"}
    assert unsure[0] not in named
    assert room.index.propagation.denials()[0][0] == unsure[0]
    assert "and said that 1 face is not Hiei" in room.index.actions.last().message
    undo(page, room)
    assert room.index.propagation.denials() == []


@pytest.mark.parametrize(
    ("path", "more", "who"),
    [
        ("/deny", {"name": "Kurama"}, "Kurama"),
        ("/deny", {"name": ""}, None),
        ("/name", {"nobody": "1", "name": ""}, None),
    ],
)
def test_an_unsure_face_is_somebody_else_or_nobody(page, room, unsure, path, more, who):
    page.post(path, data={"who": "Hiei", "asked": unsure, "face": unsure[:1]} | more)
    found = {name: room.index.faces.of_character(name) for name in ("Hiei", "Kurama")}
    assert unsure[0] not in {face.id for face in found["Hiei"]}
    assert (unsure[0] in {face.id for face in found["Kurama"]}) == (who == "Kurama")


def test_series_are_named_one_by_one(page, room, unnamed):
    assert 'aria-label="Series"' not in page.get("/unknowns").text
    with closing(sqlite3.connect(unnamed)) as connection, connection:
        connection.execute("INSERT INTO series (id, name) VALUES (7, 'Slayers')")
        connection.execute("UPDATE episode SET series_id = 7 WHERE id = 2")
        connection.execute(
            "UPDATE cluster SET series_id = 7 WHERE id IN (SELECT cluster_id FROM face"
            " GROUP BY cluster_id HAVING min(episode_id) = 2)"
        )
    of = {row.id: row.series_id for row in room.index.clusters.waiting()}
    assert 7 in of.values()
    for number in set(of.values()):
        ids = {
            int(found)
            for rest in ("", "&rest=1")
            for found in re.findall(
                r'data-cluster="(\d+)"', page.get(f"/unknowns?series={number}{rest}").text
            )
        }
        assert ids == {key for key, series in of.items() if series == number}
    assert "Slayers" in page.get("/unknowns").text
    assert room.index.batches.unnamed(7).faces < room.index.batches.unnamed().faces
    assert page.get("/unsure?series=7").status_code == 200
    grid = page.get("/?series=7&confidence=0.5").text
    assert "/episodes/2" in grid
    assert "/episodes/1" not in grid
    assert '<a href="/?series=7&amp;confidence=0.5&amp;count=everything"' in grid
    assert '<input type="hidden" name="series" value="7">' in grid
