"""Episodes rendered while a job goes on, each as soon as it is decided."""

from __future__ import annotations

from collections.abc import Sequence

from eyecatch.core.errors import EyecatchError
from eyecatch.db.index import Index
from eyecatch.jobs.render.render import default_name, render_episode


class RenderHook:
    """Renders the episodes of an index job.

    Args:
        index: an open index.
        how: ``soft`` or ``burn``; None to render nothing.

    Attributes:
        faults: a sentence for each that could not be rendered.
    """

    def __init__(self, index: Index, how: str | None) -> None:
        self.faults: list[str] = []
        self._index, self._how, self._rendered = index, how, set[int]()

    def render(self, episode: int) -> None:
        """Render an episode; an older rendering is of what was known then."""
        if self._how is None:
            return
        self._rendered.add(episode)
        try:
            render_episode(self._index, episode, how=self._how, force=True)
        except EyecatchError as error:
            self.faults.append(str(error))

    def render_missing(self, episodes: Sequence[int]) -> None:
        """Render the episodes that were decided earlier, but have no rendering."""
        if self._how is None:
            return
        for episode in self._index.episodes.listed(episodes):
            if episode.id not in self._rendered and not default_name(episode, self._how).exists():
                self.render(episode.id)
