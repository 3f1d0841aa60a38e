"""Extracts the faces of many files: each file once, and a bad one never stops the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from eyecatch.core.errors import MediaError
from eyecatch.core.images import is_image, read_content
from eyecatch.core.threads import map_in_threads
from eyecatch.core.video.content_hash import content_hash
from eyecatch.training.collection.extract import FaceExtractor
from eyecatch.training.collection.manifest import Manifest
from eyecatch.training.collection.types import ExtractedFaces

OnProgress = Callable[[int, int | None], None]
"""Is called with how much is done, and of how much."""

MEGABYTE = 1_000_000


@dataclass(slots=True)
class ScannedFiles:
    """What was found in files.

    Attributes:
        found: the faces of each file that is new and could be read.
        digests: of those files, whether or not there was a face.
        notes: warnings, one sentence each.
        unread: how many files could not be read.
        interrupted: by Ctrl-C, before the end.
    """

    found: list[ExtractedFaces] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unread: int = 0
    interrupted: bool = False


def scan_files(
    files: Sequence[Path], extractor: FaceExtractor, manifest: Manifest, on_progress: OnProgress
) -> ScannedFiles:
    """Extracts the faces of files, pictures first.

    Interrupted with Ctrl-C, it returns what was found until then.

    Args:
        files: what isn't called like a picture is taken for a video.
        extractor: finds the faces.
        manifest: of the collection; files that the same extractor has scanned are skipped.
        on_progress: is called with how many megabytes of the files are done, and of how many.
    """
    scanned = ScannedFiles()
    try:
        for digest, found in _FileScan(files, extractor, manifest, on_progress).each():
            if isinstance(found, MediaError):
                scanned.notes.append(f"{found} It is left out.")
                scanned.unread += 1
            else:
                scanned.found.append(found)
                scanned.digests.append(digest)
                scanned.notes += found.notes
    except KeyboardInterrupt:
        scanned.interrupted = True
    return scanned


class _FileScan:
    """One run over files."""

    def __init__(
        self,
        files: Sequence[Path],
        extractor: FaceExtractor,
        manifest: Manifest,
        on_progress: OnProgress,
    ) -> None:
        self._sizes = {file: size_of(file) for file in files}
        self._total = sum(self._sizes.values())
        self._done = 0.0
        self._on_progress = on_progress
        self._extractor = extractor
        self._manifest = manifest
        self._seen: set[str] = set()

    def each(self) -> Iterator[tuple[str, ExtractedFaces | MediaError]]:
        """Digest and faces of each file that is new, or why it can't be read."""
        for file, digest, found in map_in_threads(self._picture, filter(is_image, self._sizes)):
            self._advance(file)
            if isinstance(found, MediaError) or (found and digest not in self._seen):
                self._seen.add(digest)
                yield digest, found
        for file in self._sizes:
            if not is_image(file):
                digest, found = self._video(file)
                if found:
                    yield digest, found

    def _picture(self, file: Path) -> tuple[Path, str, ExtractedFaces | MediaError | None]:
        try:
            read_content(file)  # one that is too large isn't hashed either
            digest = content_hash(file)
            old = self._manifest.was_scanned(digest, self._extractor.digest)
            return file, digest, None if old else self._extractor.from_picture(file, digest)
        except MediaError as problem:
            return file, "", problem

    def _video(self, file: Path) -> tuple[str, ExtractedFaces | MediaError | None]:
        try:
            digest = content_hash(file)
            if digest in self._seen or self._manifest.was_scanned(digest, self._extractor.digest):
                self._advance(file)
                return digest, None
            self._seen.add(digest)
            advance = partial(self._advance, file)
            return digest, self._extractor.from_video(file, digest, advance)
        except MediaError as problem:
            return "", problem

    def _advance(self, file: Path, share: float = 1) -> None:
        """A share of a file is done."""
        self._done += share * self._sizes[file]
        self._on_progress(round(self._done / MEGABYTE), -(-self._total // MEGABYTE))


def size_of(file: Path) -> int:
    """Bytes of a file; 0 if it can't be read, which is reported when that is tried."""
    try:
        return file.stat().st_size
    except OSError:
        return 0
