"""One call of ``index``: who takes which episodes, what is scanned, committed and decided."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import asdict
from time import sleep
from typing import Final, TypeVar

from eyecatch.core.errors import DatabaseGoneError, EyecatchError, MediaError
from eyecatch.core.video.types import chunk_id
from eyecatch.db.index import Index
from eyecatch.db.models.base import DONE, FAILED, STOPPED
from eyecatch.db.records.scan import Backlog, FileStamp, Provenance
from eyecatch.jobs.classify import Judges
from eyecatch.jobs.indexing.decide import decide, is_stale
from eyecatch.jobs.indexing.prefetch import Ahead
from eyecatch.jobs.naming.pipeline import NamingPipeline
from eyecatch.jobs.progress import Listener, Progress
from eyecatch.jobs.runners import WORTH_RAY_SECONDS
from eyecatch.jobs.runners.stages import Outcome, Runner, Task, Work
from eyecatch.jobs.versions import versions

log = logging.getLogger(__name__)
Result = TypeVar("Result")

PAUSES: Final = (1, 2, 4, 8, 15, 30, 30, 30, 60, 60)
"""Seconds between tries to reach a database that has gone: four minutes, for a server that is
updated or started again."""

FIRST: Final = 5.0
"""Seconds in which episodes are gathered before the first are scanned: Ray works best at many."""

POISON: Final = "the process that scanned it died three times; try again with --retry-failed"


class Job:
    """What an index job works with, and what it has to say.

    Args:
        index: an open index.
        work: what is done to every chunk.
        judges: the bundles at work, or None.
        retry_failed: try again the chunks that failed before.
        listener: is told of progress after every chunk.
        decided: is called with an episode's id once it is decided.

    Attributes:
        progress: what was done, in numbers.
        episodes: ids of those that were given.
        unread: a sentence for each file that is none.
    """

    def __init__(  # noqa: PLR0913 - each is a part of it
        self,
        index: Index,
        work: Work,
        judges: Judges | None,
        *,
        retry_failed: bool,
        listener: Listener,
        decided: Callable[[int], None],
    ) -> None:
        self.progress = Progress()
        self.episodes: list[int] = []
        self.unread: list[str] = []
        self._held: dict[int, int] = {}
        self._index, self._work, self._judges = index, work, judges
        self._retry_failed, self._listener, self._decided = retry_failed, listener, decided
        self._digests: dict[int, str] = {}
        self._origin = Provenance(work.scan.digest, bundle_id=None if judges is None else judges.id)

    def run(
        self,
        registered: Ahead[int | str],
        make_runner: Callable[[int, float], Runner],
    ) -> None:
        """Scan what is missing, decide what is stale; a run is recorded if there is either.

        The first episodes are scanned while others are still read.

        Args:
            registered: ids of episodes, and sentences on files that are none.
            make_runner: of so many chunks and seconds of video.
        """
        waiting: dict[int, Backlog] = {}
        runner: Runner | None = None
        with ExitStack() as run:
            while waiting or not registered.over:
                more = registered.take(0 if runner else FIRST, wait=not waiting)
                waiting |= self._stale_of(more)
                if not waiting or not (runner or registered.over or self._is_much()):
                    continue
                if runner is None:
                    runner = make_runner(self.progress.chunks, self.progress.video_seconds)
                    run_id = run.enter_context(self._recorded())
                self._wave(_wave(waiting, runner.wave), runner, run_id)

    def unmet(self) -> dict[int, int]:
        """Episodes that are not as was asked for, since another job is at work on them: its run."""
        return {id_: run for id_, run in self._held.items() if self._stale(id_)}

    @contextmanager
    def _recorded(self) -> Iterator[int]:
        """A run of the index, alive as long as the block, with how it ended."""
        run_id = self._index.runs.start(self._config(), versions())
        self._origin = Provenance(self._origin.scan_digest, run_id, self._origin.bundle_id)
        self._run_id, self._life = run_id, self._index.runs.hold_lock(run_id)
        log.info("run %d begins: %s", run_id, self.progress.line())
        state = STOPPED
        try:
            yield run_id
            state = DONE
        except EyecatchError:
            state = FAILED
            raise
        finally:
            self._life.close()
            self._index.runs.save_stages(run_id, self.progress.stages)
            self._index.runs.finish(run_id, state)
            log.info("run %d %s: %s", run_id, state, self.progress.line())

    def _config(self) -> dict[str, object]:
        judges = {"bundle": None} if self._judges is None else self._judges.config()
        return {"scan": asdict(self._work.scan), **judges}

    def _backlog(self, episode: int) -> Backlog:
        return self._index.chunks.backlog(
            episode, self._origin.scan_digest, retry_failed=self._retry_failed
        )

    def _stale(self, episode: int) -> bool:
        return is_stale(self._index.episodes.get(episode), self._origin)

    def _stale_of(self, registered: Sequence[int | str]) -> dict[int, Backlog]:
        """Those of some episodes that have work, and how much; it is added to what is expected."""
        stale: dict[int, Backlog] = {}
        for one in registered:
            if isinstance(one, str):
                self.unread.append(one)
                self.progress.failures += 1
                continue
            self.episodes.append(one)
            todo = self._backlog(one)
            if todo.chunks or self._stale(one):
                stale[one] = todo
        if stale:
            self._expect(stale)
        return stale

    def _expect(self, stale: dict[int, Backlog]) -> None:
        seconds = sum(
            todo.frames / float(self._index.episodes.get(id_).video.rate or 24)
            for id_, todo in stale.items()
            if todo.frames
        )
        self.progress.expect(len(stale), sum(todo.chunks for todo in stale.values()), seconds)
        self._listener(self.progress)

    def _is_much(self) -> bool:
        """Whether it is too much for one process, whatever else there may be."""
        return self.progress.chunks > 1 and self.progress.video_seconds > WORTH_RAY_SECONDS

    def _wave(self, wave: Sequence[int], runner: Runner, run_id: int) -> None:
        held = self._lasting(lambda: self._index.runs.claim(wave, run_id))
        self._held |= held
        tasks = {id_: self._tasks(id_) for id_ in wave if id_ not in held}
        # What another job finished meanwhile is not done again.
        for id_ in [id_ for id_, some in tasks.items() if not some and self._stale(id_)]:
            self._decide(id_)
        every = [task for some in tasks.values() for task in some]
        left = {id_: len(some) for id_, some in tasks.items()}
        # Closing the outcomes stops the workers, whatever ends the loop: Ctrl-C, a full disk.
        with closing(runner.run(every, self._work, self._begin)) as outcomes:
            for outcome in outcomes:
                self._commit(outcome)
                left[outcome.task.episode] -= 1
                if not left[outcome.task.episode]:
                    self._decide(outcome.task.episode)
                self._listener(self.progress)

    def _tasks(self, episode: int) -> list[Task]:
        record = self._index.episodes.get(episode)
        self._digests[episode] = record.digest
        self._index.chunks.give_up(episode, f"{record.video.path}: {POISON}.", self._origin)
        chunks = self._index.chunks.pending(
            episode, self._origin.scan_digest, retry_failed=self._retry_failed
        )
        return [
            Task(episode, record.video, chunk, chunk_id(record.digest, chunk.start, chunk.stop))
            for chunk in chunks
        ]

    def _begin(self, task: Task) -> None:
        self._lasting(lambda: self._index.chunks.begin(task.episode, task.chunk.index))

    def _commit(self, outcome: Outcome) -> None:
        with self.progress.timed("write"):
            self._lasting(lambda: self._save(outcome))
        self.progress.add(outcome)
        task = outcome.task
        if outcome.error is None:
            log.info("chunk %s done: %d of %s", task.id, task.chunk.index, task.video.path)
        else:
            log.warning("chunk %s failed: %s", task.id, outcome.error)

    def _save(self, outcome: Outcome) -> None:
        task = outcome.task
        if outcome.scanned is None or self._changed(task):
            changed = "changed while it was read; when it is complete, run with --retry-failed"
            error = outcome.error or f"{task.video.path}: {changed}."
            self._index.chunks.fail(
                task.episode, task.chunk.index, error, self._origin, outcome.tries
            )
            return
        said = {} if self._judges is None else self._judges.said(outcome.identified)
        self._index.chunks.save(task.episode, outcome.scanned, self._origin, said, outcome.tries)

    def _changed(self, task: Task) -> bool:
        """Whether the file is not the one that was registered any more."""
        try:
            stamp = FileStamp.of(task.video.path)
        except (OSError, MediaError):  # it is away now, or seen by the workers alone
            return False
        return self._index.episodes.digest_of(stamp) != self._digests[task.episode]

    def _decide(self, episode: int) -> None:
        record = self._index.episodes.get(episode)
        with self.progress.timed("decide"):
            self._lasting(lambda: decide(self._index, record, self._origin, self._judges))
            self._lasting(self._follow)
        self.progress.episodes_done += 1
        log.info("episode %s decided", record.video.path)
        self._lasting(lambda: self._index.runs.save_stages(self._run_id, self.progress.stages))
        self._decided(episode)

    def _follow(self) -> None:
        """Names that people gave follow to what is new."""
        if self._index.propagation.anybody_named():
            NamingPipeline(self._index).run()

    def _lasting(self, step: Callable[[], Result]) -> Result:
        """Do a step that may be done twice, waiting for a database that has gone to come back."""
        for pause in PAUSES:
            try:
                return step()
            except DatabaseGoneError as error:
                log.warning("%s Trying again in %d s.", error, pause)
                sleep(pause)
                self._revive()
        return step()

    def _revive(self) -> None:
        """A server that went took the run's lock with it."""
        with suppress(DatabaseGoneError):
            self._life.close()
            self._life = self._index.runs.hold_lock(self._run_id)


def _wave(waiting: dict[int, Backlog], least: int) -> list[int]:
    """Takes ``least`` chunks or a little more: what is held in memory at once."""
    wave: list[int] = []
    chunks = 0
    while waiting and chunks < least:
        id_ = next(iter(waiting))
        chunks += waiting.pop(id_).chunks
        wave.append(id_)
    return wave
