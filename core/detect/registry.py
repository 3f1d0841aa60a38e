"""Detectors by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from eyecatch.core.detect import cascade, cnn
from eyecatch.core.detect.base import Detector
from eyecatch.core.errors import ModelError, RequestError
from eyecatch.core.scan.config import DetectorConfig


@dataclass(frozen=True, slots=True)
class _Kind:
    resolve: Callable[[DetectorConfig], tuple[str, str]]  # the file, and its digest
    build: Callable[[DetectorConfig, float], Detector]
    build_thorough: Callable[[DetectorConfig, float], Detector]
    least: float  # scores below it are no faces
    least_thorough: float
    lines: int  # what suits it


def _cascade(config: DetectorConfig, _: float) -> Detector:
    return cascade.CascadeDetector(config)  # it has found a face or not: its scores all count


_KINDS = {
    "cnn": _Kind(
        cnn.resolve, cnn.CnnDetector, cnn.thorough, cnn.LEAST, cnn.LEAST_OF_FOUR, cnn.LINES
    ),
    "cascade": _Kind(cascade.resolve, _cascade, _cascade, 0.0, 0.0, 540),
}


def names() -> tuple[str, ...]:
    """The detectors there are."""
    return tuple(_KINDS)


def resolve(config: DetectorConfig) -> DetectorConfig:
    """The same configuration with the detector's file, its digest and its lines filled in.

    Raises:
        RequestError: there is no detector of that name.
        ModelError: its file is absent, or isn't what it should be.
    """
    kind = _kind(config.name)
    model, digest = kind.resolve(config)
    return replace(config, model=model, digest=digest, lines=config.lines or kind.lines)


def least(config: DetectorConfig, thorough: bool = False) -> float:
    """The score below which a detector's boxes are no faces; arguments as for ``load``."""
    kind = _kind(config.name)
    return kind.least_thorough if thorough else kind.least


def load(
    config: DetectorConfig, thorough: bool = False, least_score: float | None = None
) -> Detector:
    """A detector that is ready to look.

    Args:
        config: resolved or not; where it has a digest, the file found must have the same.
        thorough: for stills: it looks at each several times, where that finds more.
        least_score: scores below this are no faces; None for ``least``.

    Raises:
        RequestError: there is no detector of that name.
        ModelError: its file is absent, isn't what it should be, or is another than expected.
    """
    resolved = resolve(config)
    if config.digest and resolved.digest != config.digest:
        problem = f"expected the detector {config.digest[:12]}…, found {resolved.digest[:12]}…"
        raise ModelError(resolved.model, problem, "give every machine the same file")
    kind = _kind(config.name)
    from_score = least(config, thorough) if least_score is None else least_score
    return (kind.build_thorough if thorough else kind.build)(resolved, from_score)


def _kind(name: str) -> _Kind:
    if name not in _KINDS:
        raise RequestError(f"there is no detector called {name!r}", f"use {' or '.join(_KINDS)}")
    return _KINDS[name]
