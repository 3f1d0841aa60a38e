"""NumPy's archives that a stranger made: read as NumPy wrote them, or refused with a clause."""

from __future__ import annotations

import io
import struct
import zipfile

import numpy as np
import pytest

from eyecatch.core.arrays import read_arrays

MEGABYTE = 2**20


def npy(header: str, content: bytes = b"") -> bytes:
    """An array with a header of one's own."""
    text = header.encode("latin-1") + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + content


def described(shape: str, descr: str = "'<i8'") -> str:
    return f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}"


def archive(compression: int = zipfile.ZIP_STORED, **entries: bytes) -> bytes:
    """An archive of entries as they are given."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as opened:
        for name, content in entries.items():
            opened.writestr(f"{name}.npy", content)
    return file.getvalue()


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize(
    "array",
    [
        np.arange(5),
        np.float32(3),
        np.zeros((0, 4), np.uint8),
        np.ones((2, 3), order="F"),
        np.array([True, False]),
        np.array([1, 2], ">i2").astype("<i2"),
    ],
)
def test_what_numpy_wrote_comes_back(save, array):
    file = io.BytesIO()
    save(file, a=array, b=np.arange(2))
    back = read_arrays(file.getvalue(), MEGABYTE)
    assert sorted(back) == ["a", "b"]
    assert back["a"].dtype == array.dtype
    np.testing.assert_array_equal(back["a"], array)
    assert list(read_arrays(file.getvalue(), MEGABYTE, ["b"])) == ["b"]


NESTED = "(" * 9000
EIGHT = bytes(8)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(b"", "no NumPy archive", id="empty"),
        pytest.param(b"PK\3\4" + bytes(90), "no NumPy archive", id="no directory"),
        pytest.param(archive(b=EIGHT), "lacks 'a'", id="another name"),
        pytest.param(archive(a=b"text"), "no array", id="text"),
        pytest.param(archive(a=npy(NESTED)), "plain numbers", id="nested header"),
        pytest.param(archive(a=npy(described(NESTED))), "plain numbers", id="nested shape"),
        pytest.param(archive(a=npy("{" * 300)), "plain numbers", id="nested braces"),
        pytest.param(archive(a=npy(described("(1,)", "'|O'"), EIGHT)), "plain", id="objects"),
        pytest.param(archive(a=npy(described("(1,)", "'<U9'"), EIGHT)), "plain", id="texts"),
        pytest.param(archive(a=npy(described("(-1,)"), EIGHT)), "plain numbers", id="negative"),
        pytest.param(archive(a=npy(described("(1.5,)"), EIGHT)), "plain numbers", id="part"),
        pytest.param(archive(a=npy(described("(2,)"), EIGHT)), "size that it claims", id="short"),
        pytest.param(archive(a=npy(described("(0,)"), EIGHT)), "size that it claims", id="long"),
        pytest.param(archive(a=npy(described(f"({2**59},)"), EIGHT)), "too large", id="vast"),
        pytest.param(archive(a=npy(described("(9**9,)"), EIGHT)), "plain numbers", id="sum"),
        pytest.param(
            archive(a=npy(described(f"({10**17}, {10**17})"), EIGHT)), "too large", id="overflow"
        ),
        pytest.param(
            archive(a=npy(described("(1,)", "'|b1'"), b"\2")), "neither true", id="a third truth"
        ),
        pytest.param(
            archive(zipfile.ZIP_BZIP2, a=npy(described("(1,)"), EIGHT)), "packed", id="bzip2"
        ),
        pytest.param(
            archive(zipfile.ZIP_LZMA, a=npy(described("(1,)"), EIGHT)), "packed", id="lzma"
        ),
    ],
)
def test_what_a_stranger_made_is_refused(content, why):
    with pytest.raises(ValueError, match=why):
        read_arrays(content, MEGABYTE, ["a"])


def test_all_arrays_together_take_no_more_than_allowed():
    file = io.BytesIO()
    np.savez_compressed(file, a=np.zeros(700_000, np.uint8), b=np.zeros(700_000, np.uint8))
    assert len(read_arrays(file.getvalue(), 1_400_000)) == 2
    with pytest.raises(ValueError, match="'b' claims to be"):
        read_arrays(file.getvalue(), 1_399_999)


@pytest.mark.parametrize("seed", range(20))
def test_bytes_that_flipped_are_refused_or_change_nothing(seed):
    file = io.BytesIO()
    np.savez_compressed(file, a=np.arange(1000), b=np.linspace(0, 1, 50))
    whole, chance = bytearray(file.getvalue()), np.random.default_rng(seed)
    for place in chance.integers(len(whole), size=3):
        whole[place] ^= 1 << chance.integers(8)
    try:
        back = read_arrays(bytes(whole), MEGABYTE)
    except ValueError:
        return
    np.testing.assert_array_equal(back.get("a", np.arange(1000)), np.arange(1000))
