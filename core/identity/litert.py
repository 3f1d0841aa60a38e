"""A bundle's network on a CPU: converted once for this machine, then run without TensorFlow.

Loading TensorFlow takes five seconds of CPU and 600 MB, in every process that asks; LiteRT loads
in a tenth of a second, and is as quick for a face. Each face is a call of its own, so that no
answer depends on the faces beside it; several threads run where there are cores for it.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import LifoQueue
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from eyecatch.core.files import user_cache, write_atomically
from eyecatch.core.identity.bundle import Bundle
from eyecatch.core.identity.networks import Network
from eyecatch.core.identity.weights import load_weights
from eyecatch.core.runtime import hushed
from eyecatch.core.tensorflow import cores, keras, tensorflow

Interpreter = Any
"""An ``ai_edge_litert.interpreter.Interpreter``; it has no types."""

_CONVERSION: Final = 1
"""Version of the conversion: raised whenever networks are converted in another way."""

_MAX_THREADS: Final = 4
"""Faces at a time; each interpreter takes 20 MB."""

log = logging.getLogger(__name__)


class LiteRtNetwork:
    """A bundle's network as LiteRT runs it.

    Args:
        bundle: whose weights have been checked.

    Raises:
        ModelError: its weights don't fit.
    """

    def __init__(self, bundle: Bundle) -> None:
        path = _cache_path(bundle)
        try:
            content = _read(path)
            run = _interpreter(content)
        except (OSError, ValueError):  # there is none yet, or it is damaged
            content = _convert(load_weights(bundle.architecture, bundle.weights))
            run = _interpreter(content)
            _store(content, path)
        outputs = run.get_output_details()
        self._outputs = outputs[0], outputs[-1]
        self._idle: LifoQueue[Interpreter] = LifoQueue()
        threads = _thread_count()
        for one in [run, *(_interpreter(content) for _ in range(threads - 1))]:
            self._idle.put(one)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="identify")

    def __call__(
        self, pictures: npt.NDArray[np.uint8]
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Run the network on pictures, uint8 (n, size, size, 3) BGR; n may be 0.

        Returns:
            float32 embeddings (n, d), and float32 (n, c): logits, or the embeddings again if the
            network has no classes.
        """
        results = list(self._threads.map(self._infer, pictures))
        none = [np.zeros((0, one["shape"][-1]), np.float32) for one in self._outputs]
        columns = zip(none, *results, strict=True)
        first, last = (np.concatenate(column) for column in columns)
        return first, last

    def _infer(self, picture: npt.NDArray[np.uint8]) -> tuple[npt.NDArray[np.float32], ...]:
        run = self._idle.get()
        try:
            run.set_tensor(run.get_input_details()[0]["index"], picture[None])
            run.invoke()
            return tuple(run.get_tensor(one["index"]) for one in self._outputs)
        finally:
            self._idle.put(run)


def _thread_count() -> int:
    """As many as there are cores; in a worker of Ray, as many as Ray says that it has."""
    given = os.environ.get("OMP_NUM_THREADS", "")
    return max(1, min(int(given) if given.isdigit() else cores(), _MAX_THREADS))


def _interpreter(content: bytes) -> Interpreter:
    from ai_edge_litert import interpreter  # noqa: PLC0415 - half a second

    with hushed():
        run = interpreter.Interpreter(model_content=content, num_threads=1)
        run.allocate_tensors()
    return run


def _convert(network: Network) -> bytes:
    """The network as a TFLite file in single precision: embedding first, then its last output."""
    tf = tensorflow()
    # Without this the converter leaves Keras 3's weights outside of the file it makes.
    from tensorflow.python.framework import convert_to_constants  # noqa: PLC0415 - heavy

    single = keras().models.clone_model(network, clone_function=_single)
    single.set_weights(network.get_weights())
    outputs = [single.get_layer("embedding").output]
    if single.output is not outputs[0]:
        outputs.append(single.output)
    both = keras().Model(single.input, outputs)
    run = tf.function(lambda pictures: both(pictures, training=False), autograph=False)
    shape = (1, *network.input.shape[1:])
    concrete = run.get_concrete_function(tf.TensorSpec(shape, tf.uint8))
    frozen = convert_to_constants.convert_variables_to_constants_v2(concrete)
    with hushed():
        return bytes(tf.lite.TFLiteConverter.from_concrete_functions([frozen]).convert())


def _single(layer: Network) -> Network:
    """The layer in single precision: TFLite has no double."""
    config = layer.get_config()
    if "dtype" in config and layer.__class__.__name__ != "InputLayer":
        config["dtype"] = "float32"
    return layer.__class__.from_config(config)


def _cache_path(bundle: Bundle) -> Path:
    """Where a converted network is cached; the name covers weights, options and conversion."""
    architecture = bundle.architecture
    options = sorted(architecture.options.items())
    what = json.dumps([_CONVERSION, bundle.weights_digest, architecture.name, options])
    return user_cache() / "networks" / f"{hashlib.sha256(what.encode()).hexdigest()}.tflite"


def _read(path: Path) -> bytes:
    """What ``_store`` wrote; ValueError if it is something else."""
    raw = path.read_bytes()
    digest, content = raw[:32], raw[32:]
    if hashlib.sha256(content).digest() != digest:
        raise ValueError(f"{path} is damaged")
    return content


def _store(content: bytes, path: Path) -> None:
    try:
        write_atomically(path, hashlib.sha256(content).digest() + content)
    except OSError as error:  # a home that can't be written only costs the time to convert again
        log.debug("%s can't be written (%s)", path, error)
