"""Every face, scene and cell of the page leads to its second; without a browser."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from fractions import Fraction

import pytest

from eyecatch.core.segments.types import FoundSegment
from eyecatch.core.video.clock import Clock
from eyecatch.db.records.answers import Range
from eyecatch.jobs.review import episode_page, pages
from eyecatch.jobs.review.scenes import scene_spans


@pytest.fixture
def hiei(room):
    """The number of a character whom a person named."""
    row = room.index.clusters.waiting()[0]
    room.act(lambda index: index.actions.name_cluster(row.id, "Hiei"))
    return next(number for number, name in room.index.pages.names() if name == "Hiei")


def stands_at(text):
    return float(re.search(r'/video#t=([\d.]+)"', text)[1])


def first(room, episode, **keywords):
    found = room.index.queries.find(["Hiei"], **keywords)
    return next(float(one.first) for one in found if one.episode.id == episode)


def test_a_cell_leads_to_the_first_scene(page, room, hiei):
    grid = page.get("/").text
    links = re.findall(rf'href="(/episodes/(\d+)\?character={hiei})" aria-label="Hiei in', grid)
    assert links
    for link, episode in links:
        assert stands_at(page.get(link).text) == pytest.approx(first(room, int(episode)), abs=0.003)
    (link, episode), *_ = links
    assert stands_at(page.get(f"{link}&t=3.5").text) == pytest.approx(3.502)
    assert stands_at(page.get(f"/episodes/{episode}").text) == pytest.approx(0.002)
    assert page.get(f"/episodes/{episode}?t=nan").status_code == 400
    assert page.get(f"/episodes/{episode}?character=x").status_code == 400


def test_what_counts_decides_which_scene_is_the_first(page, room, hiei):
    found = max(room.index.queries.find(["Hiei"]), key=lambda one: one.screen_time)
    episode, stop = found.episode.id, found.ranges[0].start_frame + 12
    room.index.segments.keep_found({episode: [FoundSegment(episode, "opening", 0, stop, 0.9, 0)]})
    link = f"/episodes/{episode}?character={hiei}"
    story, everything = (
        stands_at(page.get(link + more).text) for more in ("", "&count=everything")
    )
    assert story == pytest.approx(first(room, episode), abs=0.003)
    assert everything == pytest.approx(first(room, episode, with_kinds="all"), abs=0.003)
    assert everything < story
    assert f"{link}&amp;count=everything" in page.get("/?count=everything").text


def test_scenes_are_counted_and_listed_alike(page, room, hiei, monkeypatch):
    text = page.get(f"/characters/{hiei}").text
    for found in room.index.queries.find(["Hiei"]):
        count = len(scene_spans(found.ranges))
        link = f"/episodes/{found.episode.id}?character={hiei}"
        assert re.search(rf'href="{re.escape(link)}#scenes">{count} scenes?</a>', text)
        shown = page.get(link).text
        assert len(re.findall(r'class="scene"', shown)) == count
        assert f'data-total="{count}"' in shown
        starts = re.findall(
            r'class="scene" href="/episodes/\d+\?character=\d+&amp;t=([\d.]+)"', shown
        )
        spans = scene_spans(found.ranges)
        base = found.episode.video.time_base
        assert [float(it) for it in starts] == pytest.approx(
            [float(start * base) for start, _ in spans], abs=0.001
        )
        (picture, *_) = re.findall(r'src="(/episodes/\d+/tracks/\d+\.jpg)"', shown)
        assert page.get(picture).content[:2] == b"\xff\xd8"
    assert page.get("/episodes/1/tracks/99999.jpg").status_code == 404
    everybody = page.get("/episodes/1").text
    monkeypatch.setattr(episode_page, "SCENES", 1)
    (total,) = re.findall(r'data-total="(\d+)"', everybody)
    some = [page.get(f"/episodes/1?number={k + 1}").text for k in range(int(total))]
    assert {text.count('class="scene"') for text in some} == {1}
    assert ('rel="next" data-swaps' in some[-1]) is False
    assert (
        re.search(
            r'href="/episodes/1\?number=2" rel="next" data-swaps', page.get("/episodes/1").text
        )
        or total == "1"
    )


def test_a_scene_goes_on_over_a_glance_at_somebody_else():
    base = Fraction(1, 10)

    def ranges(*spans):
        return [Range(0, 1, start, stop, 0.9, base) for start, stop in spans]

    assert scene_spans(ranges((0, 20), (30, 50), (61, 80))) == [(0, 50), (61, 80)]
    assert scene_spans([]) == []


def test_a_face_leads_to_the_frame_of_its_picture(page, room, unnamed):
    row = room.index.clusters.waiting()[0]
    face = room.index.faces.waiting(row.id)[0]
    for path in ("/unknowns", f"/clusters/{row.id}"):
        assert f'href="/faces/{face.id}"' in page.get(path).text
    with closing(sqlite3.connect(unnamed)) as connection:
        (pts,) = connection.execute(
            """SELECT frame.pts FROM face JOIN tracklet ON tracklet.track_id = face.track_id
               JOIN crop ON crop.tracklet_id = tracklet.id
               JOIN frame ON frame.tracklet_id = tracklet.id AND frame.frame = crop.frame
               WHERE face.id = ? ORDER BY crop.quality DESC, crop.id LIMIT 1""",
            [face.id],
        ).fetchone()
    episode = room.index.episodes.get(face.episode_id)
    answer = page.get(f"/faces/{face.id}", follow_redirects=False)
    path, _, time = answer.headers["location"].partition("?t=")
    assert (answer.status_code, path) == (303, f"/episodes/{face.episode_id}")
    assert float(time) == pytest.approx(float(pts * episode.video.time_base), abs=0.001)
    assert page.get("/faces/999999").status_code == 404


def test_a_part_of_the_episodes_is_not_called_all_of_them(page, monkeypatch):
    assert '<th scope="col" class="sum">All</th>' in page.get("/").text
    monkeypatch.setattr(pages, "EPISODES", 1)
    for number in (1, 2):
        assert '<th scope="col" class="sum">These 1</th>' in page.get(f"/?number={number}").text


def test_a_search_leads_to_first_scenes(page, room, hiei):
    text = page.get("/search?q=hie").text
    for found in room.index.queries.find(["Hiei"]):
        assert f'href="/episodes/{found.episode.id}?character={hiei}"' in text


def test_episodes_are_turned_like_pages(page, room):
    ids = [one.id for one in room.index.pages.episodes(0, 9)]
    assert len(ids) == 2
    first, last = (page.get(f"/episodes/{one}").text for one in ids)
    assert 'rel="prev"' not in first
    assert f'rel="next" data-keeps href="/episodes/{ids[1]}"' in first
    assert f'rel="prev" data-keeps href="/episodes/{ids[0]}"' in last
    assert 'rel="next" data-keeps' not in last


def test_times_are_those_of_players(page, room, hiei):
    """A file's own clock, which browsers show, may be ahead of that."""
    shown = first(room, 1)
    room.index.episodes.set_clock(1, Clock(Fraction(2), None))
    text = page.get(f"/episodes/1?character={hiei}").text
    assert 'data-shift="2.000000"' in text
    assert stands_at(text) == pytest.approx(max(shown, 2) + 0.002, abs=0.003)
