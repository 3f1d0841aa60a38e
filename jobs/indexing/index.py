"""``eyecatch index``: files and folders into the index; run again, it does only what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.detect.registry import resolve
from eyecatch.core.inputs import videos
from eyecatch.core.scan.config import ScanConfig
from eyecatch.db.index import open_index
from eyecatch.db.models.base import FAILED, INCOMPLETE
from eyecatch.db.records.answers import EpisodeStatus
from eyecatch.db.records.scan import EpisodeRecord
from eyecatch.jobs.classify import Judges, Models, load_models
from eyecatch.jobs.indexing.job import Job
from eyecatch.jobs.indexing.prefetch import Ahead
from eyecatch.jobs.indexing.register import register_all
from eyecatch.jobs.indexing.render_hook import Drawing
from eyecatch.jobs.progress import Listener, Progress, clock, silent
from eyecatch.jobs.ray_options import RayOptions
from eyecatch.jobs.runners import make_runner
from eyecatch.jobs.runners.stages import Work


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What an index job did.

    Attributes:
        episodes: every episode it was given, as it stands in the index now.
        faults: a sentence for each thing that is wrong; all else is done.
        progress: what was done, in numbers.
    """

    episodes: tuple[EpisodeRecord, ...]
    faults: tuple[str, ...]
    progress: Progress


def index(  # noqa: PLR0913 - each is one plain choice of the caller's
    paths: Iterable[str | Path],
    *,
    db: str = "eyecatch.db",
    model: Models | None = None,
    detector: DetectorConfig | None = None,
    runner: str | None = None,
    ray: RayOptions | None = None,
    series: str | None = None,
    retry_failed: bool = False,
    chunk_seconds: float = 60.0,
    render: str | None = None,
    listener: Listener = silent,
) -> IndexReport:
    """Index episodes by the faces and characters on screen.

    Args:
        paths: videos, folders of them, and URLs that fsspec knows, which may be patterns.
        db: path of an SQLite file, or any SQLAlchemy URL; made where there is none.
        model: folder of the bundle that names the faces, or of several that judge together;
            without one, new faces stay unnamed and names that were decided earlier stay.
        detector: which detector looks, and how; None for the default.
        runner: ``inline`` or ``ray``; None for Ray unless there is too little to share out.
        ray: which Ray cluster, and what is used of it; None for that of ``RAY_ADDRESS``, and
            where there is none a cluster of the job's own.
        series: name of the show that new episodes belong to.
        retry_failed: try again the chunks and files that failed before.
        chunk_seconds: least length of the chunks of new episodes; it changes no row.
        render: ``soft`` or ``burn`` to write each episode with boxes and names to the folder
            ``annotated`` as soon as it is decided.
        listener: is told of progress after every chunk.

    Returns:
        What was done. Files that can't be read are among its faults and stop nothing else.

    Raises:
        EyecatchError: nothing can be done, for want of a detector, a bundle or a database.
    """
    ensemble = None if model is None else load_models(model)
    scan = ScanConfig(resolve(detector or DetectorConfig()))
    sources = videos(paths)
    with open_index(db) as opened:
        judges = None if ensemble is None else Judges(ensemble, opened)
        work = Work(scan, () if ensemble is None else ensemble.bundles)
        files = register_all(
            opened, sources, series=series, chunk_seconds=chunk_seconds, again=retry_failed
        )
        drawing = Drawing(opened, render)
        job = Job(
            opened,
            work,
            judges,
            retry_failed=retry_failed,
            listener=listener,
            decided=drawing.draw,
        )
        with closing(Ahead(files)) as registered:
            job.run(registered, partial(make_runner, runner, ray=ray))
        drawing.draw_missing(job.episodes)
        ours, unmet = opened.summaries.status(job.episodes), job.unmet()
        faults = [fault for one in ours for fault in _faults_of(one, unmet.get(one.episode.id))]
        told = tuple(one.episode for one in ours)
        return IndexReport(told, (*job.unread, *drawing.faults, *faults), job.progress)


def _faults_of(status: EpisodeStatus, run: int | None) -> Iterator[str]:
    """Sentences on an episode; ``run`` is the one that is at work on it instead of ours."""
    episode = status.episode
    if run is not None:
        yield f"{episode.video.path}: run {run} is at work on it; run again when that is done."
    yield from (fault.error for fault in status.faults if fault.state == FAILED)
    if episode.state == INCOMPLETE and not status.failed:
        end = clock(float(episode.end))
        yield (
            f"{episode.video.path}: incomplete, nothing can be read after {end}; "
            "what comes before is indexed."
        )
