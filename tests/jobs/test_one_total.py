"""The same seconds for a character in an episode, wherever they are asked for."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
from collections import Counter
from contextlib import closing
from xml.etree import ElementTree as ET

import pytest
from starlette.testclient import TestClient

from eyecatch.core.segments.types import FoundSegment
from eyecatch.core.text import clock
from eyecatch.db.index import open_index
from eyecatch.db.tallies import refresh_role_tallies
from eyecatch.jobs.review.app import make_app
from eyecatch.jobs.review.state import AppState

HOME = "http://127.0.0.1"


@pytest.fixture
def cut(unnamed, tmp_path):
    """An index with four names, an opening, and glimpses, with its page."""
    with open_index(unnamed) as index:
        room = AppState(index, tmp_path)
        for row, name in zip(
            index.clusters.waiting(), ["Hiei", "Kurama", "Yusuke", "Botan"], strict=False
        ):
            room.act(lambda index, row=row, name=name: index.actions.name_cluster(row.id, name))
        index.segments.keep_found(
            {k: [FoundSegment(k, "opening", 24, 110, 0.9, 0)] for k in (1, 2)}
        )
        glimpse(unnamed)
        with index.writing() as connection:
            pairs = {(episode, id_) for episode in (1, 2) for id_, _ in index.pages.names()}
            refresh_role_tallies(connection, {1, 2}, pairs)
        with TestClient(make_app(room), HOME) as page:
            yield index, page
        room.close()


def glimpse(db):
    """Cut an appearance of each character in each episode to half a second."""
    with closing(sqlite3.connect(db)) as connection, connection:
        rows = connection.execute(
            """SELECT character_id, episode_id, max(start) FROM appearance WHERE NOT unsure
               GROUP BY 1, 2 HAVING count(*) > 1"""
        ).fetchall()
        assert rows
        for row in rows:
            connection.execute(
                """UPDATE appearance SET stop_pts = start_pts + 500
                   WHERE character_id = ? AND episode_id = ? AND start = ? AND NOT unsure""",
                row,
            )


@pytest.mark.parametrize("everything", [False, True])
def test_all_surfaces_say_the_same_seconds(cut, run, unnamed, everything, tmp_path):
    index, page = cut
    options = ["--with", "all"] if everything else []
    query = "?count=everything" if everything else ""
    names = dict(index.pages.names())

    def told(*words):
        status, out, _ = run(*words, *options, "--db", unnamed)
        assert status == 0
        return out

    found = json.loads(told("find", *names.values(), "--json"))
    seconds = {(one["episode"], *one["characters"]): one["seconds"] for one in found}
    assert sum(one["glimpses"] for one in found)
    assert any(one["left_out"] for one in found) is not everything

    listed = json.loads(told("episodes", "--json"))
    assert seconds == {
        (one["episode"], role["character"]): role["seconds"]
        for one in listed
        for role in one["characters"]
    }
    totals = Counter()
    for (_, name), value in seconds.items():
        totals[name] += value
    characters = json.loads(told("characters", "--json"))
    assert {one["character"]: one["seconds"] for one in characters} == pytest.approx(
        {name: totals[name] for name in names.values()}, abs=0.002
    )
    rows = list(csv.DictReader(io.StringIO(told("export", "appearances", "--format", "csv"))))
    exported = Counter()
    for row in rows:
        exported[row["episode"], row["character"]] += float(row["end"]) - float(row["start"])
    assert exported == pytest.approx(seconds, abs=0.002)

    shown = {key: clock(value) for key, value in seconds.items()}
    told("export", "sheet", "--out", str(tmp_path / "season.svg"))
    parser = ET.XMLParser(target=ET.TreeBuilder(insert_comments=True))
    drawn = ET.parse(tmp_path / "season.svg", parser).getroot()
    texts = [one.text.strip() for one in drawn.iter(ET.Comment)]
    cells = Counter(text for text in texts if re.fullmatch(r"[\d:]+", text))
    assert cells == Counter([*shown.values(), *(clock(it) for it in totals.values())])

    titles = {one.id: (one.title, one.name) for one in index.pages.episodes(0, 99)}
    grid, by_cell = page.get(f"/{query}").text, {}
    for id_, label, cell in re.findall(
        r'href="/episodes/(\d+)\?character=[^"]*" aria-label="([^"]*) in [^"]*: ([\d:]+)"', grid
    ):
        by_cell[titles[int(id_)][1], label] = cell
    assert by_cell == shown
    by_line, by_page = {}, {}
    for id_, (_, file) in titles.items():
        text = page.get(f"/episodes/{id_}{query}").text
        for name, cell in re.findall(r"</svg>([^<]+)</a> <small>([\d:]+)</small>", text):
            by_line[file, name] = cell
    for number, name in names.items():
        text = page.get(f"/characters/{number}{query}").text
        for id_, cell in re.findall(
            r'<li><a href="/episodes/(\d+)[^"]*">[^<]*</a> <span class="quiet">([\d:]+) in', text
        ):
            by_page[titles[int(id_)][1], name] = cell
    assert by_line == by_page == shown
