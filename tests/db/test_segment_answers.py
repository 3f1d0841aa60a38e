"""Answers count story; openings, recaps and their like where they are asked for."""

from fractions import Fraction

import pytest

from eyecatch.core.errors import RequestError
from eyecatch.core.segments.types import FoundSegment
from eyecatch.db.records.scan import Provenance

EVERYTHING = "all"


@pytest.fixture
def episode(index, season):
    """Frames 0 to 72: Hiei and Kurama in all of them."""
    return season.index(index).id


def found(kind, start, stop, shared=0):
    return FoundSegment(0, kind, start, stop, 0.9, shared)


def decide(index, episode, verdicts):
    bundle = index.bundles.id_of("bundle-1")
    votes = index.predictions.tracks_to_decide(episode, bundle)
    decided = {v.track_id: verdict for v, verdict in zip(votes, verdicts, strict=True) if verdict}
    index.verdicts.save(episode, decided, Provenance("scan-1", None, bundle))


def frames(index, name="Hiei", **keywords):
    """(start, stop, segment) of the ranges in the only episode."""
    return [
        (one.start_frame, one.stop_frame, one.segment)
        for answer in index.queries.find([name], **{"min_seconds": 0, **keywords})
        for one in answer.ranges
    ]


def joined(index, name="Hiei", **keywords):
    """Ranges with those that touch made one, as they were before there were segments."""
    rows = []
    for answer in index.queries.find([name], **{"min_seconds": 0, **keywords}):
        for one in answer.ranges:
            if rows and rows[-1][2] == one.start_pts:
                last = rows[-1]
                rows[-1] = (last[0], one.stop_frame, one.stop_pts, max(last[3], one.confidence))
            else:
                rows.append((one.start_frame, one.stop_frame, one.stop_pts, one.confidence))
    return rows


def test_ranges_are_cut_exactly_where_segments_begin_and_end(index, season, episode):
    index.segments.keep_found({episode: [found("opening", 10, 30)]})
    assert frames(index) == [(0, 10, None), (30, 72, None)]
    assert frames(index, with_kinds="opening") == [
        (0, 10, None),
        (10, 30, "opening"),
        (30, 72, None),
    ]
    assert frames(index, with_kinds="recap") == [(0, 10, None), (30, 72, None)]
    plan = season.plan()
    pts = [int(one) for chunk in plan.chunks for one in chunk.pts]
    (answer,) = index.queries.find(["Hiei"], min_seconds=0)
    assert answer.ranges[0].stop_pts == pts[10]
    assert answer.ranges[1].start_pts == pts[30]
    seconds = Fraction(pts[30] - pts[10], 1000)
    assert [tuple(one) for one in answer.left_out] == [("opening", seconds, 1)]
    assert answer.screen_time == plan.end - Fraction(pts[0], 1000) - seconds
    (whole,) = index.queries.find(["Hiei"], with_kinds=EVERYTHING, min_seconds=0)
    assert whole.left_out == ()
    assert whole.screen_time == answer.screen_time + seconds


def test_faces_are_those_of_each_part(index, episode):
    before = {one.name: one.faces for one in index.summaries.characters(min_seconds=0)}
    index.segments.keep_found({episode: [found("opening", 10, 30)]})
    hiei, *_ = [one for one in index.summaries.characters(min_seconds=0) if one.name == "Hiei"]
    assert hiei.faces == 72 - 20
    assert [(one.segment, one.episodes) for one in hiei.left_out] == [("opening", 1)]
    assert {one.name: one.faces for one in index.summaries.characters(EVERYTHING, 0)} == before
    assert [one for one in index.checkup.faults() if one.table == "appearance"] == []


def test_segments_that_change_cut_anew(index, episode, dump):
    before = dump()["appearance"]
    index.segments.keep_found({episode: [found("opening", 10, 30)]})
    index.segments.keep_found({episode: [found("ending", 50, 72)]})
    assert frames(index, with_kinds=EVERYTHING) == [(0, 50, None), (50, 72, "ending")]
    index.segments.keep_found({episode: []})
    assert dump()["appearance"] == before


def test_with_all_is_what_was_answered_before_there_were_segments(index, season, episode):
    sure, faint = season.verdict("Hiei", 0.9), season.verdict("Hiei", 0.6)
    maybe = season.verdict("Hiei", 0.5, unsure=True)
    for verdicts in ([sure, None, None, None, maybe, None], [sure, None, maybe, None, faint, None]):
        index.segments.keep_found({episode: []})
        decide(index, episode, verdicts)
        before = [joined(index, unsure=unsure) for unsure in (False, True)]
        index.segments.keep_found(
            {
                episode: [
                    found("recap", 5, 20, 0),
                    found("reused", 15, 28, 1),
                    found("eyecatch", 40, 50, 2),
                    found("eyecatch", 50, 55, 3),
                    found("preview", 60, 72, 4),
                ]
            }
        )
        after = [joined(index, unsure=unsure, with_kinds=EVERYTHING) for unsure in (False, True)]
        assert after == before


