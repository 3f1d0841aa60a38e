"""``eyecatch episode``: what an episode is called, as its file's name says or a person does."""

from __future__ import annotations

import re
from typing import Any, Final, TypedDict, Unpack

from eyecatch.core.arguments import AnyPath, Database, checked, database
from eyecatch.core.errors import RequestError
from eyecatch.core.names import require_name
from eyecatch.db.index import Index, open_index
from eyecatch.db.records.scan import EpisodeRecord
from eyecatch.jobs.naming.pipeline import NamingPipeline
from eyecatch.jobs.selection import pick_one

_NUMBER: Final = re.compile(r"(\d{1,4}(?:\.\d)?)(?:-(\d{1,4}))?")


class SaidOfEpisode(TypedDict, total=False):
    """What a person says of an episode; see ``episode``."""

    series: str | None
    season: int | str | None
    number: float | str | None
    title: str | None
    special: str | None


def name_by_files(index: Index) -> None:
    """Read the names of the files of which an earlier version kept nothing."""
    if lacking := index.episode_names.lacking():
        from eyecatch.core.name_parsing import parsed_name  # noqa: PLC0415 - few lack it

        index.episode_names.save({id_: parsed_name(path) for id_, path in lacking.items()})


@checked
def episode(
    episode: AnyPath, *, db: Database | None = None, **said: Unpack[SaidOfEpisode]
) -> EpisodeRecord:
    """Say what an episode is called, where its file's name was read wrongly; no file changes.

    Args:
        episode: what it is called so far (``S01E03``), its file's name, or a path to it.
        db: the index: a path of an SQLite file, or any SQLAlchemy URL; None: ``EYECATCH_DB``, else
            ``eyecatch.db`` in this folder.
        **said: what is not given stays; an empty text takes it away:

            series: the show. Its faces are compared with those of that show from then on.
            season: 0 is where players put specials.
            number: ``3``, ``12.5``, or ``"1-2"`` of a file with several.
            title: of this episode.
            special: what it is if no episode of the story: ``OVA``, ``NCOP``.

    Returns:
        The episode as it is called now.

    Raises:
        RequestError: there is no such episode, nothing is said of it, or this can't be a name or a
            number.
        DatabaseError: there is no index, or it can't be written.

    Example:
        >>> import eyecatch
        >>> told = eyecatch.episode("S01E01", season=2, number=7, title="Lights", db="season.db")
        >>> told.named.label, told.named.title
        ('S02E07', 'Lights')
        >>> eyecatch.episode("S02E07", season=1, number=1, db="season.db").named.label
        'S01E01'
    """
    values = _checked(said)
    with open_index(database(db), create=False) as index:
        name_by_files(index)  # what is not said stays as it is read
        found = pick_one(index, episode)
        pipeline = NamingPipeline(index) if "series" in values else None
        with index.transaction():
            index.episode_names.say([found.id], values)
            if pipeline is not None:
                pipeline.propagate()
        return index.episodes.get(found.id)


def _checked(said: SaidOfEpisode) -> dict[str, Any]:
    values: dict[str, Any] = {key: value for key, value in said.items() if value is not None}
    if not values:
        raise RequestError("nothing is said of the episode", "give --number, or another option")
    for key in ("series", "title", "special"):
        if key in values:
            values[key] = " ".join(values[key].split()) or None
            if values[key] is not None:
                require_name(values[key])
    if values.get("season") == "":
        values["season"] = None
    elif values.get("season", 0) not in range(100):
        raise RequestError(f"there is no season {values['season']!r}", "give one from 0 to 99")
    if values.get("number") == "":
        values |= {"number": None, "last_number": None}
    elif "number" in values:
        parts = _NUMBER.fullmatch(str(values["number"]).removesuffix(".0"))
        if parts is None or (parts[2] is not None and float(parts[2]) <= float(parts[1])):
            problem = f"{values['number']!r} is no number of an episode"
            raise RequestError(problem, "write it as 3, 12.5 or 1-2")
        values["number"] = float(parts[1])
        values["last_number"] = None if parts[2] is None else float(parts[2])
    return values
