"""What people do with faces and clusters: each action is stored with what undoes it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from more_itertools import batched
from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from eyecatch.core.errors import RequestError
from eyecatch.core.names import require_name
from eyecatch.db.characters import character_ids, find_characters, matching_characters
from eyecatch.db.connection.bulk import BATCH
from eyecatch.db.connection.session import FACES, Repository, now_ms
from eyecatch.db.models import Action, Character, Cluster, Decision, Face, Track
from eyecatch.db.records.review import ActionRow
from eyecatch.db.review import undo
from eyecatch.db.review.clusters import cannot_link_pairs, cluster, new_clusters
from eyecatch.db.review.decisions import SAME_PLACE
from eyecatch.db.review.faces import waiting_faces
from eyecatch.db.review.undo import Change


class Actions(Repository):
    """What people do with faces and clusters; each action can be undone."""

    def name_cluster(
        self,
        cluster_id: int,
        name: str | None,
        faces: Collection[int] = (),
        stamp: str | None = None,
    ) -> ActionRow:
        """Call what waits in a cluster a character, or nobody (None).

        Args:
            cluster_id: the cluster.
            name: as a person spells it; a known name or alias in any case is that character.
            faces: only these of the cluster; all if empty.
            stamp: of the cluster as the person saw it; None to name it whatever it holds now.

        Raises:
            RequestError: there is no such cluster, nothing waits in it, it has changed, a face is
                not in it, or this can't be a name.
        """
        with self._session.writing(FACES) as connection:
            waiting = _waiting(connection, cluster_id, stamp)
            if not waiting:
                raise RequestError(
                    f"nothing in cluster {cluster_id} waits for a name any more", _LOOK_AGAIN
                )
            return _name(connection, _chosen(waiting, faces, cluster_id), name)

    def name_faces(self, faces: Sequence[int], name: str | None) -> ActionRow:
        """Call faces a character, or nobody (None).

        Raises:
            RequestError: none was given, there is no such face, or this can't be a name.
        """
        with self._session.writing(FACES) as connection:
            return _name(connection, faces, name)

    def unname(self, who: str | int) -> ActionRow:
        """Remove people's labels: from the faces of a cluster, or from those called by a name.

        Raises:
            RequestError: there is no such cluster or character, or no person named anything so.
        """
        with self._session.writing(FACES) as connection:
            if isinstance(who, int):
                cluster(connection, who)
                which, called = Face.cluster_id == who, f"in cluster {who}"
            else:
                ids = find_characters(connection, who)
                which, called = Decision.character_id.in_(ids), f"called {next(iter(ids.values()))}"
            faces = list(
                connection.scalars(select(Face.id).join(Decision, SAME_PLACE).where(which))
            )
            if not faces:
                raise RequestError(
                    f"no person named a face {called}", "there is nothing to take back"
                )
            change = Change()
            undo.unlabel_faces(connection, faces, change)
            return _record(
                connection, "unname", f"took back the name of {_faces(faces)} {called}", change
            )

    def deny(self, faces: Sequence[int]) -> ActionRow:
        """Store that faces are not who they are called: no model calls them so again.

        They leave their clusters for a new one, which is never joined with those.

        Raises:
            RequestError: there is no such face, or one of them has no name.
        """
        with self._session.writing(FACES) as connection:
            _check_faces(connection, faces)
            called: dict[int, int] = {}
            homes: dict[int, int] = {}
            for batch in batched(faces, BATCH):
                rows = connection.execute(
                    select(Face.id, Track.character_id, Face.cluster_id)
                    .join(Track, Track.id == Face.track_id)
                    .where(Face.id.in_(batch))
                )
                for face, character, home in rows:
                    if character is not None:
                        called[face] = character
                    if home is not None:
                        homes[face] = home
            if len(called) != len(set(faces)):
                raise RequestError("one of these faces has no name any more", _LOOK_AGAIN)
            names = connection.scalars(
                select(Character.name).where(Character.id.in_(set(called.values())))
            ).all()
            change = Change()
            undo.unlabel_faces(connection, list(called), change)
            undo.deny(connection, list(called.items()), change)
            _move_out(connection, homes, change)
            message = f"said that {_faces(faces)} {_are(faces)} not {' or '.join(sorted(names))}"
            return _record(connection, "deny", message, change)

    def merge(self, into: int, others: Collection[int]) -> ActionRow:
        """Put all faces of other clusters into one.

        Raises:
            RequestError: there is no such cluster, they are of different series, or it is only one.
        """
        with self._session.writing(FACES) as connection:
            gone = sorted(set(others) - {into})
            if not gone:
                raise RequestError("a cluster can't be merged with itself", "name two")
            rows = [cluster(connection, number) for number in (into, *gone)]
            if len({row.series for row in rows}) > 1:
                raise RequestError(
                    "these clusters are of different series", "a series keeps to itself"
                )
            change = Change()
            faces = connection.scalars(select(Face.id).where(Face.cluster_id.in_(gone))).all()
            undo.move_to(connection, dict.fromkeys(faces, into), change)
            touching = [pair for pair in cannot_link_pairs(connection) if set(pair) & set(gone)]
            undo.remove_cannot_links(connection, touching, change)
            moved = [
                tuple(into if number in gone else number for number in pair) for pair in touching
            ]
            undo.add_cannot_links(connection, [(a, b) for a, b in moved], change)
            undo.mark_edited(connection, [into], change)
            listed = " and ".join(map(str, gone))
            return _record(connection, "merge", f"merged cluster {listed} into {into}", change)

    def split(
        self, cluster_id: int, faces: Sequence[int], stamp: str | None = None
    ) -> tuple[ActionRow, int]:
        """Move faces of a cluster to a new one, which cannot link to it; returns its number too.

        Raises:
            RequestError: there is no such cluster, it has changed, a face is not in it, or none is
                left in it.
        """
        with self._session.writing(FACES) as connection:
            waiting = _waiting(connection, cluster_id, stamp)
            chosen = _chosen(waiting, faces, cluster_id)
            if not faces or len(chosen) == len(waiting):
                raise RequestError(
                    "a split leaves some faces and takes some", "choose some of them"
                )
            change = Change()
            (new,) = _move_out(connection, dict.fromkeys(chosen, cluster_id), change)
            message = f"split {_faces(chosen)} off cluster {cluster_id}"
            return _record(connection, "split", message, change), new

    def last(self) -> ActionRow | None:
        """The last action that can be undone; None if there is none."""
        with self._session.reading() as connection:
            return _last(connection)

    def undo(self, action_id: int | None = None) -> ActionRow:
        """Undo the last action.

        Args:
            action_id: which is meant; None for whichever is the last.

        Raises:
            RequestError: there is none, or it is not the last one.
        """
        with self._session.writing(FACES) as connection:
            last = _last(connection)
            if last is None:
                raise RequestError("there is nothing to undo")
            if action_id not in (None, last.id):
                raise RequestError(
                    f"something was done since: somebody {last.message}", _LOOK_AGAIN
                )
            before = connection.execute(
                select(Action.before).where(Action.id == last.id)
            ).scalar_one()
            episodes = undo.refresh(connection, undo.put_back(connection, before))
            connection.execute(
                update(Action).where(Action.id == last.id).values(undone_ms=now_ms())
            )
            return ActionRow(last.id, last.message, undone=True, episodes=tuple(episodes))


_LOOK_AGAIN = "look again"


def _name(connection: Connection, faces: Sequence[int], name: str | None) -> ActionRow:
    _check_faces(connection, faces)
    change = Change()
    own, character_id = (None, None) if name is None else _character(connection, name, change)
    undo.label_faces(connection, faces, character_id, change)
    message = (
        f"set {_faces(faces)} aside as nobody" if own is None else f"named {_faces(faces)} {own}"
    )
    return _record(connection, "name", message, change)


def _last(connection: Connection) -> ActionRow | None:
    row = connection.execute(
        select(Action.id, Action.told)
        .where(Action.undone_ms.is_(None))
        .order_by(Action.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else ActionRow(row.id, row.told, undone=False)


def _waiting(connection: Connection, cluster_id: int, stamp: str | None) -> list[int]:
    """The faces that wait in a cluster; RequestError if it is not as a person saw it."""
    now = cluster(connection, cluster_id)
    if stamp not in (None, now.stamp):
        raise RequestError(
            f"cluster {cluster_id} has changed since you saw it: {now.faces} faces wait in it now",
            _LOOK_AGAIN,
        )
    return [face.id for face in waiting_faces(connection, cluster_id)]


def _chosen(waiting: Sequence[int], faces: Collection[int], cluster_id: int) -> list[int]:
    strangers = set(faces) - set(waiting)
    if strangers:
        problem = f"face {min(strangers)} does not wait in cluster {cluster_id}"
        raise RequestError(problem, _LOOK_AGAIN)
    return [face for face in waiting if not faces or face in set(faces)]


def _check_faces(connection: Connection, faces: Sequence[int]) -> None:
    if not faces:
        raise RequestError("no face was chosen", "choose one at least")
    known: set[int] = set()
    for batch in batched(faces, BATCH):
        known |= set(connection.scalars(select(Face.id).where(Face.id.in_(batch))))
    for face in faces:
        if face not in known:
            raise RequestError(f"there is no face {face}", _LOOK_AGAIN)


def _character(connection: Connection, name: str, change: Change) -> tuple[str, int]:
    """A character's own name and id: one that is known by that name, else a new one."""
    require_name(name)
    own = " ".join(name.split())
    for character_id, known in matching_characters(connection, own).items():
        return known, character_id
    change.made.append(character_ids(connection, [own], None)[own])
    return own, change.made[0]


