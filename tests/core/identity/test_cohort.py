import numpy as np
import pytest

from eyecatch.core.errors import ModelError
from eyecatch.core.identity.cohort import Cohort, read_cohort, write_cohort


def cohort(people):
    vectors = np.random.default_rng(0).normal(size=(len(people), 8)).astype(np.float32)
    return Cohort(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.array(people))


def test_what_is_written_is_read_in_half_precision(tmp_path):
    made = cohort([3, 3, 7, 9])
    write_cohort(tmp_path / "cohort.npz", made)
    read = read_cohort(tmp_path / "cohort.npz", 8)
    assert read.people.tolist() == [0, 0, 1, 2]
    assert np.abs(read.vectors - made.vectors).max() < 1e-3


def test_a_person_with_many_faces_weighs_as_their_root():
    weights = cohort([0] * 9 + [1]).weights
    assert weights.sum() == pytest.approx(1)
    assert weights[:9].sum() == pytest.approx(3 * weights[9])


@pytest.mark.parametrize(
    ("arrays", "why"),
    [
        ({"vectors": np.ones((2, 8), np.float16), "people": np.zeros(2, np.int32)}, "unit length"),
        ({"vectors": np.eye(7, dtype=np.float16), "people": np.zeros(7, np.int32)}, "(n, 8)"),
        ({"vectors": np.eye(8, dtype=np.float16), "people": np.full(8, -1)}, "from 0 on"),
        ({"vectors": np.eye(8, dtype=np.float16), "people": np.full(8, 2**40)}, "from 0 on"),
        ({"vectors": np.eye(8, dtype=np.float16), "people": np.zeros(3, np.int32)}, "people (3,)"),
        ({"vectors": np.full((1, 8), np.nan), "people": np.zeros(1, np.int32)}, "unit length"),
        ({"vectors": np.eye(8, dtype=np.float16)}, "people"),
    ],
)
def test_a_hostile_cohort_is_refused_in_a_sentence(tmp_path, arrays, why):
    path = tmp_path / "cohort.npz"
    np.savez(path, **arrays)
    with pytest.raises(ModelError) as error:
        read_cohort(path, 8)
    assert why in str(error.value)


def test_what_is_no_archive_is_refused(tmp_path):
    path = tmp_path / "cohort.npz"
    path.write_bytes(b"\x80\x04N.")  # a pickle
    with pytest.raises(ModelError, match="can't be read"):
        read_cohort(path, 8)


def people(count, faces=2):
    vectors = np.random.default_rng(1).normal(size=(count, 32)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Cohort(np.repeat(vectors, faces, axis=0), np.repeat(np.arange(count), faces))


def test_a_prototype_that_is_near_to_everybody_is_set_back():
    strangers = people(40)
    middle = strangers.vectors.mean(axis=0)
    away = -middle
    both = np.stack([middle, away])
    near, far = strangers.offsets(both / np.linalg.norm(both, axis=1, keepdims=True))
    assert near > 0.1 > far


def test_whoever_is_of_the_cohort_himself_is_not_set_back_by_it():
    strangers = people(40)
    with_more = Cohort(
        np.concatenate([strangers.vectors, np.repeat(strangers.vectors[:1], 50, axis=0)]),
        np.concatenate([strangers.people, np.zeros(50, int)]),
    )
    own = strangers.vectors[:1]
    alone = Cohort(strangers.vectors[2:], strangers.people[2:])
    assert with_more.offsets(own) == pytest.approx(alone.offsets(own), abs=0.03)


def test_a_handful_of_people_says_nothing():
    few = people(5)
    assert few.offsets(few.vectors).tolist() == [0] * len(few)
