"""What people say of segments: kept, shared, undone, and not changed by any search."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from eyecatch.core.errors import RequestError
from eyecatch.core.segments.types import FoundSegment
from eyecatch.db.connection.urls import parse_url
from eyecatch.db.records.review import SegmentEdit

OPENING = (0, 24)
"""Of all episodes below, a second at their rate; but of the third, which begins without."""

FOUND = {1: (0, 24), 2: (0, 24), 3: (6, 30)}


def found(*episodes, kind="opening", confidence=0.9, spans=FOUND):
    return {
        one: [FoundSegment(one, kind, *spans[one], confidence, 0)] if one in spans else []
        for one in episodes
    }


@pytest.fixture
def filled(index, season):
    """Three episodes that share an opening."""
    for number in (1, 2, 3):
        season.index(index, f"S01E0{number}.mkv")
    index.segments.keep_found(found(1, 2, 3))
    return index


def rows(index, *episodes):
    return [
        (one.episode_id, one.kind, one.start_frame, one.stop_frame, one.by)
        for episode in episodes or (1, 2, 3)
        for one in index.segments.of(episode)
    ]


MODELS = [(one, "opening", *FOUND[one], "model") for one in (1, 2, 3)]


def test_a_kind_holds_for_all_episodes_that_share_it(filled):
    done = filled.segment_edits.set(SegmentEdit(2, 0, 24, "ending"))
    assert rows(filled) == [(one, "ending", *FOUND[one], "person") for one in (1, 2, 3)]
    assert done.episodes == (1, 2, 3)
    assert done.message == (
        "said that 0:00 to 0:01 of S01E02.mkv is ending, and the same in 2 more episodes"
    )
    assert {one.confidence for one in filled.segments.of(3)} == {1.0}
    filled.actions.undo()
    assert rows(filled) == MODELS


def test_an_end_moves_by_the_same_time_in_all(filled):
    filled.segment_edits.set(SegmentEdit(1, 0, 36, "opening"))
    assert rows(filled) == [
        (1, "opening", 0, 36, "person"),
        (2, "opening", 0, 36, "person"),
        (3, "opening", 6, 42, "person"),
    ]
    (row,) = filled.segments.of(3)
    times = filled.chunks.frame_times(3)
    assert (row.start_pts, row.stop_pts) == (times.pts[6], times.pts[42])
    filled.segment_edits.set(SegmentEdit(1, 0, 72, "opening"))
    assert rows(filled)[2] == (3, "opening", 6, 72, "person")  # it has no more frames
    filled.actions.undo()
    filled.actions.undo()
    assert rows(filled) == MODELS


def test_of_this_episode_alone(filled):
    filled.segment_edits.set(SegmentEdit(1, 0, 24, "ending", only_here=True))
    assert rows(filled) == [(1, "ending", 0, 24, "person"), *MODELS[1:]]
    filled.segments.keep_found(found(1, 2, 3))
    assert rows(filled) == [(1, "ending", 0, 24, "person"), *MODELS[1:]]
    filled.segment_edits.set(SegmentEdit(2, 0, 24, "preview"))
    assert [kind for _, kind, *_ in rows(filled)] == ["ending", "preview", "preview"]
    filled.actions.undo()
    filled.actions.undo()
    assert rows(filled) == MODELS


def test_no_search_changes_what_a_person_said(filled, season):
    filled.segment_edits.set(SegmentEdit(1, 2, 24, "ending"))
    said = rows(filled)
    filled.segments.keep_found(found(1, 2, 3))
    filled.segments.keep_found(found(1, 2, 3, spans={}))
    assert rows(filled) == said
    season.index(filled, "S01E04.mkv")
    filled.segments.keep_found(found(1, 2, 3, 4, spans=FOUND | {4: (48, 72)}))
    assert rows(filled, 1, 2, 3, 4) == [*said, (4, "ending", 50, 72, "model")]
    assert len({one.shared for one in filled.segments.of(4) + filled.segments.of(1)}) == 1


def test_what_is_undone_after_a_search_is_as_before_in_new_episodes_too(filled, season):
    filled.segment_edits.set(SegmentEdit(1, 2, 24, "ending"))
    season.index(filled, "S01E04.mkv")
    filled.segments.keep_found(found(1, 2, 3, 4, spans=FOUND | {4: (48, 72)}))
    assert filled.actions.undo().episodes == (1, 2, 3)
    assert rows(filled, 1, 2, 3, 4) == [*MODELS, (4, "opening", 48, 72, "model")]
    filled.segment_edits.set(SegmentEdit(4, 48, 72, "preview"))
    assert [kind for _, kind, *_ in rows(filled, 1, 2, 3, 4)] == ["preview"] * 4


def test_taken_out_is_taken_out_everywhere_and_of_later_episodes(filled, season):
    done = filled.segment_edits.set(SegmentEdit(1, 0, 24, "story"))
    assert "is story, not opening" in done.message
    season.index(filled, "S01E04.mkv")
    filled.segments.keep_found(found(1, 2, 3, 4, spans=FOUND | {4: (48, 72)}))
    assert {kind for _, kind, *_ in rows(filled, 1, 2, 3, 4)} == {"story"}
    filled.actions.undo()
    assert rows(filled, 1, 2, 3, 4) == [*MODELS, (4, "opening", 48, 72, "model")]


def test_a_new_one_cuts_what_lies_there_and_undo_mends_it(filled):
    filled.segment_edits.set(
        SegmentEdit(1, 6, 12, "story", elsewhere=((2, 6, 12), (3, 12, 18)))
    )  # fmt: skip
    assert rows(filled, 1) == [
        (1, "opening", 0, 6, "person"),
        (1, "story", 6, 12, "person"),
        (1, "opening", 12, 24, "person"),
    ]
    numbers = [[one.shared for one in filled.segments.of(episode)] for episode in (1, 2, 3)]
    assert numbers[0] == numbers[1] == numbers[2]
    assert len(set(numbers[0])) == 3
    filled.segments.keep_found(found(1, 2, 3))
    assert len(rows(filled)) == 9
    filled.actions.undo()
    assert rows(filled) == MODELS


def test_people_s_own_come_back_by_undo(filled):
    filled.segment_edits.set(SegmentEdit(1, 30, 40, "preview"))
    filled.segment_edits.set(SegmentEdit(1, 30, 44, "recap", at=(30, 40)))
    filled.segments.keep_found(found(1, 2, 3))
    filled.actions.undo()
    assert rows(filled, 1)[1] == (1, "preview", 30, 40, "person")
    filled.actions.undo()
    assert rows(filled) == MODELS


def test_what_an_undo_can_t_mend_the_next_search_does(filled, season):
    """A later search learned in how many pieces an opening lies."""
    assert filled.segments.due() == set()
    filled.segment_edits.set(SegmentEdit(1, 6, 12, "story"))
    season.index(filled, "S01E04.mkv")
    everywhere = found(1, 2, 3, 4, spans=FOUND | {4: (48, 72)})
    filled.segments.keep_found(everywhere)
    assert len(rows(filled, 4)) == 3
    filled.actions.undo()
    assert 4 in filled.segments.due()
    filled.segments.keep_found(everywhere)
    assert rows(filled, 1, 2, 3, 4) == [*MODELS, (4, "opening", 48, 72, "model")]


def test_undo_leaves_what_a_later_search_found_there(filled):
    filled.segment_edits.set(SegmentEdit(1, 0, 10, "ending", at=OPENING))
    later = found(1, 2, 3, kind="preview", spans={1: (12, 30), 2: (12, 30), 3: (20, 40)})
    filled.segments.keep_found(later)
    filled.actions.undo()
    assert rows(filled, 1) == [(1, "preview", 12, 30, "model")]
    assert filled.segments.due() == {1, 2, 3}, "the next search settles it"


def test_numbers_of_what_is_shared_stay_from_search_to_search(filled):
    number = filled.segments.of(1)[0].shared
    filled.segments.keep_found(found(1, 2, 3))
    assert {filled.segments.of(one)[0].shared for one in (1, 2, 3)} == {number}


def test_what_an_undo_brings_back_shares_nothing_with_what_was_found_since(filled):
    for episode in (1, 2, 3):
        here = SegmentEdit(episode, *FOUND[episode], "ending", only_here=True)
        filled.segment_edits.set(here)
    reused = {one: [FoundSegment(one, "reused", 50, 60, 0.9, 0)] for one in (1, 2)}
    filled.segments.keep_found(reused | {3: []})
    for _ in (1, 2, 3):
        filled.actions.undo()
    number = {one.kind: one.shared for one in filled.segments.of(1)}
    assert number["opening"] != number["reused"]
    filled.segment_edits.set(SegmentEdit(1, 50, 60, "preview"))
    assert [kind for _, kind, *_ in rows(filled)] == ["opening", "preview"] * 2 + ["opening"]


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (SegmentEdit(1, 10, 10, "opening"), "has no frames 10 to 10"),
        (SegmentEdit(1, 0, 1000, "opening"), "has no frames 0 to 1000"),
        (SegmentEdit(1, 0, 10, "opening", at=(0, 23)), "has changed since you saw it"),
        (SegmentEdit(99, 0, 10, "opening"), "no episode 99"),
    ],
)
def test_what_can_t_be_is_a_sentence(filled, edit, told):
    with pytest.raises(RequestError, match=told):
        filled.segment_edits.set(edit)
    assert rows(filled) == MODELS


def test_an_undone_edit_of_an_episode_that_is_gone_is_that_of_the_others(filled, url):
    filled.segment_edits.set(SegmentEdit(1, 0, 24, "ending"))
    engine = sa.create_engine(parse_url(url))
    with engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys = ON")
        connection.exec_driver_sql("DELETE FROM episode WHERE id = 1")
    engine.dispose()
    filled.actions.undo()
    assert rows(filled, 2, 3) == MODELS[1:]
