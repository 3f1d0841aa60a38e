"""What is on screen for less than a second is no appearance, and all answers agree on that."""

import doctest
import random
from collections import Counter
from itertools import product

import pytest

from eyecatch.core import counting
from eyecatch.core.counting import lasting
from eyecatch.core.segments.kinds import KINDS
from eyecatch.core.segments.types import FoundSegment
from eyecatch.db.records.scan import Provenance


@pytest.fixture
def episode(index, season):
    """72 frames, three seconds: Hiei and Kurama in all of them; a chunk is 24, .992 s."""
    return season.index(index).id


def found(kind, start, stop, shared=0):
    return FoundSegment(0, kind, start, stop, 0.9, shared)


def decide(index, episode, verdicts):
    bundle = index.bundles.id_of("bundle-1")
    votes = index.predictions.tracks_to_decide(episode, bundle)
    decided = {v.track_id: verdict for v, verdict in zip(votes, verdicts, strict=True) if verdict}
    index.verdicts.save(episode, decided, Provenance("scan-1", None, bundle))


def frames(index, **keywords):
    return [
        (one.start_frame, one.stop_frame)
        for answer in index.queries.find(["Hiei"], **keywords)
        for one in answer.ranges
    ]


def test_a_recap_that_ends_a_frame_early_leaves_nobody_behind(index, episode):
    index.segments.keep_found({episode: [found("recap", 0, 71)]})
    answer = index.queries.find(["Hiei"])
    assert (list(answer), answer.glimpses) == ([], 1)
    assert [one.segment for one in answer.left_out] == ["recap"]
    (summary,) = index.summaries.episodes()
    assert (summary.cast, summary.glimpses) == ((), 2)
    assert {one.name: (one.episodes, one.screen_time) for one in index.summaries.characters()} == {
        "Hiei": (0, 0),
        "Kurama": (0, 0),
        "Yusuke": (0, 0),
    }
    parts = index.pages.parts([episode])
    assert (list(parts), parts.glimpses) == ([], 2)
    assert frames(index, min_seconds=0) == [(71, 72)]
    assert frames(index, with_kinds="recap") == [(0, 71), (71, 72)], "it is one stretch"


def test_a_frame_of_story_in_an_opening_is_not_told_of(index, episode):
    index.segments.keep_found({episode: [found("opening", 0, 1)]})
    (answer,) = index.queries.find(["Hiei"])
    assert answer.left_out == ()
    assert index.queries.find(["Hiei"]).left_out == ()
    assert index.summaries.characters()[0].left_out == ()
    (all_of_it,) = index.queries.find(["Hiei"], min_seconds=0)
    assert [one.segment for one in all_of_it.left_out] == ["opening"]


def test_short_parts_of_a_long_stretch_count(index, episode):
    index.segments.keep_found({episode: [found("reused", 20, 40, 1), found("recap", 50, 72)]})
    assert frames(index) == [(0, 20), (20, 40), (40, 50)]
    assert index.queries.find(["Hiei"]).glimpses == 0


def test_less_than_a_second_may_be_asked_for(index, season, episode):
    hiei, nobody = season.verdict("Hiei"), season.verdict(None)
    decide(index, episode, [hiei, nobody, nobody, nobody, nobody, nobody])
    assert frames(index) == []
    assert frames(index, min_seconds=0.99) == [(0, 24)]
    assert frames(index, min_seconds=0.993) == []
    assert [one.episodes for one in index.summaries.characters(min_seconds=0.99)] == [1, 0, 0]


def test_who_is_less_sure_can_be_left_out(index, season, episode):
    decide(index, episode, [season.verdict("Hiei", 0.6)] * 6)
    for asked in (0.5, 0.95):
        found = index.queries.find(["Hiei"], min_confidence=asked)
        listed = index.summaries.characters(min_confidence=asked)
        assert [one.name for one in listed if one.episodes] == [one.characters[0] for one in found]
        assert len(found) == (asked < 0.6)


def test_all_answers_say_the_same_seconds(index, season):
    chance = random.Random(8)
    ids = [season.index(index, f"S01E0{k}.mkv").id for k in range(1, 4)]
    names = ["Hiei", "Kurama", "Yusuke", None]
    for _ in range(4):
        for id_ in ids:
            sure = [
                season.verdict(chance.choice(names), chance.choice([0.6, 0.9])) for _ in "123456"
            ]
            decide(index, id_, sure)
        edges = {id_: sorted(chance.sample(range(73), 6)) for id_ in ids}
        index.segments.keep_found(
            {
                id_: [
                    found(chance.choice(KINDS), start, stop, k)
                    for k, (start, stop) in enumerate(zip(some[::2], some[1::2], strict=True))
                ]
                for id_, some in edges.items()
            }
        )
        for least, kinds, confidence in product((0, 0.5, 1, 1.5), ((), "opening", "all"), (0, 0.8)):
            asked = {"min_seconds": least, "with_kinds": kinds, "min_confidence": confidence}
            answers = index.queries.find(names[:3], **asked)
            seconds, total = Counter(), Counter()
            for one in answers:
                seconds[one.episode.id, one.characters[0]] = one.screen_time
                total[one.characters[0]] += one.screen_time
            episodes = index.summaries.episodes(kinds, least, confidence)
            assert seconds == {
                (one.episode.id, role.character): role.screen_time
                for one in episodes
                for role in one.cast
            }
            assert answers.glimpses == sum(one.glimpses for one in episodes)
            characters = index.summaries.characters(kinds, least, confidence)
            assert {one.name: one.screen_time for one in characters if one.episodes} == total
            assert answers.glimpses == sum(one.glimpses for one in characters)
            outside = Counter()
            for one in characters:
                outside += Counter({left.segment: left.screen_time for left in one.left_out})
            assert {one.segment: one.screen_time for one in answers.left_out} == outside
            if least == 1:
                parts = index.pages.parts(ids, kinds, confidence)
                rows = {(one.episode_id, one.character): one.seconds for one in parts}
                assert rows == {key: float(value) for key, value in seconds.items()}
                assert parts.glimpses == answers.glimpses


def test_stretches_are_what_lasts():
    assert doctest.testmod(counting).failed == 0
    assert lasting([], 10) == ([], 0)
    assert lasting([(0, 1, 0, 9), (1, 2, 9, 10)], 10)[1] == 0
    assert lasting([(0, 1, 0, 9), (2, 3, 10, 19)], 10) == ([], 2)
    assert lasting([(0, 1, 0, 1)], 0) == ([(0, 1, 0, 1)], 0)
