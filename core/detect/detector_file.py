"""A detector's file: the network's weights, and of an adapted detector a card.

It is an ``.npz`` of ``w000`` …, the Keras model's weights in order; ``card``, the bytes of a
``DetectorCard``, where somebody's show was learned; and in the package's own file ``flat``, a
TFLite model of the same weights. Whoever sends one to somebody else sends numbers: they are counted
and measured against the package's, and ``flat`` is run from no file but that one.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from eyecatch.core.arrays import read_arrays
from eyecatch.core.detect.detector_card import DetectorCard, OtherFormatError, decode_card
from eyecatch.core.detect.flat_model import with_weights
from eyecatch.core.errors import ModelError
from eyecatch.core.files import user_cache, write_atomically

WEIGHTS: Final = Path(__file__).with_name("cnn.npz")
"""The weights in the package: made by ``training.detector``, described in docs/detector.md."""

_LARGEST: Final = 64 * 2**20
"""Bytes of a file, and of its unpacked arrays; those in the package take 3 MB."""

_ADVICE: Final = "name a file that eyecatch adapt wrote"
_OURS: Final = "install eyecatch again"
_AGAIN: Final = "make one with this version: eyecatch adapt"


@dataclass(frozen=True, slots=True)
class DetectorFile:
    """What a detector's file holds.

    Attributes:
        path: the file.
        weights: float32, the Keras model's, in order.
        card: of an adapted detector.
        digest: SHA-256, hex: of the weights alone where there is a card, whose text changes nothing
            that is found; else of the file.
        own_flat: the TFLite model that it brought, where it was made here; else None.
    """

    path: Path
    weights: tuple[npt.NDArray[np.float32], ...]
    card: DetectorCard | None
    digest: str
    own_flat: bytes | None = None

    @property
    def flat(self) -> bytes:
        """A TFLite model of the weights.

        Raises:
            ModelError: the weights are too large, or no numbers.
        """
        if self.own_flat is not None:
            return self.own_flat
        package = _package()
        if self.digest == package.digest:
            return package.flat
        try:
            return with_weights(package.flat, self.weights)
        except ValueError as error:
            raise ModelError(str(self.path), str(error), _ADVICE) from error


def read_detector_file(path: Path, *, trusted: bool = False) -> DetectorFile:
    """Reads a detector's file that a stranger may have made.

    Args:
        path: the file.
        trusted: it was made here, by a training, perhaps of another network than the package's: its
            own ``flat`` is run.

    Raises:
        ModelError: it can't be read, is no such file, or is of another version of eyecatch.
    """
    content = _read(path)
    try:
        arrays = read_arrays(content, _LARGEST)
        card = arrays.pop("card", None)
        decoded = None if card is None else decode_card(card.tobytes())
    except OtherFormatError as error:
        problem = "this detector was made by a newer version of eyecatch"
        raise ModelError(str(path), problem, f"update eyecatch, or {_AGAIN}") from error
    except ValueError as error:
        raise _no_weights(path, str(error)) from error
    flat = arrays.pop("flat", None)
    weights = _numbers(path, arrays)
    own = flat.tobytes() if trusted and flat is not None else None
    if own is None and tuple(one.shape for one in weights) != _package().shapes:
        made = f"eyecatch {decoded.eyecatch}" if decoded else "another version of eyecatch"
        raise ModelError(str(path), f"this detector is of the network of {made}", _AGAIN)
    digest = weights_digest(weights) if decoded else hashlib.sha256(content).hexdigest()
    return DetectorFile(path, weights, decoded, digest, own)


def encode_detector_file(weights: Sequence[npt.NDArray[np.float32]], card: DetectorCard) -> bytes:
    """The content of an adapted detector's file; kernels are kept in half precision.

    Args:
        weights: the Keras model's, in order.
        card: what they were learned from.
    """
    arrays: dict[str, Any] = {
        f"w{i:03d}": w if w.ndim == 1 else np.asarray(w, np.float16) for i, w in enumerate(weights)
    }
    content = io.BytesIO()
    np.savez_compressed(content, card=np.frombuffer(card.encoded(), np.uint8), **arrays)
    return content.getvalue()


def cached_detector_file(content: bytes) -> Path:
    """A file of some content in the user's cache, for whoever has it from elsewhere.

    Raises:
        ModelError: the cache can't be written.
    """
    name = hashlib.sha256(content).hexdigest()
    path = user_cache() / "detectors" / f"{name}.detector"
    try:
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != name:
            write_atomically(path, content)
    except OSError as error:
        raise ModelError(
            str(path), f"it can't be written ({error.strerror})", "make room in the user's cache"
        ) from error
    return path


def weights_digest(weights: Sequence[npt.NDArray[np.float32]]) -> str:
    """SHA-256, hex, of weights as the network computes with them."""
    digest = hashlib.sha256()
    for one in weights:
        digest.update(f"{one.shape}".encode())
        digest.update(np.ascontiguousarray(one, np.float32).tobytes())
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class _Package:
    """What the package's file has that others are measured against."""

    flat: bytes
    shapes: tuple[tuple[int, ...], ...]
    digest: str


@cache
def _package() -> _Package:
    content = _read(WEIGHTS)
    try:
        arrays = read_arrays(content, _LARGEST)
        flat = arrays.pop("flat").tobytes()
    except (ValueError, KeyError) as error:
        raise _no_weights(WEIGHTS, str(error)) from error
    shapes = tuple(arrays[name].shape for name in sorted(arrays))
    return _Package(flat, shapes, hashlib.sha256(content).hexdigest())


def _numbers(
    path: Path, arrays: dict[str, npt.NDArray[Any]]
) -> tuple[npt.NDArray[np.float32], ...]:
    """The arrays of weights in order, if they are finite numbers."""
    names = [f"w{i:03d}" for i in range(len(arrays))]
    if not arrays or set(names) != set(arrays):
        raise _no_weights(path, "it holds other arrays")
    if not {arrays[name].dtype.str for name in names} <= {"<f2", "<f4"}:
        raise _no_weights(path, "its arrays are of other kinds")
    weights = tuple(np.asarray(arrays[name], np.float32) for name in names)
    if not all(np.isfinite(one).all() for one in weights):
        raise _no_weights(path, "they are not all numbers")
    return weights


def _no_weights(path: Path, why: str) -> ModelError:
    problem = f"this is no file of a detector's weights: {why}"
    return ModelError(str(path), problem, _OURS if path == WEIGHTS else _ADVICE)


def _read(path: Path) -> bytes:
    advice = _OURS if path == WEIGHTS else _ADVICE
    try:
        if not path.exists():
            raise ModelError(str(path), "there is no such file of a detector's weights", advice)
        if not path.is_file() or path.stat().st_size > _LARGEST:
            raise _no_weights(path, "it is too large" if path.is_file() else "it is no file")
        return path.read_bytes()
    except OSError as error:
        problem = f"the detector's weights can't be read ({error.strerror})"
        raise ModelError(str(path), problem, advice) from error
