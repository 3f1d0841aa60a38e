"""Weights out of a ``.keras`` file that a stranger may have made: its arrays, nothing else."""

from __future__ import annotations

import io
import math
import warnings
import zipfile
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from eyecatch.core.errors import ModelError
from eyecatch.core.identity.networks import Architecture, Network
from eyecatch.core.shortage import blame_machine

_WEIGHTS: Final = "model.weights.h5"

_MOST_BYTES: Final = 2**30
"""Of the arrays of a network; the largest that was ever made here has five million."""

_STEP: Final = 2**20
"""Bytes that are unpacked at once."""


def load_weights(architecture: Architecture, path: Path) -> Network:
    """Builds the network and fills it with the weights, and no more, of a ``.keras`` file.

    The file's own description of a network (``config.json``, where a ``Lambda`` could hide) is
    never read: Keras takes the arrays out of ``model.weights.h5`` and matches them by layer.

    Args:
        architecture: what to build.
        path: a Keras 3 ``.keras`` file.

    Raises:
        ModelError: the file is no such archive, or its weights are those of another network.
        MachineError: the machine lacks the memory for it.
    """
    try:
        _check(path)
        network = architecture.build()
        with warnings.catch_warnings(action="error", category=UserWarning):
            network.load_weights(path)  # it only warns of layers that the file lacks
        finite = all(math.isfinite(float(abs(w).max())) for w in network.get_weights() if w.size)
    except Exception as error:  # HDF5, h5py and Keras each raise what they like of a broken file
        blame_machine(path, error)
        raise ModelError(
            str(path), f"its weights don't fit the network {architecture.name!r}", "train it again"
        ) from error
    if not finite:
        raise ModelError(str(path), "its weights are not all finite numbers", "train it again")
    return network


def _check(path: Path) -> None:
    """Raises ValueError if the arrays are more than plain ones of this file, of bounded size."""
    with zipfile.ZipFile(path) as archive:
        entry = archive.getinfo(_WEIGHTS)
        if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise ValueError("packed in a way that Keras doesn't use")
        content = bytearray()
        with archive.open(entry) as file:
            while part := file.read(_STEP):
                content += part
                if len(content) > _MOST_BYTES:
                    raise ValueError("too large")
    h5py: Any = import_module("h5py")
    with h5py.File(io.BytesIO(content), "r") as opened:
        total = sum(_size(one, h5py) for one in _datasets(opened, h5py))
    if total > max(len(content), _MOST_BYTES // 64):
        raise ValueError("its arrays claim to be larger than the file")


def _datasets(group: Any, h5py: Any) -> list[Any]:  # noqa: ANN401 - h5py has no types
    """All arrays of a group; ValueError for a link, which leads elsewhere."""
    found: list[Any] = []
    for name in group:
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            raise ValueError(f"{name} is a link")
        one = group[name]
        found += _datasets(one, h5py) if isinstance(one, h5py.Group) else [one]
    return found


def _size(one: Any, h5py: Any) -> int:  # noqa: ANN401 - h5py has no types
    """Bytes of an array; ValueError if they are not plain numbers in the file itself."""
    plain = isinstance(one, h5py.Dataset) and one.chunks is None and not one.is_virtual
    if not plain or one.external is not None:
        raise ValueError(f"{one.name} is no plain array")
    return int(one.nbytes)
