"""What ``bundle.json`` says: the network, the characters, and how logits become answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from eyecatch.core.identity.decision import Calibration, Thresholds
from eyecatch.core.identity.networks import Architecture
from eyecatch.core.identity.prototypes import Prototypes
from eyecatch.core.identity.trust import BALANCED, check_table, moved
from eyecatch.core.names import check_name


@dataclass(frozen=True, slots=True)
class Character:
    """Someone the bundle knows.

    Attributes:
        name: as the folder of faces was called.
        aliases: other names that are asked for.
        maybe, sure: thresholds of its own in place of the calibration's; see ``Calibration``.
    """

    name: str
    aliases: tuple[str, ...] = ()
    maybe: float | None = None
    sure: float | None = None

    def __post_init__(self) -> None:
        for name in (self.name, *self.aliases):
            check_name(name)
        for threshold in (self.maybe, self.sure):
            if threshold is not None and not 0 <= threshold <= 1:
                raise ValueError(f"threshold of {self.name!r}: expected 0..1, got {threshold}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What ``bundle.json`` says, digests aside.

    Attributes:
        architecture: the network.
        characters: in the order of the network's classes, or of the prototypes' owners.
        nobody: there is one more class or owner, the last: a face that is nobody of ``characters``.
        calibration: how logits become answers.
        crop_size: pixels of a side of the crops it was trained on.
        created_by: the program and its version.
        series: the show that all characters are of, or None.
        trust: thresholds of each level of ``core.identity.trust``; empty where only those of the
            calibration are known.
    """

    architecture: Architecture
    characters: tuple[Character, ...]
    nobody: bool
    calibration: Calibration
    crop_size: int
    created_by: str
    series: str | None = None
    trust: Mapping[str, Thresholds] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.architecture.embeds and len(self.names) != self.architecture.classes:
            raise ValueError(f"{len(self.names)} names for {self.architecture.classes} classes")
        if not self.architecture.embeds and not self.characters:
            raise ValueError("expected a character")
        if len({character.name for character in self.characters}) != len(self.characters):
            raise ValueError("two characters have the same name")
        check_table(self.trust, self.calibration.thresholds)

    @property
    def names(self) -> tuple[str | None, ...]:
        """The name of each column of logits, in order; None is nobody."""
        return (*(c.name for c in self.characters), *((None,) if self.nobody else ()))

    @property
    def thresholds(self) -> tuple[Thresholds, ...]:
        """The thresholds of each of ``names``."""
        maybe, sure = self.calibration.thresholds
        own = [
            (maybe if c.maybe is None else c.maybe, sure if c.sure is None else c.sure)
            for c in self.characters
        ]
        both = [(low, max(low, high)) for low, high in own]
        return (*both, *((self.calibration.thresholds,) if self.nobody else ()))

    def with_trust(self, level: str) -> Self:
        """The same, deciding at a level of trust: other thresholds, and no table any more.

        A character's own thresholds move as far as the calibration's.

        Raises:
            ValueError: the table lacks it; ``balanced`` is what there is anyway.
        """
        if level == BALANCED:
            return self
        if level not in self.trust:
            raise ValueError(f"thresholds are not known for the level of trust {level!r}")
        maybe, sure = self.trust[level]
        by = maybe - self.calibration.maybe, sure - self.calibration.sure
        characters = tuple(
            replace(one, maybe=moved(one.maybe, by[0]), sure=moved(one.sure, by[1]))
            for one in self.characters
        )
        calibration = replace(self.calibration, maybe=maybe, sure=sure)
        return replace(self, calibration=calibration, characters=characters, trust={})


def check_prototypes(contents: Contents, prototypes: Prototypes | None) -> None:
    """Raises ValueError if these prototypes are not those that such contents need."""
    if not contents.architecture.embeds:
        if prototypes is not None:
            raise ValueError(f"the network {contents.architecture.name!r} takes no prototypes")
        return
    if prototypes is None or prototypes.classes != len(contents.names):
        owners = 0 if prototypes is None else prototypes.classes
        raise ValueError(f"prototypes of {owners} for {len(contents.names)} names")
    length = contents.architecture.options.get("embedding")
    if prototypes.vectors.shape[1] != length:
        raise ValueError(f"prototypes of length {prototypes.vectors.shape[1]}, not {length}")
