"""``eyecatch index --watch``: files as they become complete."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path

import watchfiles
from watchfiles._rust_notify import WatchfilesRustInternalError

from eyecatch.core.errors import RequestError
from eyecatch.core.inputs import videos
from eyecatch.core.storage import is_remote, place
from eyecatch.db.records.scan import FileStamp


class StableFiles:
    """Tells which files are complete: those whose size and time have stayed for some seconds.

    Seconds are counted by a clock that never jumps; what a file's time says is only compared.

    Args:
        seconds: how long a file must stay as it is.
        clock: seconds since any fixed moment.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._clock = seconds, clock
        self._since: dict[Path, tuple[FileStamp, float]] = {}
        self._reported: dict[Path, FileStamp] = {}

    def complete(self, files: Sequence[Path]) -> list[Path]:
        """Those of the files that have become complete, each once until it changes again."""
        now = self._clock()
        known, self._since = self._since, {}
        done = []
        for file in files:
            try:
                stamp = FileStamp.of(file)
            except OSError:  # it went while we looked
                continue
            last, since = known.get(file, (stamp, now))
            self._since[file] = (stamp, since if last == stamp else now)
            if self._reported.get(file) != stamp and now - self._since[file][1] >= self._seconds:
                self._reported[file] = stamp
                done.append(file)
        return done


def completed(paths: Sequence[str | Path], seconds: float = 10.0) -> Iterator[list[Path]]:
    """Videos in files and folders, those that are there and those to come, when they are complete.

    It never ends by itself. Folders are looked through whenever the system reports a change, and
    every ``seconds`` besides, since network file systems report none.

    Args:
        paths: files and folders that exist.
        seconds: how long size and time of a file must stay before it counts as complete.

    Raises:
        RequestError: a path is not there.
    """
    places = [place(path) for path in paths]
    for path in places:
        if is_remote(path):
            problem = f"{path}: only folders of this machine tell of new files"
            raise RequestError(problem, "run index again when there are some")
        if not path.exists():
            raise RequestError(f"{path}: there is nothing to watch", "create it first")
    stable = StableFiles(seconds)
    pause = max(int(seconds * 1000), 50)
    for _ in chain([None], _changes(places, pause)):
        if files := stable.complete(videos(places).files):
            yield files


def _changes(places: Sequence[Path], pause: int) -> Iterator[None]:
    """Ends a wait whenever something changed, and every ``pause`` milliseconds besides."""
    while True:
        try:
            for _ in watchfiles.watch(
                *places, rust_timeout=pause, yield_on_timeout=True, debounce=200
            ):
                yield
        except (UnicodeError, WatchfilesRustInternalError):  # of a name that is no UTF-8
            time.sleep(pause / 1000)
            yield
