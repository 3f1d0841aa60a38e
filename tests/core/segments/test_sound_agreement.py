"""Sound holds together what pictures tear apart, and silence holds nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from eyecatch.core.segments.alignment import SharedSpan
from eyecatch.core.segments.grid import Grid
from eyecatch.core.segments.sound_agreement import heard
from eyecatch.core.segments.types import SoundHashes
from tests.core.segments.films import RATE, Film, film, signature

SONG_STEP = 0.1238


def sung(seconds, seed):
    random = np.random.default_rng(seed)
    return random.integers(1, 2**32, round(seconds / SONG_STEP), np.uint32)


def grid(shown, sounds):
    sound = SoundHashes(0.0, SONG_STEP, np.concatenate(sounds))
    return Grid.of(replace(signature(shown), sound=sound))


def span(start, stop):
    return SharedSpan(0, 1, start, stop, start, stop, 1.0, 20, 2.0)


@pytest.fixture
def apart():
    """Two spans of one lag, with other pictures in between."""
    return [span(10, 20), span(27, 37)]


@pytest.mark.parametrize(
    ("sounds", "count"),
    [
        (lambda seed: sung(50, 1), 1),
        (lambda seed: sung(50, seed), 2),
        (lambda seed: np.full(404, 627964279, np.uint32), 2),
        (lambda seed: np.zeros(0, np.uint32), 2),
    ],
    ids=["the same song", "other songs", "silence", "no sound"],
)
def test_a_song_goes_on_over_other_pictures(apart, sounds, count):
    a, b = (grid(film(50, seed), [sounds(seed)]) for seed in (11, 12))
    joined = heard(apart, a, b)
    assert len(joined) == count
    if count == 1:
        assert (joined[0].start, joined[0].stop) == (10, 37)


def test_in_the_dark_what_sounds_the_same_belongs_to_it():
    dark = Film([(0, round(5 * RATE))], [])
    a, b = (grid(film(20, seed) + dark + film(20, seed + 5), [sung(45, 1)]) for seed in (1, 2))
    (found,) = heard([span(10, 20)], a, b)
    assert (found.start, found.stop) == (10, pytest.approx(25, abs=0.2))


@pytest.mark.parametrize("count", [1, 5, 16, 17, 40])
def test_a_sound_may_be_short(count):
    sound = SoundHashes(0.0, SONG_STEP, sung(count * SONG_STEP, 1))
    shown = Grid.of(replace(signature(film(10, 1)), sound=sound))
    assert len(shown.sounds) == len(shown.hashes)