def _move_out(connection: Connection, homes: dict[int, int], change: Change) -> list[int]:
    """Move faces to a new cluster of each series, which cannot link to those they leave."""
    olds = sorted(set(homes.values()))
    series = dict(
        connection.execute(select(Cluster.id, Cluster.series_id).where(Cluster.id.in_(olds))).all()
    )
    fresh = {one: new_clusters(connection, one, 1)[0] for one in set(series.values())}
    undo.move_to(connection, {face: fresh[series[home]] for face, home in homes.items()}, change)
    undo.add_cannot_links(connection, [(home, fresh[series[home]]) for home in olds], change)
    undo.mark_edited(connection, [*olds, *fresh.values()], change)
    return list(fresh.values())


def _record(connection: Connection, kind: str, message: str, change: Change) -> ActionRow:
    episodes = undo.refresh(connection, change)
    values = {"kind": kind, "told": message, "done_ms": now_ms(), "before": change.record()}
    number = connection.scalars(insert(Action).values(values).returning(Action.id)).one()
    return ActionRow(number, message, undone=False, episodes=tuple(episodes))


def _faces(faces: Collection[int]) -> str:
    return "1 face" if len(faces) == 1 else f"{len(faces)} faces"


def _are(faces: Collection[int]) -> str:
    return "is" if len(faces) == 1 else "are"
