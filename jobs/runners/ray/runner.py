"""The loop: tasks in, outcomes out, through actors that scan and, where there are GPUs, name."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Generator, Sequence
from contextlib import closing
from typing import Any, Final, TypeAlias

import ray
import ray.exceptions

from eyecatch.db.records.scan import MAX_TRIES
from eyecatch.jobs.ray_options import RayOptions
from eyecatch.jobs.runners.ray import actors
from eyecatch.jobs.runners.ray.connection import LOCAL, check_nodes, chosen, connection
from eyecatch.jobs.runners.ray.placement import ON_CPU, Placement, placed
from eyecatch.jobs.runners.ray.pool import IN_HAND, Pool
from eyecatch.jobs.runners.ray.worker_news import heard_of
from eyecatch.jobs.runners.stages import (
    Begin,
    Outcome,
    Task,
    TaskListener,
    Work,
    lost,
    unwatched,
)

Scanned: TypeAlias = "tuple[Task, ray.ObjectRef[Outcome]]"
"""A task, and what its scan gave, wherever in the cluster that is."""

NEWS_THREADS: Final = 1
"""Threads of an actor that scans in which it tells how far it is."""


class RayRunner:
    """Runs the stages in actors of a Ray cluster, or of this machine.

    Args:
        options: where they are, and what is used there.
    """

    # A minute each: 68 hours of video. A worker waits at the end of each wave, so that it should be
    # many times the cluster's CPUs; and some 100 MB of plans in the driver, so that it should end.
    wave = 4096

    # For the same reason: workers wait at the end of a first wave that is small.
    gathers = 5.0

    def __init__(self, options: RayOptions = RayOptions()) -> None:  # noqa: B008 - it never changes
        self.listener: TaskListener = unwatched
        self._options = options

    def run(self, tasks: Sequence[Task], work: Work, begin: Begin) -> Generator[Outcome]:  # noqa: ARG002 - no task begins in this process
        """Scan and identify in parallel; outcomes come as they are finished.

        Nothing is begun while nobody asks for an outcome, so that what waits to be written is
        bounded. A chunk that killed ``MAX_TRIES`` workers comes with an error.

        Raises:
            RequestError: there is no cluster, or one of its nodes has another eyecatch or none.
        """
        if not tasks:
            return
        with connection(self._options.address) as ours:
            if not ours:
                check_nodes()
            place = placed(self._options.gpus) if work.bundles else ON_CPU
            sizes = _scanners(len(tasks), self._options)
            with (
                closing(_Pipeline(tasks, work, place, sizes)) as pipeline,
                heard_of(pipeline.scans.at_work, self.listener),
            ):
                yield from pipeline.outcomes()

    def close(self) -> None:
        """Nothing is kept: each run has a connection of its own."""


class _Pipeline:
    """The tasks of one call, on their way.

    Args:
        tasks: all of them.
        work: what is done to each.
        place: who names faces: a pool of its own on GPUs, else whoever scans.
        sizes: how many processes scan, at least and at most.
    """

    def __init__(
        self, tasks: Sequence[Task], work: Work, place: Placement, sizes: tuple[int, int]
    ) -> None:
        shared = ray.put(work)  # once, however many actors there are
        self._deaths = Counter[str]()
        self._place = place if place.gpus else None
        self._scanned: deque[Scanned] = deque()

        def scanner() -> Any:  # noqa: ANN401 - a handle of Ray's
            remote: Any = ray.remote  # whose types lack concurrency groups
            groups = {actors.NEWS: NEWS_THREADS}
            made = remote(num_cpus=1, concurrency_groups=groups)(actors.ScanActor)
            return made.remote(shared, not place.gpus)

        def namer() -> Any:  # noqa: ANN401
            made = ray.remote(num_cpus=0, num_gpus=place.gpus)(actors.IdentifyActor)
            return made.remote(shared)

        least, most = sizes
        self.scans = Pool[Task](scanner, self._scan, least=least, most=most)
        self._names = Pool[list[Scanned]](namer, _name, least=place.processes, most=place.processes)
        # What was being scanned when a process died comes last, as inline.
        self.scans.waiting.extend(sorted(tasks, key=lambda task: task.suspect))
        self.scans.open()
        if self._place is not None:
            self._names.open()

    def outcomes(self) -> Generator[Outcome]:
        """Each as soon as it is there."""
        while self.scans.busy or self._scanned or self._names.busy:
            self._hand_out()
            refs = [*self.scans.refs(), *self._names.refs()]
            (ref,), _ = ray.wait(refs, fetch_local=False)
            if (scanned := self.scans.take(ref)) is not None:
                yield from self._after_scan(*scanned)
            elif (named := self._names.take(ref)) is not None:
                yield from self._after_names(*named)

    def close(self) -> None:
        """End all that is under way."""
        self.scans.close()
        self._names.close()

    def _scan(self, actor: Any, task: Task) -> Any:  # noqa: ANN401
        return actor.run.options(num_returns=2).remote(task, self._deaths[task.key] + 1)

    def _hand_out(self) -> None:
        if self._place is None:
            self.scans.advance()
            return
        last = not self.scans.busy
        while len(self._scanned) >= self._place.batch or (last and self._scanned):
            some = min(len(self._scanned), self._place.batch)
            self._names.waiting.append([self._scanned.popleft() for _ in range(some)])
        self._names.advance()
        # Scans wait for the GPUs where those are that far behind.
        behind = len(self._scanned) + sum(map(len, self._names.waiting)) + self.scans.in_hand
        most = self.scans.capacity + IN_HAND * self._place.batch * self._place.processes
        self.scans.advance(most - behind)

    def _after_scan(self, task: Task, answer: ray.ObjectRef[Any] | None) -> Generator[Outcome]:
        if self._place is not None and answer is not None:
            self._scanned.append((task, answer))
            return
        yield from self._got([task], answer)

    def _after_names(
        self, batch: list[Scanned], answer: ray.ObjectRef[Any] | None
    ) -> Generator[Outcome]:
        yield from self._got([task for task, _ in batch], answer)

    def _got(self, tasks: list[Task], answer: ray.ObjectRef[Any] | None) -> Generator[Outcome]:
        """What an object holds; where it was lost, its tasks are begun again, or given up."""
        try:
            got = None if answer is None else ray.get(answer)
        except ray.exceptions.RayError:  # its node died
            got = None
        if got is not None:
            yield from got if isinstance(got, list) else [got]
            return
        for task in tasks:
            self._deaths[task.key] += 1
            if self._deaths[task.key] < MAX_TRIES:
                self.scans.waiting.appendleft(task)
            else:
                yield lost(task, MAX_TRIES)


def _name(actor: Any, batch: list[Scanned]) -> Any:  # noqa: ANN401
    return actor.run.options(num_returns=2).remote(*(outcome for _, outcome in batch))


def _scanners(chunks: int, options: RayOptions) -> tuple[int, int]:
    """How many processes scan, at least and at most."""
    cpus = int(ray.cluster_resources().get("CPU", 1))  # type: ignore[no-untyped-call]
    scanners = min(chunks, max(1, cpus))
    # A cluster of others may grow when more scanners are asked for; this machine does not.
    return scanners, scanners if chosen(options.address) == LOCAL else chunks
