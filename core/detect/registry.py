"""Detectors by name.

To add one, write a module with a ``DetectorKind`` (``core.detect.base``) that is called ``KIND``,
and list it in ``DETECTORS``. ``--detector`` offers it then, the scan finds it, and
``tests/core/detect/test_contract.py`` tests it. A module is loaded when its detector is used, so
the names are known without OpenCV or a model.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from eyecatch.core.detect.config import DetectorConfig, NamedDetector
from eyecatch.core.errors import ModelError, RequestError
from eyecatch.core.runtime import load as load_module

if TYPE_CHECKING:  # it loads OpenCV and NumPy
    from eyecatch.core.detect.base import Detector, DetectorKind


@dataclass(frozen=True, slots=True)
class DetectorEntry:
    """A detector in the list.

    Attributes:
        module: full name of its module.
        file_flag: flag of the command line that names the detector's file, and thereby the
            detector; empty if it has none.
        file_help: what ``--help`` says of that flag.
    """

    module: str
    file_flag: str = ""
    file_help: str = ""


DETECTORS = {
    "cnn": DetectorEntry("eyecatch.core.detect.cnn"),
    "cascade": DetectorEntry(
        "eyecatch.core.detect.cascade",
        file_flag="--cascade",
        file_help="An OpenCV Haar or LBP cascade.  [default: $EYECATCH_CASCADE, or the cache]",
    ),
}


ADAPTED = "cnn"
"""The detector whose weights are in the files that ``eyecatch adapt`` writes."""


def names() -> tuple[str, ...]:
    """The detectors there are.

    Example:
        >>> "cnn" in names() and "cascade" in names()
        True
    """
    return tuple(DETECTORS)


def configured(detector: NamedDetector) -> DetectorConfig:
    """The configuration that a detector's name or file stands for; one that is given, as it is.

    Raises:
        RequestError: there is no detector of that name, nor a file.

    Example:
        >>> configured("cascade").name, configured("Show.detector").model
        ('cascade', 'Show.detector')
    """
    if isinstance(detector, DetectorConfig):
        return detector
    if isinstance(detector, str) and detector in DETECTORS:
        return DetectorConfig(detector)
    file = Path(detector)
    # What looks like a file is one, so that a slip in its name is called what it is.
    if isinstance(detector, Path) or file.suffix or os.sep in detector or file.exists():
        return DetectorConfig(ADAPTED, str(file))
    raise _no_detector(detector)


def resolve(detector: NamedDetector) -> DetectorConfig:
    """A detector's whole configuration: its file, the file's digest and its lines filled in.

    Args:
        detector: a configuration, or only a detector's name or file.

    Returns:
        A configuration of the detector's own class, with all its options.

    Raises:
        RequestError: there is no detector of that name.
        ModelError: its file is absent, or isn't what it should be.

    Example:
        >>> config = resolve("cnn")
        >>> config.lines, len(config.digest)
        (360, 64)
    """
    config = configured(detector)
    kind = _kind(config.name)
    if not isinstance(config, kind.config):  # a plain DetectorConfig, for a detector with options
        name = config.name
        config = kind.config(model=config.model, digest=config.digest, lines=config.lines)
        if config.name != name:  # its scans would be taken for those of another detector
            raise TypeError(f"{kind.config.__name__}.name has to be {name!r} without being given")
    model, digest = kind.resolve(config)
    return replace(config, model=model, digest=digest, lines=config.lines or kind.lines)


def default_min_score(detector: NamedDetector, multiscale: bool = False) -> float:
    """The score below which a detector's boxes are no faces; arguments as for ``load``."""
    kind = _kind(configured(detector).name)
    return kind.min_score_multiscale if multiscale else kind.min_score


def load(
    detector: NamedDetector, multiscale: bool = False, min_score: float | None = None
) -> Detector:
    """A detector that is ready for pictures.

    Args:
        detector: a configuration, resolved or not, or only a detector's name or file. Where it has
            a digest, the file found must have the same.
        multiscale: for stills: run it on each in several sizes, where that finds more.
        min_score: scores below this are no faces; None for ``default_min_score``.

    Raises:
        RequestError: there is no detector of that name.
        ModelError: its file is absent, isn't what it should be, or is another than expected.

    Example:
        >>> import numpy as np
        >>> (found,) = load("cnn").detect([np.zeros((360, 640, 3), np.uint8)])
        >>> len(found)
        0
    """
    resolved = resolve(detector)
    expected = configured(detector).digest
    if expected and resolved.digest != expected:
        problem = f"expected the detector {expected[:12]}…, found {resolved.digest[:12]}…"
        raise ModelError(resolved.model, problem, "give every machine the same file")
    kind = _kind(resolved.name)
    if min_score is None:
        min_score = default_min_score(resolved, multiscale)
    return (kind.build_multiscale if multiscale else kind.build)(resolved, min_score)


def _kind(name: str) -> DetectorKind[DetectorConfig]:
    if name not in DETECTORS:
        raise _no_detector(name)
    return cast("DetectorKind[DetectorConfig]", load_module(DETECTORS[name].module).KIND)


def _no_detector(name: str) -> RequestError:
    problem = f"there is no detector called {name!r}"
    return RequestError(problem, f"use {' or '.join(DETECTORS)}, or a file that adapt wrote")
