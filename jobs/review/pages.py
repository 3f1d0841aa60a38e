"""What can be looked at."""

from __future__ import annotations

from collections import defaultdict

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from eyecatch.db.answers import FaceRow
from eyecatch.jobs.exports.pick import short
from eyecatch.jobs.review.alike import like, likely_names
from eyecatch.jobs.review.media import player
from eyecatch.jobs.review.room import Room
from eyecatch.jobs.review.timeline import WIDE, timeline
from eyecatch.jobs.review.views import page

EPISODES, CLUSTERS, FACES, QUESTIONS = 24, 24, 12, 60
"""On one page: episodes of the grid, clusters, faces of each, unsure faces."""


def routes(room: Room) -> APIRouter:
    """The pages of a room."""
    router = APIRouter()
    index = room.index

    @router.get("/")
    def season(number: int = 1) -> Response:
        first = _first(number, EPISODES)
        episodes = index.episode_page(first, EPISODES)
        parts = index.parts([episode.id for episode in episodes])
        seconds: dict[int, dict[int, float]] = defaultdict(dict)
        names: dict[int, str] = {}
        for part in parts:
            seconds[part.character_id][part.episode_id] = part.seconds
            names[part.character_id] = part.character
        order = sorted(names, key=lambda one: (-sum(seconds[one].values()), names[one]))
        longest = max((part.seconds for part in parts), default=1.0)
        return page(
            room,
            "season.html",
            episodes=list(zip(episodes, short([one.title for one in episodes]), strict=True)),
            characters=[(one, names[one], seconds[one]) for one in order],
            longest=longest,
            number=number,
            more=len(episodes) == EPISODES,
        )

    @router.get("/episodes/{episode_id}")
    def episode(episode_id: int, t: float = 0.0) -> Response:
        shown = player(room, episode_id)
        lines = timeline(shown.episode, index.bars(episode_id), shown.origin)
        return page(room, "episode.html", player=shown, lines=lines, wide=WIDE, at=max(t, 0.0))

    @router.get("/unknowns")
    def unknowns(number: int = 1) -> Response:
        rows = index.clusters(_first(number, CLUSTERS), CLUSTERS)
        faces = {row.id: index.waiting_faces(row.id)[:FACES] for row in rows}
        guesses = likely_names(room, rows)
        return page(
            room,
            "unknowns.html",
            clusters=[(row, faces[row.id], guesses[row.id]) for row in rows],
            names=index.names(),
            number=number,
            more=len(rows) == CLUSTERS,
        )

    @router.get("/clusters/{cluster_id}")
    def cluster(cluster_id: int) -> Response:
        row = index.cluster(cluster_id)
        return page(
            room,
            "cluster.html",
            row=row,
            faces=index.waiting_faces(cluster_id),
            guesses=likely_names(room, [row])[row.id],
            near=[(one, index.waiting_faces(one.id)[:6], c) for one, c in like(room, row)],
            names=index.names(),
        )

    @router.get("/unsure")
    def unsure() -> Response:
        groups: dict[str, list[FaceRow]] = defaultdict(list)
        for face in index.unsure_faces(QUESTIONS):
            groups[face.character or ""].append(face)
        return page(room, "unsure.html", groups=list(groups.items()), names=index.names())

    @router.get("/characters/{character_id}")
    def character(character_id: int) -> Response:
        name = index.character_names().get(character_id)
        if name is None:
            raise HTTPException(404, "there is no such character")
        found = index.find([name])
        return page(
            room,
            "character.html",
            back=f"/characters/{character_id}",
            name=name,
            found=found,
            faces=index.faces_of(name)[:240],
            names=index.names(),
        )

    @router.get("/search")
    def search(q: str = "") -> Response:
        words = q.strip()
        names = index.names(words, 50) if words else []
        episodes = index.episode_page(0, 50, words) if words else []
        return page(room, "search.html", words=words, found=names, episodes=episodes)

    return router


def _first(number: int, size: int) -> int:
    return (min(max(number, 1), 10**6) - 1) * size
