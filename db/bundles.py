"""Bundles that named the faces of an index, to which rows can be traced back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select, update

from eyecatch.db.characters import add_alias, character_ids
from eyecatch.db.connection.session import ROWS, Repository
from eyecatch.db.models import Bundle


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

    def id_of(self, digest: str) -> int | None:
        """The id of a bundle by the digest of its content, or None."""
        with self._session.reading() as connection:
            return connection.scalar(select(Bundle.id).where(Bundle.digest == digest))
