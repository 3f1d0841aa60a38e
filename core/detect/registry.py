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
    build: Callable[[DetectorConfig], Detector]
    build_thorough: Callable[[DetectorConfig], Detector]
    lines: int  # what suits it


_KINDS = {
    "cnn": _Kind(cnn.resolve, cnn.CnnDetector, cnn.thorough, 360),
    "cascade": _Kind(cascade.resolve, cascade.CascadeDetector, cascade.CascadeDetector, 540),
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


def load(config: DetectorConfig, thorough: bool = False) -> Detector:
    """A detector that is ready to look.

    Args:
        config: resolved or not; where it has a digest, the file found must have the same.
        thorough: for stills: it looks at each several times, where that finds more.

    Raises:
        RequestError: there is no detector of that name.
        ModelError: its file is absent, isn't what it should be, or is another than expected.
    """
    resolved = resolve(config)
    if config.digest and resolved.digest != config.digest:
        problem = f"expected the detector {config.digest[:12]}…, found {resolved.digest[:12]}…"
        raise ModelError(resolved.model, problem, "give every machine the same file")
    kind = _kind(config.name)
    return (kind.build_thorough if thorough else kind.build)(resolved)


def _kind(name: str) -> _Kind:
    if name not in _KINDS:
        raise RequestError(f"there is no detector called {name!r}", f"use {' or '.join(_KINDS)}")
    return _KINDS[name]
