"""Videos of episodes that are in the index and nothing else, and the boxes over them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from pathlib import Path

from fastapi import APIRouter, HTTPException
from starlette.responses import FileResponse, JSONResponse, Response

from eyecatch.core.errors import MediaError
from eyecatch.core.text import visible
from eyecatch.core.video.container_layout import layout
from eyecatch.core.video.proxy import obstacle
from eyecatch.db.index import Index
from eyecatch.db.records.scan import EpisodeRecord
from eyecatch.jobs.found_file import local_file
from eyecatch.jobs.origins import with_clock
from eyecatch.jobs.review.parameters import READ, Id, Seconds
from eyecatch.jobs.review.state import AppState

MAX_SECONDS = 120.0
"""Seconds of boxes in one answer."""

KINDS = {".mp4": "video/mp4", ".m4v": "video/mp4", ".mov": "video/mp4", ".webm": "video/webm"}
"""Media types by suffix; of other files browsers find out by themselves."""


@dataclass(frozen=True, slots=True)
class Player:
    """An episode to be watched.

    Attributes:
        episode: the episode.
        shift: seconds that a browser shows where other players show 0: it plays a file (MP4, WebM,
            Matroska) on the file's own clock; a proxy's clock begins where players do.
        missing: why its file can't be had, as a sentence; None if it can.
        obstacle: why browsers can't play it, as a clause; None if they should.
        proxy: there is a copy that they can play.
        making: how much of such a copy is done, 0..1; None where none is being made.
        fault: why it could not be made, as a sentence.
    """

    episode: EpisodeRecord
    shift: Fraction
    missing: str | None
    obstacle: str | None
    proxy: bool
    making: float | None
    fault: str | None


def player(room: AppState, episode_id: int) -> Player:
    """An episode to be watched; 404 if there is none of that id."""
    episode = with_clock(room.index, known_episode(room.index, episode_id))
    missing = why = None
    try:
        file = local_file(room.index, episode)
        why = obstacle(layout(file), episode.video)
    except MediaError as error:
        missing = str(error)
    proxy = room.proxies.path(episode) is not None
    return Player(
        episode,
        Fraction(0) if proxy else episode.origin,
        missing,
        why,
        proxy,
        room.proxies.share(episode),
        room.proxies.fault(episode),
    )


def routes(room: AppState) -> APIRouter:
    """The videos of a room."""
    router = APIRouter()
    index = room.index

    @router.api_route("/episodes/{episode_id}/video", methods=READ)
    def video(episode_id: Id) -> Response:
        episode = known_episode(index, episode_id)
        file = room.proxies.path(episode) or _file(index, episode)
        kind = KINDS.get(file.suffix.lower(), "video/x-matroska")
        return FileResponse(file, media_type=kind, headers={"cache-control": "private, no-cache"})

    @router.api_route("/episodes/{episode_id}/boxes", methods=READ)
    def boxes(episode_id: Id, start: Seconds, stop: Seconds) -> Response:
        if not 0 <= stop - start <= MAX_SECONDS:
            raise HTTPException(400, f"ask for {MAX_SECONDS:.0f} seconds at most")
        return JSONResponse(
            _boxes(index, with_clock(index, known_episode(index, episode_id)), start, stop)
        )

    @router.api_route("/episodes/{episode_id}/proxy", methods=READ)
    def proxy(episode_id: Id) -> Response:
        episode = known_episode(index, episode_id)
        state = {
            "ready": room.proxies.path(episode) is not None,
            "share": room.proxies.share(episode),
            "fault": room.proxies.fault(episode),
        }
        return JSONResponse(state, headers={"cache-control": "no-store"})

    return router


def _boxes(index: Index, episode: EpisodeRecord, start: float, stop: float) -> list[object]:
    """Tracks on screen from a player's second to another, with when and where each face is."""
    base, begins = episode.video.time_base, episode.origin
    first, last = (round((Fraction(value) + begins) / base) for value in (start, stop))
    bars = {bar.track: bar for bar in index.pages.bars(episode.id)}
    colours = index.characters.colours()
    tracks: list[object] = []
    rows = index.pages.boxes(episode.id, first, last)
    for number, some in groupby(rows, key=lambda row: row[0]):
        bar, places = bars[number], list(some)
        tracks.append(
            {
                "track": number,
                "name": bar.character and visible(bar.character),
                "unsure": bar.unsure,
                "colour": colours[bar.character],
                "cluster": bar.cluster,
                "character": bar.character_id,
                "stop": round(float(bar.stop_pts * base - begins), 4),
                "times": [round(float(pts * base - begins), 4) for _, pts, *_ in places],
                "boxes": [box for _, _, *box in places],
            }
        )
    return tracks


def known_episode(index: Index, episode_id: int) -> EpisodeRecord:
    """An episode; 404 if there is none of that id."""
    found = index.episodes.get_or_none(episode_id)
    if found is None:
        raise HTTPException(404, "there is no such episode")
    return found


def _file(index: Index, episode: EpisodeRecord) -> Path:
    try:
        return local_file(index, episode)
    except MediaError as error:
        raise HTTPException(404, str(error).rstrip(".")) from error
