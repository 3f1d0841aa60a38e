"""Tracks and stored crops as exports ask for them."""

import pytest

from eyecatch.core.errors import UnknownCharacterError
from eyecatch.db.records.scan import Provenance


def test_tracks_come_with_their_names_and_times(index, season):
    episode = season.index(index)
    tracks = index.exports.tracks(episode.id)
    assert [track.number for track in tracks] == list(range(6))
    assert [track.character for track in tracks] == ["Hiei", "Kurama"] * 3
    pts = [int(time) for chunk in season.plan().chunks for time in chunk.pts]
    assert [(t.start, t.stop, t.start_pts) for t in tracks[2:4]] == [(24, 48, pts[24])] * 2
    assert tracks[0].stop_pts == pts[24]
    assert tracks[0].top == (("Hiei", 0.9),)
    assert {(t.decided_by, t.unsure, t.confidence) for t in tracks} == {("model", False, 0.9)}


def test_tracks_that_nobody_decided_have_no_name(index, season):
    episode = season.index(index)
    index.verdicts.save(episode.id, {}, Provenance("scan-1"))
    assert {(t.character, t.decided_by, t.top) for t in index.exports.tracks(episode.id)} == {
        (None, None, ())
    }
    assert list(index.exports.crops(episode.id)) == []


def test_crops_are_those_of_the_characters_asked_for(index, season):
    episode = season.index(index)
    crops = list(index.exports.crops(episode.id, ["Kurama"]))
    assert [(c.character, c.track, c.frame, c.jpeg) for c in crops] == [
        ("Kurama", 2 * i + 1, 24 * i + k, f"jpeg {i} 1 {k}".encode())
        for i in range(3)
        for k in range(2)
    ]
    pts = [int(time) for chunk in season.plan().chunks for time in chunk.pts]
    assert [c.time for c in crops] == [pts[c.frame] * season.time_base for c in crops]
    assert len(list(index.exports.crops(episode.id))) == 12


def test_crops_of_unsure_tracks_are_there_when_asked_for(index, season):
    episode = season.index(index)
    votes = index.predictions.tracks_to_decide(episode.id, episode.bundle_id)
    unsure = {vote.track_id: season.verdict("Hiei", 0.5, unsure=True) for vote in votes}
    index.verdicts.save(episode.id, unsure, Provenance("scan-1", None, episode.bundle_id))
    assert list(index.exports.crops(episode.id)) == []
    assert len(list(index.exports.crops(episode.id, unsure=True))) == 12


def test_a_character_is_called_by_its_own_name(index, season):
    season.index(index)
    season.add_alias(index, "Hiei", "飛影")
    assert [index.characters.own_name(name) for name in ("Hiei", "hiei", "飛影")] == ["Hiei"] * 3
    with pytest.raises(UnknownCharacterError):
        index.characters.own_name("Koenma")
