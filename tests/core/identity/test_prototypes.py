"""Prototypes: properties of arrays, and archives that a stranger made."""

from __future__ import annotations

import io
import pickle
import zipfile

import numpy as np
import pytest

from eyecatch.core.errors import ModelError
from eyecatch.core.identity.prototypes import (
    SCALE,
    Prototypes,
    make_prototypes,
    read_prototypes,
    write_prototypes,
)


def unit(rng, n, d=8):
    vectors = rng.normal(size=(n, d))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def rng():
    return np.random.default_rng(5)


@pytest.fixture
def some(rng):
    """Five prototypes of three owners."""
    return Prototypes(unit(rng, 5), np.array([2, 0, 1, 0, 2]), np.array([1, 2, 3, 4, 5]))


def test_a_logit_is_that_of_the_nearest_prototype(some, rng):
    faces = unit(rng, 7)
    logits = some.logits(faces)
    assert logits.shape == (7, 3)
    for owner in range(3):
        cosines = faces @ some.of(owner).T
        np.testing.assert_allclose(logits[:, owner], SCALE * cosines.max(axis=1), atol=1e-5)


def test_the_order_of_prototypes_does_not_matter(some, rng):
    faces, order = unit(rng, 7), rng.permutation(5)
    mixed = Prototypes(some.vectors[order], some.owners[order], some.counts[order])
    assert np.array_equal(mixed.logits(faces), some.logits(faces))


def test_a_face_is_judged_as_if_alone(some, rng):
    faces = unit(rng, 50)
    alone = np.concatenate([some.logits(face[None]) for face in faces])
    np.testing.assert_allclose(some.logits(faces), alone, rtol=0, atol=1e-13)


@pytest.mark.parametrize("place", [0, 1, 3])
def test_what_is_inserted_and_removed_leaves_nothing(some, rng, place):
    faces = unit(rng, 7)
    more = some.inserted(place, unit(rng, 2), np.array([1, 1]))
    assert more.classes == 4
    old = np.delete(more.logits(faces), place, axis=1)
    assert np.array_equal(old, some.logits(faces))
    back = more.without(place)
    for name in ("vectors", "owners", "counts"):
        assert np.array_equal(getattr(back, name), getattr(some, name))


def test_a_variant_never_makes_its_owner_less_likely(some, rng):
    faces = unit(rng, 20)
    more = some.extended(1, unit(rng, 1), np.array([1]))
    assert np.all(more.logits(faces) >= some.logits(faces))
    assert np.array_equal(more.logits(faces)[:, [0, 2]], some.logits(faces)[:, [0, 2]])


def test_nobody_yet(rng):
    none = Prototypes.none(8)
    assert none.logits(unit(rng, 3)).shape == (3, 0)
    first = none.inserted(0, unit(rng, 1), np.array([1]))
    assert first.classes == 1
    assert len(first.without(0)) == 0


def test_a_face_that_tells_nothing_is_near_nobody(some):
    assert np.all(some.logits(np.zeros((1, 8), np.float32)) == 0)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"vectors": np.zeros((5, 8), np.float32)}, "unit length"),
        ({"vectors": np.full((5, 8), np.nan, np.float32)}, "unit length"),
        ({"vectors": np.eye(5, 8)}, "expected float32"),
        ({"vectors": np.zeros(5, np.float32)}, "expected shape"),
        ({"owners": np.array([0, 0, 3, 0, 1])}, "every place"),
        ({"owners": np.array([-1, 0, 1, 0, 1])}, "every place"),
        ({"owners": np.array([2**62, 0, 1, 0, 1])}, "every place"),
        ({"owners": np.zeros(5, np.int32)}, "expected int64"),
        ({"counts": np.array([1, 1, 1, 1, -1])}, "none below 0"),
        ({"counts": np.ones(4, np.int64)}, r"expected int64 \(5,\)"),
    ],
)
def test_values_are_checked(some, change, sentence):
    values = {name: getattr(some, name) for name in ("vectors", "owners", "counts")} | change
    with pytest.raises(ValueError, match=sentence):
        Prototypes(**values)


# Made of pictures


def test_each_of_a_few_pictures_makes_a_prototype_on_the_way_to_their_mean(rng):
    faces = unit(rng, 5)
    vectors, counts = make_prototypes(faces)
    assert counts.tolist() == [1] * 5
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    mean = faces.mean(axis=0) / np.linalg.norm(faces.mean(axis=0))
    own = (faces @ vectors.T).max(axis=1)
    assert np.all(own > faces @ mean)
    assert np.all(vectors @ mean > (faces @ mean).min())
    (only,), _ = make_prototypes(faces, max_count=1)
    np.testing.assert_allclose(only, mean, atol=1e-6)


