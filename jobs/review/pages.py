"""The pages: each asks the index and fills a template."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from eyecatch.core.segments.kinds import KINDS
from eyecatch.jobs.review.media import player
from eyecatch.jobs.review.parameters import (
    READ,
    Chance,
    Id,
    PageCounting,
    PageNumber,
    Parts,
    Seconds,
    Words,
)
from eyecatch.jobs.review.segment_band import segment_bars
from eyecatch.jobs.review.state import AppState
from eyecatch.jobs.review.templating import page
from eyecatch.jobs.review.timeline import WIDTH, timeline
from eyecatch.jobs.selection import short

EPISODES = 24
"""Of the grid, on one page."""

MOST_FACES = 240
"""Of a character on its page; the others come when these are done."""


class Pages:
    """The pages of a room."""

    def __init__(self, room: AppState) -> None:
        self._room, self._index = room, room.index

    def router(self) -> APIRouter:
        """Where each page is."""
        router = APIRouter()
        pages: dict[str, Callable[..., Response]] = {
            "/": self.season,
            "/episodes/{episode_id}": self.episode,
            "/characters/{character_id}": self.character,
            "/search": self.search,
        }
        for path, shown in pages.items():
            router.add_api_route(path, shown, methods=READ, response_model=None)
        return router

    def season(
        self, number: PageNumber = 1, confidence: Chance = 0.0, count: Parts = "story"
    ) -> Response:
        """Characters by episodes."""
        counting = PageCounting(confidence, count)
        episodes = self._index.pages.episodes((number - 1) * EPISODES, EPISODES)
        parts = self._index.pages.parts(
            [episode.id for episode in episodes], counting.with_kinds, confidence
        )
        seconds: dict[int, dict[int, float]] = defaultdict(dict)
        for part in parts:
            seconds[part.character_id][part.episode_id] = part.seconds
        names = {part.character_id: part.character for part in parts}
        order = sorted(names, key=lambda one: (-sum(seconds[one].values()), names[one]))
        return page(
            self._room,
            "season.html",
            episodes=list(zip(episodes, short([one.title for one in episodes]), strict=True)),
            characters=[(one, names[one], seconds[one]) for one in order],
            longest=max((part.seconds for part in parts), default=1.0),
            glimpses=parts.glimpses,
            counting=counting,
            number=number,
            more=len(episodes) == EPISODES,
        )

    def episode(self, episode_id: Id, t: Seconds = 0.0) -> Response:
        """An episode to watch, and who is when."""
        shown = player(self._room, episode_id)
        lines = timeline(
            shown.episode,
            self._index.pages.bars(episode_id),
            shown.origin,
            self._index.characters.colours(),
        )
        base = shown.episode.video.time_base
        drawn = [
            (one, float(one.pts * base - shown.origin))
            for one in self._index.missed_faces.of(episode_id)
        ]
        segments = self._index.segments.of(episode_id)
        sharing = self._index.segments.sharing([it.shared for it in segments if it.shared])
        return page(
            self._room,
            "episode.html",
            player=shown,
            segments=segment_bars(shown.episode, segments, sharing, shown.origin),
            kinds=KINDS,
            lines=lines,
            wide=WIDTH,
            at=max(t, 0.0),
            drawn=drawn,
            names=self._index.pages.names(),
        )

    def character(
        self, character_id: Id, confidence: Chance = 0.0, count: Parts = "story"
    ) -> Response:
        """A character: where it is, and its faces."""
        counting = PageCounting(confidence, count)
        name = self._index.characters.names().get(character_id)
        if name is None:
            raise HTTPException(404, "there is no such character")
        return page(
            self._room,
            "character.html",
            id=character_id,
            name=name,
            aliases=self._index.characters.aliases(name),
            found=self._index.queries.find(
                [name], with_kinds=counting.with_kinds, min_confidence=confidence
            ),
            counting=counting,
            faces=self._index.faces.of_character(name, MOST_FACES),
            names=self._index.pages.names(),
            path=f"/characters/{character_id}",
        )

    def search(self, q: Words = "") -> Response:
        """Characters and episodes that are called so."""
        words = q.strip()
        names = self._index.pages.names(words, 50) if words else []
        episodes = self._index.pages.episodes(0, 50, words) if words else []
        return page(self._room, "search.html", words=words, found=names, episodes=episodes)
