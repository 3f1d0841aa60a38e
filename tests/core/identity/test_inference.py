"""Identify: each face gets the answer it would get alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from eyecatch.core.errors import MediaError, ModelError
from eyecatch.core.identity.bundle import load_bundle
from eyecatch.core.identity.bundle_writer import Card, save_bundle
from eyecatch.core.identity.inference import Identify, IdentifyAll, prepare

with_prototypes = pytest.mark.parametrize("made", ["compact"], indirect=True)


@pytest.fixture(scope="module")
def identify(shared_bundle):
    return Identify(shared_bundle)


def test_shapes_dtypes_and_unit_length(identify, crops):
    said = identify(crops)
    assert said.logits.shape == (70, 3)
    assert said.embeddings.shape == (70, 8)
    assert said.logits.dtype == said.embeddings.dtype == np.float32
    lengths = np.linalg.norm(said.embeddings, axis=1)
    # They are what the index keeps, in float16: unit length to its eleven bits.
    assert np.all(np.isclose(lengths, 1, atol=2e-3) | (lengths == 0))
    assert np.ptp(said.logits, axis=0).min() > 0


def test_a_face_gets_the_same_answer_in_any_company(identify, crops):
    together = identify(crops)
    alone = np.concatenate([identify([crop]).logits for crop in crops])
    backwards = identify(crops[::-1])
    np.testing.assert_allclose(alone, together.logits, atol=1e-5)
    np.testing.assert_allclose(backwards.logits[::-1], together.logits, atol=1e-5)
    np.testing.assert_allclose(backwards.embeddings[::-1], together.embeddings, atol=1e-5)


def test_no_faces_are_a_normal_value(identify):
    said = identify([])
    assert said.logits.shape == (0, 3)
    assert said.embeddings.shape == (0, 8)


def test_a_crop_that_is_no_picture_is_said(identify, crops):
    with pytest.raises(MediaError):
        identify([crops[0], b"no picture"])


def test_numbers_that_are_not_finite_are_an_error(tmp_path, made, network, prototypes, crops):
    broken = made.architecture.build()
    broken.set_weights([np.full_like(w, np.nan) for w in network.get_weights()])
    bundle = save_bundle(tmp_path / "nan.bundle", made, broken, Card({}, ""), prototypes)
    with pytest.raises(ModelError, match="not all finite"):
        Identify(bundle)(crops[:1])


def test_answers_that_overflow_are_an_error(tmp_path, made, network, prototypes, crops):
    huge = made.architecture.build()
    huge.set_weights([np.full_like(w, 1e30) for w in network.get_weights()])
    bundle = save_bundle(tmp_path / "huge.bundle", made, huge, Card({}, ""), prototypes)
    with pytest.raises(ModelError, match="not finite"):
        Identify(bundle)(crops[:1])


def test_pictures_are_prepared_in_bgr_and_shrunk_by_averaging(crops):
    pictures = prepare(crops[:2], 8)
    assert pictures.shape == (2, 8, 8, 3)
    assert pictures.dtype == np.uint8
    blocks = np.random.default_rng(2).integers(0, 256, (70, 8, 8, 3), dtype=np.uint8)
    assert np.abs(pictures.astype(int) - blocks[:2]).mean() < 6


@with_prototypes
def test_bundles_of_one_network_share_it_and_say_what_they_say_alone(
    tmp_path, shared_bundle, made, prototypes, crops
):
    fewer = replace(made, characters=made.characters[:1])
    other = save_bundle(
        tmp_path / "b.bundle", fewer, shared_bundle.weights, Card({}, ""), prototypes.without(1)
    )
    alone = [Identify(bundle)(crops[:9]) for bundle in (shared_bundle, other)]
    together = IdentifyAll([shared_bundle, other])
    for one, same in zip(alone, together(crops[:9]), strict=True):
        assert np.array_equal(one.logits, same.logits)
        assert np.array_equal(one.embeddings, same.embeddings)
    assert len(together._identify) == 1
    assert [len(said) for said in together([])] == [0, 0]


def test_weights_that_were_changed_since_are_said(folder, crops):
    bundle = load_bundle(folder)
    (folder / "model.keras").write_bytes(b"another")
    with pytest.raises(ModelError, match="digest differs"):
        Identify(bundle)(crops[:1])
