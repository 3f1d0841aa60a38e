"""``eyecatch index``: files and folders into the index; run again, it does only what is missing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Unpack

from eyecatch.core.arguments import Database, Paths, checked, database, several
from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.detect.registry import configured, resolve
from eyecatch.core.errors import EyecatchError
from eyecatch.core.files import check_folder
from eyecatch.core.identity.base_embedder import base_bundle
from eyecatch.core.identity.ensemble import Ensemble
from eyecatch.core.inputs import Sources, videos
from eyecatch.core.names import require_name
from eyecatch.core.scan.config import ScanConfig
from eyecatch.core.text import clock
from eyecatch.db.index import Index, open_index
from eyecatch.db.models.base import DONE, FAILED, INCOMPLETE
from eyecatch.db.records.scan import EpisodeRecord
from eyecatch.db.records.states import EpisodeStatus
from eyecatch.jobs.classify import Classifier, Models, load_models
from eyecatch.jobs.damage import damage_sentence
from eyecatch.jobs.episode_naming import name_by_files
from eyecatch.jobs.indexing.episode_scans import EpisodeScans
from eyecatch.jobs.indexing.index_fault import IndexFault, unread
from eyecatch.jobs.indexing.job import Job
from eyecatch.jobs.indexing.options import IndexKeywords, IndexOptions
from eyecatch.jobs.indexing.prefetch import Prefetcher
from eyecatch.jobs.indexing.register import register_all
from eyecatch.jobs.indexing.render_hook import RenderHook
from eyecatch.jobs.indexing.series_by_names import join_by_names, series_by_names
from eyecatch.jobs.indexing.series_detectors import learn_series
from eyecatch.jobs.progress import STARTING, Listener, Progress, silent, tell
from eyecatch.jobs.render.options import FOLDER
from eyecatch.jobs.runners import make_runner
from eyecatch.jobs.segmenting.hash_missing import hash_missing
from eyecatch.jobs.segmenting.listening import listen
from eyecatch.jobs.statuses import status_of


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What an index job did.

    Attributes:
        episodes: every episode it was given, as it stands in the index now.
        problems: each thing that is wrong; all else is done.
        progress: what was done, in numbers.
        made: files of its folders that eyecatch wrote itself, which are left out.
        notes: a sentence for each folder whose files' names don't agree on a series, for each
            series that a detector learned first, on what was found to repeat in each series, and
            on episodes that keep the scan of an earlier version.
        rendered: the files that ``render`` asked for, and that were written.
    """

    episodes: tuple[EpisodeRecord, ...]
    problems: tuple[IndexFault, ...]
    progress: Progress
    made: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()
    rendered: tuple[Path, ...] = ()

    @property
    def faults(self) -> tuple[str, ...]:
        """A sentence for each thing that is wrong."""
        return tuple(one.sentence for one in self.problems)

    @property
    def status(self) -> int:
        """The status of the command: 0 done, 1 nothing could be done, 3 some files could not be."""
        indexed = [one for one in self.episodes if one.state in {DONE, INCOMPLETE}]
        return status_of(len(indexed), len(self.problems))


