"""Characters by name and alias, as people spell them and as models say them.

A character that a person merged into another keeps its row, which leads to the other: its name and
its aliases are the other's now. One that a person wanted no more keeps its row too, forgotten.
"""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import exists, func, insert, or_, select
from sqlalchemy.engine import Connection

from eyecatch.core.errors import RequestError, UnknownCharacterError
from eyecatch.core.names import folded
from eyecatch.core.palette import Colours
from eyecatch.db.character_colours import colours_by_name
from eyecatch.db.connection.bulk import BATCH
from eyecatch.db.connection.session import Repository, one_at_a_time
from eyecatch.db.models import Alias, Appearance, Bundle, Character, Decision, Episode, Series

OWNER = func.coalesce(Character.merged_into, Character.id)
"""The character that a row is, or leads to."""


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
            return own_names(connection)

    def aliases(self, name: str) -> list[str]:
        """Other names of a character, in order.

        Raises:
            UnknownCharacterError: there is none of that name.
        """
        with self._session.reading() as connection:
            found = find_characters(connection, name)
            return sorted({one for some in aliases_of(connection, found).values() for one in some})

    def colours(self) -> Colours:
        """All characters' colours, by their own names."""
        with self._session.reading() as connection:
            return colours_by_name(connection)


def character_ids(
    connection: Connection, names: Sequence[str], series_id: int | None
) -> dict[str, int]:
    """Ids of characters by exact name: those of the series, else those of none, else new ones.

    A name that a person changed, or that an alias is, is that of the character it belongs to now.

    Args:
        connection: in a transaction that writes.
        names: as the bundle has them.
        series_id: of the episode they were seen in, or None.
    """
    known = characters_called(connection, series_id)
    if not known.keys() >= set(names):
        one_at_a_time(connection)
        known = characters_called(connection, series_id)  # another job may have been quicker
    for name in names:
        if name not in known:
            known[name] = connection.scalars(
                insert(Character).values(name=name, folded=folded(name)).returning(Character.id)
            ).one()
    return {name: known[name] for name in names}


def characters_called(connection: Connection, series_id: int | None = None) -> dict[str, int]:
    """Ids of characters by all their names, exactly as they are spelt; own ones come first."""
    here = or_(Character.series_id.is_(None), Character.series_id == series_id)
    order = Character.series_id.is_not(None)
    aliases = select(Alias.name, OWNER).join(Character).where(here).order_by(order)
    names = select(Character.name, OWNER).where(here).order_by(order)
    return dict(connection.execute(aliases).all()) | dict(connection.execute(names).all())


def add_alias(connection: Connection, character: str, alias: str) -> None:
    """Give a character another name to be found by.

    Raises:
        UnknownCharacterError: no character has that name.
    """
    one_at_a_time(connection)
    called = matching_characters(connection, character)
    for character_id in called or find_characters(connection, character):
        known = select(Alias.name).where(Alias.character_id == character_id, Alias.name == alias)
        if connection.scalar(known) is None:
            connection.execute(
                insert(Alias).values(character_id=character_id, name=alias, folded=folded(alias))
            )


def aliases_of(connection: Connection, ids: Collection[int]) -> dict[int, list[str]]:
    """Other names of characters, by their ids: aliases, and names of those merged into them."""
    found: dict[int, list[str]] = defaultdict(list)
    some = len(ids) <= BATCH  # of more all are read: a statement takes no more numbers
    merged = select(OWNER, Character.name).where(Character.merged_into.is_not(None))
    given = select(OWNER, Alias.name).select_from(Alias).join(Character)
    if some:
        merged, given = merged.where(OWNER.in_(ids)), given.where(OWNER.in_(ids))
    for key, name in connection.execute(merged.union(given)):
        if some or key in ids:
            found[key].append(name)
    return {key: sorted(names) for key, names in found.items()}


def find_characters(connection: Connection, name: str) -> dict[int, str]:
    """The characters that a person may mean by a name, as ``matching_characters`` finds them.

    Raises:
        UnknownCharacterError: there is none; it offers the names that are spelt alike.
    """
    forgotten = set(connection.scalars(select(Character.id).where(Character.forgotten)))
    found = matching_characters(connection, name)
    if found.keys() - forgotten:
        return {key: known for key, known in found.items() if key not in forgotten}
    here = living(connection)
    own = [called for key, called in own_names(connection).items() if key in here]
    known = [*own, *(name for some in aliases_of(connection, here).values() for name in some)]
    nobody = (
        "no character is named yet: index with --model BUNDLE, or name faces with eyecatch review"
    )
    raise UnknownCharacterError(name, _nearest(folded(name), known), "" if known else nobody)


def matching_characters(connection: Connection, name: str) -> dict[int, str]:
    """The characters, by id, that are called by a name; more than one in several series.

    An exact name comes before one that differs in case or width, that before an alias.
    """
    wanted = folded(name)
    spelt = select(OWNER, Character.name).where(Character.folded == wanted)
    found = connection.execute(spelt.order_by(Character.id)).all()
    ids = [key for key, known in found if known == name] or [key for key, _ in found]
    if not ids:
        called = select(OWNER).join(Alias).where(Alias.folded == wanted)
        ids = list(connection.scalars(called.order_by(Character.id)))
    own = dict(
        connection.execute(select(Character.id, Character.name).where(Character.id.in_(ids))).all()
    )
    return {key: own[key] for key in ids}


def living(connection: Connection) -> set[int]:
    """Ids of the characters that are somebody: all others are listed nowhere.

    They are on screen, or a person said so of a face, or a model that decided an episode knows
    them. A name that was taken back, or that no face has any more, is nobody's.
    """
    on_screen = exists().where(Appearance.character_id == Character.id)
    said = Character.id.in_(select(Decision.character_id).where(Decision.character_id.is_not(None)))
    here = Character.merged_into.is_(None) & Character.forgotten.is_(False)
    known = characters_called(connection)
    modelled = {known[name] for name in names_of_models(connection) if name in known}
    rows = connection.execute(select(Character.id, or_(on_screen, said)).where(here))
    return {key for key, seen in rows if seen or key in modelled}


def names_of_models(connection: Connection) -> set[str]:
    """The names that models know by whom episodes were decided."""
    used = select(Episode.bundle_id).where(Episode.bundle_id.is_not(None))
    bundles = connection.scalars(select(Bundle.characters).where(Bundle.id.in_(used)))
    return {name for names in bundles for name in names}


def own_names(connection: Connection) -> dict[int, str]:
    """All characters' own names, by id."""
    here = Character.merged_into.is_(None)
    return dict(connection.execute(select(Character.id, Character.name).where(here)).all())


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
