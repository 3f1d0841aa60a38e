"""Whom a bundle knows, as a value that can be changed: its characters with their prototypes."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from eyecatch.core.errors import RequestError, UnknownCharacterError
from eyecatch.core.identity.bundle import Bundle
from eyecatch.core.identity.decision import Thresholds
from eyecatch.core.identity.manifest import Character, Contents
from eyecatch.core.identity.prototypes import Prototypes
from eyecatch.core.names import check_name, folded
from eyecatch.training.dataset import NOBODY

Vectors = npt.NDArray[np.float32]
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Roster:
    """The characters of a bundle, and the prototypes of each.

    Attributes:
        contents: what the bundle says of itself.
        prototypes: an owner for each of ``contents.names``.
    """

    contents: Contents
    prototypes: Prototypes

    @classmethod
    def of(cls, bundle: Bundle) -> Roster:
        """Whom a bundle knows.

        Raises:
            RequestError: its network has to be trained to know anybody.
        """
        if bundle.prototypes is None:
            raise RequestError(
                f"{bundle.folder} has the network {bundle.architecture.name!r}, whose characters "
                "are fixed when it is trained",
                "train a bundle of the network 'compact'",
            )
        values = {one.name: getattr(bundle, one.name) for one in fields(Contents)}
        return cls(Contents(**values), bundle.prototypes)

    @property
    def characters(self) -> tuple[Character, ...]:
        """Those it knows, in order."""
        return self.contents.characters

    def find(self, name: str) -> int | None:
        """The place of the character of that name, else of that alias, however it is spelt."""
        wanted = folded(name)
        for spelt in (
            [[folded(one.name)] for one in self.characters],
            [[folded(alias) for alias in one.aliases] for one in self.characters],
        ):
            for place, names in enumerate(spelt):
                if wanted in names:
                    return place
        return None

    def place(self, name: str) -> int:
        """As ``find``; raises UnknownCharacterError where there is none."""
        place = self.find(name)
        if place is None:
            spelt = {folded(one.name): one.name for one in self.characters}
            near = difflib.get_close_matches(folded(name), spelt, n=3)
            raise UnknownCharacterError(name, [spelt[one] for one in near])
        return place

    def check_new(self, name: str, of: int | None = None) -> None:
        """Makes sure that a name can be given to a character.

        Args:
            name: the name or alias.
            of: place of the character that may have it already.

        Raises:
            RequestError: it is no name, or somebody else's.
        """
        try:
            check_name(name)
        except ValueError as error:
            raise RequestError(str(error), "use another name") from error
        if folded(name) == NOBODY:
            raise RequestError(f"{name!r} means nobody in particular", "use another name")
        taken = self.find(name)
        if taken is not None and taken != of:
            raise RequestError(
                f"the bundle knows a character {self.characters[taken].name!r} already",
                "use --variant to add a costume or form, or remove the old one first with --remove",
            )

    def joined(self, name: str, vectors: Vectors, counts: Counts) -> Roster:
        """With prototypes more: of a known character, or of a new one, which comes last."""
        place = self.find(name)
        if place is not None:
            return replace(self, prototypes=self.prototypes.extended(place, vectors, counts))
        characters = (*self.characters, Character(name))
        prototypes = self.prototypes.inserted(len(self.characters), vectors, counts)
        return Roster(replace(self.contents, characters=characters), prototypes)

    def removed(self, place: int) -> Roster:
        """Without a character."""
        characters = (*self.characters[:place], *self.characters[place + 1 :])
        contents = replace(self.contents, characters=characters)
        return Roster(contents, self.prototypes.without(place))

    def called(self, place: int, aliases: Iterable[str]) -> Roster:
        """With further aliases of a character; those that it has already are passed over.

        Raises:
            RequestError: one is no name, or somebody else's.
        """
        character = self.characters[place]
        known = {folded(one): one for one in (character.name, *character.aliases)}
        for alias in aliases:
            self.check_new(alias, of=place)
            known.setdefault(folded(alias), alias.strip())
        return self._with(place, replace(character, aliases=tuple(known.values())[1:]))

    def named_from(self, place: int, thresholds: Thresholds) -> Roster:
        """With thresholds of a character's own; those of the calibration are not repeated."""
        if thresholds == self.contents.thresholds[place]:
            return self
        maybe, sure = thresholds
        return self._with(place, replace(self.characters[place], maybe=maybe, sure=sure))

    def _with(self, place: int, character: Character) -> Roster:
        characters = (*self.characters[:place], character, *self.characters[place + 1 :])
        return replace(self, contents=replace(self.contents, characters=characters))
