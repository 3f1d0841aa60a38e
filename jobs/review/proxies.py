"""Copies of videos that browsers play: made when asked for, kept beside the index."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, wait
from fractions import Fraction
from pathlib import Path
from threading import Lock

from eyecatch.core.children import end_all
from eyecatch.core.errors import EyecatchError
from eyecatch.core.files import user_cache
from eyecatch.core.folders import PROXIES
from eyecatch.core.video.proxy import make_proxy
from eyecatch.db.connection.urls import sqlite_file
from eyecatch.db.index import Index
from eyecatch.db.records.scan import EpisodeRecord
from eyecatch.jobs.render.played import played
from eyecatch.jobs.render.source import Source


def proxy_folder(index: Index) -> Path:
    """Where the proxies of an index are: beside it, or in the user's cache if it is no file."""
    file = sqlite_file(index.url)
    if file is None or (folder := file.with_name(f"{file.name}{PROXIES}")).is_symlink():
        return user_cache() / "proxies"  # a link may lead anywhere
    return folder


def proxy_place(folder: Path, episode: EpisodeRecord) -> Path:
    """Where the proxy of an episode is in their folder."""
    return folder / f"{episode.digest.replace(':', '-')}.mp4"


class Proxies:
    """The proxies of an index's episodes, by their content.

    Args:
        folder: where they are.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="proxy")
        self._lock = Lock()
        self._making: dict[str, Future[None]] = {}
        self._done: dict[str, float] = {}

    def path(self, episode: EpisodeRecord) -> Path | None:
        """The proxy of an episode, if it is there; a link, which may lead anywhere, is none."""
        place = proxy_place(self._folder, episode)
        linked = place.is_symlink() or self._folder.is_symlink()
        return place if place.is_file() and not linked else None

    def make(self, source: Source) -> None:
        """Have a proxy made of an episode's file, if none is there or under way."""
        episode = source.episode
        with self._lock:
            if self.path(episode) is None and self.share(episode) is None:
                self._done[episode.digest] = 0.0
                self._making[episode.digest] = self._pool.submit(self._make, source)

    def share(self, episode: EpisodeRecord) -> float | None:
        """How much of a proxy is done, 0..1; None where none is being made."""
        future = self._making.get(episode.digest)
        return None if future is None or future.done() else self._done.get(episode.digest, 0.0)

    def fault(self, episode: EpisodeRecord) -> str | None:
        """Why the last proxy of an episode could not be made, as a sentence."""
        future = self._making.get(episode.digest)
        error = future.exception() if future is not None and future.done() else None
        return None if error is None else str(error)

    def wait(self) -> None:
        """Until those that are being made are done."""
        wait(self._making.values())

    def close(self) -> None:
        """Make no more; what is half made is gone."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        end_all()
        self._pool.shutdown()

    def _make(self, source: Source) -> None:
        episode, video = source.episode, source.video.path

        def watch(frames: int) -> None:
            self._done[episode.digest] = min(1.0, frames / max(episode.frames, 1))

        try:
            file = played(source)
            begin = None if file is source else Fraction(0)  # a copy's clock is the player's
            make_proxy(file.video.path, proxy_place(self._folder, episode), watch, begin=begin)
        except EyecatchError:
            raise
        except Exception as error:  # what a thread raises would be lost
            raise EyecatchError(f"{video}: {error}.") from error
