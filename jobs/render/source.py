"""What is needed to render an episode of the index."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from functools import cached_property

from eyecatch.core.errors import RequestError
from eyecatch.core.palette import Colours
from eyecatch.core.video.container_layout import Layout, layout
from eyecatch.core.video.types import Video
from eyecatch.db.frame_times import FrameTimes
from eyecatch.db.index import Index
from eyecatch.db.records.scan import EpisodeRecord
from eyecatch.jobs.found_file import local_file
from eyecatch.jobs.render.labels import Label, Moments, labels, moments
from eyecatch.jobs.render.tags import tagged

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Source:
    """An episode that is rendered.

    Attributes:
        episode: as the index knows it.
        video: as it was probed, at the path where it is now.
        clock: when each of its frames begins.
        labels: its boxes and names.
        colours: of characters, by name.
        copyable: its packets hold the frames that are shown and no others.
    """

    episode: EpisodeRecord
    video: Video
    clock: FrameTimes
    labels: tuple[Label, ...]
    colours: Colours = field(default_factory=Colours)
    copyable: bool = True

    @cached_property
    def layout(self) -> Layout:
        """What its file holds."""
        found = layout(self.video.path)
        for one in found.unheard:
            stream = f"its stream {one.index} ({one.kind}, {one.codec})"
            log.warning("%s: %s is announced and has no sound; left out", self.video.path, stream)
        return found

    def moments(self) -> Moments:
        """When labels change, counted as players count."""
        clock, start = self.clock, self.layout.start
        return moments(clock.pts, clock.end, self.video.time_base, start)


def source(index: Index, episode: EpisodeRecord, *, unsure: bool = False) -> Source:
    """What is needed to render an episode.

    Args:
        index: where it is.
        episode: which.
        unsure: say the names that are unsure too.

    Raises:
        MediaError: its file is gone, or isn't any more what was indexed.
    """
    frames = unlabelled(index, episode)
    found = tuple(labels(index.exports.frames(episode.id, unsure=unsure)))
    placed = tagged(found, frames.video.width, frames.video.height)
    return replace(frames, labels=placed, colours=index.characters.colours())


def unlabelled(index: Index, episode: EpisodeRecord) -> Source:
    """As ``source``, of its frames alone."""
    video = replace(episode.video, path=local_file(index, episode))
    return Source(episode, video, index.chunks.frame_times(episode.id), ())


def check_found(source: Source) -> None:
    """RequestError if no face was found, so that there is nothing to draw."""
    if source.labels:
        return
    name = source.episode.name
    if source.episode.state == "pending":
        raise RequestError(f"{name} is not indexed to its end", "run: eyecatch index")
    raise RequestError(f"no face was found in {name}, so there is nothing to draw")
