"""Colours of casts: told apart, by those who lack a cone too, and readable where they stand."""

from __future__ import annotations

from itertools import combinations

import pytest

from eyecatch.core.palette import UNKNOWN, Colours, distances, luminance, next_colour


@pytest.fixture(scope="module")
def cast():
    """Forty, as a series gives them one after the other."""
    given: list[str] = []
    for _ in range(40):
        given.append(next_colour(given))
    return given


@pytest.mark.parametrize(
    ("size", "least", "least_without"), [(7, 0.17, 0.073), (20, 0.09, 0.037), (40, 0.056, 0.027)]
)
def test_a_cast_is_told_apart_by_everybody(cast, size, least, least_without):
    pairs = [distances(*pair) for pair in combinations(cast[:size], 2)]
    assert min(most for most, _, _ in pairs) >= least
    assert min(min(red, green) for _, red, green in pairs) >= least_without
    assert min(min(distances(UNKNOWN, one)) for one in cast[:size]) > 0.03


def test_dark_letters_are_read_on_each_and_each_is_seen_on_white_and_on_black(cast):
    ink = luminance("#101018")
    for colour in cast:
        light = luminance(colour)
        assert (light + 0.05) / (ink + 0.05) >= 4.5
        assert (1.0 + 0.05) / (light + 0.05) >= 2
        assert (light + 0.05) / 0.05 >= 4.5


def test_the_next_one_follows_from_those_taken_in_any_order(cast):
    assert next_colour(cast[:9]) == next_colour(cast[8::-1]) == cast[9]
    assert next_colour(["#000000", "#ffffff"]) not in {"#000000", "#ffffff"}


def test_who_has_no_colour_is_unknown():
    assert Colours({"Hiei": "#6cb88c"})["Kurama"] == UNKNOWN == Colours()[None]
