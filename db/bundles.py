"""Bundles that named the faces of an index, to which rows can be traced back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import insert, select, update

from eyecatch.core.identity.trust import BALANCED, LEVELS
from eyecatch.db.characters import add_alias, character_ids
from eyecatch.db.connection.session import FACES, ROWS, Repository
from eyecatch.db.models import Bundle, Episode

PEOPLE: Final = "named by people"
"""Digest of the bundle that stands for people's names where these are propagated."""


class Bundles(Repository):
    """Classifiers that the index knows."""

    def add(  # noqa: PLR0913, PLR0917 - each is a column
        self,
        digest: str,
        path: str,
        characters: Sequence[str],
        card: Mapping[str, Any],
        aliases: Mapping[str, Sequence[str]] | None = None,
        network: str | None = None,
    ) -> int:
        """Remember a bundle and its characters; returns its id. A known one stays as it is.

        Several bundles that classify together are one more, which has no predictions of its own.

        Args:
            digest: of the bundle's content.
            path: where it is now.
            characters: names, in the order of its logits.
            card: how it was trained and measured, as JSON has it; ``card["name"]`` is its name,
                where it has one.
            aliases: other names of characters, to find them by.
            network: equal for bundles that embed alike; None for several bundles together.
        """
        with self._session.writing(ROWS) as connection:
            known = connection.scalar(select(Bundle.id).where(Bundle.digest == digest))
            if known is not None:
                # An index made before networks were stored gets them now.
                here = (Bundle.id == known, Bundle.network.is_distinct_from(network))
                connection.execute(update(Bundle).where(*here).values(network=network))
                return known
            character_ids(connection, characters, None)
            for name, others in (aliases or {}).items():
                for alias in others:
                    add_alias(connection, name, alias)
            values = {
                "digest": digest,
                "name": str(card.get("name") or path),
                "path": path,
                "characters": list(characters),
                "card": dict(card),
                "network": network,
            }
            return connection.scalars(insert(Bundle).values(values).returning(Bundle.id)).one()

    def people(self) -> int:
        """The id of the bundle that stands for people's names; its card has the level of trust."""
        return self.add(PEOPLE, "", [], {"name": PEOPLE})

    def trust(self) -> str:
        """The level of trust at which the index decides; see ``core.identity.trust``."""
        with self._session.reading() as connection:
            card = connection.scalar(select(Bundle.card).where(Bundle.digest == PEOPLE))
            return _level(card or {})

    def choose_trust(self, level: str) -> None:
        """Decide at a level of trust from now on: people's names are to follow to all episodes.

        Args:
            level: one of ``core.identity.trust.LEVELS``.
        """
        with self._session.transaction(FACES), self._session.writing() as connection:
            people = self.people()
            card = connection.scalars(select(Bundle.card).where(Bundle.id == people)).one()
            if _level(card) == level:
                return
            changed = {"card": {**card, "trust": level}}
            connection.execute(update(Bundle).where(Bundle.id == people).values(changed))
            connection.execute(update(Episode).values(names_due=True))

    def id_of(self, digest: str) -> int | None:
        """The id of a bundle by the digest of its content, or None."""
        with self._session.reading() as connection:
            return connection.scalar(select(Bundle.id).where(Bundle.digest == digest))


def _level(card: Mapping[str, Any]) -> str:
    """The level that a card of people's names has; an index of before has none."""
    level = card.get("trust")
    return level if level in LEVELS else BALANCED
