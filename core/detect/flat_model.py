"""The network as LiteRT takes it, with other weights: those of the package's file are exchanged.

LiteRT believes what a model's file says of its own layout, so one that a stranger made is never
handed to it. Nor does it take TensorFlow to make one: the layout is that of the package, and the
numbers are computed here as TensorFlow's converter does, to the last bit but for one in 20,000.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Weights = Sequence[npt.NDArray[np.float32]]

_EPSILON: Final = np.float32(1e-3)
"""Keras adds it to a variance (``BatchNormalization``)."""

_NORMALISED: Final = 5
"""Arrays of a convolution that a normalisation follows: kernel, scale, shift, mean, variance."""

_LAST: Final = 10**6
"""Place of the layer whose name has no number."""

Schema = Any
"""Classes that flatbuffers made of LiteRT's schema; they have no types."""

Halves = npt.NDArray[np.float16]


def with_weights(flat: bytes, weights: Weights) -> bytes:
    """A TFLite file with other weights in its place.

    Args:
        flat: TFLite file of the network that ``training.detector.export`` wrote; trusted.
        weights: the Keras model's, of the same network, in order.

    Raises:
        ValueError: the weights are too large for the file's half precision, or are no numbers.
    """
    content = bytearray(flat)
    convolutions = sorted(_convolutions(content), key=lambda found: found[0])
    for (_, kernel, bias), layer in zip(convolutions, _layers(weights), strict=True):
        new_kernel, new_bias = _folded(layer)
        kernel[:] = _halved(_in_order(new_kernel)).ravel()
        if new_bias is not None:  # else it is zero, and shared
            bias[:] = _halved(new_bias)
    return bytes(content)


def _convolutions(content: bytearray) -> Iterator[tuple[int, Halves, Halves]]:
    """Of each convolution its place in the network, and its kernel and bias, to be written to."""
    from ai_edge_litert import schema_py_generated as schema  # noqa: PLC0415 - LiteRT's

    model: Schema = schema.Model.GetRootAs(content, 0)
    graph = model.Subgraphs(0)
    operators = [graph.Operators(i) for i in range(graph.OperatorsLength())]
    kinds = [model.OperatorCodes(one.OpcodeIndex()).BuiltinCode() for one in operators]
    halves = {  # tensors in single precision that are made of one in half precision
        one.Outputs(0): one.Inputs(0)
        for one, kind in zip(operators, kinds, strict=True)
        if kind == schema.BuiltinOperator.DEQUANTIZE
    }

    def constant(number: int) -> Halves:
        buffer = model.Buffers(graph.Tensors(halves[number]).Buffer())
        return np.asarray(buffer.DataAsNumpy().view(np.float16))

    convolving = {schema.BuiltinOperator.CONV_2D, schema.BuiltinOperator.DEPTHWISE_CONV_2D}
    for one, kind in zip(operators, kinds, strict=True):
        if kind in convolving:
            name = graph.Tensors(halves[one.Inputs(1)]).Name().decode()
            number = re.search(r"/(\d+)_", name)  # as core.detect.network numbers its layers
            place = int(number[1]) if number else _LAST
            yield place, constant(one.Inputs(1)), constant(one.Inputs(2))


def _layers(weights: Weights) -> list[list[npt.NDArray[np.float32]]]:
    """Each convolution's kernel, with the vectors that follow it."""
    layers: list[list[npt.NDArray[np.float32]]] = []
    for one in weights:
        if one.ndim > 1:
            layers.append([])
        layers[-1].append(one)
    return layers


def _folded(
    layer: Sequence[npt.NDArray[np.float32]],
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32] | None]:
    """Kernel and bias of a convolution and the normalisation after it, as one convolution."""
    kernel, *vectors = layer
    if len(layer) != _NORMALISED:
        return kernel, vectors[0] if vectors else None
    scale, shift, mean, variance = vectors
    with np.errstate(all="ignore"):  # of what comes to no number, _halved makes an error
        factor = scale * (1 / np.sqrt(variance + _EPSILON))
        return kernel * factor, shift - mean * factor


def _in_order(kernel: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """A kernel as TFLite orders it: (out, h, w, in), and depthwise (1, h, w, in)."""
    depthwise = kernel.shape[3] == 1
    return kernel if depthwise else np.ascontiguousarray(kernel.transpose(3, 0, 1, 2))


def _halved(values: npt.NDArray[np.float32]) -> Halves:
    with np.errstate(over="ignore"):
        halves = values.astype(np.float16)
    if not np.isfinite(halves).all():
        raise ValueError("its weights are too large, or no numbers")
    return halves
