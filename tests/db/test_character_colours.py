"""Colours of characters: told apart in a series, kept once given, the same where none is kept."""

from __future__ import annotations

from itertools import combinations

import pytest
import sqlalchemy as sa

from eyecatch.core.palette import FIRST, UNKNOWN, distances
from eyecatch.db.models import Character

on_sqlite = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


@pytest.fixture
def stored(index):
    """What the index holds, by name."""

    def read():
        with index.engine.begin() as connection:
            return dict(connection.execute(sa.select(Character.name, Character.colour)).all())

    return read


@pytest.fixture
def forget(index):
    """Makes the index one of before there were colours in it."""

    def forget():
        with index.engine.begin() as connection:
            connection.execute(sa.update(Character).values(colour=None))

    return forget


@pytest.fixture
def cast(index, season):
    """Three who are on screen, all that the bundle knows."""
    season.index(index, "S01E01.mkv", ("Hiei", "Kurama"))
    season.index(index, "S01E02.mkv", ("Hiei", "Yusuke"))
    return index.characters.colours()


def test_those_on_screen_are_told_apart(cast, stored):
    assert cast == stored()
    assert cast["Hiei"] == FIRST, "the one who is on screen first"
    assert cast["Nobody of that name"] == UNKNOWN
    assert min(distances(*pair)[0] for pair in combinations(cast.values(), 2)) > 0.15


@on_sqlite
def test_one_that_is_given_stays_whoever_comes_or_goes(index, season, cast):
    season.decide(index, 1, "Botan")
    after = index.characters.colours()
    assert {name: after[name] for name in cast} == cast
    assert after["Botan"] not in cast.values()
    index.actions.undo()
    season.decide(index, 1, "Koenma")
    assert {name: index.characters.colours()[name] for name in cast} == cast


@on_sqlite
def test_nobody_has_that_of_one_who_may_come_back(index, season, cast):
    index.character_edits.merge("Hiei", ["Kurama"])
    season.decide(index, 2, "Botan")
    index.character_edits.remove_aliases("Hiei", ["Kurama"])
    now = index.characters.colours()
    assert now["Kurama"] == cast["Kurama"]
    assert now["Botan"] not in cast.values()


@on_sqlite
def test_another_series_has_the_best_ones_again(index, season, cast):
    season.index(index, "Slayers 01.mkv", ("Lina", "Hiei"), series="Slayers")
    season.index(index, "Trigun 01.mkv", ("Vash", "Meryl"), series="Trigun")
    now = index.characters.colours()
    assert FIRST in {now["Vash"], now["Meryl"]}
    assert now["Lina"] != now["Hiei"], "who is in both shows is known in both"
    assert now["Lina"] in cast.values()


@on_sqlite
def test_an_index_of_before_shows_those_that_it_will_keep(index, season, cast, forget, stored):
    forget()
    shown = index.characters.colours()
    assert stored()["Hiei"] is None
    season.decide(index, 1, "Hiei")
    assert shown == stored()
