"""Episodes rendered while a job goes on, each as soon as it is decided."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from eyecatch.core.errors import EyecatchError
from eyecatch.db.index import Index
from eyecatch.jobs.indexing.index_fault import IndexFault
from eyecatch.jobs.render.options import default_name


class RenderHook:
    """Renders the episodes of an index job.

    Args:
        index: an open index.
        how: ``soft`` or ``burn``; None to render nothing.
        say: is called with what is rendered next.

    Attributes:
        faults: each that could not be rendered, and why.
        written: the files.
    """

    def __init__(self, index: Index, how: str | None, say: Callable[[str], None]) -> None:
        self.faults: list[IndexFault] = []
        self.written: list[Path] = []
        self._index, self._how, self._say, self._rendered = index, how, say, set[int]()

    def render(self, episode: int) -> None:
        """Render an episode; an older rendering is of what was known then."""
        if self._how is None:
            return
        from eyecatch.jobs.render.render import render_episode  # noqa: PLC0415 - few jobs render

        self._rendered.add(episode)
        (record,) = self._index.episodes.listed([episode])
        target = default_name(record, self._how)

        def listener(done: int, total: int) -> None:
            self._say(f"writing {target}, {done / max(total, 1):.0%}")

        try:
            listener(0, 1)
            written = render_episode(
                self._index, episode, how=self._how, force=True, listener=listener
            )
            self.written.append(written)
        except EyecatchError as error:
            self.faults.append(IndexFault(str(error), str(record.video.path), episode))
        finally:
            self._say("")

    def render_missing(self, episodes: Sequence[int]) -> None:
        """Render the episodes that were decided earlier, but have no rendering."""
        if self._how is None:
            return
        for episode in self._index.episodes.listed(episodes):
            if episode.id not in self._rendered and not default_name(episode, self._how).exists():
                self.render(episode.id)
