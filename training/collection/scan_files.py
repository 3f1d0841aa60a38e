"""From files to the faces in them: each file once, and a bad one never stops the good ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from eyecatch.core.errors import MediaError
from eyecatch.core.images import is_image
from eyecatch.core.video.content_hash import content_hash
from eyecatch.training.collection.extract import Looking, ahead
from eyecatch.training.collection.manifest import Ledger
from eyecatch.training.collection.types import Looked

Step = Callable[[int, int | None], None]
"""Is told how much is done, and of how much."""

MEGABYTE = 1_000_000


@dataclass(slots=True)
class Gathered:
    """What files hold.

    Attributes:
        looked: what was found in each file that is new and could be read.
        digests: of those files, whether or not there was a face.
        notes: what was odd, one sentence each.
        unread: how many files could not be read.
        stopped: a person has stopped it before the end.
    """

    looked: list[Looked] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unread: int = 0
    stopped: bool = False


def gather(files: Sequence[Path], looking: Looking, ledger: Ledger, step: Step) -> Gathered:
    """Look at files, pictures first.

    Stopped by a person (Ctrl-C), it gives what was found until then.

    Args:
        files: what isn't called like a picture is taken for a video.
        looking: how.
        ledger: of the collection; what was looked at before in the same way is passed over.
        step: is told how many megabytes of the files are done, and of how many.
    """
    gathered = Gathered()
    try:
        for digest, looked in _Gathering(files, looking, ledger, step).each():
            if isinstance(looked, MediaError):
                gathered.notes.append(f"{looked} It is left out.")
                gathered.unread += 1
            else:
                gathered.looked.append(looked)
                gathered.digests.append(digest)
                gathered.notes += looked.notes
    except KeyboardInterrupt:
        gathered.stopped = True
    return gathered


class _Gathering:
    """One run over files."""

    def __init__(self, files: Sequence[Path], looking: Looking, ledger: Ledger, step: Step) -> None:
        self._sizes = {file: size_of(file) for file in files}
        self._total = sum(self._sizes.values())
        self._done = 0.0
        self._step = step
        self._looking = looking
        self._ledger = ledger
        self._seen: set[str] = set()

    def each(self) -> Iterator[tuple[str, Looked | MediaError]]:
        """Digest and faces of each file that is new, or why it can't be read."""
        for file, digest, looked in ahead(self._picture, filter(is_image, self._sizes)):
            self._tell(file)
            if isinstance(looked, MediaError) or (looked and digest not in self._seen):
                self._seen.add(digest)
                yield digest, looked
        for file in self._sizes:
            if not is_image(file):
                digest, looked = self._film(file)
                if looked:
                    yield digest, looked

    def _picture(self, file: Path) -> tuple[Path, str, Looked | MediaError | None]:
        try:
            digest = content_hash(file)
            old = self._ledger.looked_at(digest, self._looking.digest)
            return file, digest, None if old else self._looking.at_picture(file, digest)
        except MediaError as problem:
            return file, "", problem

    def _film(self, file: Path) -> tuple[str, Looked | MediaError | None]:
        try:
            digest = content_hash(file)
            if digest in self._seen or self._ledger.looked_at(digest, self._looking.digest):
                self._tell(file)
                return digest, None
            self._seen.add(digest)
            tell = partial(self._tell, file)
            return digest, self._looking.through_video(file, digest, tell)
        except MediaError as problem:
            return "", problem

    def _tell(self, file: Path, share: float = 1) -> None:
        """A share of a file is done."""
        self._done += share * self._sizes[file]
        self._step(round(self._done / MEGABYTE), -(-self._total // MEGABYTE))


def size_of(file: Path) -> int:
    """Bytes of a file; 0 if it can't be read, which will be said when it is."""
    try:
        return file.stat().st_size
    except OSError:
        return 0
