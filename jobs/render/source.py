"""The file behind an episode of the index: there, and still what was indexed."""

from __future__ import annotations

import logging
import shutil
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from eyecatch.core.errors import DatabaseError, MediaError, RequestError
from eyecatch.core.palette import Colours
from eyecatch.core.storage import BLOCK, is_remote, opened, place, reachable
from eyecatch.core.video.container_layout import Layout, layout
from eyecatch.core.video.content_hash import content_hash
from eyecatch.core.video.types import Video
from eyecatch.db.frame_times import FrameTimes
from eyecatch.db.index import Index
from eyecatch.db.records.scan import EpisodeRecord, FileStamp
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
