"""The page of an episode: to watch it, with who is when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from starlette.responses import Response

from eyecatch.core.segments.kinds import KINDS
from eyecatch.db.records.answers import Found
from eyecatch.db.records.review import Bar, TrackSpot
from eyecatch.jobs.review.media import player
from eyecatch.jobs.review.parameters import (
    Chance,
    Chosen,
    Id,
    PageCounting,
    PageNumber,
    Parts,
    Time,
)
from eyecatch.jobs.review.scenes import CharacterScene, scenes_of
from eyecatch.jobs.review.segment_band import segment_bars
from eyecatch.jobs.review.state import AppState
from eyecatch.jobs.review.templating import page
from eyecatch.jobs.review.timeline import WIDTH, axis, timeline

SCENES = 120
"""Of one episode that are listed at once."""


class EpisodePage:
    """The page of an episode of a room."""

    def __init__(self, room: AppState) -> None:
        self._room, self._index = room, room.index

    def show(  # noqa: PLR0913, PLR0917 - what its address may say
        self,
        episode_id: Id,
        t: Time = None,
        character: Chosen = (),
        confidence: Chance = 0.0,
        count: Parts = "story",
        number: PageNumber = 1,
    ) -> Response:
        """An episode to watch, who is when, and the scenes of everybody or of some characters.

        Without a time it stands at the first of these scenes, if some were chosen.
        """
        shown = player(self._room, episode_id)
        episode, counting = shown.episode, PageCounting(confidence, count)
        bars = self._index.pages.bars(episode_id)
        cast = self._index.on_screen.in_episode(episode, counting.with_kinds, confidence)
        scenes = _scenes(cast, bars)
        listed = _merged(scenes, character)
        segments = self._index.segments.of(episode_id)
        sharing = self._index.segments.sharing([it.shared for it in segments if it.shared])
        base, origin = episode.video.time_base, episode.origin
        if t is None:
            t = listed[0].start if listed and character else 0.0
        before, after = self._index.pages.neighbours(episode)
        return page(
            self._room,
            "episode.html",
            player=shown,
            before=before,
            after=after,
            counting=counting,
            chosen=frozenset(character),
            segments=segment_bars(episode, segments, sharing),
            kinds=KINDS,
            ticks=axis(float(episode.length)),
            lines=timeline(
                episode,
                bars,
                cast,
                {who: [it.start for it in some] for who, some in scenes.items()},
                self._index.characters.colours(),
            ),
            wide=WIDTH,
            scenes=listed[(number - 1) * SCENES : number * SCENES],
            total=len(listed),
            number=number,
            per=SCENES,
            more=len(listed) > number * SCENES,
            at=max(t, 0.0),
            drawn=[
                (one, float(one.pts * base - origin))
                for one in self._index.missed_faces.of(episode_id)
            ],
            names=self._index.pages.names(),
        )


def _scenes(cast: Mapping[int, Found], bars: Sequence[Bar]) -> dict[int, list[CharacterScene]]:
    """The scenes of each character."""
    spots: dict[int, list[TrackSpot]] = defaultdict(list)
    for bar in bars:
        if bar.character_id is not None and not bar.unsure:
            spots[bar.character_id].append(TrackSpot(bar.track, bar.start_pts, bar.stop_pts))
    return {who: scenes_of(found, who, spots[who]) for who, found in cast.items()}


def _merged(
    scenes: Mapping[int, Sequence[CharacterScene]], chosen: Iterable[int]
) -> list[CharacterScene]:
    """Those of some characters, or of all, in the order of the episode."""
    wanted = set(chosen) or set(scenes)
    some = (one for who, several in scenes.items() if who in wanted for one in several)
    return sorted(some, key=lambda one: (one.start, one.character))
