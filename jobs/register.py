"""From a video file to an episode of the index."""

from __future__ import annotations

from pathlib import Path

from eyecatch.core.errors import MediaError
from eyecatch.core.video.digest import content_hash
from eyecatch.core.video.plan import plan
from eyecatch.core.video.probe import probe
from eyecatch.db.index import Index
from eyecatch.db.records import EpisodeRecord, FileStamp


def register(index: Index, file: Path, series: str | None, chunk_seconds: float) -> EpisodeRecord:
    """Make sure that the index knows the episode in a file, whatever the file is called.

    A file of known path, size and time is not read again. Content that the index knows under
    another name keeps its rows. New content is probed and planned.

    Raises:
        MediaError: the file can't be read, or is no video.
    """
    record = _unchanged(index, file)
    if record is not None:
        return record
    digest = content_hash(file)
    stamp = FileStamp.of(file)
    if index.episode_by_digest(digest) is not None:
        return index.add_file(digest, stamp)
    video = probe(file)
    planned = plan(video, chunk_seconds)
    if not planned.frames:
        raise MediaError(str(file), "not one frame of it can be read", "copy or download it again")
    return index.add_episode(digest, stamp, video, planned, series)


def _unchanged(index: Index, file: Path) -> EpisodeRecord | None:
    if not file.is_file():
        return None
    digest = index.digest_of(FileStamp.of(file))
    return None if digest is None else index.episode_by_digest(digest)
