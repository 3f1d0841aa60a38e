"""What people said of segments holds for what is found: there, and of the same elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from eyecatch.core.segments.kinds import ENDING, OPENING, STORY
from eyecatch.core.segments.said import (
    FrameSpan,
    KeptSegment,
    SaidSegment,
    as_said,
    counterpart,
    is_same,
    moved,
    nearest,
    pieces,
)
from eyecatch.core.segments.types import FoundSegment

SECOND = 10
"""Frames of one, in the episodes below; those of the third are shown at twice the rate."""

TIMES = {
    1: np.arange(1001) / SECOND,
    2: np.arange(1001) / SECOND + 0.5,
    3: np.arange(2001) / (2 * SECOND),
}


def found(episode, start, stop, kind=OPENING, shared=0):
    return FoundSegment(episode, kind, start, stop, 0.9, shared)


def kept(found_, said):
    return as_said(found_, said, TIMES.__getitem__, {0: 40, 1: 41})


def test_what_nobody_spoke_of_is_stored_as_it_was_found():
    stored = kept({1: [found(1, 50, 950)], 2: []}, {})
    assert stored == {1: [KeptSegment(OPENING, 50, 950, 0.9, 40)], 2: []}


def test_a_person_s_segment_stands_for_the_found_one():
    said = {1: [SaidSegment(ENDING, 60, 940, 7)]}
    assert kept({1: [found(1, 50, 950)]}, said) == {1: []}


def test_the_same_elsewhere_takes_the_kind_and_ends_move_by_the_same_time():
    said = {1: [SaidSegment(ENDING, 60, 940, 7)]}
    stored = kept({1: [found(1, 50, 950)], 2: [found(2, 0, 900)], 3: [found(3, 100, 1900)]}, said)
    assert stored[2] == [KeptSegment(ENDING, 10, 890, 0.9, 7)]
    assert stored[3] == [KeptSegment(ENDING, 120, 1880, 0.9, 7)]


def test_what_was_said_of_one_episode_alone_teaches_no_other():
    said = {1: [SaidSegment(ENDING, 60, 940, None)]}
    stored = kept({1: [found(1, 50, 950)], 2: [found(2, 0, 900)]}, said)
    assert stored == {1: [], 2: [KeptSegment(OPENING, 0, 900, 0.9, 40)]}


def test_no_segment_is_none_in_a_new_episode_either():
    said = {1: [SaidSegment(STORY, 50, 950, 7)], 2: [SaidSegment(STORY, 0, 900, 7)]}
    stored = kept({1: [found(1, 50, 950)], 2: [found(2, 0, 900)], 3: [found(3, 0, 1800)]}, said)
    assert stored[3] == [KeptSegment(STORY, 0, 1800, 0.9, 7)]


def test_one_that_was_parted_is_parted_elsewhere():
    said = {1: [SaidSegment(OPENING, 50, 400, 7), SaidSegment(STORY, 400, 950, 8)]}
    stored = kept({1: [found(1, 50, 950)], 2: [found(2, 0, 900)]}, said)
    assert stored[2] == [
        KeptSegment(OPENING, 0, 350, 0.9, 7),
        KeptSegment(STORY, 350, 900, 0.9, 8),
    ]


def test_what_most_episodes_say_is_what_a_new_one_learns():
    said = {
        1: [SaidSegment(ENDING, 50, 950, 7)],
        2: [SaidSegment(OPENING, 0, 900, 9)],
        3: [SaidSegment(OPENING, 0, 1800, 9)],
    }
    segments = {1: [found(1, 50, 950)], 2: [found(2, 0, 900)], 3: [found(3, 0, 1800)]}
    stored = as_said(
        segments | {4: [found(4, 5, 905)]}, said, (TIMES | {4: TIMES[1]}).__getitem__, {0: 40}
    )
    assert stored[4] == [KeptSegment(OPENING, 5, 905, 0.9, 9)]


def test_a_found_one_ends_where_a_person_s_begins():
    said = {1: [SaidSegment(ENDING, 900, 960, None)]}
    stored = kept({1: [found(1, 50, 950), found(1, 955, 1000, ENDING, 1)]}, said)
    assert stored == {
        1: [KeptSegment(OPENING, 50, 900, 0.9, 40), KeptSegment(ENDING, 960, 1000, 0.9, 41)]
    }


def test_one_of_which_nothing_is_left_elsewhere_is_not_stored():
    said = {1: [SaidSegment(OPENING, 150, 300, 7)]}
    short = {1: [found(1, 0, 300)], 2: [found(2, 0, 100)]}
    assert kept(short, said)[2] == []


@pytest.mark.parametrize(
    ("seconds", "frame"), [(-5, 0), (0.04, 0), (0.06, 1), (99.97, 1000), (500, 1000)]
)
def test_a_time_is_that_of_the_nearest_frame(seconds, frame):
    assert nearest(TIMES[1], seconds) == frame


def test_an_end_moves_no_further_than_its_episode():
    before, after = FrameSpan(100, 500), FrameSpan(50, 560)
    assert moved(FrameSpan(10, 980), TIMES[2], before, after, TIMES[1]) == FrameSpan(0, 1000)


def test_pieces_are_what_is_left():
    assert pieces(FrameSpan(0, 90), []) == [FrameSpan(0, 90)]
    assert pieces(FrameSpan(10, 90), [FrameSpan(0, 20), FrameSpan(40, 50)]) == [
        FrameSpan(20, 40),
        FrameSpan(50, 90),
    ]
    assert pieces(FrameSpan(10, 90), [FrameSpan(0, 100)]) == []


def test_what_a_person_means_is_what_has_most_in_common():
    some = [SaidSegment(OPENING, 0, 900, 1), SaidSegment(ENDING, 950, 1000, 2)]
    assert counterpart(some, FrameSpan(5, 890), ENDING) == some[0]
    assert counterpart(some, FrameSpan(0, 300), OPENING) == some[0]
    assert counterpart(some, FrameSpan(0, 300), STORY) is None
    assert counterpart(some, FrameSpan(900, 950), STORY) is None
    assert is_same(FrameSpan(0, 100), FrameSpan(50, 400))
    assert not is_same(FrameSpan(0, 100), FrameSpan(51, 400))
