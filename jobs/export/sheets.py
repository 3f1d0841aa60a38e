"""The pictures that ``export sheet`` draws, each in a file of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from eyecatch.core.errors import RequestError
from eyecatch.db.index import Index
from eyecatch.db.records.scan import EpisodeRecord
from eyecatch.jobs.export.appearances import appearances_of
from eyecatch.jobs.export.charts import draw_grid, draw_timeline
from eyecatch.jobs.export.contact_sheet import draw_faces, pick_faces

Draw = Callable[[Path, str], None]
"""Draws a picture into a file, as ``png`` or ``svg``."""

Sheets = Iterator[tuple[str, Draw]]
"""Pictures, each with the name of what is on it."""


def sheets(
    kind: str,
    index: Index,
    episodes: Sequence[EpisodeRecord],
    characters: Sequence[str] = (),
    *,
    unsure: bool = False,
) -> list[tuple[str, Draw]]:
    """Pictures to be drawn, each with the name of what is on it.

    Args:
        kind: ``season`` (one grid), ``timeline`` (one an episode) or ``faces`` (one a character).
        index: stays open until they are drawn.
        episodes: which.
        characters: which; all if empty.
        unsure: names that are unsure count too.

    Raises:
        RequestError: there would be nothing on any of them.
    """
    drawn = list(_KINDS[kind](index, episodes, characters, unsure))
    if not drawn:
        who = " and ".join(characters) or "nobody"
        problem = f"{who} is not in these episodes" if characters else "no face was found"
        raise RequestError(problem, "there is nothing to draw")
    return drawn


def write_picture(draw: Draw, path: Path, form: str) -> None:
    """Write a picture as ``png`` or ``svg``."""
    draw(path, form)


def _season(
    index: Index, episodes: Sequence[EpisodeRecord], characters: Sequence[str], unsure: bool
) -> Sheets:
    casts = appearances_of(index, episodes, characters, unsure=unsure)
    series = {episode.series for episode in episodes}
    title = (series.pop() if len(series) == 1 else None) or "Screen time"
    if any(cast.appearances for cast in casts):
        yield "season", partial(draw_grid, casts, title)


def _timeline(
    index: Index, episodes: Sequence[EpisodeRecord], characters: Sequence[str], unsure: bool
) -> Sheets:
    for cast in appearances_of(index, episodes, characters, unsure=unsure):
        tracks = [
            track
            for track in index.exports.tracks(cast.episode.id)
            if not characters or track.character in characters
        ]
        if tracks:
            yield cast.episode.title, partial(draw_timeline, cast, tracks)


def _faces(
    index: Index, episodes: Sequence[EpisodeRecord], characters: Sequence[str], unsure: bool
) -> Sheets:
    for name in characters or [one.name for one in index.summaries.characters()]:
        faces = pick_faces(index, episodes, name, unsure=unsure)
        if faces:
            yield name, partial(draw_faces, name, faces)


_KINDS = {"season": _season, "timeline": _timeline, "faces": _faces}
