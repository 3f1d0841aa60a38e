"""Faces grouped by look: what belongs together comes together, and what may not never does."""

from __future__ import annotations

import numpy as np
import pytest

from eyecatch.core.identity import clustering as grouping
from eyecatch.core.identity.clustering import ALONE, group, join


def people(sizes, spread=0.5, seed=0):
    """Unit vectors round one direction a person, and whose each is; shuffled."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    vectors = rng.standard_normal((len(sizes), 64))[labels]
    vectors += spread * rng.standard_normal(vectors.shape)
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), labels


def plain(vectors, apart=(), closeness=grouping.CLOSENESS):
    """Average linkage as its definition has it: the two clusters of highest mean cosine, joined."""
    cosines = (vectors @ vectors.T).astype(float)
    for i, j in apart:
        cosines[i, j] = cosines[j, i] = -np.inf
    clusters = [[k] for k in range(len(vectors))]
    while len(clusters) > 1:
        pairs = [(i, j) for j in range(len(clusters)) for i in range(j)]
        means = [cosines[np.ix_(clusters[i], clusters[j])].mean() for i, j in pairs]
        if max(means) < closeness:
            break
        i, j = pairs[int(np.argmax(means))]
        clusters[i] += clusters.pop(j)
    return {frozenset(cluster) for cluster in clusters if len(cluster) > 1}


def sets(groups):
    return {frozenset(np.flatnonzero(groups == k).tolist()) for k in range(groups.max() + 1)}


def test_each_person_is_a_group_the_largest_first():
    vectors, labels = people([30, 12, 5, 1])
    groups = group(vectors)
    assert [np.unique(labels[groups == k]).tolist() for k in range(3)] == [[0], [1], [2]]
    assert np.bincount(groups[groups >= 0]).tolist() == [30, 12, 5]
    assert groups[labels == 3].tolist() == [ALONE]


@pytest.mark.parametrize("seed", range(5))
def test_it_is_average_linkage(seed, monkeypatch):
    monkeypatch.setattr(grouping, "BLOCK", 7)  # several blocks, the last one not full
    vectors, _ = people([6, 5, 4, 3, 2, 1], spread=1.0, seed=seed)
    rng = np.random.default_rng(seed)
    apart = [tuple(rng.choice(len(vectors), 2, replace=False).tolist()) for _ in range(12)]
    assert sets(group(vectors, apart, 0.3)) == plain(vectors, apart, 0.3)


def test_two_that_are_apart_are_never_one_however_alike():
    vectors = np.repeat(people([1])[0], 6, axis=0)
    groups = group(vectors, [(0, 1), (4, 5)])
    assert groups[0] != groups[1]
    assert groups[4] != groups[5]
    assert (groups >= 0).sum() >= 4


def test_alike_to_the_last_bit_they_are_still_joined():
    groups = group(np.repeat(people([1, 1])[0], 500, axis=0))
    assert np.bincount(groups).tolist() == [500, 500]


def test_the_order_of_the_faces_does_not_matter():
    vectors, _ = people([9, 7, 3, 1, 1], spread=0.8)
    order = np.random.default_rng(1).permutation(len(vectors))
    turned = {frozenset(order[list(one)].tolist()) for one in sets(group(vectors[order]))}
    assert turned == sets(group(vectors))


def test_none_and_one():
    assert group(np.zeros((0, 64), np.float32)).shape == (0,)
    assert group(people([1])[0]).tolist() == [ALONE]


def test_joining_clusters_is_as_joining_their_faces():
    vectors, _ = people([9, 7, 3, 1], spread=0.8)
    first = group(vectors, closeness=0.8)
    first[first == ALONE] = first.max() + 1 + np.arange((first == ALONE).sum())
    counts = np.bincount(first).astype(np.float32)
    means = np.stack([vectors[first == k].mean(axis=0) for k in range(len(counts))])
    joined = join(means, counts, np.zeros((0, 2), np.int64), 0.3)
    owners = joined[first]
    several = [k for k in np.unique(owners) if (owners == k).sum() > 1]
    assert {frozenset(np.flatnonzero(owners == k).tolist()) for k in several} == sets(
        group(vectors, closeness=0.3)
    )
    assert joined[0] == 0
