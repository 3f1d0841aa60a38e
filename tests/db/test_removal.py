"""An episode that is forgotten leaves nothing behind, and nothing else goes with it."""

from __future__ import annotations

import numpy as np
import pytest

from eyecatch.core.errors import RequestError
from eyecatch.db.records.review import DrawnFace, SegmentEdit
from eyecatch.db.review.removal import Loss

OF_EPISODES = ("chunk", "shot", "track", "face", "decision", "segment", "tally", "appearance")


@pytest.fixture
def two(index, season):
    """Two episodes; people spoke of the first: a name, a missed face, a segment."""
    ids = [season.index(index, name).id for name in ("S01E01.mkv", "S01E02.mkv")]
    season.decide(index, 1, "Rei")
    look, embedder = np.eye(4, dtype=np.float32)[2], index.bundles.add("embedder", "", [], {})
    drawn = DrawnFace(ids[0], 30, (600, 400, 60, 60), 24, 48, b"jpeg", 0.9, look, embedder)
    index.actions.draw(drawn)
    index.segment_edits.set(SegmentEdit(ids[0], 0, 24, "opening", only_here=True))
    return ids


def test_nothing_of_it_is_left_and_the_other_is_as_it_was(index, season, two, dump):
    first, second = two
    assert index.removal.loss(first) == Loss(faces=7, said=3)
    other = [row for row in dump()["track"] if second in row[1:2]]
    assert index.removal.episode(first) == Loss(faces=7, said=3)
    rows = dump()
    assert [row for row in rows["track"] if second in row[1:2]] == other
    assert [one.episode.id for one in index.summaries.episodes()] == [second]
    assert not rows["decision"], "what was said of the first"
    assert not rows["missed_face"]
    assert not rows["segment"]
    assert not rows["face"]
    assert index.queries.find(["Hiei"])[0].episode.id == second


def test_an_undo_means_nothing_that_came_after(index, season, dump):
    """SQLite gives new rows the numbers of those that are gone."""
    first = season.index(index).id
    for name in ("Rei", "Asuka"):
        season.decide(index, 1, name)
    index.removal.episode(first)
    season.index(index, "S01E02.mkv")
    embedder = index.bundles.add("embedder", "", [], {})
    second = index.summaries.episodes()[0].episode.id
    tracks = index.exports.tracks(second)
    looks = {row[0]: np.eye(4, dtype=np.float32)[0] for row in dump()["track"]}
    index.faces.save(second, looks, embedder)
    index.actions.undo()  # the face was Rei before, and is no more
    assert index.exports.tracks(second) == tracks
    assert not dump()["decision"]


def test_what_its_file_held_before_goes_too(index, season, two):
    first, second = two
    index.replacements.replace(first, second)
    index.removal.episode(second)
    assert index.summaries.episodes() == []
    assert index.episodes.get_or_none(first) is None


def test_not_while_a_job_is_at_work(index, two):
    run = index.runs.start({}, {})
    with index.runs.hold_lock(run), pytest.raises(RequestError, match=f"run {run} is at work"):
        index.removal.episode(two[0])
    index.removal.episode(two[0])  # its process died
    with pytest.raises(RequestError, match="no episode"):
        index.removal.episode(two[0])
