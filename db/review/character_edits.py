"""What people do with characters: other names, two that are one, one that is wanted no more."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Sequence

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.engine import Connection

from eyecatch.core.errors import RequestError
from eyecatch.core.names import folded, require_name
from eyecatch.db.characters import find_characters, living, matching_characters, names_of_models
from eyecatch.db.connection.session import FACES, Repository
from eyecatch.db.models import (
    Appearance,
    Character,
    Decision,
    Face,
    Overruled,
    RoleTally,
    Track,
    Unlike,
)
from eyecatch.db.records.review import ActionRow
from eyecatch.db.review import undo
from eyecatch.db.review.change import Change
from eyecatch.db.review.character_changes import (
    CharacterState,
    as_models_said,
    character_states,
    store_states,
)
from eyecatch.db.review.choice import LOOK_AGAIN
from eyecatch.db.review.decisions import SAME_PLACE
from eyecatch.db.review.recording import are, record, some_faces
from eyecatch.db.review.removal import Loss
from eyecatch.db.verdicts import hide_forgotten


class CharacterEdits(Repository):
    """What people do with characters; each action can be undone.

    All raise UnknownCharacterError if there is no character of a name, and RequestError if several
    are meant by it.
    """

    def rename(self, who: str, name: str) -> ActionRow:
        """Give a character another name; it goes on to be found by the one it had.

        A name that is only an alias of somebody else, and that no model says, is theirs no more.

        Args:
            who: its name, or an alias.
            name: the new one.

        Raises:
            RequestError: somebody else is called so, it is called so already, or this can't be a
                name.
        """
        with self._session.writing(FACES) as connection:
            new, state = _plain(name), _one(connection, who)
            if state.name == new:
                raise RequestError(f"{new} is called so already", "give another name")
            change = Change()
            losers = _without_alias(connection, state, new)
            _absorb(connection, state, _nobodies(connection, state, [new]), change)
            change.characters += losers
            rows = character_states(connection, [state.id])
            # One that is nobody, or was merged into this one, may have that name: it gets the old.
            swapped = [row._replace(name=state.name) for row in rows if row.name == new]
            (mine,) = (row for row in rows if row.id == state.id)
            aliases = [alias for alias in mine.aliases if alias != new]
            aliases += [] if swapped else [state.name]
            store_states(connection, [mine._replace(name=new, aliases=aliases), *swapped])
            return record(connection, "rename", f"renamed {state.name} to {new}", change)

    def merge(self, into: str, others: Sequence[str]) -> ActionRow:
        """Make several characters one: all that others are called, they are called from now on.

        Args:
            into: the character that stays; it is found by the others' names too.
            others: those that are the same person.

        Raises:
            RequestError: it is only one.
        """
        with self._session.writing(FACES) as connection:
            state = _one(connection, into)
            gone = {one.id: one for one in (_one(connection, other) for other in others)}
            if not gone or state.id in gone:
                raise RequestError("a character can't be merged with itself", "name two")
            change = Change()
            _absorb(connection, state, sorted(gone), change)
            listed = " and ".join(one.name for one in gone.values())
            return record(connection, "merge", f"merged {listed} into {state.name}", change)

    def add_aliases(self, who: str, names: Sequence[str]) -> ActionRow:
        """Let a character be found by other names too, also where a model says one of them.

        Raises:
            RequestError: somebody else is called so, it is called so already, this can't be a name,
                or there is none.
        """
        with self._session.writing(FACES) as connection:
            new, state = [_plain(name) for name in names], _one(connection, who)
            if not new:
                raise RequestError("no other name was given", "give one at least")
            had = {name for row in character_states(connection, [state.id]) for name in _all(row)}
            if {folded(name) for name in new} <= had:
                problem = f"{state.name} is called {' and '.join(new)} already"
                raise RequestError(problem, "give another name")
            change = Change()
            _absorb(connection, state, _nobodies(connection, state, new), change)
            rows = character_states(connection, [state.id])
            known = {row.name for row in rows}
            (mine,) = (row for row in rows if row.id == state.id)
            aliases = dict.fromkeys([*mine.aliases, *(one for one in new if one not in known)])
            store_states(connection, [mine._replace(aliases=list(aliases))])
            message = f"let {state.name} be called {' and '.join(new)} too"
            return record(connection, "alias", message, change)

    def remove_aliases(self, who: str, names: Sequence[str]) -> ActionRow:
        """Let a character be found by some names no more.

        One that it has since another character was merged into it is that character's again, and so
        is what models say of that; what people said stays.

        Raises:
            RequestError: it is not called so, that is its own name, or a model calls it so.
        """
        with self._session.writing(FACES) as connection:
            state = _one(connection, who)
            rows = {row.id: row for row in character_states(connection, [state.id])}
            change = Change(characters=list(rows.values()), recast=list(rows))
            for name in names:
                row = _called(rows.values(), name, state)
                if row.id != state.id and folded(row.name) == folded(name):
                    rows[row.id] = row._replace(merged_into=None)
                    continue
                if gone := names_of_models(connection) & {*_spelt(row, name)}:
                    raise RequestError(
                        f"a model calls {state.name} {min(gone)}",
                        "without that name, what it says would be somebody else's: keep it",
                    )
                left = [alias for alias in row.aliases if alias not in _spelt(row, name)]
                rows[row.id] = row._replace(aliases=left)
            store_states(connection, rows.values())
            as_models_said(connection, list(rows))
            message = f"let {state.name} be called {' or '.join(names)} no more"
            return record(connection, "alias", message, change)

    def set_cover(self, who: str, face_id: int) -> ActionRow:
        """Choose the face that is shown wherever a character is.

        Raises:
            RequestError: it is not a face of this character.
        """
        with self._session.writing(FACES) as connection:
            state = _one(connection, who)
            theirs = (
                select(Face.id)
                .join(Track, Track.id == Face.track_id)
                .where(Face.id == face_id, Track.character_id == state.id)
            )
            if connection.scalar(theirs) is None:
                raise RequestError(f"face {face_id} is not called {state.name}", LOOK_AGAIN)
            change = Change(characters=character_states(connection, [state.id]))
            store_states(connection, [state._replace(cover_id=face_id)])
            return record(connection, "cover", f"chose a picture of {state.name}", change)

    def loss(self, who: str) -> Loss:
        """What would be nobody's if a character was forgotten."""
        with self._session.reading() as connection:
            state = _one(connection, who)
            faces, said = (
                connection.scalar(select(func.count()).where(table.character_id == state.id)) or 0
                for table in (Track, Decision)
            )
            return Loss(faces, said)

    def forget(self, who: str) -> ActionRow:
        """Let nobody be called so any more: all faces of a character wait for a name again.

        What a model calls so is nobody from now on, until a person gives somebody that name.
        """
        with self._session.writing(FACES) as connection:
            state, tracks = _one(connection, who), range(self.loss(who).faces)
            change = Change(characters=[state], recast=[state.id])
            undo.unlabel_faces(connection, _said_so(connection, [state.id]), change)
            store_states(connection, [state._replace(forgotten=True)])
            hide_forgotten(connection)
            message = f"forgot {state.name}: {some_faces(tracks)} {are(tracks)} nobody's again"
            return record(connection, "forget", message, change)


