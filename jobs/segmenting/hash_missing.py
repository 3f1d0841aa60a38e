"""Hashes of the drawings of episodes that an earlier version of eyecatch scanned."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing

from eyecatch.core.errors import MediaError
from eyecatch.core.scan.config import ScanConfig
from eyecatch.core.scan.hash_again import hash_chunk
from eyecatch.core.segments.types import PictureHashes
from eyecatch.core.threads import map_in_threads
from eyecatch.core.video.types import Chunk
from eyecatch.db.index import Index
from eyecatch.db.records.scan import EpisodeRecord
from eyecatch.jobs.progress import Listener, Progress, silent

log = logging.getLogger(__name__)


def hash_missing(
    index: Index,
    episodes: Iterable[int],
    scan_of: Callable[[int], ScanConfig],
    listener: Listener = silent,
) -> list[str]:
    """Hash the drawings of chunks that were scanned without; no face is looked for.

    Each chunk is stored as soon as it is hashed, so a job that is stopped goes on from there.

    Args:
        index: an open index.
        episodes: their ids.
        scan_of: how an episode was scanned.
        listener: called after every chunk.

    Returns:
        A sentence for each episode that can't be read.
    """
    lacking = {one: index.signatures.lacking_pictures(one) for one in episodes}
    work = [(index.episodes.get(one), chunks) for one, chunks in lacking.items() if chunks]
    progress, faults = Progress(), list[str]()
    for episode, chunks in work:
        progress.expect(1, len(chunks), sum(_seconds(episode, chunk) for chunk in chunks))
    for episode, chunks in work:
        try:
            for chunk, hashes in _hashed(episode, chunks, scan_of(episode.id)):
                index.signatures.save_pictures(episode.id, chunk.index, hashes)
                progress.chunks_done += 1
                progress.video_seconds_done += _seconds(episode, chunk)
                listener(progress)
        except MediaError as error:
            faults.append(str(error))
        progress.episodes_done += 1
        log.info("%s hashed: %d chunks", episode.video.path, len(chunks))
    return faults


def _hashed(
    episode: EpisodeRecord, chunks: Sequence[Chunk], config: ScanConfig
) -> Iterator[tuple[Chunk, PictureHashes]]:
    with closing(
        map_in_threads(lambda chunk: hash_chunk(episode.video, chunk, config), chunks)
    ) as hashed:
        yield from zip(chunks, hashed, strict=True)


def _seconds(episode: EpisodeRecord, chunk: Chunk) -> float:
    return (chunk.stop - chunk.start) / float(episode.video.rate or 24)
