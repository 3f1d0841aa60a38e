"""What repeats in seasons that are cut together of random drawings, and what it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from eyecatch.core.segments.repeats import find_repeats
from eyecatch.core.segments.types import EpisodeSignature, PictureHashes
from tests.core.segments.films import Film, film, signature

OPENING, OTHER_OPENING, ENDING = film(15, 9001), film(15, 9002), film(15, 9003)
CARD = film(2.5, 9004, still=True)


def story(number):
    return film(90, number)


def episode(number, *, head=(), opening=OPENING, ending=ENDING, tail=(), card=CARD):
    """An episode and the truth: kind, first frame, and the first after it."""
    parts = [
        *(("recap", part) for part in head),
        ("opening", opening),
        (None, story(number).part(0, 40)),
        ("eyecatch", card),
        (None, story(number).part(40, 50)),
        ("ending", ending),
        *(("preview", part) for part in tail),
    ]
    made, truth = Film(), []
    for kind, part in parts:
        if part is None:
            continue
        start, made = made.frames, made + part
        if kind is None:
            continue
        if truth and truth[-1][0] == kind and truth[-1][2] == start:
            truth[-1] = (kind, truth[-1][1], made.frames)
        else:
            truth.append((kind, start, made.frames))
    return made, truth


def found(films, **how):
    signatures = [signature(one, seed, **how) for seed, one in enumerate(films)]
    return found_in(signatures)


def found_in(signatures):
    repeats = find_repeats(signatures)
    by_episode = [[] for _ in signatures]
    for one in repeats.segments:
        by_episode[one.episode].append((one.kind, one.start, one.stop))
    return [sorted(some, key=lambda one: one[1]) for some in by_episode], repeats


def about(segments):
    """Segments with room for two frames."""
    return [
        (kind, pytest.approx(start, abs=2), pytest.approx(stop, abs=2))
        for kind, start, stop in segments
    ]


def test_openings_endings_and_cards_are_found_to_the_frame():
    made = [episode(number) for number in range(5)]
    segments, _ = found([one for one, _ in made])
    assert segments == [about(truth) for _, truth in made]


def test_a_season_has_two_openings_and_begins_with_recaps_and_ends_with_previews():
    made = [
        episode(
            number,
            head=[story(number - 1).part(at, 3) for at in (12, 50, 71)] if number else (),
            tail=[story(number + 1).part(at, 3) for at in (8, 33)] if number < 5 else (),
            opening=OPENING if number < 3 else OTHER_OPENING,
        )
        for number in range(6)
    ]
    segments, _ = found([one for one, _ in made])
    assert segments == [about(truth) for _, truth in made]


def test_an_episode_that_is_played_faster_has_them_too():
    made = [episode(number) for number in range(5)]
    signatures = [
        signature(one, seed, speed=25 * 1001 / 24000 if seed % 2 else 1.0)
        for seed, (one, _) in enumerate(made)
    ]
    segments, _ = found_in(signatures)
    assert segments == [about(truth) for _, truth in made]


def test_an_opening_that_is_cut_short_or_shown_at_the_end_is_what_it_is_there():
    made = [
        episode(0, opening=None, ending=OPENING),
        *(episode(number) for number in range(1, 5)),
        episode(5, opening=OPENING.part(0, 9)),
    ]
    segments, _ = found([one for one, _ in made])
    assert segments == [about(truth) for _, truth in made]


def test_the_same_episode_twice_is_said_to_be_so():
    made = [episode(number) for number in (0, 1, 1, 2)]
    segments, repeats = found([one for one, _ in made])
    assert repeats.twice == ((1, 2),)
    assert segments == [about(truth) for _, truth in made]


def test_of_one_episode_nothing_is_claimed():
    assert found([episode(0)[0]])[0] == [[]]


def test_two_shows_in_one_folder_are_kept_apart():
    other = film(15, 77), film(15, 78), film(2.5, 79, still=True)
    made = [episode(number) for number in range(4)]
    made += [episode(10 + n, opening=other[0], ending=other[1], card=other[2]) for n in range(4)]
    segments, _ = found([one for one, _ in made])
    assert segments == [about(truth) for _, truth in made]


def test_nothing_is_found_in_darkness():
    dark = Film([(0, 24 * 100)], [])
    assert found([dark, dark, dark])[0] == [[], [], []]


def test_an_opening_with_a_hole_in_it_is_one():
    made = [episode(number) for number in range(5)]
    signatures = [signature(one, seed) for seed, (one, _) in enumerate(made)]
    frames, hashes = signatures[2].pictures.frames, signatures[2].pictures.hashes
    left = (frames < 4 * 24) | (frames >= 7 * 24)  # three seconds of its opening can't be decoded
    signatures[2] = replace(signatures[2], pictures=PictureHashes(frames[left], hashes[left]))
    segments, _ = found_in(signatures)
    assert segments == [about(truth) for _, truth in made]


def test_episodes_without_any_hash_are_passed_over():
    none = PictureHashes(np.zeros(0, np.int32), np.zeros(0, np.uint64))
    made = [episode(number) for number in range(4)]
    signatures = [signature(one, seed) for seed, (one, _) in enumerate(made)]
    bare = EpisodeSignature(np.zeros(1), none, np.zeros(0, np.int32))
    unhashed = EpisodeSignature(signatures[0].times, none, np.zeros(0, np.int32))
    frame = signature(film(0.05, 7))  # shorter than a step of a grid
    segments, _ = found_in([*signatures, unhashed, bare, frame])
    assert segments == [*(about(truth) for _, truth in made), [], [], []]