def _plain(name: str) -> str:
    """A name as it is stored; RequestError if it can't be one."""
    require_name(name)
    return " ".join(name.split())


def _one(connection: Connection, who: str) -> CharacterState:
    """The character that is meant."""
    found = find_characters(connection, who)
    if len(found) > 1:
        listed = " and ".join(sorted(set(found.values())))
        raise RequestError(f"{who} may be {listed}", "spell the name as the index has it")
    (state,) = (row for row in character_states(connection, found) if row.id in found)
    return state


def _nobodies(connection: Connection, state: CharacterState, names: Sequence[str]) -> list[int]:
    """Characters that are nobody and have these names; RequestError if somebody else has one."""
    here = living(connection)
    found: list[int] = []
    for name in names:
        for key, known in matching_characters(connection, name).items():
            if key == state.id:
                continue
            if key in here:
                command = shlex.join(["eyecatch", "merge", known, state.name])
                problem = f"{name} is a character already"
                problem += "" if known == name else f": that is what {known} is called too"
                raise RequestError(problem, f"if both are one person, say so: {command}")
            found.append(key)
    return found


def _without_alias(
    connection: Connection, state: CharacterState, name: str
) -> list[CharacterState]:
    """Take an alias from others that no model means by it; returns these as they were."""
    others = matching_characters(connection, name).keys() - {state.id}
    rows = [row for row in character_states(connection, others) if row.id in others]
    losers = [row for row in rows if folded(row.name) != folded(name) and _spelt(row, name)]
    if {alias for row in losers for alias in _spelt(row, name)} & names_of_models(connection):
        return []
    for row in losers:
        left = [alias for alias in row.aliases if folded(alias) != folded(name)]
        store_states(connection, [row._replace(aliases=left)])
    return losers


