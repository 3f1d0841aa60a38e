"""``eyecatch rename`` and ``alias``; what ``merge`` and ``forget`` do with characters."""

from __future__ import annotations

from eyecatch.core.arguments import Database, checked
from eyecatch.core.names import folded
from eyecatch.db.index import Index
from eyecatch.db.records.review import ActionRow
from eyecatch.jobs.naming.commands import acting


@checked
def rename(character: str, name: str, *, db: Database | None = None) -> ActionRow:
    """Give a character another name, in every episode; it is found by the one it had too.

    A model that says the name it had means this character from then on.

    Args:
        character: its name, or an alias, in any case.
        name: the new one.
        db: path of an SQLite file, or any SQLAlchemy URL; None for that of ``EYECATCH_DB``, else
            ``eyecatch.db`` in this folder.

    Raises:
        RequestError: there is no such character, somebody else is called so, or this can't be a
            name.
        DatabaseError: there is no index, or it can't be written.

    Example:
        >>> import eyecatch
        >>> done = eyecatch.rename("Mizore", "Mizore Shirayuki", db="season.db")
        >>> [found.characters for found in eyecatch.find("mizore", db="season.db")]
        [('Mizore Shirayuki',)]
    """
    with acting(db) as index:
        return index.character_edits.rename(character, name)


@checked
def alias(
    character: str, *names: str, remove: bool = False, db: Database | None = None
) -> tuple[str, ...]:
    """Let a character be found by other names too, or by some of them no more.

    Args:
        character: its name, or an alias.
        names: the other names; none only asks for those it has, and so do those that it has.
        remove: it isn't called so. A character that was merged into it is itself again then.
        db: path of an SQLite file, or any SQLAlchemy URL; None for that of ``EYECATCH_DB``, else
            ``eyecatch.db`` in this folder.

    Returns:
        All other names that it has then.

    Raises:
        RequestError: there is no such character, somebody else is called so, it isn't called so,
            or this can't be a name.
        DatabaseError: there is no index, or it can't be written.

    Example:
        >>> import eyecatch
        >>> eyecatch.alias("Mizore", "Snow Girl", "雪女", db="season.db")
        ('Snow Girl', '雪女')
        >>> eyecatch.alias("Mizore", "snow girl", remove=True, db="season.db")
        ('雪女',)
    """
    with acting(db, writes=bool(names)) as index:
        own = index.characters.own_name(character)
        if names and remove:
            index.character_edits.remove_aliases(own, names)
        elif not {folded(one) for one in names} <= _called(index, own):
            index.character_edits.add_aliases(own, names)
        return tuple(index.characters.aliases(own))


def _called(index: Index, character: str) -> set[str]:
    """All names of a character, however they are spelt."""
    return {folded(one) for one in (character, *index.characters.aliases(character))}