def test_two_costumes_are_both_remembered(rng):
    looks = unit(rng, 2)
    faces = np.repeat(looks, 20, axis=0) + rng.normal(0, 0.02, (40, 8))
    faces = faces / np.linalg.norm(faces, axis=1, keepdims=True)
    vectors, counts = make_prototypes(faces, max_count=2)
    assert counts.tolist() == [20, 20]
    mean = faces.mean(axis=0) / np.linalg.norm(faces.mean(axis=0))
    assert np.all((vectors @ looks.T).max(axis=0) > looks @ mean + 0.1)
    assert len(make_prototypes(faces)[0]) == 8


def test_the_order_of_pictures_does_not_matter(rng):
    faces = unit(rng, 30)
    one, _ = make_prototypes(faces)
    other, _ = make_prototypes(faces[::-1])
    np.testing.assert_allclose((one @ other.T).max(axis=0), 1, atol=1e-6)


def test_pictures_that_are_all_the_same_make_one_prototype(rng):
    vectors, counts = make_prototypes(np.repeat(unit(rng, 1), 40, axis=0))
    assert (len(vectors), counts.tolist()) == (1, [40])


def test_pictures_that_tell_nothing(rng):
    face = unit(rng, 1)
    vectors, counts = make_prototypes(np.concatenate([np.zeros((2, 8), np.float32), face]))
    np.testing.assert_allclose(vectors, face, atol=1e-6)
    assert counts.tolist() == [1]
    with pytest.raises(ValueError, match="not zero"):
        make_prototypes(np.zeros((3, 8), np.float32))
    opposite, _ = make_prototypes(np.concatenate([face, -face]))
    np.testing.assert_allclose(np.linalg.norm(opposite, axis=1), 1, atol=1e-6)


# On disk


def test_what_is_written_is_read_and_written_alike(some, tmp_path):
    write_prototypes(tmp_path / "a.npz", some)
    write_prototypes(tmp_path / "b.npz", read_prototypes(tmp_path / "a.npz"))
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def npy(array, **options):
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


def archive(path, **members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(f"{name}.npy", content)


class Bomb:
    """Pickled, it would make a file when it is read."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (self.path, "w"))


def test_pickle_is_never_read(tmp_path):
    proof = tmp_path / "proof"
    objects = np.array([Bomb(str(proof))], object)
    good = npy(np.zeros(1, np.int64))
    archive(tmp_path / "a.npz", vectors=npy(objects), owners=good, counts=good)
    with pytest.raises(ModelError, match="can't be read"):
        read_prototypes(tmp_path / "a.npz")
    archive(tmp_path / "b.npz", vectors=pickle.dumps(Bomb(str(proof))), owners=good, counts=good)
    with pytest.raises(ModelError, match="can't be read"):
        read_prototypes(tmp_path / "b.npz")
    assert not proof.exists()


def vast(shape):
    """An array whose head promises more than there is."""
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        head, {"descr": "<f4", "fortran_order": False, "shape": shape}
    )
    return head.getvalue()


@pytest.mark.parametrize(
    "vectors",
    [
        b"",
        b"no array",
        vast((2**60, 192)),
        vast((2**20, 2**20)),
        vast((-5, 8)),
        vast((5, 8)),
        npy(np.zeros((5, 8), np.complex64)),
        npy(np.array([["a"]])),
        npy(np.float32(1)),
    ],
)
def test_hostile_arrays_are_said_in_one_sentence(tmp_path, vectors):
    good = npy(np.zeros(5, np.int64))
    archive(tmp_path / "a.npz", vectors=vectors, owners=good, counts=good)
    with pytest.raises(ModelError, match=r"a\.npz: its prototypes can't be read") as caught:
        read_prototypes(tmp_path / "a.npz")
    assert "\n" not in str(caught.value)


def test_an_archive_that_swells_is_not_unpacked(tmp_path):
    path, good = tmp_path / "a.npz", npy(np.zeros(1, np.int64))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        for name in ("owners", "counts"):
            file.writestr(f"{name}.npy", good)
        with file.open("vectors.npy", "w") as member:
            for _ in range(257):
                member.write(bytes(2**20))
    assert path.stat().st_size < 2**22
    with pytest.raises(ModelError, match="can't be read"):
        read_prototypes(path)


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06" + bytes(18), b"PK\x03\x04" + bytes(90)])
def test_what_is_no_archive_is_said(tmp_path, content):
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(ModelError, match="can't be read"):
        read_prototypes(tmp_path / "a.npz")
