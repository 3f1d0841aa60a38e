"""Links, verdicts and people's decisions: traced, stable, and people have the last word."""

from types import SimpleNamespace

import numpy as np
import pytest

from eyecatch.core.scan.linking import link_ends
from eyecatch.db.models.base import DONE
from eyecatch.db.records.scan import Provenance


def _names(index, **options):
    """The character of each track that has faces, by number."""
    return {row.track: row.character for row in index.exports.frames(**options)}


def test_indexing_the_same_again_changes_no_row(index, season, dump):
    season.index(index)
    before = dump()
    season.index(index)
    assert dump() == before
    assert [len(before[name]) for name in ("shot", "track", "appearance")] == [3, 6, 2]


def test_what_the_linker_makes_can_be_saved(index, season, dump):
    episode = season.add(index)
    for chunk in season.plan().chunks:
        index.chunks.save(episode.id, season.scan(chunk), Provenance("scan-1"))
    index.tracks.save(episode.id, link_ends(index.tracks.load_ends(episode.id)))
    before = dump()
    assert before["track"]
    assert all(row[5] is not None for row in before["tracklet"]), "every tracklet is in a track"
    index.tracks.save(episode.id, link_ends(index.tracks.load_ends(episode.id)))
    assert dump() == before


def test_the_order_in_which_chunks_come_changes_no_answer(url, index, season, dump):
    season.index(index)
    forwards = list(index.exports.frames())
    episode = season.add(index, "S01E02.mkv")
    bundle = index.bundles.id_of("bundle-1")
    origin = Provenance("scan-1", None, bundle)
    for chunk in reversed(season.plan().chunks):
        scanned = season.scan(chunk)
        index.chunks.save(episode.id, scanned, origin, {bundle: season.vectors(scanned)})
    index.tracks.save(episode.id, season.linked())
    votes = index.predictions.tracks_to_decide(episode.id, bundle)
    verdicts = {v.track_id: season.verdict(("Hiei", "Kurama")[i % 2]) for i, v in enumerate(votes)}
    index.verdicts.save(episode.id, verdicts, origin)
    backwards = list(index.exports.frames(episode.id))
    assert [_but_episode(row) for row in backwards] == [_but_episode(row) for row in forwards]


def _but_episode(row):
    return (row.frame, row.pts, row.track, row.character, row.x, row.held)


def test_votes_are_what_the_bundle_said(index, season):
    episode = season.add(index)
    bundle = index.bundles.add("bundle-1", "/yuyu.bundle", ("Hiei", "Kurama", "Yusuke"), {})
    for chunk in season.plan().chunks:
        scanned = season.scan(chunk)
        vectors = season.vectors(scanned)
        index.chunks.save(
            episode.id, scanned, Provenance("scan-1", None, bundle), {bundle: vectors}
        )
    index.tracks.save(episode.id, season.linked())
    votes = index.predictions.tracks_to_decide(episode.id, bundle)
    assert len(votes) == 6
    for i, vote in enumerate(votes):
        face = i % 2
        np.testing.assert_array_equal(vote.logits, np.tile(np.eye(3)[face] * 8, (2, 1)))
        np.testing.assert_array_equal(vote.embeddings, np.tile(np.eye(4)[face], (2, 1)))
        np.testing.assert_array_equal(vote.weights, np.float32([1, 0.75]))
        assert vote.logits.dtype == vote.embeddings.dtype == vote.weights.dtype == np.float32


def test_numbers_too_large_to_keep_stay_numbers(index, season):
    episode = season.add(index)
    bundle = index.bundles.add("bundle-1", "/yuyu.bundle", ("Hiei",), {})
    scanned = season.scan(season.plan().chunks[0], faces=1)
    vectors = SimpleNamespace(
        embeddings=np.zeros((2, 4), np.float32), logits=np.float32([[1e9], [-1e9]])
    )
    index.chunks.save(episode.id, scanned, Provenance("scan-1", None, bundle), {bundle: vectors})
    index.tracks.save(episode.id, season.linked(chunks=1, faces=1))
    (vote,) = index.predictions.tracks_to_decide(episode.id, bundle)
    assert np.isfinite(vote.logits).all()


def test_another_bundle_judges_the_stored_crops(index, season, dump):
    episode = season.index(index)
    other = index.bundles.add("bundle-2", "/other.bundle", ("Hiei", "Botan"), {})
    batches = list(index.predictions.crops_to_identify(episode.id, other, size=5))
    assert [len(batch.ids) for batch in batches] == [5, 5, 2]
    jpegs = {jpeg for batch in batches for jpeg in batch.jpegs}
    assert len(jpegs) == 12
    assert b"jpeg 0 0 0" in jpegs
    for batch in batches:
        count = len(batch.ids)
        vectors = SimpleNamespace(
            embeddings=np.ones((count, 4), np.float32), logits=np.ones((count, 2), np.float32)
        )
        index.predictions.save(batch.ids, vectors, other)
        index.predictions.save(batch.ids, vectors, other)
    assert list(index.predictions.crops_to_identify(episode.id, other)) == []
    votes = index.predictions.tracks_to_decide(episode.id, other)
    verdicts = {vote.track_id: season.verdict("Botan") for vote in votes}
    origin = Provenance("scan-1", None, other)
    index.verdicts.save(episode.id, verdicts, origin)
    assert index.episode_state.update(episode.id, origin) == DONE
    assert set(_names(index).values()) == {"Botan"}
    assert index.queries.find(["Hiei"]) == []
    before = dump()
    index.verdicts.save(episode.id, verdicts, origin)
    index.episode_state.update(episode.id, origin)
    assert dump() == before


