"""The trained detector as one file with weights for LiteRT and for Keras."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from eyecatch.core.detect.network import Network
from eyecatch.core.files import atomic_file
from eyecatch.core.tensorflow import tensorflow


def export(model: Network, out: Path) -> None:
    """Writes a trained network for ``core.detect.cnn``.

    The file is an .npz of ``flat``, the bytes of a TFLite model whose height and width are open,
    and of ``w000`` …, the Keras model's weights in order. Both keep kernels in float16 and compute
    in float32; the flat model's are rounded once more, after the normalisations were folded into
    them, which moves a box by a fraction of a pixel (``tests/core/detect/test_cnn.py``). Vectors
    stay in float32: the variance of pixels is beyond float16.
    """
    rounded = [_rounded(w) for w in model.get_weights()]
    model.set_weights([w.astype(np.float32) for w in rounded])
    flat = np.frombuffer(_flat(model), np.uint8)
    with atomic_file(out) as part:  # a training that is gone on with takes what is there
        np.savez_compressed(part, flat=flat, **_named(rounded))


def export_weights(weights: Sequence[npt.NDArray[np.float32]], out: Path) -> None:
    """Writes weights alone, whose TFLite model is made from the package's when it is read."""
    with atomic_file(out) as part:
        np.savez_compressed(part, **_named([_rounded(w) for w in weights]))


def _rounded(weights: npt.NDArray[np.float32]) -> npt.NDArray[np.generic]:
    return weights if weights.ndim == 1 else np.asarray(weights, np.float16)


def _named(weights: Sequence[npt.NDArray[np.generic]]) -> dict[str, Any]:
    return {f"w{i:03d}": w for i, w in enumerate(weights)}


def _flat(model: Network) -> bytes:
    tf = tensorflow()
    # Without this the converter leaves Keras 3's weights outside of the file it makes.
    from tensorflow.python.framework import convert_to_constants  # noqa: PLC0415 - heavy

    run = tf.function(lambda batch: model(batch, training=False), autograph=False)
    shape = (1, *model.input_shape[1:])
    concrete = run.get_concrete_function(tf.TensorSpec(shape))
    frozen = convert_to_constants.convert_variables_to_constants_v2(concrete)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([frozen])
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_types = [tf.float16]  # of weights
    return bytes(converter.convert())
