"""A cast enrolled at once: everybody is known by their own faces, and strangers are few."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from eyecatch.core.identity.base_embedder import base_bundle
from eyecatch.core.identity.bundle_writer import unsaved_bundle
from eyecatch.core.identity.decision import vote
from eyecatch.core.identity.prototypes import make_prototypes
from eyecatch.training.enrolment.whole_cast import CastFaces, enrol_cast
from eyecatch.training.open_set import calibrate_open_set

NOISE = 0.6


@pytest.fixture(scope="module")
def base():
    return base_bundle()


def people(base, count, faces, seed=0):
    """Made-up faces around a direction each, unit vectors (count, faces, d)."""
    dice = np.random.default_rng(seed)
    length = int(base.architecture.options["embedding"])
    centres = dice.normal(size=(count, 1, length))
    vectors = centres / np.linalg.norm(centres, axis=2, keepdims=True)
    vectors = vectors + NOISE * dice.normal(size=(count, faces, length)) / np.sqrt(length)
    return (vectors / np.linalg.norm(vectors, axis=2, keepdims=True)).astype(np.float32)


def cast_of(vectors):
    return {
        f"person {k}": CastFaces(own, np.arange(len(own)) // 2) for k, own in enumerate(vectors)
    }


def said(gallery, embeddings):
    contents = gallery.contents
    return [
        vote(row[None], np.ones(1), contents.calibration, contents.names, contents.thresholds)
        for row in gallery.prototypes.logits(embeddings)
    ]


@pytest.mark.parametrize("faces", [1, 2, 12], ids=["kept", "some", "fitted"])
def test_everybody_is_known_by_their_own_faces_and_by_others(base, faces):
    vectors = people(base, 8, faces + 5)
    gallery = enrol_cast(base, cast_of(vectors[:, :faces]), vectors[:0, 0])
    assert gallery.contents.names == tuple(f"person {k}" for k in range(8))
    for k, own in enumerate(vectors):
        for verdict in said(gallery, own):
            assert verdict.character in (f"person {k}", None)
        assert {one.character for one in said(gallery, own[:faces])} == {f"person {k}"}


@pytest.mark.parametrize("faces", [2, 12])
def test_who_people_called_nobody_seldom_gets_a_name(base, faces):
    """Strangers that look much like the cast: between each two of it."""
    vectors = people(base, 8, faces)
    between = vectors + np.roll(vectors, 1, axis=0)
    between = (between / np.linalg.norm(between, axis=2, keepdims=True)).reshape(-1, 192)
    shares = []
    for strangers in (between[:0], between):
        gallery = enrol_cast(base, cast_of(vectors), strangers)
        shares.append(np.mean([one.character is not None for one in said(gallery, between)]))
        own = [one.character for k in range(8) for one in said(gallery, vectors[k])]
        assert np.mean([one is not None for one in own]) > 0.9
    assert shares[1] <= max(0.07, shares[0] / 2)


def test_who_the_embedder_knows_already_is_left_out(base):
    vectors = people(base, 4, 3)
    first = enrol_cast(base, cast_of(vectors[:2]), vectors[:0, 0])
    known = unsaved_bundle(first.contents, base, first.prototypes)
    again = enrol_cast(known, {"Hiei": CastFaces(vectors[3], np.arange(3))}, vectors[:0, 0])
    assert again.contents.names == ("Hiei",)
    assert again.prototypes.classes == 1


def test_bundles_that_are_on_no_disk_are_told_apart(base):
    vectors = people(base, 3, 3)
    made = [
        enrol_cast(base, cast_of(some), vectors[:0, 0])
        for some in (vectors[:2], vectors[:2], vectors[1:])
    ]
    one, same, other = (unsaved_bundle(each.contents, base, each.prototypes) for each in made)
    assert one.digest == same.digest != other.digest != base.digest
    assert one.network == base.network


def test_a_long_season_is_fitted_on_a_part_of_it(base, monkeypatch):
    asked = []

    def fitted(logits, *rest):
        asked.append(len(logits))
        return calibrate_open_set(logits, *rest)

    monkeypatch.setattr("eyecatch.training.enrolment.whole_cast.calibrate_open_set", fitted)
    vectors = people(base, 3, 800)
    enrol_cast(base, cast_of(vectors), vectors[0])
    assert 800 <= asked[0] <= 2000


def show_that_nobody_saw(base, faces):
    """People whose faces differ most in what says nothing of who they are."""
    dice = np.random.default_rng(5)
    vectors = people(base, 6, faces, seed=5) + 0
    pose = np.linalg.qr(dice.normal(size=(192, 4)))[0]
    vectors = vectors + 1.2 * dice.normal(size=(6, faces, 4)) @ pose.T
    return (vectors / np.linalg.norm(vectors, axis=2, keepdims=True)).astype(np.float32)


def test_a_show_is_learned_from_its_named_faces(base):
    vectors = show_that_nobody_saw(base, 120)
    named, asked = vectors[:, :60], vectors[:, 60:]
    gallery = enrol_cast(base, cast_of(named), vectors[:0, 0])
    assert gallery.prototypes.metric is not None
    rightly = [
        np.mean([one.character == f"person {k}" for one in said(gallery, own)])
        for k, own in enumerate(asked)
    ]
    plain = replace(
        gallery.prototypes,
        metric=None,
        vectors=np.concatenate(
            [own.mean(axis=0, keepdims=True) / np.linalg.norm(own.mean(axis=0)) for own in named]
        ),
        owners=np.arange(6),
        counts=np.ones(6, np.int64),
    )
    before = [(plain.cosines(own).argmax(axis=1) == k).mean() for k, own in enumerate(asked)]
    assert np.mean(rightly) > np.mean(before) + 0.05


def test_with_a_handful_of_faces_embeddings_are_compared_as_they_are(base):
    gallery = enrol_cast(base, cast_of(people(base, 3, 2)), np.zeros((0, 192), np.float32))
    assert gallery.contents.calibration == base.calibration
    assert gallery.prototypes.metric is None


def test_who_joins_a_show_that_was_learned_and_leaves_again_changes_nothing(base):
    gallery = enrol_cast(base, cast_of(show_that_nobody_saw(base, 10)), np.zeros((0, 192), "f4"))
    new = people(base, 1, 5, seed=8)[0]
    more = gallery.with_prototypes("Hiei", *make_prototypes(gallery.prototypes.mapped(new)))
    assert {one.character for one in said(more, new)} == {"Hiei"}
    less = more.without(more.index_of("Hiei"))
    assert less.contents == gallery.contents
    assert less.prototypes.metric is gallery.prototypes.metric
    for name in ("vectors", "owners", "counts"):
        assert np.array_equal(getattr(less.prototypes, name), getattr(gallery.prototypes, name))
