"""One call of ``index``: which episodes have work, and in which order it is done."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace

from eyecatch.core.identity.bundle import Bundle
from eyecatch.core.scan.config import ScanConfig
from eyecatch.db.index import Index
from eyecatch.db.records.scan import Backlog, Provenance
from eyecatch.jobs.classify import Classifier
from eyecatch.jobs.indexing.commit import Committer
from eyecatch.jobs.indexing.decide import is_stale
from eyecatch.jobs.indexing.episode_scans import EpisodeScans
from eyecatch.jobs.indexing.index_fault import IndexFault
from eyecatch.jobs.indexing.job_run import recorded_run
from eyecatch.jobs.indexing.names_follow import NamesFollow
from eyecatch.jobs.indexing.prefetch import Prefetcher
from eyecatch.jobs.indexing.sound_thread import SoundThread
from eyecatch.jobs.progress import STARTING, Listener, Progress, silent, tell
from eyecatch.jobs.runners import is_settled
from eyecatch.jobs.runners.stages import Runner, Work


@dataclass(slots=True)
class Job:
    """What an index job works with, and what comes of it.

    Attributes:
        index: an open index.
        bundles: the classifiers that judge every chunk's faces.
        scans: which scan each episode gets.
        classifier: the bundles at work, or None to decide no names.
        retry_failed: try again the chunks that failed before.
        listener: called with the progress after every chunk.
        on_decided: is called with an episode's id once it is decided and names have followed.
        progress: what was done, in numbers; of this job alone.
        episodes: ids of those that were given.
        unread: each file that is none, and why.
        lacking: a sentence for each episode for which the machine lacked something: it is pending.
        run_id: number of the run that is recorded; None where there was nothing to scan.
        held: episodes that another run was at work on, and that run.
        sounds: listens to episodes meanwhile.
    """

    index: Index
    bundles: tuple[Bundle, ...]
    scans: EpisodeScans
    classifier: Classifier | None
    retry_failed: bool = False
    listener: Listener = silent
    on_decided: Callable[[int], None] = lambda _: None
    progress: Progress = field(default_factory=Progress)
    episodes: list[int] = field(default_factory=list, init=False)
    unread: list[IndexFault] = field(default_factory=list, init=False)
    lacking: dict[int, str] = field(default_factory=dict, init=False)
    run_id: int | None = field(default=None, init=False)
    held: dict[int, int] = field(default_factory=dict, init=False)
    sounds: SoundThread = field(init=False)
    _names: NamesFollow = field(init=False)

    def __post_init__(self) -> None:
        self.sounds = SoundThread(self.index)
        self._names = NamesFollow(self.index, self.on_decided)

    def run(
        self,
        registered: Prefetcher[int | IndexFault],
        make_runner: Callable[[int, float], Runner],
    ) -> None:
        """Scan what is missing, decide what is stale; a run is recorded if there is either.

        The first episodes are scanned while others are still read. What is scanned is listened to
        meanwhile.

        Args:
            registered: ids of episodes, and sentences on files that are none.
            make_runner: of so many chunks and seconds of video.
        """
        with closing(self.sounds):
            self._run(registered, make_runner)
            self.sounds.finish()

    def _run(
        self,
        registered: Prefetcher[int | IndexFault],
        make_runner: Callable[[int, float], Runner],
    ) -> None:
        tell(self.progress, self.listener, "reading the files")
        began = time.monotonic()
        waiting: dict[int, Backlog] = {}
        while not (registered.over or self._is_settled()):
            waiting |= self._stale_of(registered.take())
        if not waiting:
            return
        tell(self.progress, self.listener, STARTING)
        runner = make_runner(self.progress.chunks, self.progress.video_seconds)
        runner.listener = self._look
        with (
            closing(runner),
            recorded_run(self.index, self._config(), self.progress) as run,
        ):
            self.run_id = run.id
            gathering = began + runner.gathers - time.monotonic()
            waiting |= self._stale_of(registered.take(gathering, wait=False))
            work: Work | None = None
            while waiting or not registered.over:
                if waiting:
                    scan, wave = self._next_wave(waiting, runner.wave)
                    provenance = replace(self._provenance(scan), run_id=run.id)
                    committer = Committer(
                        self.index, run, provenance, self.classifier, self.progress
                    )
                    if work is None or work.scan != scan:  # what runs it keeps it loaded
                        work = Work.of(scan, self.bundles)
                    self._run_wave(wave, work, runner, committer)
                waiting |= self._stale_of(registered.take(wait=not waiting))
            with self.progress.timed("decide"):
                self._names.finish(run.retry)
            tell(self.progress, self.listener, "listening to the rest")
            self.sounds.finish(run.retry)

    def _look(self, key: str, frames: int, faces: int) -> None:
        """Take over how far a chunk is; any thread may call it."""
        if self.progress.doing == STARTING:
            self.progress.doing = ""
        self.progress.under_way.look(key, frames, faces)

    def _provenance(self, scan: ScanConfig) -> Provenance:
        """What the rows of a scan are to be made by, whatever the run."""
        bundle_id = None if self.classifier is None else self.classifier.id
        return Provenance(scan.digest, bundle_id=bundle_id)

    def unmet(self) -> dict[int, int]:
        """Episodes that are not as was asked for, since another job is at work on them: its run."""
        return {id_: run for id_, run in self.held.items() if self._stale(id_)}

    def _config(self) -> dict[str, object]:
        bundles = {"bundle": None} if self.classifier is None else self.classifier.config()
        return {"scan": asdict(self.scans.scan), **bundles}

    def _stale(self, episode: int) -> bool:
        provenance = self._provenance(self.scans.of(episode))
        return is_stale(self.index.episodes.get(episode), provenance)

    def _stale_of(self, registered: Sequence[int | IndexFault]) -> dict[int, Backlog]:
        """Those of some episodes that have work, and how much; it is added to what is expected."""
        stale: dict[int, Backlog] = {}
        for one in registered:
            if isinstance(one, IndexFault):
                self.unread.append(one)
                self.progress.failures += 1
                continue
            self.episodes.append(one)
            backlog = self.index.chunks.backlog(
                one, self.scans.of(one).digest, retry_failed=self.retry_failed
            )
            if backlog.chunks or self._stale(one):
                stale[one] = backlog
            else:
                self._listen(one)
        if stale:
            self._expect(stale)
        return stale

    def _expect(self, stale: dict[int, Backlog]) -> None:
        seconds = sum(
            backlog.frames / float(self.index.episodes.get(id_).video.rate or 24)
            for id_, backlog in stale.items()
            if backlog.frames
        )
        self.progress.expect(len(stale), sum(one.chunks for one in stale.values()), seconds)
        self.listener(self.progress)

    def _is_settled(self) -> bool:
        """Whether it is known who runs it, whatever else there may be."""
        return is_settled(self.progress.chunks, self.progress.video_seconds)

    def _next_wave(
        self, waiting: dict[int, Backlog], min_chunks: int
    ) -> tuple[ScanConfig, list[int]]:
        """Takes episodes of ``min_chunks`` chunks or a little more: what is in memory at once.

        All of them get the same scan.
        """
        scan = self.scans.of(next(iter(waiting)))
        wave: list[int] = []
        chunks = 0
        for id_ in list(waiting):  # which may be thousands, of which a wave takes a few
            if self.scans.of(id_).digest != scan.digest:
                continue
            wave.append(id_)
            chunks += waiting.pop(id_).chunks
            if chunks >= min_chunks:
                break
        return scan, wave

    def _run_wave(
        self, episodes: Sequence[int], work: Work, runner: Runner, committer: Committer
    ) -> None:
        """Scan and decide the episodes of a wave that no other run holds."""
        held = committer.claim(episodes)
        self.held |= held
        tasks = {
            id_: committer.tasks(id_, retry_failed=self.retry_failed)
            for id_ in episodes
            if id_ not in held
        }
        for id_, some in tasks.items():
            # What another job finished meanwhile, or a name's following did, is not done again.
            if not some and self._stale(id_):
                self._decide(id_, committer)
            self._listen(id_, scanned=bool(some))
        every = [task for some in tasks.values() for task in some]
        self.progress.under_way.begin(every)
        self.listener(self.progress)
        left = {id_: len(some) for id_, some in tasks.items()}
        # Closing the outcomes stops the workers, whatever ends the loop: Ctrl-C, a full disk.
        with closing(runner.run(every, work, committer.begin)) as outcomes:
            for outcome in outcomes:
                self.progress.doing = ""
                committer.save(outcome)
                self.sounds.save(committer.run.retry)
                left[outcome.task.episode] -= 1
                if outcome.lacking and outcome.error:
                    self.lacking[outcome.task.episode] = outcome.error
                if not left[outcome.task.episode] and outcome.task.episode not in self.lacking:
                    self._decide(outcome.task.episode, committer)
                self.listener(self.progress)

    def _decide(self, episode: int, committer: Committer) -> None:
        committer.decide(episode)
        with self.progress.timed("decide"):
            self._names.add(episode, committer.run.retry)

    def _listen(self, episode: int, *, scanned: bool = False) -> None:
        """Have an episode listened to that is scanned now, or was by a job that was stopped.

        One of an earlier version, whose pictures have no hashes either, waits to be asked for.
        """
        if scanned or not self.index.signatures.lacking_pictures(episode):
            self.sounds.add(episode)
