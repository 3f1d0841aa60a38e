"""Segments without overlaps, and parts of an episode cut at their edges."""

import doctest
import random

import pytest

from eyecatch.core.errors import RequestError
from eyecatch.core.segments import kinds
from eyecatch.core.segments.kinds import KINDS, LEFT_OUT, STORY, kinds_left_out
from eyecatch.core.segments.stretches import Claim, KindSpan, cut_at_edges, stretches


def claim(start, stop, kind, by_person=False):
    return Claim(start, stop, start * 10, stop * 10, kind, by_person)


def spans(claims):
    return [(one.start, one.stop, one.kind) for one in stretches(claims)]


def test_a_kind_that_is_left_out_wins_over_a_reused_shot():
    found = [claim(0, 100, "recap"), claim(40, 120, "reused")]
    assert spans(found) == [(0, 100, "recap"), (100, 120, "reused")]
    assert spans(reversed(found)) == spans(found)


def test_what_a_person_says_wins():
    found = claim(0, 100, "opening")
    assert spans([found, claim(0, 100, STORY, True)]) == []
    assert spans([found, claim(30, 50, "reused", True)]) == [
        (0, 30, "opening"),
        (30, 50, "reused"),
        (50, 100, "opening"),
    ]


def test_what_touches_and_is_of_one_kind_is_one_and_what_is_empty_is_none():
    assert spans([claim(0, 5, "eyecatch"), claim(5, 9, "eyecatch"), claim(20, 20, "recap")]) == [
        (0, 9, "eyecatch")
    ]
    assert spans([]) == spans([claim(3, 9, STORY, True)]) == []


def test_stretches_say_of_every_frame_what_the_claims_say():
    dice = random.Random(1)
    for _ in range(200):
        claims = []
        for _ in range(dice.randrange(6)):
            start = dice.randrange(30)
            kind = dice.choice((*KINDS, STORY))
            claims.append(claim(start, start + dice.randrange(12), kind, dice.random() < 0.3))
        found = stretches(claims)
        kinds = {frame: one.kind for one in found for frame in range(one.start, one.stop)}
        assert len(kinds) == sum(one.stop - one.start for one in found), "they don't overlap"
        for frame in range(45):
            there = [one for one in claims if one.start <= frame < one.stop]
            said = [one for one in there if one.by_person] or there
            names = {one.kind for one in said}
            expected = names & set(LEFT_OUT) or names & {"reused"} or {None}
            assert kinds.get(frame) in expected


def test_a_part_is_cut_into_pieces_that_make_it_up():
    inside = stretches([claim(10, 20, "opening"), claim(20, 25, "recap"), claim(40, 50, "ending")])
    whole = KindSpan(5, 60, 50, 600, None)
    cut = list(cut_at_edges(whole, inside))
    assert [(one.start, one.stop, one.kind) for one in cut] == [
        (5, 10, None),
        (10, 20, "opening"),
        (20, 25, "recap"),
        (25, 40, None),
        (40, 50, "ending"),
        (50, 60, None),
    ]
    assert [one.start_pts for one in cut[1:]] == [one.stop_pts for one in cut[:-1]]
    assert list(cut_at_edges(KindSpan(12, 18, 120, 180, None), inside)) == [
        KindSpan(12, 18, 120, 180, "opening")
    ]
    assert list(cut_at_edges(KindSpan(60, 70, 600, 700, None), inside)) == [
        KindSpan(60, 70, 600, 700, None)
    ]


@pytest.mark.parametrize("asked", ["Opening, RECAP", ["opening", "recap"], "opening,recap,story,"])
def test_kinds_are_asked_for_in_a_text_or_a_list(asked):
    assert kinds_left_out(asked) == {"ending", "eyecatch", "preview"}


def test_all_is_everything_and_nothing_is_story_alone():
    assert kinds_left_out("all") == set()
    assert kinds_left_out() == kinds_left_out("") == kinds_left_out("reused") == set(LEFT_OUT)


def test_a_wrong_kind_is_refused_with_the_right_ones():
    with pytest.raises(
        RequestError, match="'openning' is no kind of segment; did you mean opening"
    ):
        kinds_left_out("recap,openning")
    with pytest.raises(
        RequestError, match="choose of opening, ending, eyecatch, recap, preview, all"
    ):
        kinds_left_out(["xyz"])


def test_examples():
    assert doctest.testmod(kinds).failed == 0
