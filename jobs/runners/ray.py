"""Ray Data streaming with actor pools: CPU actors scan, GPU actors identify in large batches.

Only rows and crops travel between processes, pickled in one column; Ray Data's backpressure bounds
what is in flight. Without a cluster (``RAY_ADDRESS``) a local one is started, and stopped at the
end.
"""

from __future__ import annotations

import logging
import os
import pickle
import warnings
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import ray
import ray.data
import ray.exceptions
from ray.util.annotations import RayDeprecationWarning

from eyecatch.core.errors import RequestError
from eyecatch.core.hush import hushed
from eyecatch.jobs.pipeline import IdentifyStage, Outcome, ScanStage, Task, Work

Item = TypeVar("Item")
Result = TypeVar("Result")
Batch = dict[str, npt.NDArray[Any]]

# Outcomes identified together. A minute's chunk has some hundred crops, which fill a CPU's batch;
# a GPU wants more at once, and waits for them.
CPU_OUTCOMES, GPU_OUTCOMES = 1, 8

# A worker that dies (out of memory, a crash in a decoder) is replaced, its chunk tried once more.
RESTARTS, RETRIES = 8, 1


class RayRunner:
    """Runs the stages in actors of a Ray cluster, or of this machine.

    Args:
        scanners: how many processes scan; None for one a CPU of the cluster.
    """

    def __init__(self, scanners: int | None = None) -> None:
        self._scanners = scanners

    def run(self, tasks: Sequence[Task], work: Work) -> Generator[Outcome]:
        """Scan and identify in parallel; outcomes come as they are finished.

        A chunk whose worker died more than once comes last, with an error.
        """
        waiting = {(task.episode, task.chunk.index): task for task in tasks}
        if not waiting:
            return
        with connection():
            for batch in _stream(list(waiting.values()), work, self._scanners):
                for outcome in _unpack(batch):
                    waiting.pop((outcome.task.episode, outcome.task.chunk.index))
                    yield outcome
        for task in waiting.values():
            yield Outcome(
                task,
                error=f"{task.video.path}: the worker process died on chunk "
                f"{task.chunk.index}, perhaps out of memory; run again to try again.",
            )


@contextmanager
def connection() -> Iterator[None]:
    """A connection to Ray for the time of a job; one that was there before is left as it was."""
    if ray.is_initialized():
        yield
        return
    # Ray's core tells users of every actor that "constructor arguments may be lost"; they can't be
    # while this process lives. What fails comes back as an error of its chunk.
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    logging.getLogger("ray").setLevel(logging.ERROR)
    with hushed():
        ray.init(
            address=os.environ.get("RAY_ADDRESS"),
            include_dashboard=False,
            log_to_driver=False,
            configure_logging=False,
        )
    try:
        yield
    finally:
        ray.shutdown()


def in_parallel(function: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
    """What a function makes of each item, as it is made, one CPU of the cluster each.

    Args:
        function: at a module's top level; it tells of faults in what it returns.
        items: what goes to it; both are pickled.

    Raises:
        RequestError: a worker process died twice.
    """
    with connection():
        remote = ray.remote(num_cpus=1, max_retries=RETRIES)(function)
        waiting = [remote.remote(item) for item in items]
        while waiting:
            done, waiting = ray.wait(waiting)
            try:
                yield ray.get(done[0])
            except ray.exceptions.RayError as error:
                problem = "a worker process died, perhaps out of memory"
                raise RequestError(problem, "use --runner inline") from error


def _stream(tasks: Sequence[Task], work: Work, scanners: int | None) -> Iterator[Batch]:
    """The pipeline over all tasks, as batches of pickled outcomes."""
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    context.max_errored_blocks = -1  # a chunk whose worker died is reported, and fails alone
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
    resources = ray.cluster_resources()  # type: ignore[no-untyped-call]
    cpus, gpus = int(resources.get("CPU", 1)), int(resources.get("GPU", 0))
    rows = [{"pickled": pickle.dumps(task)} for task in tasks]
    data: ray.data.Dataset = ray.data.from_items(rows, override_num_blocks=len(rows))
    data = _stage(data, _ScanActor, work, size=min(len(rows), scanners or cpus), num_cpus=1)
    if work.bundles:
        if gpus:  # one owner each
            data = _stage(
                data, _IdentifyActor, work, size=gpus, batch_size=GPU_OUTCOMES, num_gpus=1
            )
        else:  # it borrows moments of the scanners' cores
            data = _stage(data, _IdentifyActor, work, size=1, batch_size=CPU_OUTCOMES, num_cpus=0)
    yield from data.iter_batches(batch_size=None, prefetch_batches=0)


def _stage(  # noqa: PLR0913 - what Ray asks of a pool
    data: ray.data.Dataset,
    actor: type,
    work: Work,
    *,
    size: int,
    batch_size: int = 1,
    num_cpus: float | None = None,
    num_gpus: float | None = None,
) -> ray.data.Dataset:
    """The dataset through a pool of ``size`` actors, each of which takes ``work`` to start."""
    with warnings.catch_warnings():
        # Ray 2.60 announces another way to limit restarts, but has none yet.
        warnings.simplefilter("ignore", RayDeprecationWarning)
        return data.map_batches(
            actor,
            fn_constructor_args=(work,),
            batch_size=batch_size,
            num_cpus=num_cpus,
            num_gpus=num_gpus,
            compute=ray.data.ActorPoolStrategy(size=size, max_tasks_in_flight_per_actor=2),
            max_restarts=RESTARTS,
            max_task_retries=RETRIES,
        )


class _ScanActor:
    def __init__(self, work: Work) -> None:
        self._stage = ScanStage(work)

    def __call__(self, batch: Batch) -> Batch:
        return _pack([self._stage(pickle.loads(row)) for row in batch["pickled"]])


class _IdentifyActor:
    def __init__(self, work: Work) -> None:
        self._stage = IdentifyStage(work)

    def __call__(self, batch: Batch) -> Batch:
        return _pack(self._stage(_unpack(batch)))


def _pack(outcomes: Sequence[Outcome]) -> Batch:
    return {"pickled": np.array([pickle.dumps(outcome) for outcome in outcomes], dtype=object)}


def _unpack(batch: Batch) -> list[Outcome]:
    return [pickle.loads(row) for row in batch["pickled"]]
