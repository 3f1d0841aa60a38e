"""Which detector is used, its options, and which of these are part of a scan's digest."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import Field, dataclass, fields
from pathlib import Path
from typing import Any, ClassVar, Final

FIRST_OPTIONS: Final[Mapping[str, Any]] = {"scale": 1.1, "neighbours": 5, "smallest": 0.04}
"""Options of the cascade that the digest of every detector has held from the start, with their
defaults of then. They stay in it, whatever a detector reads, so that no index is scanned again."""


@dataclass(frozen=True, slots=True)
class DetectorConfig:
    """A detector by name, and the options that all detectors have.

    A detector with more options has a class of its own, derived from this one, in its own module.
    A default never changes without ``VERSION``: digests leave out options that have theirs.

    Example:
        >>> DetectorConfig("cascade", "my_cascade.xml").lines
        0

    Attributes:
        name: a key of ``core.detect.registry.DETECTORS``.
        model: path of the detector's file; empty for the detector's own place.
        digest: SHA-256 of the detector's file, hex; filled in by ``registry.resolve``.
        lines: height in pixels of the small picture that the detector gets; 0 for what suits it,
            filled in by ``registry.resolve``.
    """

    name: str = "cnn"
    model: str = ""
    digest: str = ""
    lines: int = 0

    VERSION: ClassVar[int] = 1
    """Raised when the same detector, file and options find something else than before."""

    def digested(self) -> dict[str, Any]:
        """All that decides what this detector finds, for a digest; values for JSON.

        The path of the file is left out, as its content has a digest of its own.
        """
        always = {"name", "digest", "lines", *FIRST_OPTIONS}
        own = without_defaults(self, always, without={"model"})
        return {**FIRST_OPTIONS, **own, **({"version": self.VERSION} if self.VERSION > 1 else {})}


NamedDetector = DetectorConfig | str | Path
"""A detector as people name it: a configuration, a name of ``core.detect.registry.DETECTORS``, or
the file of one that ``eyecatch adapt`` wrote."""


def without_defaults(
    config: Any,  # noqa: ANN401 - any dataclass
    always: Collection[str],
    without: Collection[str] = (),
) -> dict[str, Any]:
    """The options of a dataclass by name, for a digest that outlives the options added to it.

    Args:
        config: the dataclass.
        always: options that are there whatever their value: those of the first version.
        without: options that are never there.

    Returns:
        Of the options that were added later only those that differ from their default.
    """
    return {
        one.name: getattr(config, one.name)
        for one in fields(config)
        if one.name not in without and (one.name in always or _changed(config, one))
    }


def _changed(config: object, option: Field[Any]) -> bool:
    return bool(getattr(config, option.name) != option.default)
