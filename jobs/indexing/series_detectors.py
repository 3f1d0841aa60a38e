"""A detector for each series: learned before its episodes are scanned, and kept in the index."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.detect.registry import resolve
from eyecatch.core.errors import EyecatchError
from eyecatch.core.files import user_cache
from eyecatch.core.inputs import Sources
from eyecatch.db.connection.urls import shown_url
from eyecatch.db.index import Index
from eyecatch.db.records.scan import FileStamp, KeptDetector
from eyecatch.jobs.adapting.pace import AdaptListener

if TYPE_CHECKING:  # most jobs learn nothing, and need no trainings
    from eyecatch.jobs.adapting.adapt import Adapted


def learn_series(  # noqa: PLR0913 - each is one plain wish of the caller's
    index: Index,
    db: str,
    files: Sources,
    *,
    series: Mapping[Path, str | None],
    again: bool,
    detector: DetectorConfig,
    listener: AdaptListener,
) -> list[str]:
    """Lets a detector learn each series of some files that none has learned yet, and keeps it.

    Args:
        index: an open index.
        db: where it is, for the faces that people named in it.
        files: the episodes.
        series: of each file, name of the show that it belongs to if it is new.
        again: learn anew what was learned before, too.
        detector: which one to begin with.
        listener: is called with how far it is.

    Returns:
        A sentence for each series that was learned, on what came of it.

    Raises:
        EyecatchError: nothing can be learned, for want of memory or of room.
    """
    from eyecatch.jobs.adapting.adapt import adapt  # noqa: PLC0415

    notes = []
    for name, some in _by_series(index, files, series).items():
        if again or index.detectors.of_series(name) is None:
            key = hashlib.sha256(f"{shown_url(index.url)}\0{name}".encode("utf-8", "replace"))
            out = user_cache() / "adapting" / f"{key.hexdigest()[:32]}.detector"
            adapted = adapt(some, out=out, db=db, detector=detector, force=True, listener=listener)
            index.detectors.keep(name, _kept(adapted))
            out.unlink(missing_ok=True)
            notes.append(_note(name, adapted))
    return notes


def _kept(adapted: Adapted) -> KeptDetector:
    if adapted.out is None:
        return KeptDetector(None, None, adapted.refused)
    return KeptDetector(resolve(adapted.out).digest, adapted.out.read_bytes())


def _note(series: str | None, adapted: Adapted) -> str:
    if adapted.kept is None:
        why = adapted.refused.rstrip(".")
        return f"The weights as they are are used for {called(series)}: {why}."
    sure, before = adapted.kept.sure, adapted.before.sure
    return (
        f"The detector learned {called(series)}: in frames held out it is sure of {sure} faces, "
        f"and was of {before} before."
    )


def called(series: str | None) -> str:
    """How a series is spoken of; None for the episodes of none."""
    return "these episodes" if series is None else series


def _by_series(
    index: Index, files: Sources, series: Mapping[Path, str | None]
) -> dict[str | None, list[Path]]:
    """The files of each series; of those that the index doesn't know, by ``series``."""
    found: defaultdict[str | None, list[Path]] = defaultdict(list)
    for file in files.files:
        try:
            digest = index.episodes.digest_of(FileStamp.of(file))
            known = None if digest is None else index.episodes.by_digest(digest)
        except (OSError, EyecatchError):  # registering says what is wrong with it
            continue
        found[series.get(file) if known is None else known.series].append(file)
    return dict(found)