def test_a_reused_shot_is_story_that_is_marked_and_a_recap_wins_over_it(index, episode):
    index.segments.keep_found({episode: [found("recap", 0, 20), found("reused", 10, 40, 1)]})
    assert frames(index) == [(20, 40, "reused"), (40, 72, None)]
    assert joined(index)[0][:2] == (20, 72)


def test_the_surest_track_of_each_part_is_its_confidence(index, season, episode):
    sure, faint = season.verdict("Hiei", 0.9), season.verdict("Hiei", 0.6)
    decide(index, episode, [sure, None, faint, None, None, None])
    assert frames(index, min_confidence=0.8)[0][:2] == (0, 48)
    index.segments.keep_found({episode: [found("opening", 0, 24)]})
    assert frames(index, min_confidence=0.8) == []
    (answer,) = index.queries.find(["Hiei"], min_seconds=0)
    assert [one.confidence for one in answer.ranges] == [0.6]


def test_together_is_in_story_too(index, season, episode):
    hiei, kurama, nobody = (season.verdict(name) for name in ("Hiei", "Kurama", None))
    decide(index, episode, [hiei, kurama, hiei, nobody, nobody, kurama])
    index.segments.keep_found({episode: [found("opening", 0, 20)]})
    (answer,) = index.queries.find(["Hiei", "Kurama"], together=True, min_seconds=0)
    assert [(one.start_frame, one.stop_frame, one.segment) for one in answer.ranges] == [
        (20, 24, None)
    ]
    (whole,) = index.queries.find(
        ["Hiei", "Kurama"], together=True, with_kinds=["opening"], min_seconds=0
    )
    assert [(one.start_frame, one.stop_frame, one.segment) for one in whole.ranges] == [
        (0, 20, "opening"),
        (20, 24, None),
    ]


def test_unsure_names_are_cut_too(index, season, episode):
    maybe = season.verdict("Hiei", 0.5, unsure=True)
    decide(index, episode, [maybe, None, season.verdict("Hiei"), None, None, None])
    index.segments.keep_found({episode: [found("opening", 12, 36)]})
    assert frames(index) == [(36, 48, None)]
    assert frames(index, unsure=True, with_kinds=EVERYTHING) == [
        (0, 12, None),
        (12, 36, "opening"),
        (36, 48, None),
    ]


def test_an_episode_whose_opening_alone_shows_somebody_does_not_feature_them(index, season):
    first, second = season.index(index).id, season.index(index, "S01E02.mkv").id
    nobody, hiei = season.verdict(None), season.verdict("Hiei")
    decide(index, first, [hiei, nobody, nobody, nobody, nobody, nobody])
    decide(index, second, [hiei, nobody, hiei, nobody, hiei, nobody])
    index.segments.keep_found({one: [found("opening", 0, 24)] for one in (first, second)})
    answer = index.queries.find(["Hiei"], min_seconds=0)
    assert [one.episode.id for one in answer] == [second]
    assert [(one.segment, one.episodes) for one in answer.left_out] == [("opening", 2)]
    assert len(index.queries.find(["Hiei"], with_kinds="opening", min_seconds=0)) == 2
    assert index.queries.find(["Hiei"], with_kinds="opening", min_seconds=0).left_out == ()
    casts = {
        one.episode.id: [role.character for role in one.cast]
        for one in index.summaries.episodes(min_seconds=0)
    }
    assert casts == {first: [], second: ["Hiei"]}
    (hiei_row,) = [one for one in index.summaries.characters(min_seconds=0) if one.name == "Hiei"]
    assert hiei_row.episodes == 1
    assert [(one.segment, one.episodes) for one in hiei_row.left_out] == [("opening", 2)]
    assert {(one.episode_id) for one in index.pages.parts([first, second])} == {second}
    assert len(index.summaries.episodes(EVERYTHING, 0)[0].cast) == 1


def test_least_seconds_are_those_that_count(index, episode):
    whole = float(index.queries.find(["Hiei"], min_seconds=0)[0].screen_time)
    index.segments.keep_found({episode: [found("recap", 0, 24)]})
    assert index.queries.find(["Hiei"], min_seconds=whole - 0.01) == []
    assert len(index.queries.find(["Hiei"], min_seconds=whole - 0.01, with_kinds="recap")) == 1


def test_all_faces_have_a_share_of_the_screen_time_and_wait_for_names(index, episode):
    before = index.appearances.named_share(), index.clusters.waiting()
    index.segments.keep_found({episode: [found("opening", 0, 72)]})
    assert (index.appearances.named_share(), index.clusters.waiting()) == before


def test_a_kind_that_there_is_none_of_is_refused(index, episode):
    with pytest.raises(RequestError, match="did you mean opening"):
        index.queries.find(["Hiei"], with_kinds="openning", min_seconds=0)
    with pytest.raises(RequestError, match="no kind of segment"):
        index.summaries.characters("x")
