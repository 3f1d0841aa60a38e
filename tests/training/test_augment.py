"""Augmentation: as told, and again the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from eyecatch.core.identity.devices import tensorflow
from eyecatch.training.augment import augment, batches
from eyecatch.training.settings import Settings

STILL = Settings(flip=0, zoom=0, shift=0, turn=0, light=0, tint=0, saturation=0, grey=0, spoilt=0)


@pytest.fixture(scope="module")
def pictures():
    blocks = np.random.default_rng(0).integers(0, 256, (16, 6, 6, 3), dtype=np.uint8)
    return blocks.repeat(4, axis=1).repeat(4, axis=2)


def changed(pictures, settings, step=0):
    tf = tensorflow()
    seed = tf.constant([settings.seed, step], tf.int64)
    return augment(tf.constant(pictures), seed, settings).numpy()


def test_nothing_changes_where_nothing_is_to(pictures):
    assert np.abs(changed(pictures, STILL).astype(int) - pictures).max() <= 1


def test_a_mirror_is_a_mirror(pictures):
    mirrored = changed(pictures, replace(STILL, flip=1.0))
    assert np.abs(mirrored.astype(int) - pictures[:, :, ::-1]).max() <= 1


def test_grey_is_grey(pictures):
    grey = changed(pictures, replace(STILL, grey=1.0))
    assert np.ptp(grey.astype(int), axis=3).max() <= 1


@pytest.mark.parametrize(
    ("kind", "strength"),
    [
        ("zoom", 0.2),
        ("shift", 0.1),
        ("turn", 20.0),
        ("light", 0.2),
        ("tint", 0.2),
        ("saturation", 0.5),
        ("spoilt", 0.5),
    ],
)
def test_each_kind_changes_each_picture_by_itself(pictures, kind, strength):
    after = changed(pictures, replace(STILL, **{kind: strength})).astype(int)
    differences = np.abs(after - pictures).mean(axis=(1, 2, 3))
    assert after.shape == pictures.shape
    assert np.all(differences < 100)
    assert len(set(differences.tolist())) > 8


def test_the_same_step_shows_the_same(pictures):
    settings = Settings()
    first = changed(pictures, settings, 3)
    assert first.dtype == np.uint8
    assert np.array_equal(first, changed(pictures, settings, 3))
    assert not np.array_equal(first, changed(pictures, settings, 4))


def test_batches_go_on_where_they_were_left(pictures):
    order = np.random.default_rng(1).permutation(16).reshape(4, 4)
    shown = [(c.numpy(), p.numpy()) for c, p in batches(pictures, order, 0, Settings())]
    later = [(c.numpy(), p.numpy()) for c, p in batches(pictures, order, 2, Settings())]
    assert np.array_equal(np.stack([places for _, places in shown]), order)
    assert len(later) == 2
    for (a, _), (b, _) in zip(shown[2:], later, strict=True):
        assert np.array_equal(a, b)