@checked
def index(
    paths: Paths,
    *,
    db: Database | None = None,
    model: Models | None = None,
    listener: Listener = silent,
    **keywords: Unpack[IndexKeywords],
) -> IndexReport:
    """Index episodes by the faces and characters on screen.

    Args:
        paths: a video or several, folders of them, and URLs that fsspec knows, which may be
            patterns. Links in folders are followed; what eyecatch wrote itself is left out there.
        db: path of an SQLite file, or any SQLAlchemy URL, made where there is none; None for that
            of ``EYECATCH_DB``, else ``eyecatch.db`` in this folder.
        model: folder of the bundle that names the faces, or of several that decide together;
            without one, new faces stay unnamed and names that were decided earlier stay.
        listener: called with the progress after every chunk and every other step.
        **keywords: all optional:

            detector: which detector looks: its name, its file, or a configuration;
                None for the one that learned an episode's series, else the default.
            runner: ``inline`` or ``ray``; None: Ray for large jobs, else inline.
            ray: which Ray cluster, and what is used of it; None for that of ``RAY_ADDRESS``, and
                where there is none a cluster of the job's own.
            series: name of the show that new episodes belong to; None for what their files' names
                say, if they agree and no episode of the index is of none.
            trust: ``high``, ``balanced`` or ``eager``: how sure a name has to be, of bundles and
                where it follows what people said. The index keeps the level; None leaves it.
            adapt: let the detector learn each series first (``eyecatch.adapt``), unless it has
                before; the index keeps it, and uses it for that series from then on, unless
                another ``detector`` is named. ``detector`` is then the one to begin with.
            adapt_again: the same, also where it was learned before.
            on_adapt: is called with how far the learning is.
            rescan: scan again, with the present detector, what that of an earlier version scanned
                whole; else such episodes stay as they are.
            segments: look for openings, recaps and the like again, and hash first what an
                earlier version indexed without; no face is looked for.
            retry_failed: try again the chunks and files that failed before.
            chunk_seconds: least length of the chunks of new episodes, which changes no row; None
                for a 24th of an episode, ten seconds to a minute.
            render: ``soft`` or ``burn`` to write each episode with boxes and names to the folder
                ``annotated`` as soon as it is decided.

    Returns:
        What was done. Files that can't be read are among its faults and stop nothing else.

    Raises:
        EyecatchError: nothing can be done, for want of a detector, a bundle or a database.

    Example:
        >>> import eyecatch
        >>> report = eyecatch.index("season/", db="new.db", model="season.bundle")
        >>> [episode.title for episode in report.episodes]
        ['Lantern_Street_S01E01', 'Lantern_Street_S01E02']
        >>> report.faults
        ()
        >>> again = eyecatch.index("season/", db="new.db", model="season.bundle")
        >>> again.progress.chunks  # nothing is left to do
        0
    """
    options, progress = IndexOptions(**keywords), Progress()
    say = partial(tell, progress, listener)
    say(STARTING)
    if options.series is not None:
        require_name(options.series)
    ensemble = None if model is None else load_models(model)
    scan = ScanConfig(resolve(options.detector or DetectorConfig()))
    sources, db = videos(several(paths)), database(db)
    if options.trust is not None:
        _check_trust(options.trust, ensemble)
    if options.render is not None:
        check_folder(FOLDER)
    if not sources.files:  # a path that was mistyped makes no index
        return IndexReport((), tuple(map(unread, sources.faults)), Progress())
    with open_index(db) as opened:
        if options.trust is not None:
            opened.bundles.choose_trust(options.trust)
        if ensemble is not None:
            ensemble = ensemble.with_trust(opened.bundles.trust())
        classifier = None if ensemble is None else Classifier(ensemble, opened)
        hook = RenderHook(opened, options.render, say)
        made: list[Path] = []
        adapting = options.adapt or options.adapt_again
        name_by_files(opened)
        series, notes = _series(opened, sources.files, options.series)
        notes += _learned(opened, db, sources, series, options) if adapting else []
        named = options.detector is not None and not adapting
        scans = EpisodeScans(
            opened,
            scan,
            alike=named,
            rescan=options.rescan,
            retry_failed=options.retry_failed,
        )
        job = Job(
            opened,
            () if ensemble is None else ensemble.bundles,
            scans,
            classifier,
            retry_failed=options.retry_failed,
            listener=listener,
            on_decided=hook.render,
            progress=progress,
        )
        files = register_all(
            opened,
            sources,
            series=series,
            chunk_seconds=options.chunk_seconds,
            again=options.retry_failed,
            on_made=made.append,
        )
        with closing(Prefetcher(files)) as registered:
            job.run(registered, partial(make_runner, options.runner, ray=options.ray))
        unhashed = _hash_again(opened, job, scans) if options.segments else []
        from eyecatch.jobs.segmenting.search import search  # noqa: PLC0415 - the scan needn't wait for it

        say("looking for openings, recaps and the like")
        notes += search(opened, job.episodes)
        say("")
        hook.render_missing(job.episodes)
        report = _report(opened, job, (*map(IndexFault, unhashed), *hook.faults))
        notes += _kept(scans.kept)
        written = tuple(hook.written)
        return replace(report, made=tuple(made), notes=tuple(notes), rendered=written)


