"""Which detector is used, its options, and which of these are part of a scan's digest."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import Field, dataclass, fields
from pathlib import Path
from typing import Any, ClassVar, Final

FIRST_OPTIONS: Final[Mapping[str, Any]] = {"scale": 1.1, "neighbours": 5, "smallest": 0.04}
"""Options of the cascade that the digest of every detector has held from the start, with their
defaults of then. They stay in it, whatever a detector reads, so that no index is scanned again."""

EARLIER_WEIGHTS: Final = (
    "e49414485e7224447f6b5ddc7a53669a01e85eabaf6d897ac190475d65b38d77",
    "2e5c0a105d8df14588aa681bddb257db20855caecca0407a6291df34e115997b",
    "631be5c7754d2e011708a978250155aa51c790ad5f8b17ff4791b7af6fc89501",
    "cf1cce6f2da1f1bc826bc5728a2bca438aea79f9fba021c1385817f0bd2fe194",
    "a847bfc56b42630b99ee3f59259d6c7344c53a30d95f813468a4917f8490a6f5",
    "d15e13388ccf746cd33840e080515dd69c43f85a30c9fb5df7d898ef344d7376",
)
"""SHA-256 of the package's weights in earlier versions: what was scanned with them is kept. Whoever
ships others adds those that were there."""


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
