"""The clock of an episode that an earlier version added: asked of its file, once."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import replace

from eyecatch.core.errors import DatabaseError, MediaError
from eyecatch.core.video.clock import clock_of
from eyecatch.db.index import Index
from eyecatch.db.records.scan import EpisodeRecord
from eyecatch.jobs.found_file import found_file

log = logging.getLogger(__name__)


def with_clock(index: Index, episode: EpisodeRecord) -> EpisodeRecord:
    """The episode with its clock; the index remembers it, if it may be written.

    Where the file is gone too, players are taken to count from the first frame, and a warning says
    so: a file may have sound before.
    """
    if episode.video.origin is not None:
        return episode
    try:
        clock = clock_of(found_file(index, episode))
    except MediaError as error:
        if episode.origin:
            log.warning("%s Times are counted from its first picture.", error)
        return episode
    with suppress(DatabaseError):
        index.episodes.set_clock(episode.id, clock)
    video = replace(episode.video, origin=clock.origin, timecode=clock.timecode)
    return replace(episode, video=video)
