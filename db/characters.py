"""Characters by name and alias, as people spell them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from sqlalchemy import insert, or_, select
from sqlalchemy.engine import Connection

from eyecatch.core.errors import RequestError, UnknownCharacterError
from eyecatch.core.names import folded
from eyecatch.core.palette import Colours
from eyecatch.db.character_colours import colours_by_name
from eyecatch.db.connection.session import Repository, one_at_a_time
from eyecatch.db.models import Alias, Character, Series


class Characters(Repository):
    """Characters and what they are called."""

    def series_called(self, name: str) -> str:
        """A series' own name by one in any case.

        Raises:
            RequestError: there is none; it offers the names that are spelt alike.
        """
        with self._session.reading() as connection:
            here = Series.id == find_series(connection, name)
            return connection.execute(select(Series.name).where(here)).scalar_one()

    def own_name(self, name: str) -> str:
        """A character's own name, by that or an alias, in any case.

        Raises:
            UnknownCharacterError: there is none; it offers the names that are spelt alike.
        """
        with self._session.reading() as connection:
            return next(iter(find_characters(connection, name).values()))

    def names(self) -> dict[int, str]:
        """All characters' own names, by id."""
        with self._session.reading() as connection:
            return dict(connection.execute(select(Character.id, Character.name)).all())

    def colours(self) -> Colours:
        """All characters' colours, by their own names."""
        with self._session.reading() as connection:
            return colours_by_name(connection)


def character_ids(
    connection: Connection, names: Sequence[str], series_id: int | None
) -> dict[str, int]:
    """Ids of characters by exact name: those of the series, else those of none, else new ones.

    Args:
        connection: in a transaction that writes.
        names: as the bundle has them.
        series_id: of the episode they were seen in, or None.
    """
    known = _known(connection, series_id)
    if not known.keys() >= set(names):
        one_at_a_time(connection)
        known = _known(connection, series_id)  # another job may have been quicker
    for name in names:
        if name not in known:
            known[name] = connection.scalars(
                insert(Character).values(name=name, folded=folded(name)).returning(Character.id)
            ).one()
    return {name: known[name] for name in names}


def _known(connection: Connection, series_id: int | None) -> dict[str, int]:
    rows = connection.execute(
        select(Character.name, Character.id, Character.series_id)
        .where(or_(Character.series_id.is_(None), Character.series_id == series_id))
        .order_by(Character.series_id.is_not(None))
    )
    return {name: character_id for name, character_id, _ in rows}


def add_alias(connection: Connection, character: str, alias: str) -> None:
    """Give a character another name to be found by.

    Raises:
        UnknownCharacterError: no character has that name.
    """
    one_at_a_time(connection)
    for character_id in find_characters(connection, character):
        known = select(Alias.name).where(Alias.character_id == character_id, Alias.name == alias)
        if connection.scalar(known) is None:
            connection.execute(
                insert(Alias).values(character_id=character_id, name=alias, folded=folded(alias))
            )


def find_characters(connection: Connection, name: str) -> dict[int, str]:
    """The characters that a person may mean by a name, as ``matching_characters`` finds them.

    Raises:
        UnknownCharacterError: there is none; it offers the names that are spelt alike.
    """
    if found := matching_characters(connection, name):
        return found
    known = [*connection.scalars(select(Character.name)), *connection.scalars(select(Alias.name))]
    nobody = (
        "no character is named yet: index with --model BUNDLE, or name faces with eyecatch review"
    )
    raise UnknownCharacterError(name, _nearest(folded(name), known), "" if known else nobody)


def matching_characters(connection: Connection, name: str) -> dict[int, str]:
    """The characters, by id, that are called by a name; more than one in several series.

    An exact name comes before one that differs in case or width, that before an alias.
    """
    wanted = folded(name)
    spelt = select(Character.id, Character.name).where(Character.folded == wanted)
    found = dict(connection.execute(spelt.order_by(Character.id)).all())
    if exact := {key: known for key, known in found.items() if known == name}:
        return exact
    if found:
        return found
    called = select(Character.id, Character.name).join(Alias).where(Alias.folded == wanted)
    return dict(connection.execute(called.order_by(Character.id)).all())


def find_series(connection: Connection, name: str) -> int:
    """The id of a series by its name, in any case; an exact one comes first.

    Raises:
        RequestError: there is none; it offers the names that are spelt alike.
    """
    known = dict(connection.execute(select(Series.name, Series.id)).all())
    alike = [one for one in known if folded(one) == folded(name)]
    if name in known or alike:
        return known[name if name in known else alike[0]]
    near = " or ".join(_nearest(folded(name), known))
    advice = f"did you mean {near}?" if near else "index with --series says which is which"
    raise RequestError(f"no series is called {name!r}", advice)


def _nearest(wanted: str, names: Iterable[str]) -> list[str]:
    spelt = {folded(known): known for known in names}
    # A first name alone is less than .6 like the full one, and often what is asked for.
    parts = [known for key, known in spelt.items() if wanted and wanted in key.split()]
    near = [spelt[key] for key in difflib.get_close_matches(wanted, spelt, n=3)]
    return list(dict.fromkeys([*near, *sorted(parts)]))[:3]
