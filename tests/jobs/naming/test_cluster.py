"""New faces into clusters: as they come or all at once, and never against a person's word."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from eyecatch.core.identity.propagation import FaceEmbeddings
from eyecatch.db.records.scan import TrackVotes
from eyecatch.jobs.naming.clustering import group_new, track_vector

PEOPLE = 4


def looks(per_episode=(8, 8, 8), clusters=None, spread=0.3, seed=0):
    """Faces of four people, one after the other; and whose each is."""
    rng = np.random.default_rng(seed)
    n = sum(per_episode)
    whose = rng.integers(0, PEOPLE, n)
    vectors = rng.standard_normal((PEOPLE, 64))[whose] + spread * rng.standard_normal((n, 64))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    places = np.arange(n)
    made = FaceEmbeddings(
        ids=places + 100,
        tracks=places + 500,
        episodes=np.repeat(np.arange(len(per_episode)) + 1, per_episode),
        shots=places,
        starts=places * 10,
        stops=places * 10 + 10,
        clusters=np.zeros(n, np.int64) if clusters is None else np.array(clusters),
        characters=np.zeros(n, np.int64),
        by_person=np.zeros(n, bool),
        vectors=vectors.astype(np.float32),
    )
    return made, whose


def same(owners):
    return {frozenset(np.flatnonzero(owners == k).tolist()) for k in np.unique(owners)}


def test_each_person_is_a_cluster():
    made, whose = looks()
    owners, fresh = group_new(made)
    assert fresh == PEOPLE
    assert same(owners) == same(whose)
    assert set(owners.tolist()) == {-1, -2, -3, -4}


def test_night_by_night_or_at_once_is_all_one():
    made, _ = looks(spread=0.8)
    at_once, _ = group_new(made)
    clusters = np.zeros(len(made), np.int64)
    for episode in (1, 2, 3):
        there = np.flatnonzero(made.episodes <= episode)
        part = FaceEmbeddings(
            *(getattr(made, f)[there] for f in FaceEmbeddings.__dataclass_fields__)
        )
        owners, _ = group_new(replace(part, clusters=clusters[there]))
        base = clusters.max()
        clusters[there] = np.where(owners < 0, base - owners, owners)
    assert same(clusters) == same(at_once)


def test_nothing_new_changes_nothing():
    made, _ = looks(clusters=[7] * 24)
    owners, fresh = group_new(made)
    assert (owners.tolist(), fresh) == ([7] * 24, 0)


def test_two_on_screen_at_once_are_never_one():
    made, whose = looks((24,))
    i, j = np.flatnonzero(whose == whose[0])[:2]
    starts, shots = made.starts.copy(), made.shots.copy()
    shots[j], starts[j] = shots[i], starts[i]
    owners, _ = group_new(replace(made, shots=shots, starts=starts, stops=starts + 10))
    assert owners[i] != owners[j]


def test_what_a_person_parted_or_touched_stays():
    made, whose = looks()
    old = np.where(whose == whose[0], 0, whose + 20)
    mine = np.flatnonzero(whose == whose[0])
    old[mine[0]], old[mine[1]] = 50, 51
    owners, _ = group_new(replace(made, clusters=old), cannot_link=[(50, 51)])
    assert owners[mine[0]] != owners[mine[1]]
    owners, _ = group_new(replace(made, clusters=old), edited=[50, 51])
    assert {owners[mine[0]], owners[mine[1]]} == {50, 51}
    # Untouched, they are one; the lower number stays.
    owners, _ = group_new(replace(made, clusters=old))
    assert set(owners[mine].tolist()) == {50}


def test_clusters_that_people_named_differently_never_join():
    made, whose = looks()
    mine = np.flatnonzero(whose == whose[0])
    old = np.where(whose == whose[0], 0, whose + 20)
    old[mine[0]], old[mine[1]] = 50, 51
    named = np.isin(np.arange(len(made)), mine[:2])
    characters = np.where(named, np.arange(len(made)) + 1, 0)
    owners, _ = group_new(replace(made, clusters=old, by_person=named, characters=characters))
    assert {owners[mine[0]], owners[mine[1]]} == {50, 51}


def test_a_track_looks_like_its_best_crops():
    embeddings = np.eye(2, dtype=np.float32)
    vote = TrackVotes(1, embeddings, np.zeros((2, 0), np.float32), np.float32([3, 1]))
    np.testing.assert_allclose(track_vector(vote), np.float32([3, 1]) / np.sqrt(10), rtol=1e-6)
    without = TrackVotes(1, embeddings, np.zeros((2, 0), np.float32), np.float32([0, 0]))
    np.testing.assert_allclose(track_vector(without), np.sqrt(0.5), rtol=1e-6)
    nothing = TrackVotes(1, embeddings * 0, np.zeros((2, 0), np.float32), np.float32([1, 1]))
    assert not track_vector(nothing).any()
