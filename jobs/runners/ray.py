"""Ray Data streaming with actor pools: CPU actors scan, GPU actors identify in large batches.

Only rows and crops travel between processes, pickled in one column; Ray Data's backpressure bounds
what is in flight. Without a cluster (``RAY_ADDRESS``) a local one is started, and stopped at the
end.
"""

from __future__ import annotations

import logging
import os
import pickle
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
import ray
import ray.data

from eyecatch.jobs.pipeline import IdentifyStage, Outcome, ScanStage, Task, Work

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
        with _cluster():
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
def _cluster() -> Iterator[None]:
    """A connection to Ray for the time of a job; one that was there before is left as it was."""
    if ray.is_initialized():
        yield
        return
    ray.init(
        address=os.environ.get("RAY_ADDRESS"),
        include_dashboard=False,
        log_to_driver=False,
        logging_level=logging.WARNING,
    )
    try:
        yield
    finally:
        ray.shutdown()


def _stream(tasks: Sequence[Task], work: Work, scanners: int | None) -> Iterator[Batch]:
    """The pipeline over all tasks, as batches of pickled outcomes."""
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    context.max_errored_blocks = -1  # a chunk whose worker died is reported, and fails alone
    resources = ray.cluster_resources()  # type: ignore[no-untyped-call]
    cpus, gpus = int(resources.get("CPU", 1)), int(resources.get("GPU", 0))
    rows = [{"pickled": pickle.dumps(task)} for task in tasks]
    data = ray.data.from_items(rows, override_num_blocks=len(rows)).map_batches(
        _ScanActor,
        fn_constructor_args=(work,),
        batch_size=1,
        num_cpus=1,
        compute=ray.data.ActorPoolStrategy(
            size=min(len(rows), scanners or cpus), max_tasks_in_flight_per_actor=2
        ),
        max_restarts=RESTARTS,
        max_task_retries=RETRIES,
    )
    if work.bundle is not None:
        data = data.map_batches(
            _IdentifyActor,
            fn_constructor_args=(work,),
            batch_size=GPU_OUTCOMES if gpus else CPU_OUTCOMES,
            num_cpus=0,  # without a GPU it borrows moments of the scanners' cores
            num_gpus=1 if gpus else 0,  # one owner a GPU
            compute=ray.data.ActorPoolStrategy(size=max(1, gpus)),
            max_restarts=RESTARTS,
            max_task_retries=RETRIES,
        )
    yield from data.iter_batches(batch_size=None, prefetch_batches=0)


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
