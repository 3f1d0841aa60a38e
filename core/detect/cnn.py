"""The project's own face detector: through LiteRT on a CPU, as one compiled call on a GPU."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import cv2
import numpy as np
import numpy.typing as npt

from eyecatch.core.detect import network
from eyecatch.core.detect.base import DetectorKind, clip_boxes
from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.detect.detector_file import WEIGHTS, read_detector_file
from eyecatch.core.detect.multiscale import TWO_LOOKS, MultiscaleDetector
from eyecatch.core.detect.postprocess import decode
from eyecatch.core.detections import Detections
from eyecatch.core.errors import ModelError
from eyecatch.core.runtime import hushed
from eyecatch.core.tensorflow import has_gpu, prepare_tensorflow, tensorflow

MIN_SCORE: Final = 0.38
"""Scores below this are no faces. A face that is to be followed has to reach more, .44
(``core.scan.tracker``): recall .94 at precision .95 on pictures held out (``judge`` of
``training.detector.train``)."""

MIN_SCORE_MULTISCALE: Final = 0.40
"""The same for the mean of a still's six views (three sizes, plain and mirrored): recall .96 at
precision .95 on the same pictures."""

LINES: Final = 360
"""Height of the pictures that the network takes."""

_MIN_SCORE_OF_VIEW: Final = 0.05
"""Of a face in one view of a still, to be counted in their mean."""

_MIN_SCORE_OF_LOOK: Final = 0.2
"""The same in one of the two looks at a frame: at .05 as many faces are found, later."""

_MAX_PIXELS: Final = 1 << 22
"""A picture is shrunk to at most this many pixels, whatever its shape: 400 MB of maps."""

_MAX_INTERPRETERS: Final = 4
"""Sizes of pictures for which an interpreter is kept; one takes 20 MB at 640x360."""


def resolve(config: DetectorConfig) -> tuple[str, str]:
    """The weights' path and digest; raises ModelError where they can't be read."""
    path = Path(config.model) if config.model else WEIGHTS
    return str(path.absolute()), read_detector_file(path).digest


class CnnDetector:
    """Finds faces by the network of ``core.detect.network``; see ``Detector``.

    Args:
        config: which weights, and the height of the pictures.
        min_score: scores below this are no faces, in 0..1 exclusive.
        device: ``cpu``, ``gpu``, or empty for the GPU where there is one.
        trusted: the weights were made here; see ``read_detector_file``.

    Raises:
        ModelError: the weights are absent, or are no weights of this network.
    """

    def __init__(
        self,
        config: DetectorConfig,
        min_score: float = MIN_SCORE,
        device: str = "",
        *,
        trusted: bool = False,
    ) -> None:
        path = Path(config.model) if config.model else WEIGHTS
        self.lines, self.size_divisor = config.lines, network.SIZE_DIVISOR
        self._path, self._min_score = str(path), min_score
        file = read_detector_file(path, trusted=trusted)
        on_gpu = device == "gpu" or (not device and has_gpu())
        self._network: _Network = (
            _TensorFlowNetwork(file.weights) if on_gpu else _LiteRtNetwork(file.flat)
        )

    def detect(self, pictures: Sequence[npt.NDArray[np.uint8]]) -> list[Detections]:
        """Find the faces of each picture.

        Raises:
            ModelError: the network answered with something that is no number.
        """
        found = [Detections.none()] * len(pictures)
        for shape, places in _by_shape(pictures).items():
            resized = [_resized(pictures[place], shape) for place in places]
            batch = (
                np.stack(resized) if len(resized) > 1 else np.ascontiguousarray(resized[0])[None]
            )
            maps = self._network(network.packed(batch))
            if not np.isfinite(maps).all():
                problem = "the detector's network answered with something that is no number"
                raise ModelError(self._path, problem, "the weights are damaged; install them again")
            for place, map_ in zip(places, maps, strict=True):
                found[place] = self._found(map_, shape, pictures[place])
        return found

    def _found(
        self,
        map_: npt.NDArray[np.float32],
        shape: tuple[int, int],
        picture: npt.NDArray[np.uint8],
    ) -> Detections:
        height, width = picture.shape[:2]
        seen = decode(map_, self._min_score).scaled(width / shape[1], height / shape[0])
        boxes = clip_boxes(seen.boxes, width, height)
        shown = (boxes[:, 2:] > 0).all(axis=1)
        return Detections(boxes[shown], seen.scores[shown])


def two_looks(config: DetectorConfig, min_score: float = MIN_SCORE) -> MultiscaleDetector:
    """The detector for frames: as they are, and small, for faces that fill them."""
    detector = CnnDetector(config, min(min_score, _MIN_SCORE_OF_LOOK))
    return MultiscaleDetector(detector, min_score, views=TWO_LOOKS)


def multiscale(
    config: DetectorConfig, min_score: float = MIN_SCORE_MULTISCALE
) -> MultiscaleDetector:
    """The detector for stills: in three sizes, plain and mirrored, three times as slow."""
    detector = CnnDetector(config, min(min_score, _MIN_SCORE_OF_VIEW))
    return MultiscaleDetector(detector, min_score)


class _Network(Protocol):
    def __call__(self, batch: npt.NDArray[np.generic]) -> npt.NDArray[np.float32]: ...


class _LiteRtNetwork:
    """As LiteRT runs it: in one thread, a picture a call, as processes share the cores."""

    def __init__(self, tflite: bytes) -> None:
        self._tflite = tflite
        self._interpreters: OrderedDict[tuple[int, ...], _Interpreter] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, batch: npt.NDArray[np.generic]) -> npt.NDArray[np.float32]:
        with self._lock:
            run = self._interpreter((1, *batch.shape[1:]))
            return np.concatenate([run(batch[i : i + 1]) for i in range(len(batch))])

    def _interpreter(self, shape: tuple[int, ...]) -> _Interpreter:
        if shape not in self._interpreters:
            self._interpreters[shape] = _Interpreter(self._tflite, shape)
            if len(self._interpreters) > _MAX_INTERPRETERS:
                self._interpreters.popitem(last=False)
        self._interpreters.move_to_end(shape)
        return self._interpreters[shape]


class _Interpreter:
    """LiteRT for pictures of one size."""

    def __init__(self, tflite: bytes, shape: tuple[int, ...]) -> None:
        from ai_edge_litert import interpreter  # noqa: PLC0415 - half a second

        with hushed():
            run: Any = interpreter.Interpreter(model_content=tflite, num_threads=1)
            run.resize_tensor_input(run.get_input_details()[0]["index"], shape)
            run.allocate_tensors()
        self._run = run
        # Asked for once: to be told of all tensors takes as long as a small picture.
        self._input = run.tensor(run.get_input_details()[0]["index"])
        self._output: int = run.get_output_details()[0]["index"]

    def __call__(self, picture: npt.NDArray[np.generic]) -> npt.NDArray[np.float32]:
        np.copyto(self._input(), picture)
        self._run.invoke()
        return np.asarray(self._run.get_tensor(self._output), np.float32)


class _TensorFlowNetwork:
    """As TensorFlow runs it: a whole batch in one call."""

    def __init__(self, weights: Sequence[npt.NDArray[np.float32]]) -> None:
        prepare_tensorflow()
        model = network.build()
        model.set_weights(list(weights))
        self._run = tensorflow().function(
            lambda batch: model(batch, training=False), reduce_retracing=True, autograph=False
        )

    def __call__(self, batch: npt.NDArray[np.generic]) -> npt.NDArray[np.float32]:
        return np.asarray(self._run(batch.astype(np.float32)).numpy(), np.float32)


def _by_shape(pictures: Sequence[npt.NDArray[np.uint8]]) -> dict[tuple[int, int], list[int]]:
    """Which pictures the network sees at the same height and width; empty ones are left out."""
    groups: dict[tuple[int, int], list[int]] = {}
    for place, picture in enumerate(pictures):
        if picture.size:
            groups.setdefault(_shape(*picture.shape[:2]), []).append(place)
    return groups


def _shape(height: int, width: int) -> tuple[int, int]:
    factor = min(1.0, (_MAX_PIXELS / (height * width)) ** 0.5)
    rows, columns = (_to_divisor(n * factor) for n in (height, width))
    return rows, columns


def _to_divisor(length: float) -> int:
    return max(1, round(length / network.SIZE_DIVISOR)) * network.SIZE_DIVISOR


def _resized(picture: npt.NDArray[np.uint8], shape: tuple[int, int]) -> npt.NDArray[np.uint8]:
    if picture.shape[:2] == shape:
        return picture
    shrinks = picture.shape[0] > 1.5 * shape[0] or picture.shape[1] > 1.5 * shape[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, shape[::-1], interpolation=how), np.uint8)


KIND: Final = DetectorKind(
    config=DetectorConfig,
    resolve=resolve,
    build=two_looks,
    build_multiscale=multiscale,
    min_score=MIN_SCORE,
    min_score_multiscale=MIN_SCORE_MULTISCALE,
    lines=LINES,
)
