"""Pictures of faces that are in the index and nothing else, and the frames that they are from."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fastapi import APIRouter, HTTPException
from starlette.responses import FileResponse, RedirectResponse, Response

from eyecatch.jobs.origins import with_clock
from eyecatch.jobs.review.media import known_episode
from eyecatch.jobs.review.parameters import READ, Id
from eyecatch.jobs.review.state import AppState

NOBODY = Path(__file__).parent / "static" / "nobody.svg"
"""The picture of a character of whom there is none."""

_KEPT: Final = {"cache-control": "private, max-age=300"}


def picture_routes(room: AppState) -> APIRouter:
    """The pictures of a room."""
    router = APIRouter()
    index = room.index

    @router.api_route("/faces/{face_id}.jpg", methods=READ)
    def face(face_id: Id) -> Response:
        return _picture(index.faces.jpeg(face_id))

    @router.api_route("/faces/{face_id}", methods=READ)
    def moment(face_id: Id) -> Response:
        found = index.on_screen.moment(face_id)
        if found is None:
            raise HTTPException(404, "there is no such face")
        episode = with_clock(index, known_episode(index, found.episode_id))
        seconds = float(found.pts * episode.video.time_base - episode.origin)
        return RedirectResponse(f"/episodes/{episode.id}?t={seconds:.3f}", 303)

    @router.api_route("/covers/{character_id}.jpg", methods=READ)
    def cover(character_id: Id) -> Response:
        jpeg = index.covers.jpeg(character_id)
        if jpeg is None:
            return FileResponse(NOBODY, media_type="image/svg+xml", headers=_KEPT)
        return Response(jpeg, media_type="image/jpeg", headers=_KEPT)

    @router.api_route("/episodes/{episode_id}/tracks/{track}.jpg", methods=READ)
    def track_picture(episode_id: Id, track: Id) -> Response:
        return _picture(index.on_screen.jpeg(episode_id, track))

    return router


def _picture(jpeg: bytes | None) -> Response:
    if jpeg is None:
        raise HTTPException(404, "there is no such face")
    return Response(jpeg, media_type="image/jpeg", headers=_KEPT)
