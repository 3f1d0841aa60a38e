"""The file behind an episode of the index: there, and still what was indexed."""

from __future__ import annotations

import shutil
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from eyecatch.core.errors import DatabaseError, MediaError
from eyecatch.core.storage import BLOCK, is_remote, opened, place, reachable
from eyecatch.core.video.content_hash import content_hash
from eyecatch.db.index import Index
from eyecatch.db.records.scan import EpisodeRecord, FileStamp


def found_file(index: Index, episode: EpisodeRecord) -> Path:
    """A file that holds the episode.

    One that this user indexed is read only where its time says that it may hold something else. Of
    a path that only the index names the content decides, and such an address isn't asked.

    Raises:
        MediaError: it is gone, isn't any more what was indexed, or is at such an address.
    """
    name = str(episode.video.path)
    files = index.episodes.files(episode.id)
    believed = index.episode_files.believed(episode.id)
    asked = [
        (path, file)
        for file in files
        if not is_remote(path := place(file.path)) or file in believed
    ]
    here = [(path, file, now) for path, file in asked if (now := _stamp(path)) is not None]
    for path, file, now in here:
        if now == file and file in believed:
            return path
    for path, file, now in here:
        if now.size == file.size and _content_hash(path, now) == episode.digest:
            with suppress(DatabaseError):  # of one that can't be written it is asked again
                index.episode_files.vouch(episode.digest, now)
            return path
    if files and not asked:
        problem = "is an address that only this index names"
        advice = "to have it read, index it there yourself: nothing is scanned again"
        raise MediaError(name, problem, advice)
    if here:
        raise MediaError(name, "has changed since it was indexed", "index it again")
    advice = "index it where it is now: it is known by its content, nothing is scanned again"
    raise MediaError(name, "is not there any more", advice)


def _stamp(path: Path) -> FileStamp | None:
    """A file as it is now; None if there is none."""
    try:
        with reachable(path):
            return FileStamp.of(path) if path.is_file() else None
    except OSError as error:
        if is_remote(path):
            problem = f"can't be reached ({error.strerror or error})"
            raise MediaError(str(path), problem, "check the URL and the network") from error
        return None


@cache
def _content_hash(path: Path, now: FileStamp) -> str:  # noqa: ARG001 - another one is read again
    return content_hash(path)


def local_file(index: Index, episode: EpisodeRecord) -> Path:
    """As ``found_file``, for ffmpeg and browsers: what is behind a URL is copied first.

    The copy lasts as long as this process.
    """
    path = found_file(index, episode)
    return _copy(path, episode.digest) if is_remote(path) else path


@cache
def _copy(path: Path, digest: str) -> Path:
    folder = Path(_copies().name) / digest
    folder.mkdir(exist_ok=True)
    try:
        with reachable(path), opened(path) as source, (folder / path.name).open("wb") as copy:
            shutil.copyfileobj(source, copy, BLOCK)
    except OSError as error:
        shutil.rmtree(folder)
        raise MediaError(str(path), f"can't be copied ({error.strerror or error})") from error
    return folder / path.name


@cache
def _copies() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="eyecatch-copies-")  # it is removed when the process ends
