"""A network without TensorFlow: it says what TensorFlow says, and is converted once."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from eyecatch.core.files import user_cache
from eyecatch.core.identity import litert
from eyecatch.core.identity.inference import Identify, _TensorFlowNetwork, prepare
from eyecatch.core.identity.litert import LiteRtNetwork


@pytest.fixture
def pictures(shared_bundle, crops):
    return prepare(crops[:9], shared_bundle.architecture.size)


def kept():
    return sorted((user_cache() / "networks").glob("*.tflite"))


def test_it_says_what_tensorflow_says(shared_bundle, pictures):
    for ours, theirs in zip(
        LiteRtNetwork(shared_bundle)(pictures),
        _TensorFlowNetwork(shared_bundle, 32, "cpu")(pictures),
        strict=True,
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-4 * np.abs(theirs).max())


def test_a_face_is_judged_to_the_bit_as_if_it_were_alone(shared_bundle, pictures):
    network = LiteRtNetwork(shared_bundle)
    together, alone = network(pictures), [network(pictures[k : k + 1]) for k in range(9)]
    for k, parts in enumerate(together):
        assert np.array_equal(parts, np.concatenate([one[k] for one in alone]))


def test_several_at_a_time_say_the_same_in_their_order(shared_bundle, pictures, monkeypatch):
    said = {}
    for most in ("1", "3"):
        monkeypatch.setenv("OMP_NUM_THREADS", most)
        said[most] = LiteRtNetwork(shared_bundle)(np.tile(pictures, (3, 1, 1, 1)))
    for one, same in zip(said["1"], said["3"], strict=True):
        assert np.array_equal(one, same)


def test_it_is_converted_once(shared_bundle, pictures, monkeypatch):
    before = LiteRtNetwork(shared_bundle)(pictures)
    monkeypatch.setattr(litert, "_convert", lambda network: pytest.fail("converted again"))
    for one, same in zip(LiteRtNetwork(shared_bundle)(pictures), before, strict=True):
        assert np.array_equal(one, same)


@pytest.mark.parametrize("spoil", [lambda b: b[:-100], lambda b: b"", lambda b: b[:32] + b"x"])
def test_a_damaged_copy_is_made_again(shared_bundle, pictures, spoil):
    before, path = LiteRtNetwork(shared_bundle)(pictures), litert._cache_path(shared_bundle)
    whole = path.read_bytes()
    path.write_bytes(spoil(whole))
    assert np.array_equal(LiteRtNetwork(shared_bundle)(pictures)[0], before[0])
    assert path.read_bytes()[32:36] != b"x"
    assert LiteRtNetwork(shared_bundle)(pictures)[0].shape == before[0].shape


def test_a_cache_that_cannot_be_written_costs_nothing_else(
    shared_bundle, pictures, monkeypatch, tmp_path
):
    before = LiteRtNetwork(shared_bundle)(pictures)
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert np.array_equal(LiteRtNetwork(shared_bundle)(pictures)[0], before[0])


def test_once_converted_a_process_that_identifies_loads_no_tensorflow(
    shared_bundle, crops, tmp_path
):
    Identify(shared_bundle)(crops[:1])
    (tmp_path / "crop.jpg").write_bytes(crops[0])
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from eyecatch.core.identity.inference import Identify\n"
        "said = Identify(Path(sys.argv[1]))([Path(sys.argv[2]).read_bytes()])\n"
        "assert len(said) == 1\n"
        "assert not {'tensorflow', 'keras', 'ray'} & set(sys.modules)"
    )
    arguments = [str(shared_bundle.folder), str(tmp_path / "crop.jpg")]
    subprocess.run([sys.executable, "-c", code, *arguments], check=True)
