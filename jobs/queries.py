"""``eyecatch find``, ``episodes``, ``characters`` and ``status``: what the index answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict, Unpack

from eyecatch.core.arguments import Database, Names, checked, several
from eyecatch.core.counting import LEAST_SECONDS
from eyecatch.core.errors import RequestError
from eyecatch.core.paging import Page
from eyecatch.db.index import open_index
from eyecatch.db.records.answers import CharacterSummary, EpisodeSummary, Findings
from eyecatch.db.records.states import EpisodeStatus, FileFault, RunRecord


@dataclass(frozen=True, slots=True)
class Status:
    """How far the index has come: by episode, by run, and the files that are no episode.

    Attributes:
        episodes: each, and what is done, pending and failed of it.
        runs: each job that had something to do.
        bad_files: the files that are no episode, and why.
        trust: the level at which names are given: ``high``, ``balanced`` or ``eager``.
    """

    episodes: tuple[EpisodeStatus, ...]
    runs: tuple[RunRecord, ...]
    bad_files: tuple[FileFault, ...]
    trust: str


class CountingKeywords(TypedDict, total=False):
    """What counts as being on screen; see ``find``."""

    min_seconds: float
    min_confidence: float
    with_kinds: Names


class ListKeywords(TypedDict, total=False):
    """Which part of a list is wanted; see ``episodes``."""

    limit: int | None
    offset: int


class CountedListKeywords(CountingKeywords, ListKeywords, total=False):
    """Both."""


class FindKeywords(CountingKeywords, total=False):
    """What ``find`` counts; see there."""

    together: bool
    unsure: bool
    series: str | None


@checked
def find(names: Names, *, db: Database | None = None, **keywords: Unpack[FindKeywords]) -> Findings:
    """Which episodes feature these characters, and from when to when.

    Openings, endings, eyecatches, recaps and previews don't count, unless asked for; the answer's
    ``left_out`` says how much that is.

    Args:
        names: a character or several, or their aliases; case doesn't matter.
        db: path of an SQLite file, or any SQLAlchemy URL; None for that of ``EYECATCH_DB``, else
            ``eyecatch.db`` in this folder.
        **keywords: all optional:

            together: only while all of them are on screen at once; else each for itself.
            min_seconds: least screen time in an episode, in ranges of a second and more, or as
                long as that if it is less; with 0 all count. The answer's ``glimpses`` says how
                many are shorter, its ``too_short`` how many episodes have less.
            min_confidence: least confidence of a range, 0 to 1; what a person said has 1.
            unsure: also where it may be them.
            series: only in episodes of this show.
            with_kinds: kinds of segments that count too, such as ``("opening", "recap")``, or
                ``all``.

    Raises:
        UnknownCharacterError: no character is called so; it names those spelt alike.
        RequestError: nobody is asked for, no series is called so, or there is no such kind.
        DatabaseError: there is no index, or it can't be read.

    Example:
        >>> import eyecatch
        >>> for found in eyecatch.find("mizore", db="season.db"):
        ...     for one in found.ranges:
        ...         print(found.episode.title, f"{one.start_seconds:.1f} s to …")
        Lantern_Street_S01E01 ... s to …
        >>> eyecatch.find(["Mizore", "Hotaru"], db="season.db", together=True)
        []
    """
    asked = several(names)
    if not asked:
        raise RequestError("nobody is asked for", "name a character")
    with open_index(db, create=False, filled=True) as index:
        return index.queries.find(asked, **keywords)


@checked
def episodes(  # noqa: PLR0913 - each is one plain wish of the caller's
    *,
    db: Database | None = None,
    with_kinds: Names = (),
    min_seconds: float = LEAST_SECONDS,
    min_confidence: float = 0.0,
    limit: int | None = None,
    offset: int = 0,
) -> list[EpisodeSummary]:
    """The episodes of an index and who is in them; DatabaseError without an index.

    Args:
        db: path of an SQLite file, or any SQLAlchemy URL; None for that of ``EYECATCH_DB``, else
            ``eyecatch.db`` in this folder.
        with_kinds: kinds of segments that count too, as in ``find``.
        min_seconds: least screen time in an episode, as in ``find``.
        min_confidence: least confidence of a range, as in ``find``.
        limit: how many at most; None for all.
        offset: how many of the list are left out before them.

    Example:
        >>> import eyecatch
        >>> for one in eyecatch.episodes(db="season.db"):
        ...     print(one.episode.title, [role.character for role in one.cast])
        Lantern_Street_S01E01 ['Mizore']
        Lantern_Street_S01E02 ['Hotaru']
    """
    page = Page(limit, offset)
    with open_index(db, create=False) as index:
        return index.summaries.episodes(with_kinds, min_seconds, min_confidence, page)


@checked
def characters(  # noqa: PLR0913 - each is one plain wish of the caller's
    *,
    db: Database | None = None,
    with_kinds: Names = (),
    min_seconds: float = LEAST_SECONDS,
    min_confidence: float = 0.0,
    limit: int | None = None,
    offset: int = 0,
) -> list[CharacterSummary]:
    """The characters of an index, longest on screen first; DatabaseError without an index.

    Args:
        db: path of an SQLite file, or any SQLAlchemy URL; None for that of ``EYECATCH_DB``, else
            ``eyecatch.db`` in this folder.
        with_kinds: kinds of segments that count too, as in ``find``.
        min_seconds: least screen time in an episode, as in ``find``.
        min_confidence: least confidence of a range, as in ``find``.
        limit: how many at most; None for all.
        offset: how many of the list are left out before them.

    Example:
        >>> import eyecatch
        >>> [(one.name, one.episodes) for one in eyecatch.characters(db="season.db")][:2]
        [('Mizore', 1), ('Hotaru', 1)]
    """
    page = Page(limit, offset)
    with open_index(db, create=False) as index:
        return index.summaries.characters(with_kinds, min_seconds, min_confidence, page)


@checked
def status(*, db: Database | None = None, limit: int | None = None, offset: int = 0) -> Status:
    """What is done, pending and failed, and why; DatabaseError without an index.

    Args:
        db: path of an SQLite file, or any SQLAlchemy URL; None for that of ``EYECATCH_DB``, else
            ``eyecatch.db`` in this folder.
        limit: of how many episodes at most; None for all.
        offset: how many episodes are left out before them.

    Example:
        >>> import eyecatch
        >>> status = eyecatch.status(db="season.db")
        >>> [one.failed for one in status.episodes], [run.state for run in status.runs]
        ([0, 0], ['done'])
    """
    page = Page(limit, offset)
    with open_index(db, create=False) as index:
        return Status(
            tuple(index.summaries.status(page=page)),
            tuple(index.runs.list_all()),
            tuple(index.bad_files.list_all()),
            index.bundles.trust(),
        )
