"""The pages: each asks the index and fills a template."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from eyecatch.core.short_names import short
from eyecatch.jobs.review.episode_page import EpisodePage
from eyecatch.jobs.review.parameters import (
    READ,
    Chance,
    Id,
    OneSeries,
    PageCounting,
    PageNumber,
    Parts,
    Words,
)
from eyecatch.jobs.review.scenes import scene_spans, scenes_of
from eyecatch.jobs.review.state import AppState
from eyecatch.jobs.review.templating import page

EPISODES = 24
"""Of the grid, on one page."""

FIRST = 12
"""Scenes of an episode that a character's page shows; the episode's page has all."""

SEARCHED = 5
"""Characters of a search whose episodes are shown."""

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
            "/episodes/{episode_id}": EpisodePage(self._room).show,
            "/characters/{character_id}": self.character,
            "/search": self.search,
        }
        for path, shown in pages.items():
            router.add_api_route(path, shown, methods=READ, response_model=None)
        return router

    def season(
        self,
        number: PageNumber = 1,
        confidence: Chance = 0.0,
        count: Parts = "story",
        series: OneSeries = None,
    ) -> Response:
        """Characters by episodes."""
        counting = PageCounting(confidence, count)
        episodes = self._index.pages.episodes((number - 1) * EPISODES, EPISODES, series=series)
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
            episodes=list(zip(episodes, short(episodes), strict=True)),
            characters=[(one, names[one], seconds[one]) for one in order],
            longest=max((part.seconds for part in parts), default=1.0),
            glimpses=parts.glimpses,
            counting=counting,
            every_series=self._index.pages.series(),
            series=series,
            number=number,
            more=len(episodes) == EPISODES,
        )

    def character(
        self,
        character_id: Id,
        confidence: Chance = 0.0,
        count: Parts = "story",
        number: PageNumber = 1,
    ) -> Response:
        """A character: its episodes and scenes, and its faces."""
        counting = PageCounting(confidence, count)
        name = self._index.characters.names().get(character_id)
        if name is None:
            raise HTTPException(404, "there is no such character")
        found = self._index.on_screen.of_character(character_id, counting.with_kinds, confidence)
        shown = found[(number - 1) * EPISODES : number * EPISODES]
        spots = self._index.on_screen.tracks([one.episode.id for one in shown], character_id)
        return page(
            self._room,
            "character.html",
            id=character_id,
            name=name,
            aliases=self._index.characters.aliases(name),
            found=found,
            places=[
                (
                    one,
                    len(scene_spans(one.ranges)),
                    scenes_of(one, character_id, spots.get(one.episode.id, ()), FIRST),
                )
                for one in shown
            ],
            page_number=number,
            per=EPISODES,
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
        where = {
            character: self._index.on_screen.of_character(character)[:EPISODES]
            for character, _ in names[:SEARCHED]
        }
        return page(
            self._room,
            "search.html",
            words=words,
            found=[(character, name, where.get(character, ())) for character, name in names],
            episodes=episodes,
        )
