"""The gallery of a bundle: its characters with their prototypes, as an immutable value."""

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
from eyecatch.core.names import folded, require_name
from eyecatch.training.dataset import NOBODY

Vectors = npt.NDArray[np.float32]
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Gallery:
    """The characters of a bundle, and the prototypes of each.

    Attributes:
        contents: the bundle's manifest.
        prototypes: an owner for each of ``contents.names``.
    """

    contents: Contents
    prototypes: Prototypes

    @classmethod
    def of(cls, bundle: Bundle) -> Gallery:
        """The gallery of a bundle.

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
        """In the order of their prototypes' owners."""
        return self.contents.characters

    def find(self, name: str) -> int | None:
        """The index of the character of that name, else of that alias, whatever case and width."""
        wanted = folded(name)
        for spelt in (
            [[folded(one.name)] for one in self.characters],
            [[folded(alias) for alias in one.aliases] for one in self.characters],
        ):
            for index, names in enumerate(spelt):
                if wanted in names:
                    return index
        return None

    def index_of(self, name: str) -> int:
        """As ``find``; raises UnknownCharacterError if there is none."""
        index = self.find(name)
        if index is None:
            spelt = {folded(one.name): one.name for one in self.characters}
            near = difflib.get_close_matches(folded(name), spelt, n=3)
            raise UnknownCharacterError(name, [spelt[one] for one in near])
        return index

    def check_new(self, name: str, of: int | None = None) -> None:
        """Makes sure that a name can be given to a character.

        Args:
            name: the name or alias.
            of: index of the character that may have it already.

        Raises:
            RequestError: it is no name, or somebody else's.
        """
        require_name(name)
        if folded(name) == NOBODY:
            raise RequestError(f"{name!r} means nobody in particular", "use another name")
        taken = self.find(name)
        if taken is not None and taken != of:
            raise RequestError(
                f"the bundle knows a character {self.characters[taken].name!r} already",
                "use --variant to add a costume or form, or remove the old one first with --remove",
            )

    def with_prototypes(self, name: str, vectors: Vectors, counts: Counts) -> Gallery:
        """With more prototypes of a known character, or of a new one, which comes last."""
        index = self.find(name)
        if index is not None:
            return replace(self, prototypes=self.prototypes.extended(index, vectors, counts))
        characters = (*self.characters, Character(name))
        prototypes = self.prototypes.inserted(len(self.characters), vectors, counts)
        return Gallery(replace(self.contents, characters=characters), prototypes)

    def without(self, index: int) -> Gallery:
        """Without a character."""
        characters = (*self.characters[:index], *self.characters[index + 1 :])
        contents = replace(self.contents, characters=characters)
        return Gallery(contents, self.prototypes.without(index))

    def with_aliases(self, index: int, aliases: Iterable[str]) -> Gallery:
        """With more aliases of a character; those that it has already are passed over.

        Raises:
            RequestError: one is no name, or somebody else's.
        """
        character = self.characters[index]
        known = {folded(one): one for one in (character.name, *character.aliases)}
        for alias in aliases:
            self.check_new(alias, of=index)
            known.setdefault(folded(alias), alias.strip())
        return self._with(index, replace(character, aliases=tuple(known.values())[1:]))

    def with_thresholds(self, index: int, thresholds: Thresholds) -> Gallery:
        """With a character's own thresholds, unless they equal those that hold for it anyway."""
        if thresholds == self.contents.thresholds[index]:
            return self
        maybe, sure = thresholds
        return self._with(index, replace(self.characters[index], maybe=maybe, sure=sure))

    def _with(self, index: int, character: Character) -> Gallery:
        characters = (*self.characters[:index], character, *self.characters[index + 1 :])
        return replace(self, contents=replace(self.contents, characters=characters))
