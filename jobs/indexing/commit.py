"""Writes what workers found into the index: chunk by chunk, then each episode as a whole."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from eyecatch.core.errors import MediaError
from eyecatch.core.video.types import chunk_id
from eyecatch.db.index import Index
from eyecatch.db.records.scan import MAX_TRIES, FileStamp, Provenance
from eyecatch.jobs.classify import Classifier
from eyecatch.jobs.indexing.decide import decide
from eyecatch.jobs.indexing.job_run import JobRun
from eyecatch.jobs.progress import Progress
from eyecatch.jobs.runners.stages import Outcome, Task

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Committer:
    """Writes the rows of one run.

    Attributes:
        index: an open index.
        run: the run.
        provenance: what the rows are made by.
        classifier: the bundles at work, or None.
        progress: of the job; what is written is counted and timed there.
    """

    index: Index
    run: JobRun
    provenance: Provenance
    classifier: Classifier | None
    progress: Progress

    def tasks(self, episode: int, *, retry_failed: bool) -> list[Task]:
        """The chunks of an episode that are to be scanned; hopeless ones are given up first."""
        record = self.index.episodes.get(episode)
        problem = f"the process that scanned it died {MAX_TRIES} times"
        error = f"{record.video.path}: {problem}; try again with --retry-failed."
        self.index.attempts.give_up(episode, error, self.provenance)
        chunks = self.index.chunks.pending(
            episode, self.provenance.scan_digest, retry_failed=retry_failed
        )
        suspects, label = self.index.attempts.suspects(episode), record.named.label or ""
        return [
            Task(episode, record.video, chunk, id_, chunk.index in suspects, label)
            for chunk in chunks
            for id_ in [chunk_id(record.digest, chunk.start, chunk.stop)]
        ]

    def claim(self, episodes: Sequence[int]) -> dict[int, int]:
        """Claim episodes for this run; returns those that another run holds, and which one."""
        return self.run.retry(lambda: self.index.runs.claim(episodes, self.run.id))

    def begin(self, task: Task) -> None:
        """Note that this process is about to scan a chunk, which may be the end of it."""
        episode, index = task.episode, task.chunk.index
        self.run.retry(lambda: self.index.attempts.begin(episode, index, self.run.id))

    def save(self, outcome: Outcome) -> None:
        """Write the rows of a chunk, or why there are none, in one transaction."""
        with self.progress.timed("write"):
            self.run.retry(lambda: self._save(outcome))
        self.progress.add(outcome)
        task = outcome.task
        ids = {"run": self.run.id, "episode": task.episode, "chunk": task.id}
        if outcome.error is None:
            done = (task.id, task.chunk.index, task.video.path)
            log.info("chunk %s done: %d of %s", *done, extra=ids)
        else:
            log.warning("chunk %s failed: %s", task.id, outcome.error, extra=ids)

    def decide(self, episode: int) -> None:
        """Link the tracks of an episode and decide who each is, once all its chunks are in."""
        record = self.index.episodes.get(episode)
        if record.replaced:  # while it was scanned
            return
        with self.progress.timed("decide"):
            self.run.retry(lambda: decide(self.index, record, self.provenance, self.classifier))
        self.progress.episodes_done += 1
        ids = {"run": self.run.id, "episode": episode}
        log.info("episode %s decided", record.video.path, extra=ids)
        self.run.retry(lambda: self.index.runs.save_stages(self.run.id, self.progress.stages))

    def _save(self, outcome: Outcome) -> None:
        task = outcome.task
        if outcome.lacking:
            self.index.attempts.put_back(task.episode, task.chunk.index, self.run.id)
            return
        if outcome.scanned is None or self._changed(task):
            changed = "changed while it was read; when it is complete, run with --retry-failed"
            error = outcome.error or f"{task.video.path}: {changed}."
            self.index.chunks.fail(
                task.episode, task.chunk.index, error, self.provenance, outcome.tries
            )
            return
        classifier = self.classifier
        predictions = {} if classifier is None else classifier.predictions(outcome.identified)
        self.index.chunks.save(
            task.episode, outcome.scanned, self.provenance, predictions, outcome.tries
        )

    def _changed(self, task: Task) -> bool:
        """Whether the file is not the one that was registered any more."""
        try:
            stamp = FileStamp.of(task.video.path)
        except (OSError, MediaError):  # it is away now, or seen by the workers alone
            return False
        return self.index.episode_files.is_other(task.episode, stamp)
