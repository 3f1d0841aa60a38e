"""Augmentation: as told, and again the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from eyecatch.core.tensorflow import tensorflow
from eyecatch.training.classifier.augment import augment, cutmix
from eyecatch.training.classifier.batches import batches
from eyecatch.training.classifier.config import Settings

STILL = Settings(
    flip=0, zoom=0, shift=0, rotation=0, light=0, tint=0, saturation=0, grey=0, night=0,
    flashback=0, occlusion=0, downscale=0, jpeg=0, blur=0, cutmix=0,
)  # fmt: skip


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
        ("rotation", 20.0),
        ("light", 0.2),
        ("tint", 0.2),
        ("saturation", 0.5),
        ("night", 1.0),
        ("flashback", 1.0),
        ("occlusion", 1.0),
        ("downscale", 1.0),
        ("jpeg", 1.0),
        ("blur", 1.0),
    ],
)
def test_each_kind_changes_each_picture_by_itself(pictures, kind, strength):
    after = changed(pictures, replace(STILL, **{kind: strength})).astype(int)
    differences = np.abs(after - pictures).mean(axis=(1, 2, 3))
    assert after.shape == pictures.shape
    assert np.all(differences < 100)
    assert len(set(differences.tolist())) > 8


def test_a_night_is_dark_and_blue(pictures):
    before, after = pictures.mean(axis=(1, 2)), changed(pictures, replace(STILL, night=1.0))
    blue, _, red = (after.mean(axis=(1, 2)) / before).T
    assert np.all(blue < 1)
    assert np.all(red < blue)


def test_the_past_is_pale_or_faded(pictures):
    after = changed(pictures, replace(STILL, flashback=1.0)).astype(int)
    assert np.all(after.std(axis=(1, 2, 3)) < pictures.std(axis=(1, 2, 3)))


def test_only_the_share_that_was_set_is_changed(pictures):
    for kind in ("occlusion", "downscale", "jpeg", "blur"):
        after = changed(pictures, replace(STILL, **{kind: 0.25})).astype(int)
        differs = np.abs(after - pictures).max(axis=(1, 2, 3)) > 1
        assert differs.sum() == 4, kind


def test_a_part_is_hidden_and_the_rest_stays(pictures):
    after = changed(pictures, replace(STILL, occlusion=1.0)).astype(int)
    hidden = (np.abs(after - pictures) > 1).any(axis=3).mean(axis=(1, 2))
    assert np.all((hidden > 0.01) & (hidden < 0.3))


def test_a_mixed_picture_is_as_much_its_own_as_is_said(pictures):
    tf = tensorflow()
    flat = np.broadcast_to(np.arange(16, dtype=np.uint8)[:, None, None, None], pictures.shape)
    seed = tf.constant([1, 2], tf.int64)
    mixed, partners, share = cutmix(tf.constant(flat), seed, replace(STILL, cutmix=0.7))
    mixed, partners, share = mixed.numpy(), partners.numpy(), share.numpy()
    assert sorted(partners.tolist()) == list(range(16))
    assert 0 < (share < 1).sum() < 16
    for k in range(16):
        own = share[k] if partners[k] != k else 1.0
        assert (mixed[k] == k).mean() == pytest.approx(own)
        assert set(np.unique(mixed[k]).tolist()) <= {k, int(partners[k])}


def test_the_same_step_shows_the_same(pictures):
    settings = Settings()
    first = changed(pictures, settings, 3)
    assert first.dtype == np.uint8
    assert np.array_equal(first, changed(pictures, settings, 3))
    assert not np.array_equal(first, changed(pictures, settings, 4))


def test_batches_go_on_where_they_were_left(pictures):
    order = np.random.default_rng(1).permutation(16).reshape(4, 4)
    settings = Settings(cutmix=0.5)
    shown = [[t.numpy() for t in step] for step in batches(pictures, order, 0, settings)]
    later = [[t.numpy() for t in step] for step in batches(pictures, order, 2, settings)]
    assert np.array_equal(np.stack([places for _, places, _, _ in shown]), order)
    assert len(later) == 2
    for there, again in zip(shown[2:], later, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(there, again, strict=True))
    for _, places, partners, share in shown:
        assert set(partners.tolist()) == set(places.tolist())
        assert np.all((share > 0) & (share <= 1))
