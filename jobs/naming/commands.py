"""``eyecatch unknowns``, ``name``, ``unname``, ``merge``, ``split``, ``undo``."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from eyecatch.core.arguments import AnyPath, Database, Numbers, checked, several
from eyecatch.core.errors import RequestError
from eyecatch.core.reprs import brief
from eyecatch.db.index import Index, open_index
from eyecatch.db.records.review import ActionRow, ClusterRow, FaceRow, Share
from eyecatch.jobs.naming.cluster_sheets import sheet_folder, write_sheets
from eyecatch.jobs.naming.offers import Offers
from eyecatch.jobs.naming.pipeline import NamingPipeline, Notify, ignore


@dataclass(frozen=True, slots=True)
class Cluster:
    """Faces that look like one person and wait for a name.

    Attributes:
        row: its numbers.
        faces: the face of each track in it, the longest on screen first.
        doubt: why it isn't worth a click: ``unclear`` (small, blurred, hardly a face), ``brief`` (a
            single face, for a moment), ``set aside`` (like what people said is nobody or no face);
            None where it is.
    """

    row: ClusterRow
    faces: tuple[FaceRow, ...]
    doubt: str | None = None

    @property
    def id(self) -> int:
        """Its number, which ``name`` takes."""
        return self.row.id

    def __repr__(self) -> str:
        row = self.row
        return brief(
            self, id=row.id, faces=row.faces, episodes=row.episodes, seconds=row.seconds,
            doubt=self.doubt,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unknowns:
    """The faces that wait for a name.

    Attributes:
        clusters: the longest on screen first.
        unsure: faces with a name that is unsure, the most informative to label first.
        share: how much of the screen time has a name.
        more: how many clusters wait that aren't worth a click.
        doubts: why faces of ``unsure``, by their numbers, aren't worth a click: ``unclear``, or
            ``unlike`` (less like the name than faces of one person are in this series).
    """

    clusters: tuple[Cluster, ...]
    unsure: tuple[FaceRow, ...]
    share: Share
    more: int = 0
    doubts: Mapping[int, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        clusters, unsure = len(self.clusters), len(self.unsure)
        return brief(self, clusters=clusters, unsure=unsure, more=self.more, named=self.share.part)


@checked
def unknowns(
    *,
    db: Database | None = None,
    most: int | None = 50,
    sheet: AnyPath | None = None,
    trust: str | None = None,
    say: Notify = ignore,
) -> Unknowns:
    """The faces that nobody named, in clusters of those that look like one person.

    New faces are embedded and grouped first, and kept if they may be; what was grouped stays so.

    Args:
        db: path of an SQLite file, or any SQLAlchemy URL; None for that of ``EYECATCH_DB``, else
            ``eyecatch.db`` in this folder.
        most: clusters that are worth a click, others, and unsure faces that are listed at most;
            None for all.
        sheet: a folder for a picture of each cluster that is worth a click; of all with ``most``
            None.
        trust: ``high``, ``balanced`` or ``eager``: how sure a name that follows has to be. The
            index keeps the level; None leaves it.
        say: is called with a sentence as each step begins.

    Raises:
        DatabaseError: there is no index, or it can't be read or written.
        RequestError: the folder can't be written, or there is no such level.
        ModelError: the base embedder has no thresholds for it.

    Example:
        >>> import eyecatch
        >>> found = eyecatch.unknowns(db="season.db")
        >>> len(found.clusters), found.clusters[0].row.episodes
        (3, 1)
        >>> f"{found.share.part:.0%} of the screen time has a name"
        '43% of the screen time has a name'
    """
    folder = sheet_folder(sheet)
    with open_index(db, create=False, filled=True, aside=True) as index:
        pipeline = NamingPipeline(index)
        pipeline.choose_trust(trust)
        pipeline.run(say)
        offers = Offers(index, pipeline)
        waiting = offers.clusters()
        worth, rest = (
            [one for one in waiting if (one[1] is None) == wanted] for wanted in (True, False)
        )
        listed = {row.id for row, _ in worth[:most] + rest[:most]}
        clusters = tuple(
            Cluster(row, tuple(index.faces.waiting(row.id)), doubt)
            for row, doubt in waiting
            if row.id in listed
        )
        if folder is not None:
            drawn = [one for one in clusters if most is None or one.doubt is None]
            write_sheets(index, [(one.row, one.faces) for one in drawn], folder)
        unsure = offers.unsure()
        return Unknowns(
            clusters,
            tuple(face for face, _ in unsure[:most]),
            index.appearances.named_share(),
            len(rest),
            {face.id: doubt for face, doubt in unsure if doubt is not None},
        )


@checked
def name(  # noqa: PLR0913 - each is an option
    cluster: int,
    character: str | None,
    *,
    db: Database | None = None,
    faces: Numbers = (),
    no_face: bool = False,
    trust: str | None = None,
) -> ActionRow:
    """Give the unnamed faces of a cluster a name, in every episode, and similar faces too.

    Args:
        cluster: its number.
        character: the name; one that is known in another case is that character. None sets the
            faces aside: they are nobody in particular.
        db: path of an SQLite file, or any SQLAlchemy URL; None for that of ``EYECATCH_DB``, else
            ``eyecatch.db`` in this folder.
        faces: only this face of the cluster, or these, by their numbers; all if empty.
        no_face: there is no face in these boxes (a hand, a wheel, lettering): they are in no answer
            any more, and a detector that learns the show learns that too.
        trust: how sure names that follow have to be, as in ``unknowns``; undo leaves it.

    Raises:
        RequestError: there is no such cluster, nothing waits in it, or this can't be a name.
        DatabaseError: there is no index, or it can't be written.

    Example:
        >>> import eyecatch
        >>> cluster = eyecatch.unknowns(db="season.db").clusters[0].row.id
        >>> done = eyecatch.name(cluster, "Daichi", db="season.db")
        >>> [found.episode.title for found in eyecatch.find("Daichi", db="season.db")]
        ['Lantern_Street_S01E01']
    """
    with acting(db, trust) as index:
        return index.actions.name_cluster(cluster, character, several(faces), no_face=no_face)


@checked
def unname(who: str | int, *, db: Database | None = None, faces: Numbers = ()) -> ActionRow:
    """Remove the names that people gave to a cluster (by number) or a character (by name).

    Args:
        who: the number of a cluster, or the name of a character.
        db: path of an SQLite file, or any SQLAlchemy URL; None for that of ``EYECATCH_DB``, else
            ``eyecatch.db`` in this folder.
        faces: mark this face, or these, as not being who they are called, whoever named them; no
            model calls them so again. Nothing else is removed.

    Raises:
        RequestError: there is nothing to take back.
        DatabaseError: there is no index, or it can't be written.

    Example:
        >>> import eyecatch
        >>> cluster = eyecatch.unknowns(db="season.db").clusters[0].row.id
        >>> done = eyecatch.name(cluster, "Daichi", db="season.db")
        >>> done = eyecatch.unname("Daichi", db="season.db")
        >>> eyecatch.find("Daichi", db="season.db")
        []
    """
    with acting(db) as index:
        return index.actions.deny(several(faces)) if faces != () else index.actions.unname(who)


@checked
def merge(into: int | str, *others: int | str, db: Database | None = None) -> ActionRow:
    """Put all faces of other clusters into one, or make several characters one.

    Args:
        into: the number of the cluster, or the name of the character, that stays.
        others: the numbers or names of those that are the same person. A character that stays is
            found by their names too, and models that say these mean it.
        db: path of an SQLite file, or any SQLAlchemy URL; None for that of ``EYECATCH_DB``, else
            ``eyecatch.db`` in this folder.

    Raises:
        RequestError: there is no such cluster or character, or they can't be one.
        DatabaseError: there is no index, or it can't be written.

    Example:
        >>> import eyecatch
        >>> ids = [one.row.id for one in eyecatch.unknowns(db="season.db").clusters]
        >>> done = eyecatch.merge(*ids, db="season.db")
        >>> [len(one.faces) for one in eyecatch.unknowns(db="season.db").clusters]
        [3]
        >>> eyecatch.merge("Mizore", "Hotaru", db="season.db").message
        'merged Hotaru into Mizore'
    """
    clusters = [one for one in (into, *others) if isinstance(one, int)]
    names = [one for one in (into, *others) if isinstance(one, str)]
    if clusters and names:
        problem = f"{clusters[0]} is a cluster, and {names[0]} a character"
        advice = f"name the cluster: {shlex.join(['eyecatch', 'name', f'{clusters[0]}', names[0]])}"
        raise RequestError(problem, advice)
    with acting(db) as index:
        if names:
            return index.character_edits.merge(names[0], names[1:])
        return index.actions.merge(clusters[0], clusters[1:])


@checked
def split(cluster: int, *faces: int, db: Database | None = None) -> int:
    """Put faces of a cluster into a new one, whose number is returned, and keep the two apart.

    Args:
        cluster: its number.
        faces: numbers of faces that are somebody else.
        db: path of an SQLite file, or any SQLAlchemy URL; None for that of ``EYECATCH_DB``, else
            ``eyecatch.db`` in this folder.

    Raises:
        RequestError: a face is not in the cluster, or none would be left in it.
        DatabaseError: there is no index, or it can't be written.

    Example:
        >>> import eyecatch
        >>> ids = [one.row.id for one in eyecatch.unknowns(db="season.db").clusters]
        >>> done = eyecatch.merge(*ids, db="season.db")
        >>> (cluster,) = eyecatch.unknowns(db="season.db").clusters
        >>> other = eyecatch.split(cluster.row.id, cluster.faces[0].id, db="season.db")
        >>> sorted(len(one.faces) for one in eyecatch.unknowns(db="season.db").clusters)
        [1, 2]
    """
    with acting(db) as index:
        return index.actions.split(cluster, faces)[1]


@checked
def undo(*, db: Database | None = None) -> ActionRow:
    """Take back the last thing that a person did, with faces, characters or segments.

    Raises:
        RequestError: there is none.
        DatabaseError: there is no index, or it can't be written.

    Example:
        >>> import eyecatch
        >>> cluster = eyecatch.unknowns(db="season.db").clusters[0].row.id
        >>> done = eyecatch.name(cluster, "Daichi", db="season.db")
        >>> done = eyecatch.undo(db="season.db")
        >>> len(eyecatch.unknowns(db="season.db").clusters)
        3
    """
    with acting(db, filled=False) as index:
        return index.actions.undo()


@contextmanager
def acting(
    db: Database | None, trust: str | None = None, *, filled: bool = True, writes: bool = True
) -> Iterator[Index]:
    """An index in which names are propagated after an action, in one transaction with it."""
    with open_index(db, create=False, filled=filled) as index:
        if not writes:
            yield index
            return
        pipeline = NamingPipeline(index)
        with index.transaction():
            pipeline.choose_trust(trust)
            yield index
            pipeline.propagate()
