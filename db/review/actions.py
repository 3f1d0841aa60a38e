"""What people do with faces and clusters: each action is stored with what undoes it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from eyecatch.core.errors import RequestError
from eyecatch.db.characters import find_characters
from eyecatch.db.connection.session import FACES, Repository, now_ms
from eyecatch.db.models import (
    Action,
    Decision,
    Face,
    MissedFace,
)
from eyecatch.db.records.review import ActionRow, DrawnFace
from eyecatch.db.review import undo
from eyecatch.db.review.change import Change
from eyecatch.db.review.choice import (
    LOOK_AGAIN,
    chosen,
    named_character,
    waiting_in,
)
from eyecatch.db.review.clusters import cannot_link_pairs, cluster
from eyecatch.db.review.decisions import SAME_PLACE, FaceLabel
from eyecatch.db.review.drawing import draw_face
from eyecatch.db.review.missed_faces import faces_at, take_out
from eyecatch.db.review.recording import are, record, some_faces
from eyecatch.db.review.saying import deny_names, move_out, name_all


class Actions(Repository):
    """What people do with faces and clusters; each action can be undone."""

    def name_cluster(
        self,
        cluster_id: int,
        name: str | None,
        faces: Collection[int] = (),
        stamp: str | None = None,
        *,
        no_face: bool = False,
    ) -> ActionRow:
        """Call what waits in a cluster a character, or nobody (None), or say that it is no face.

        Args:
            cluster_id: the cluster.
            name: as a person spells it; a known name or alias in any case is that character.
            faces: only these of the cluster; all if empty.
            stamp: of the cluster as the person saw it; None to name it whatever it holds now.
            no_face: there is no face in these boxes, whatever the name.

        Raises:
            RequestError: there is no such cluster, nothing waits in it, it has changed, a face is
                not in it, or this can't be a name.
        """
        with self._session.writing(FACES) as connection:
            waiting = waiting_in(connection, cluster_id, stamp)
            if not waiting:
                raise RequestError(
                    f"nothing in cluster {cluster_id} waits for a name any more", LOOK_AGAIN
                )
            return _name(connection, chosen(waiting, faces, cluster_id), name, no_face)

    def name_faces(
        self, faces: Sequence[int], name: str | None, *, no_face: bool = False
    ) -> ActionRow:
        """Call faces a character, or nobody (None), or say that they are no faces.

        Raises:
            RequestError: none was given, there is no such face, or this can't be a name.
        """
        with self._session.writing(FACES) as connection:
            return _name(connection, faces, name, no_face)

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
            return record(
                connection, "unname", f"took back the name of {some_faces(faces)} {called}", change
            )

    def deny(self, faces: Sequence[int]) -> ActionRow:
        """Store that faces are not who they are called: no model calls them so again.

        They leave their clusters for a new one, which is never joined with those.

        Raises:
            RequestError: there is no such face, or one of them has no name.
        """
        with self._session.writing(FACES) as connection:
            change = Change()
            names = deny_names(connection, faces, change)
            message = f"said that {some_faces(faces)} {are(faces)} not {' or '.join(names)}"
            return record(connection, "deny", message, change)

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
            return record(connection, "merge", f"merged cluster {listed} into {into}", change)

    def split(
        self, cluster_id: int, faces: Sequence[int], stamp: str | None = None
    ) -> tuple[ActionRow, int]:
        """Move faces of a cluster to a new one, which cannot link to it; returns its number too.

        Raises:
            RequestError: there is no such cluster, it has changed, a face is not in it, or none is
                left in it.
        """
        with self._session.writing(FACES) as connection:
            waiting = waiting_in(connection, cluster_id, stamp)
            some = chosen(waiting, faces, cluster_id)
            if not faces or len(some) == len(waiting):
                raise RequestError(
                    "a split leaves some faces and takes some", "choose some of them"
                )
            change = Change()
            (new,) = move_out(connection, dict.fromkeys(some, cluster_id), change)
            message = f"split {some_faces(some)} off cluster {cluster_id}"
            return record(connection, "split", message, change), new

    def draw(self, drawn: DrawnFace, name: str | None = None) -> ActionRow:
        """Add a face that no detector found; it is a face like any other from then on.

        Args:
            drawn: the face as it was drawn.
            name: who it is; None leaves it unknown: it waits for a name.

        Raises:
            RequestError: there is no such episode, the box is not in the picture, there is one
                already, its frame is not indexed, or this can't be a name.
        """
        with self._session.writing(FACES) as connection:
            missed, face = draw_face(connection, drawn)
            change = Change(drawn=[missed])
            message = "drew a face that was missed"
            if name is not None:
                own, character_id = named_character(connection, name, change)
                undo.label_faces(connection, [face], FaceLabel(character_id), change)
                message = f"drew a face that was missed, {own}"
            return record(connection, "draw", message, change)

    def remove(self, missed_face_id: int) -> ActionRow:
        """Take a face that a person drew out of the index again.

        Raises:
            RequestError: there is none of that number.
        """
        with self._session.writing(FACES) as connection:
            here = (MissedFace.id == missed_face_id, MissedFace.removed.is_(False))
            if connection.scalar(select(MissedFace.id).where(*here)) is None:
                raise RequestError(f"there is no drawn face {missed_face_id}", LOOK_AGAIN)
            change = Change(removed=[missed_face_id])
            undo.unlabel_faces(connection, faces_at(connection, [missed_face_id]), change)
            take_out(connection, [missed_face_id])
            return record(connection, "remove", "took a drawn face out again", change)

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
                raise RequestError(f"something was done since: somebody {last.message}", LOOK_AGAIN)
            before = connection.execute(
                select(Action.before).where(Action.id == last.id)
            ).scalar_one()
            episodes = undo.refresh(connection, undo.put_back(connection, before))
            connection.execute(
                update(Action).where(Action.id == last.id).values(undone_ms=now_ms())
            )
            return ActionRow(last.id, last.message, undone=True, episodes=tuple(episodes))


def _name(
    connection: Connection, faces: Sequence[int], name: str | None, no_face: bool
) -> ActionRow:
    change = Change()
    message = name_all(connection, faces, name, change, no_face=no_face)
    return record(connection, "name", message, change)


def _last(connection: Connection) -> ActionRow | None:
    row = connection.execute(
        select(Action.id, Action.told)
        .where(Action.undone_ms.is_(None))
        .order_by(Action.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else ActionRow(row.id, row.told, undone=False)
