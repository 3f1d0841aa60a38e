"""``eyecatch forget``: what is wanted no more, out of the index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eyecatch.core.arguments import AnyPath, Database, checked
from eyecatch.core.errors import RequestError, UnknownCharacterError
from eyecatch.db.index import Index, open_index
from eyecatch.db.records.scan import EpisodeRecord
from eyecatch.jobs.naming.pipeline import NamingPipeline
from eyecatch.jobs.review.proxies import proxy_folder, proxy_place
from eyecatch.jobs.selection import pick, pick_one


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was taken out of an index, or would be.

    Attributes:
        kind: ``episode`` or ``character``.
        name: of it.
        faces: how many tracks go with it, or have no name then.
        said: how many things that people said go with it.
    """

    kind: str
    name: str
    faces: int
    said: int


@checked
def forget(what: AnyPath, *, db: Database | None = None, dry_run: bool = False) -> Forgotten:
    """Take an episode out of the index, or the name of a character off all faces.

    An episode goes with all that was found in it and said of it. Its file stays as it is. Indexed
    again, it is scanned again; what people said doesn't come back. The faces of a character wait
    for a name again, and models call nobody so until you do; ``undo`` takes that back.

    Args:
        what: an episode: ``S01E03``, a file's name, with or without its suffix, or a path to it;
            else a character, by its name or an alias.
        db: path of an SQLite file, or any SQLAlchemy URL; None for that of ``EYECATCH_DB``, else
            ``eyecatch.db`` in this folder.
        dry_run: only say what would go.

    Raises:
        RequestError: there is no such episode or character, both are called so, or a job is at
            work on the index that may read the episode.
        DatabaseError: there is no index, or it can't be written.

    Example:
        >>> import eyecatch
        >>> eyecatch.forget("Lantern_Street_S01E01", db="season.db").name
        'Lantern_Street_S01E01.mkv'
        >>> [one.episode.title for one in eyecatch.episodes(db="season.db")]
        ['Lantern_Street_S01E02']
        >>> forgotten = eyecatch.forget("Hotaru", db="season.db")
        >>> forgotten.kind, forgotten.name, forgotten.said
        ('character', 'Hotaru', 0)
    """
    with open_index(db, create=False) as index:
        character, alike = _character(index, str(what))
        try:
            pick(index, [what], partly=False)
        except RequestError as error:
            if character is not None:
                return _forget_character(index, character, dry_run)
            if not alike:
                raise
            problem = f"no episode or character is called {str(what)!r}"
            raise RequestError(problem, f"the nearest are {', '.join(alike)}") from error
        episode = pick_one(index, what, partly=False)
        if character is not None:
            problem = f"{what} is an episode and a character"
            raise RequestError(problem, f"name the episode by its path: {episode.video.path}")
        return _forget_episode(index, episode, dry_run)


def _character(index: Index, name: str) -> tuple[str | None, Sequence[str]]:
    """A character's own name, or None and who is spelt alike."""
    try:
        return index.characters.own_name(name), ()
    except UnknownCharacterError as error:
        return None, error.nearest


def _forget_character(index: Index, name: str, dry_run: bool) -> Forgotten:
    loss = index.character_edits.loss(name)
    if not dry_run:
        pipeline = NamingPipeline(index)
        with index.transaction():
            index.character_edits.forget(name)
            pipeline.propagate()
    return Forgotten("character", name, loss.faces, loss.said)


def _forget_episode(index: Index, episode: EpisodeRecord, dry_run: bool) -> Forgotten:
    if dry_run:
        loss = index.removal.loss(episode.id)
    else:
        pipeline = NamingPipeline(index)
        with index.transaction():
            loss = index.removal.episode(episode.id)
            pipeline.propagate()  # names may have come from its faces
        proxy_place(proxy_folder(index), episode).unlink(missing_ok=True)
    return Forgotten("episode", episode.name, loss.faces, loss.said)
