"""The pictures that ``export sheet`` draws, each in a file of its own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from eyecatch.core.errors import RequestError
from eyecatch.core.segments.kinds import kinds_left_out
from eyecatch.core.segments.stretches import KindSpan, cut_at_edges
from eyecatch.db.records.face_rows import TrackRow
from eyecatch.jobs.export.appearances import appearances_of
from eyecatch.jobs.export.charts import draw_grid, draw_timeline
from eyecatch.jobs.export.contact_sheet import draw_faces, pick_faces
from eyecatch.jobs.selection import Selection

Draw = Callable[[Path, str], None]
"""Draws a picture into a file, as ``png`` or ``svg``."""

Sheets = Iterator[tuple[str, Draw]]
"""Pictures, each with the name of what is on it."""


def sheets(kind: str, chosen: Selection) -> list[tuple[str, Draw]]:
    """Pictures to be drawn, each with the name of what is on it.

    Args:
        kind: ``season`` (one grid), ``timeline`` (one an episode) or ``faces`` (one a character).
        chosen: of which episodes, whose, and what counts; open until they are drawn.

    Raises:
        RequestError: there would be nothing on any of them.
    """
    drawn = list(_KINDS[kind](chosen))
    if not drawn:
        who = " and ".join(chosen.characters)
        problem = f"{who} is not in these episodes" if who else "no face was found"
        raise RequestError(problem, "there is nothing to draw")
    return drawn


def write_picture(draw: Draw, path: Path, form: str) -> None:
    """Write a picture as ``png`` or ``svg``."""
    draw(path, form)


def _season(chosen: Selection) -> Sheets:
    casts = appearances_of(chosen)
    series = {episode.series for episode in chosen.episodes}
    title = (series.pop() if len(series) == 1 else None) or "Screen time"
    if any(cast.appearances for cast in casts):
        yield "season", partial(draw_grid, casts, title)


def _timeline(chosen: Selection) -> Sheets:
    left_out = kinds_left_out(chosen.with_kinds)
    for cast in appearances_of(chosen):
        inside = chosen.index.segments.stretches(cast.episode.id)
        tracks = [
            part
            for track in chosen.index.exports.tracks(cast.episode.id)
            if not chosen.characters or track.character in chosen.characters
            for part in _counted(track, inside, left_out)
        ]
        if tracks:
            yield cast.episode.title, partial(draw_timeline, cast, tracks)


def _counted(
    track: TrackRow, inside: Sequence[KindSpan], left_out: Collection[str]
) -> Iterator[TrackRow]:
    """What counts of a track."""
    whole = KindSpan(track.start, track.stop, track.start_pts, track.stop_pts, None)
    for start, stop, start_pts, stop_pts, kind in cut_at_edges(whole, inside):
        if kind not in left_out:
            yield replace(track, start=start, stop=stop, start_pts=start_pts, stop_pts=stop_pts)


def _faces(chosen: Selection) -> Sheets:
    names = [one.name for one in chosen.index.summaries.characters()]
    colours = chosen.index.characters.colours()
    for name in chosen.characters or names:
        faces = pick_faces(chosen, name)
        if faces.shown:
            yield name, partial(draw_faces, name, colours[name], faces)


_KINDS = {"season": _season, "timeline": _timeline, "faces": _faces}