def test_crops_saved_without_a_bundle_are_identified_later(index, season):
    episode = season.add(index)
    bundle = index.bundles.add("bundle-1", "/yuyu.bundle", ("Hiei",), {})
    scanned = season.scan(season.plan().chunks[0])
    index.chunks.save(episode.id, scanned, Provenance("scan-1"))
    (batch,) = index.predictions.crops_to_identify(episode.id, bundle)
    assert len(batch.ids) == 4
    vectors = season.vectors(scanned)
    index.chunks.save(episode.id, scanned, Provenance("scan-1", None, bundle), {bundle: vectors})
    assert list(index.predictions.crops_to_identify(episode.id, bundle)) == []


def test_unequal_numbers_of_crops_and_vectors_are_refused(index, season):
    bundle = index.bundles.add("bundle-1", "/yuyu.bundle", ("Hiei",), {})
    vectors = season.vectors(season.scan(season.plan().chunks[0], faces=1))
    with pytest.raises(ValueError, match="equal numbers"):
        index.predictions.save([1, 2, 3], vectors, bundle)


def test_rows_are_traced_to_what_made_them(index, season, dump):
    episode = season.add(index)
    bundle = index.bundles.add("bundle-1", "/yuyu.bundle", ("Hiei",), {"name": "yuyu"})
    run = index.runs.start({"scan": {"lines": 540}}, {"eyecatch": "0.1.0"})
    origin = Provenance("scan-1", run, bundle)
    scanned = season.scan(season.plan().chunks[0], faces=1)
    index.chunks.save(episode.id, scanned, origin, {bundle: season.vectors(scanned)})
    index.tracks.save(episode.id, season.linked(chunks=1, faces=1))
    (vote,) = index.predictions.tracks_to_decide(episode.id, bundle)
    index.verdicts.save(episode.id, {vote.track_id: season.verdict("Hiei")}, origin)
    index.episode_state.update(episode.id, origin)
    index.runs.finish(run, "stopped")
    (track,) = dump()["track"]
    assert track[-3:-1] == (bundle, run)
    (record,) = index.runs.list_all()
    assert (record.config, record.versions) == ({"scan": {"lines": 540}}, {"eyecatch": "0.1.0"})
    assert record.state == "stopped"
    assert record.started <= record.finished
    assert index.episodes.get(episode.id).scan_digest == "scan-1"
    assert index.episodes.get(episode.id).bundle_id == bundle


def test_no_model_overrules_a_person(index, season, dump):
    episode = season.index(index)
    bundle = index.bundles.id_of("bundle-1")
    first = index.predictions.tracks_to_decide(episode.id, bundle)[0].track_id
    season.decide(index, first, "Botan")
    assert _names(index)[0] == "Botan"
    assert [found.screen_time > 0 for found in index.queries.find(["Botan"], min_seconds=0)] == [
        True
    ]
    left = index.predictions.tracks_to_decide(episode.id, bundle)
    assert first not in {vote.track_id for vote in left}
    verdicts = {track: season.verdict("Yusuke") for track in (first, *(v.track_id for v in left))}
    index.verdicts.save(episode.id, verdicts, Provenance("scan-1", None, bundle))
    assert _names(index) == {0: "Botan", **dict.fromkeys(range(1, 6), "Yusuke")}


def test_a_decision_outlives_the_detector_that_found_the_face(index, season, dump):
    episode = season.index(index)
    bundle = index.bundles.id_of("bundle-1")
    votes = index.predictions.tracks_to_decide(episode.id, bundle)
    season.decide(index, votes[1].track_id, "Botan")
    season.decide(index, votes[2].track_id, None)  # number 2 is number 3 when there are three faces
    for chunk in index.chunks.pending(episode.id, "scan-2"):
        index.chunks.save(episode.id, season.scan(chunk, faces=3), Provenance("scan-2"))
    index.tracks.save(episode.id, season.linked(faces=3))
    index.verdicts.save(episode.id, {}, Provenance("scan-2"))
    named = {track: name for track, name in _names(index).items() if name}
    assert named == {1: "Botan"}
    assert {row[2] for row in dump()["track"] if "person" in row} == {1, 3}, "numbers of tracks"


def test_the_last_word_of_a_person_holds(index, season, dump):
    episode = season.index(index)
    track = index.predictions.tracks_to_decide(episode.id, index.bundles.id_of("bundle-1"))[
        0
    ].track_id
    season.decide(index, track, "Botan")
    season.decide(index, track, "Koenma")
    assert _names(index)[0] == "Koenma"
    assert len(dump()["decision"]) == 1
