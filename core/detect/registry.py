"""Detectors by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from eyecatch.core.detect import cascade
from eyecatch.core.detect.base import Detector
from eyecatch.core.errors import ModelError, RequestError
from eyecatch.core.scan.config import DetectorConfig


@dataclass(frozen=True, slots=True)
class _Kind:
    resolve: Callable[[DetectorConfig], tuple[str, str]]  # the file, and its digest
    build: Callable[[DetectorConfig], Detector]


_KINDS = {
    "cascade": _Kind(cascade.resolve, cascade.CascadeDetector),
}


def names() -> tuple[str, ...]:
    """The detectors there are."""
    return tuple(_KINDS)


def resolve(config: DetectorConfig) -> DetectorConfig:
    """The same configuration with the path of the detector's file, and its digest, filled in.

    Raises:
        RequestError: there is no detector of that name.
        ModelError: its file is absent, or isn't what it should be.
    """
    model, digest = _kind(config.name).resolve(config)
    return replace(config, model=model, digest=digest)


def load(config: DetectorConfig) -> Detector:
    """A detector that is ready to look.

    Args:
        config: resolved or not; where it has a digest, the file found must have the same.

    Raises:
        RequestError: there is no detector of that name.
        ModelError: its file is absent, isn't what it should be, or is another than expected.
    """
    resolved = resolve(config)
    if config.digest and resolved.digest != config.digest:
        problem = f"expected the detector {config.digest[:12]}…, found {resolved.digest[:12]}…"
        raise ModelError(resolved.model, problem, "give every machine the same file")
    return _kind(config.name).build(resolved)


def _kind(name: str) -> _Kind:
    if name not in _KINDS:
        raise RequestError(f"there is no detector called {name!r}", f"use {' or '.join(_KINDS)}")
    return _KINDS[name]