def _check_trust(level: str, ensemble: Ensemble | None) -> None:
    """Complains, before an index is made or changed, if there are no thresholds for a level."""
    base_bundle().with_trust(level)
    if ensemble is not None:
        ensemble.with_trust(level)


def _hash_again(index: Index, job: Job, scans: EpisodeScans) -> list[str]:
    """Hash what an earlier version did not, and let it be searched; says what can't be read."""
    faults = hash_missing(index, job.episodes, scans.of, job.listener)
    for episode in job.episodes:
        try:
            listen(index, index.episodes.get(episode))
        except EyecatchError as error:
            faults.append(str(error))
    index.segments.mark_due(job.episodes)
    return list(dict.fromkeys(faults))  # that there is no ffmpeg is said once


def _kept(episodes: Collection[int]) -> list[str]:
    """Says of how many episodes the scan of an earlier version is kept."""
    if not episodes:
        return []
    some = "1 episode keeps" if len(episodes) == 1 else f"{len(episodes)} episodes keep"
    which = "it" if len(episodes) == 1 else "them"
    earlier = "the scan of an earlier version's detector"
    return [f"{some} {earlier}; --rescan scans {which} with the present one."]


def _series(
    index: Index, files: Sequence[Path], said: str | None
) -> tuple[dict[Path, str | None], list[str]]:
    """The series of each file if it is new, and notes on those whose names don't tell."""
    if said is not None:
        return dict.fromkeys(files, said), []
    joined = join_by_names(index)
    series, notes = series_by_names(index, files)
    if joined is not None:
        notes.insert(0, f"All episodes are of {joined} from now on, as their files' names say.")
    return series, notes


def _learned(
    index: Index,
    db: str,
    files: Sources,
    series: Mapping[Path, str | None],
    options: IndexOptions,
) -> list[str]:
    return learn_series(
        index,
        db,
        files,
        series=series,
        again=options.adapt_again,
        detector=configured(options.detector or DetectorConfig()),
        listener=options.on_adapt,
    )


def _report(index: Index, job: Job, faults: Sequence[IndexFault]) -> IndexReport:
    """What the job did; ``faults`` are those of hashing and rendering."""
    statuses, unmet = index.summaries.status(job.episodes), job.unmet()
    found = [fault for one in statuses for fault in _faults_of(one, unmet.get(one.episode.id))]
    lacking = [
        IndexFault(error, str(one.episode.video.path), one.episode.id)
        for one in statuses
        if (error := job.lacking.get(one.episode.id)) is not None
    ]
    problems = [replace(one, run=job.run_id) for one in (*job.unread, *faults, *found, *lacking)]
    return IndexReport(tuple(one.episode for one in statuses), tuple(problems), job.progress)


def _faults_of(status: EpisodeStatus, run: int | None) -> Iterator[IndexFault]:
    """What is wrong with an episode; ``run`` is the one that is at work on it instead of ours."""
    episode = status.episode
    path = str(episode.video.path)
    if run is not None:
        busy = f"{path}: run {run} is at work on it; run again when that is done."
        yield IndexFault(busy, path, episode.id)
    for fault in status.faults:
        if fault.state == FAILED:
            yield IndexFault(fault.error, path, episode.id, fault.id)
    if status.failed or episode.state != INCOMPLETE:
        return
    if (damaged := damage_sentence(episode)) is not None:
        yield IndexFault(damaged, path, episode.id)
    if damaged is None or not episode.complete:
        end = clock(float(episode.length))
        cut = f"{path}: incomplete, nothing can be read after {end}; what comes before is indexed."
        yield IndexFault(cut, path, episode.id)