def _called(rows: Collection[CharacterState], name: str, state: CharacterState) -> CharacterState:
    """Which of a character and those merged into it has a name, other than its own."""
    if folded(name) == folded(state.name) and not _spelt(state, name):
        advice = f"give another: {shlex.join(['eyecatch', 'rename', state.name])} NAME"
        raise RequestError(f"{state.name} is the character's own name", advice)
    for row in rows:
        merged = row.id != state.id and folded(row.name) == folded(name)
        if merged or _spelt(row, name):
            return row
    raise RequestError(f"{state.name} is not called {name}", "see: eyecatch characters")


def _all(row: CharacterState) -> set[str]:
    """Its name and its aliases, however they are spelt."""
    return {folded(name) for name in (row.name, *row.aliases)}


def _spelt(row: CharacterState, name: str) -> list[str]:
    """Aliases that are a name, however it is spelt."""
    return [alias for alias in row.aliases if folded(alias) == folded(name)]


def _said_so(connection: Connection, ids: Collection[int]) -> list[int]:
    """Faces that people called so."""
    called = select(Face.id).join(Decision, SAME_PLACE).where(Decision.character_id.in_(ids))
    return list(connection.scalars(called))


def _absorb(
    connection: Connection, into: CharacterState, gone: Sequence[int], change: Change
) -> None:
    """Let a character be what others are, too."""
    change.characters = character_states(connection, [into.id, *gone])
    if not gone:
        return
    change.recast = [into.id, *gone]
    undo.remember_labels(connection, _said_so(connection, gone), change)
    for table in (Decision, Track, Overruled):
        theirs = update(table).where(table.character_id.in_(gone))
        connection.execute(theirs.values(character_id=into.id))
    for ranges in (Appearance, RoleTally):
        connection.execute(delete(ranges).where(ranges.character_id.in_(gone)))
    denied = select(Unlike.face_id, Unlike.character_id).where(Unlike.character_id.in_(gone))
    pairs = [(face, who) for face, who in connection.execute(denied)]
    undo.deny(connection, [(face, into.id) for face, _ in pairs], change)
    undo.retract(connection, pairs, change)
    rows = or_(Character.id.in_(gone), Character.merged_into.in_(gone))
    connection.execute(update(Character).where(rows).values(merged_into=into.id))
    if into.cover_id is None:
        covers = (row.cover_id for row in change.characters if row.id in gone)
        cover = next((face for face in covers if face is not None), None)
        here = update(Character).where(Character.id == into.id)
        connection.execute(here.values(cover_id=cover))
