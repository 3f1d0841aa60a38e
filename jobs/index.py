"""``eyecatch index``: files and folders into the index; run again, it does only what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from eyecatch.core.detect.registry import resolve
from eyecatch.core.errors import EyecatchError, MediaError
from eyecatch.core.scan.config import DetectorConfig, ScanConfig
from eyecatch.core.sources import videos
from eyecatch.db.answers import EpisodeStatus
from eyecatch.db.index import Index, open_index
from eyecatch.db.records import EpisodeRecord, Origin
from eyecatch.db.states import DONE, FAILED, INCOMPLETE, STOPPED
from eyecatch.jobs.decide import decide, is_stale
from eyecatch.jobs.judges import Judges, Models, load_models
from eyecatch.jobs.pipeline import Outcome, Task, Work
from eyecatch.jobs.progress import Listener, Progress, clock, silent
from eyecatch.jobs.register import register
from eyecatch.jobs.render.render import default_name, render_episode
from eyecatch.jobs.runners import make_runner
from eyecatch.jobs.unknowns.gather import Gather
from eyecatch.jobs.versions import versions


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
    paths: Iterable[Path],
    *,
    db: str = "eyecatch.db",
    model: Models | None = None,
    detector: DetectorConfig | None = None,
    runner: str | None = None,
    series: str | None = None,
    retry_failed: bool = False,
    chunk_seconds: float = 60.0,
    render: str | None = None,
    listener: Listener = silent,
) -> IndexReport:
    """Index episodes by the faces and characters on screen.

    Args:
        paths: videos, and folders of them.
        db: path of an SQLite file, or any SQLAlchemy URL; made where there is none.
        model: folder of the bundle that names the faces, or of several that judge together;
            without one, new faces stay unnamed and names that were decided earlier stay.
        detector: which detector looks, and how; None for the default.
        runner: ``inline`` or ``ray``; None for Ray unless there is too little to share out.
        series: name of the show that new episodes belong to.
        retry_failed: try again the chunks that failed before.
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
        job = _Job(opened, work, judges, render, listener)
        job.faults += map(str, sources.faults)
        episodes = job.register(sources.files, series, chunk_seconds)
        job.run(episodes, runner, retry_failed)
        job.render_missing(episodes)
        return job.report(episodes)


class _Job:
    """One call of ``index``: what it works with, and what it has to say."""

    def __init__(
        self,
        index: Index,
        work: Work,
        judges: Judges | None,
        render: str | None,
        listener: Listener,
    ) -> None:
        self.faults: list[str] = []
        self._index, self._work, self._judges = index, work, judges
        self._origin = Origin(work.scan.digest, bundle_id=None if judges is None else judges.id)
        self._progress, self._listener = Progress(), listener
        self._how, self._rendered = render, set[int]()

    def register(
        self, files: Sequence[Path], series: str | None, chunk_seconds: float
    ) -> list[int]:
        """Ids of the episodes in the files, each once; a bad file is a fault."""
        ids: dict[int, None] = {}
        for file in files:
            try:
                ids[register(self._index, file, series, chunk_seconds).id] = None
            except MediaError as error:
                self.faults.append(str(error))
        self._progress.failures = len(self.faults)
        return list(ids)

    def run(self, episodes: Sequence[int], runner: str | None, retry_failed: bool) -> None:
        """Scan what is missing, decide what is stale; a run is recorded if there is either."""
        tasks = {id_: self._tasks(id_, retry_failed) for id_ in episodes}
        stale = [
            id_
            for id_ in episodes
            if tasks[id_] or is_stale(self._index.episode(id_), self._origin)
        ]
        if not stale:
            return
        run_id = self._index.start_run(self._config(), versions())
        self._origin = Origin(self._origin.scan_digest, run_id, self._origin.bundle_id)
        state = STOPPED
        try:
            self._run({id_: tasks[id_] for id_ in stale}, runner)
            state = DONE
        except EyecatchError:
            state = FAILED
            raise
        finally:
            self._index.finish_run(run_id, state)

    def _config(self) -> dict[str, object]:
        judges = {"bundle": None} if self._judges is None else self._judges.config()
        return {"scan": asdict(self._work.scan), **judges}

    def _tasks(self, episode: int, retry_failed: bool) -> list[Task]:
        video = self._index.episode(episode).video
        chunks = self._index.pending_chunks(
            episode, self._origin.scan_digest, retry_failed=retry_failed
        )
        return [Task(episode, video, chunk) for chunk in chunks]

    def _run(self, tasks: dict[int, list[Task]], runner: str | None) -> None:
        every = [task for some in tasks.values() for task in some]
        left = {id_: len(some) for id_, some in tasks.items()}
        self._progress.expect(len(tasks), len(every), sum(task.seconds for task in every))
        self._listener(self._progress)
        for id_ in [id_ for id_, count in left.items() if not count]:
            self._decide(id_)
        if not every:
            return
        chosen = make_runner(runner, len(every), self._progress.video_seconds)
        # Closing the outcomes stops the workers, whatever ends the loop: Ctrl-C, a full disk.
        with closing(chosen.run(every, self._work)) as outcomes:
            for outcome in outcomes:
                self._commit(outcome)
                left[outcome.task.episode] -= 1
                if not left[outcome.task.episode]:
                    self._decide(outcome.task.episode)
                self._listener(self._progress)

    def _commit(self, outcome: Outcome) -> None:
        task = outcome.task
        if outcome.scanned is None:
            error = outcome.error or f"{task.video.path}: nothing came back of a chunk."
            self._index.fail_chunk(task.episode, task.chunk.index, error, self._origin)
        else:
            said = {} if self._judges is None else self._judges.said(outcome.identified)
            self._index.save_chunk(task.episode, outcome.scanned, self._origin, said)
        self._progress.add(outcome)

    def _decide(self, episode: int) -> None:
        decide(self._index, self._index.episode(episode), self._origin, self._judges)
        if self._index.anybody_named():
            Gather(self._index).everything()  # names that people gave follow to what is new
        self._progress.episodes_done += 1
        self._render(episode)

    def _render(self, episode: int) -> None:
        if self._how is None:
            return
        self._rendered.add(episode)
        try:
            # An older rendering of it is of what was known then.
            render_episode(self._index, episode, how=self._how, force=True)
        except EyecatchError as error:
            self.faults.append(str(error))

    def render_missing(self, episodes: Sequence[int]) -> None:
        """Render the episodes that were decided earlier, but have no rendering."""
        for episode in episodes:
            if self._how is None or episode in self._rendered:
                continue
            if not default_name(self._index.episode(episode), self._how).exists():
                self._render(episode)

    def report(self, episodes: Sequence[int]) -> IndexReport:
        """What was done, with a fault for each episode that isn't whole."""
        ours = [one for one in self._index.status() if one.episode.id in set(episodes)]
        faults = [*self.faults, *(fault for one in ours for fault in _faults_of(one))]
        return IndexReport(tuple(one.episode for one in ours), tuple(faults), self._progress)


def _faults_of(status: EpisodeStatus) -> Iterator[str]:
    episode = status.episode
    yield from (fault.error for fault in status.faults if fault.state == FAILED)
    if episode.state == INCOMPLETE and not status.failed:
        end = clock(float(episode.end))
        yield (
            f"{episode.video.path}: incomplete, nothing can be read after {end}; "
            "what comes before is indexed."
        )
