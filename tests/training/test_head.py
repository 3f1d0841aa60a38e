"""The head of an embedder: as it is trained, so it is asked."""

from __future__ import annotations

import numpy as np
import pytest

from eyecatch.core.identity.prototypes import SCALE, Prototypes
from eyecatch.core.tensorflow import keras
from eyecatch.training.classifier.head import (
    blend_prototypes,
    head_of,
    margin_loss,
    mean_prototypes,
    random_prototypes,
    replace_prototypes,
    with_head,
)
from eyecatch.training.classifier.loop import mixed_precision


def units(n, seed, d=6):
    vectors = np.random.default_rng(seed).normal(size=(n, d))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def prototypes():
    """Two, one and three prototypes."""
    return Prototypes(units(6, 1), np.array([0, 0, 1, 2, 2, 2]), np.ones(6, np.int64))


@pytest.fixture(scope="module")
def network(prototypes):
    vectors = keras().layers.Input((6,))
    return with_head(keras().Model(vectors, vectors), prototypes)


def test_it_says_what_prototypes_say(network, prototypes):
    seen = units(20, 2)
    said = np.asarray(network(seen))
    assert np.allclose(said, prototypes.logits(seen), atol=1e-4)
    kept = head_of(network, prototypes)
    assert np.allclose(kept.vectors, prototypes.vectors, atol=1e-6)
    assert np.array_equal(kept.owners, prototypes.owners)


def test_it_learns_and_stays_of_unit_length(prototypes):
    vectors = keras().layers.Input((6,))
    network = with_head(keras().Model(vectors, vectors), prototypes)
    network.compile("adam", margin_loss(0.2, 0.05))
    seen, truth = units(30, 3), np.eye(3, dtype=np.float32)[np.arange(30) % 3]
    first = network.train_on_batch(seen, truth)
    for _ in range(30):
        last = network.train_on_batch(seen, truth)
    assert last < first
    learned = head_of(network, prototypes)
    assert not np.allclose(learned.vectors, prototypes.vectors, atol=1e-3)


def test_the_margin_lowers_the_true_cosine():
    truth, logits = np.float32([[1, 0], [0.5, 0.5]]), np.float32([[3, 1], [2, 2]])
    without, margin = (np.asarray(margin_loss(m, 0.0)(truth, logits)) for m in (0.0, 0.1))
    assert without[0] == pytest.approx(np.log(1 + np.exp(-2)), rel=1e-4)
    assert margin[0] == pytest.approx(np.log(1 + np.exp(-2 + 0.1 * SCALE)), rel=1e-4)
    assert margin[1] == pytest.approx(without[1])  # both are lowered alike
    smooth = np.asarray(margin_loss(0.0, 0.2)(truth, logits))
    assert smooth[0] > without[0]


def test_means_have_an_owner_for_each_class():
    seen, labels = units(60, 4), np.repeat([0, 1, 2], [40, 1, 19])
    made = mean_prototypes(seen, labels, 3, 2)
    assert np.bincount(made.owners).tolist() == [2, 1, 2]
    assert made.counts.sum() == 60
    nobody = mean_prototypes(seen, labels, 3, 1, max_of_nobody=4)
    assert np.bincount(nobody.owners).tolist() == [1, 1, 4]
    again = random_prototypes(labels, 3, 2, 6, seed=1)
    assert np.bincount(again.owners).tolist() == [2, 1, 2]
    assert np.array_equal(again.vectors, random_prototypes(labels, 3, 2, 6, seed=1).vectors)


def test_some_owners_are_replaced(prototypes):
    other = Prototypes(units(4, 9), np.array([0, 1, 1, 2]), np.full(4, 7))
    mixed = replace_prototypes(prototypes, other, np.array([False, True, False]))
    assert mixed.owners.tolist() == [0, 0, 1, 1, 2, 2, 2]
    assert np.array_equal(mixed.of(1), other.of(1))
    assert np.array_equal(mixed.of(2), prototypes.of(2))


def test_what_was_learned_is_drawn_back_to_the_mean(prototypes):
    mean = Prototypes(units(3, 9), np.arange(3), np.full(3, 7))
    assert np.allclose(
        blend_prototypes(prototypes, mean, 1.0).vectors, prototypes.vectors, atol=1e-6
    )
    back = blend_prototypes(prototypes, mean, 0.0)
    assert np.allclose(back.vectors, mean.vectors[prototypes.owners], atol=1e-6)
    half = blend_prototypes(prototypes, mean, 0.5)
    assert (half.vectors * mean.vectors[half.owners]).sum(axis=1).min() > 0


def test_a_gpu_computes_in_half_precision_and_keeps_weights_in_full():
    """What a GPU would be told; on a CPU it is only slower."""
    before = keras().config.dtype_policy().name
    with mixed_precision("/physical_device:GPU:0") as policy:
        layer = keras().layers.Dense(3)
        assert np.asarray(layer(np.ones((2, 4), np.float32))).dtype == np.float16
    assert policy == "mixed_float16"
    assert layer.kernel.dtype == "float32"
    assert keras().config.dtype_policy().name == before
    with mixed_precision("CPU") as policy:
        assert policy == before == "float32"
