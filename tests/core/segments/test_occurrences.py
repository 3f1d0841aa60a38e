"""What a person marked in one episode is found in the others."""

from __future__ import annotations

import pytest

from eyecatch.core.segments.occurrences import occurrences
from tests.core.segments.films import RATE, film, signature

SONG = film(12, 77)


def test_what_was_marked_is_found_where_it_is_shown_again():
    films = [film(30, 1) + SONG + film(30, 2), film(50, 3), film(8, 4) + SONG + film(60, 5)]
    signatures = [signature(one, seed) for seed, one in enumerate(films)]
    start = round(30 * RATE)
    (found,) = occurrences(signatures, 0, start, start + SONG.frames)
    first = round(8 * RATE)
    assert found == (2, pytest.approx(first, abs=2), pytest.approx(first + SONG.frames, abs=2))


def test_ends_that_a_person_put_elsewhere_are_there_in_the_others_too():
    films = [film(30, 1) + SONG + film(30, 2), film(8, 4) + SONG + film(60, 5)]
    signatures = [signature(one, seed) for seed, one in enumerate(films)]
    start, early = round(30 * RATE), round(3 * RATE)
    (found,) = occurrences(signatures, 0, start + early, start + SONG.frames)
    assert found[1] == pytest.approx(round(8 * RATE) + early, abs=2)


def test_a_story_is_nowhere_else():
    signatures = [signature(film(60, seed), seed) for seed in range(3)]
    assert occurrences(signatures, 1, 100, 400) == []
