"""What all tests share: the project's folder, and an embedder that tells faces apart."""

from __future__ import annotations

import os
import signal
import struct
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from eyecatch.core.crops import CROP_SIZE
from eyecatch.core.identity.bundle import Bundle
from eyecatch.core.identity.bundle_writer import Card, save_bundle
from eyecatch.core.identity.decision import Calibration
from eyecatch.core.identity.inference import prepare
from eyecatch.core.identity.manifest import Contents
from eyecatch.core.identity.networks import compact_network
from eyecatch.core.tensorflow import keras

# Ray's workers give way to every other program (niceness 15): on a busy machine tests would wait
# for minutes.
os.environ.setdefault("RAY_worker_niceness", "0")

# A shell ignores Ctrl-C on behalf of what it runs in the background, and that is handed down to
# the programs whose Ctrl-C is tested.
signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).parents[1]
COMPACT = compact_network(size=32, first=8, middle=16, last=32, embedding=16)


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


@pytest.fixture(scope="session")
def make_embedder() -> Callable[[Path, Sequence[bytes], Sequence[int]], Bundle]:
    """Makes an embedder without characters that tells labelled crops apart.

    Its weights are random but for those of the last layer, a linear discriminant of what is before
    it (Fisher 1936): that takes a second, and is enough for faces of flat colours.
    """

    def make(out: Path, crops: Sequence[bytes], labels: Sequence[int]) -> Bundle:
        keras().utils.set_random_seed(4)
        network = COMPACT.build()
        direction = network.get_layer("direction")
        features = keras().Model(network.input, direction.input)
        seen = np.asarray(features(prepare(crops, COMPACT.size), training=False))
        means = np.stack([seen[np.array(labels) == k].mean(axis=0) for k in sorted(set(labels))])
        spread = np.cov((seen - means[np.array(labels)]).T)
        ridge = 0.01 * np.trace(spread) / len(spread) * np.eye(len(spread))
        kernel = np.zeros((seen.shape[1], 16))
        kernel[:, : len(means)] = np.linalg.solve(spread + ridge, (means - means.mean(axis=0)).T)
        direction.set_weights([kernel, -means.mean(axis=0) @ kernel])
        contents = Contents(
            architecture=COMPACT,
            characters=(),
            nobody=False,
            calibration=Calibration(1.0, 0.5, 0.8, nobody=8.0),
            crop_size=CROP_SIZE,
            created_by="tests",
        )
        return save_bundle(out, contents, network, Card({"made": "by tests"}, "# An embedder\n"))

    return make


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is cached goes to a folder of the tests, and no settings are the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


COLOUR = ["-color_primaries", "bt470bg", "-color_trc", "gamma28", "-colorspace", "bt470bg"]
"""Options of ffmpeg by which Matroska gets an element that has room for a crop."""


@pytest.fixture(scope="session")
def crop_by_container() -> Callable[[Path, tuple[int, int, int, int]], None]:
    """Has a file's container crop its video: left, top, right, bottom, below 128 each.

    A Matroska file has to be encoded with the options ``-color_primaries``, ``-color_trc``,
    ``-colorspace`` and ``-color_range``, an MP4 file with its index at the end, of H.264.
    """

    def crop(path: Path, sides: tuple[int, int, int, int]) -> None:
        how = _crop_matroska if path.suffix == ".mkv" else _crop_mp4
        path.write_bytes(how(path.read_bytes(), sides))

    return crop


def _crop_matroska(data: bytes, sides: tuple[int, int, int, int]) -> bytes:
    """The pixel crop (RFC 9559, 5.1.4.1.28.10) in place of the colours."""
    at = data.index(b"\x55\xb0")
    length = 2 + 1 + (data[at + 2] & 0x7F)
    ids = (b"\x54\xcc", b"\x54\xbb", b"\x54\xdd", b"\x54\xaa")
    new = b"".join(key + bytes([0x81, value]) for key, value in zip(ids, sides, strict=True))
    left = length - len(new) - 2
    assert left >= 0, "the colours leave no room"
    return data[:at] + new + bytes([0xEC, 0x80 | left]) + bytes(left) + data[at + length :]


def _crop_mp4(data: bytes, sides: tuple[int, int, int, int]) -> bytes:
    """A clean aperture (ISO/IEC 14496-12, 12.1.4): size, and how far its centre is off."""
    entry = data.index(b"avc1", data.index(b"stsd"))
    width, height = struct.unpack(">HH", data[entry + 28 : entry + 32])
    left, top, right, bottom = sides
    numbers = (width - left - right, 1, height - top - bottom, 1, left - right, 2, top - bottom, 2)
    clap = struct.pack(">I4s8i", 40, b"clap", *numbers)
    return _inserted(data, (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd", b"avc1"), clap)


def _inserted(data: bytes, path: Sequence[bytes], box: bytes) -> bytes:
    if not path:
        return data + box
    out, at = b"", 0
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        content = data[at + 8 : at + size]
        if kind == path[0]:
            head = {b"stsd": 8, b"avc1": 78}.get(kind, 0)
            content = content[:head] + _inserted(content[head:], path[1:], box)
        out += struct.pack(">I4s", len(content) + 8, kind) + content
        at += size
    return out


@pytest.fixture(scope="session")
def put_giants() -> Callable[[Path], None]:
    """Puts two pictures into a folder that nobody has memory for.

    ``giant.png`` says that it has 12,000 x 12,000 pixels; ``sparse.png`` has 60 GB, of which none
    is on the disk.
    """

    def put(folder: Path) -> None:
        head = struct.pack(">IIBBBBB", 12_000, 12_000, 8, 6, 0, 0, 0)
        chunk = struct.pack(">I", 13) + b"IHDR" + head
        (folder / "giant.png").write_bytes(b"\x89PNG\r\n\x1a\n" + chunk + bytes(64))
        (folder / "sparse.png").write_bytes(b"\x89PNG\r\n\x1a\n" + chunk)
        os.truncate(folder / "sparse.png", 60 * 10**9)

    return put
