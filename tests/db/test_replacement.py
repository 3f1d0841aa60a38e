"""Newer content of a file takes the place of the older, on either database."""

import numpy as np
import pytest

from eyecatch.core.segments.types import FoundSegment, PictureHashes
from eyecatch.db.records.review import DrawnFace, SegmentEdit
from eyecatch.db.records.scan import FileStamp, Provenance

SCAN = "scan-1"


@pytest.fixture
def add(index, season):
    """Adds and scans an episode under one path, each time of another content and more chunks."""

    def add(digest, chunks, *, faces=2, pictures=None):
        file = FileStamp("/season/rec.ts", chunks, chunks)
        series = "Drawn" if digest == "first" else None  # the others are of it too, unsaid
        video, plan = season.video("rec.ts"), season.plan(chunks)
        episode = index.episodes.add(digest, file, video, plan, series)
        for older, newer in index.replacements.pairs("/season/rec.ts"):
            index.replacements.replace(older, newer)
        origin = Provenance(SCAN)
        for chunk in index.chunks.pending(episode.id, SCAN):
            index.chunks.save(episode.id, season.scan(chunk, faces), origin)
        if pictures is not None:
            index.signatures.save_pictures(episode.id, 0, pictures)
        index.tracks.save(episode.id, season.linked(chunks, faces=faces))
        index.replacements.follow(episode.id)
        index.episode_state.update(episode.id, origin)
        return episode.id

    return add


def named(index):
    return {
        one.name: (one.episodes, float(one.screen_time))
        for one in index.summaries.characters(min_seconds=0)
    }


def test_a_recording_that_grows_twice_keeps_its_names(index, season, add):
    add("first", 1)
    season.decide(index, 1, "Rei")
    before = named(index)
    assert before["Rei"][0] == 1
    for digest, chunks in (("second", 2), ("third", 3)):
        add(digest, chunks)
        assert named(index) == before
        assert [one.episode.digest for one in index.summaries.episodes()] == [digest]
    assert index.episodes.by_digest("first") is None, "nothing of it is left to keep"
    index.actions.undo()
    assert named(index).get("Rei", (0, 0))[0] == 0


def test_what_does_not_follow_is_kept_for_when_it_comes_back(index, season, add):
    add("first", 1)
    season.decide(index, 1, "Rei")
    before = named(index)
    add("other", 2, faces=0)
    assert named(index).get("Rei", (0, 0))[0] == 0
    assert index.pages.counts().episodes == 1
    file = FileStamp("/season/again.ts", 1, 1)
    again = index.episodes.add_file("first", file)
    assert not again.replaced
    index.tracks.save(again.id, season.linked(1))
    index.episode_state.update(again.id, Provenance(SCAN))
    assert named(index) == before


def test_replaced_before_it_was_scanned(index, season, add):
    add("first", 1)
    season.decide(index, 1, "Rei")
    before = named(index)
    index.episodes.add(
        "second", FileStamp("/season/rec.ts", 9, 9), season.video("rec.ts"), season.plan(2)
    )
    for older, newer in index.replacements.pairs():
        index.replacements.replace(older, newer)
    add("third", 3)
    assert named(index) == before


def test_a_drawn_face_follows_where_the_others_show_the_same_episode(index, season, add):
    first = add("first", 1)
    season.decide(index, 1, "Rei")
    bundle = index.bundles.id_of("embedder")
    look = np.eye(4, dtype=np.float32)[2]
    index.actions.draw(
        DrawnFace(first, 5, (800, 300, 80, 90), 4, 6, b"a crop", 0.5, look, bundle), "Shion"
    )
    index.actions.name_faces([index.faces.of_character("Rei")[0].id], None, no_face=True)
    second = add("second", 2)
    (row,) = index.missed_faces.of(second)
    assert (row.frame, row.box, row.character) == (5, (800, 300, 80, 90), "Shion")
    (found,) = index.queries.find(["Shion"], min_seconds=0)
    assert found.episode.digest == "second"
    assert {one.is_face for one in index.checked_faces.of([second])} == {True, False}
    assert index.episodes.by_digest("first") is None, "nothing of it is left to keep"
    other = add("other", 3, faces=0)
    assert index.missed_faces.of(other) == index.queries.find(["Shion"], min_seconds=0) == []
    assert index.episodes.by_digest("second") is not None, "what was drawn in it is kept"


def test_what_a_person_said_of_segments_follows_where_pictures_are_the_same(index, season, add):
    first = add("first", 2)
    index.segments.keep_found({first: [FoundSegment(0, "ending", 40, 48, 0.9, 0)]})
    index.segment_edits.set(SegmentEdit(first, 4, 20, "opening"))
    look = np.random.default_rng(1).integers(0, 2**63, 24).astype(np.uint64)
    hashes = PictureHashes(np.arange(24, dtype=np.int32), look)
    index.signatures.save_pictures(first, 0, hashes)
    second = add("second", 3, pictures=hashes)
    (row,) = index.segments.of(second)
    assert (row.kind, row.start_frame, row.stop_frame, row.by) == ("opening", 4, 20, "person")
    assert index.episodes.by_digest("first") is None, "nothing of it is left to keep"
    other = add("other", 4, pictures=PictureHashes(hashes.frames, ~look))
    assert index.segments.of(other) == []
    assert [one.kind for one in index.segments.of(second)] == ["opening"], "it is kept"


def test_what_a_person_said_of_segments_is_undone_in_the_newer_content(index, season, add):
    look = np.random.default_rng(1).integers(0, 2**63, 24).astype(np.uint64)
    hashes = PictureHashes(np.arange(24, dtype=np.int32), look)
    first = add("first", 2, pictures=hashes)
    index.segments.keep_found({first: [FoundSegment(0, "ending", 4, 20, 0.9, 0)]})
    index.segment_edits.set(SegmentEdit(first, 4, 18, "opening"))
    index.segment_edits.set(SegmentEdit(first, 6, 18, "opening"))
    second = add("second", 3, pictures=hashes)

    def rows(episode):
        return [
            (row.kind, row.start_frame, row.stop_frame, row.by)
            for row in index.segments.of(episode)
        ]

    assert rows(second) == [("opening", 6, 18, "person")]
    assert index.actions.undo().episodes == (second,)
    assert rows(second) == [("opening", 4, 18, "person")]
    other = add("other", 4, pictures=PictureHashes(hashes.frames, ~look))
    third = add("third", 3, pictures=hashes)
    assert (rows(other), rows(third)) == ([], [("opening", 4, 18, "person")])
    index.actions.undo()
    assert rows(third) == [("ending", 4, 20, "model")]
