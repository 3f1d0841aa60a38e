"""The loop: tasks in, outcomes out, through two pools of actors."""

from __future__ import annotations

import logging
import pickle
import warnings
from collections.abc import Generator, Iterator, Sequence
from typing import Any

import ray
import ray.data
import ray.exceptions
from ray.util.annotations import RayDeprecationWarning

from eyecatch.core.errors import RequestError
from eyecatch.db.records.scan import MAX_TRIES
from eyecatch.jobs.ray_options import RayOptions
from eyecatch.jobs.runners.ray import actors
from eyecatch.jobs.runners.ray.actors import RETRIES, Batch, unpack
from eyecatch.jobs.runners.ray.connection import LOCAL, check_nodes, chosen, connection
from eyecatch.jobs.runners.ray.placement import placed
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


class RayRunner:
    """Runs the stages in actors of a Ray cluster, or of this machine.

    Args:
        options: where they are, and what is used there.
    """

    # A minute each: 68 hours of video. A worker waits at the end of each wave, so that it should be
    # many times the cluster's CPUs; and some 100 MB of plans in the driver, so that it should end.
    wave = 4096

    def __init__(self, options: RayOptions = RayOptions()) -> None:  # noqa: B008 - it never changes
        self.listener: TaskListener = unwatched
        self._options = options

    def run(self, tasks: Sequence[Task], work: Work, begin: Begin) -> Generator[Outcome]:  # noqa: ARG002 - no task begins in this process
        """Scan and identify in parallel; outcomes come as they are finished.

        A chunk whose workers died comes with an error.

        Raises:
            RequestError: there is no cluster, or one of its nodes has another eyecatch or none.
        """
        waiting = {(task.episode, task.chunk.index): task for task in tasks}
        if not waiting:
            return
        with connection(self._options.address) as ours:
            if not ours:
                check_nodes()
            tally: Any = ray.remote(num_cpus=0, max_restarts=-1)(actors.tally()).remote()
            with heard_of(tally, self.listener):
                for outcome in _outcomes(list(waiting.values()), work, self._options, tally):
                    waiting.pop((outcome.task.episode, outcome.task.chunk.index))
                    yield outcome
        for task in waiting.values():
            yield lost(task, MAX_TRIES)

    def close(self) -> None:
        """Nothing is kept: each run has a connection of its own."""


def _outcomes(
    tasks: Sequence[Task],
    work: Work,
    options: RayOptions,
    tally: Any,  # noqa: ANN401 - a handle of Ray's
) -> Iterator[Outcome]:
    """What becomes of the tasks; RequestError where no worker can begin."""
    try:
        for batch in _stream(tasks, work, options, tally):
            yield from unpack(batch)
    except ray.exceptions.RayError as error:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        problem = f"Ray's workers can't begin ({lines[-1].rstrip('.') if lines else error!r})"
        raise RequestError(
            problem, "run eyecatch doctor on their node, or use --runner inline"
        ) from error


def _stream(
    tasks: Sequence[Task],
    work: Work,
    options: RayOptions,
    tally: Any,  # noqa: ANN401
) -> Iterator[Batch]:
    """The pipeline over all tasks, as batches of pickled outcomes."""
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    context.max_errored_blocks = -1  # a chunk whose worker died is reported, and fails alone
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
    rows = [{"pickled": pickle.dumps(task)} for task in tasks]
    data: ray.data.Dataset = ray.data.from_items(rows, override_num_blocks=len(rows))
    sizes = _scanners(len(rows), options)
    data = _stage(data, actors.ScanActor, (work, tally), sizes=sizes, num_cpus=1)
    if work.bundles:
        data = _identified(data, work, options)
    yield from data.iter_batches(batch_size=None, prefetch_batches=0)


def _scanners(chunks: int, options: RayOptions) -> tuple[int, int]:
    """How many processes scan, at least and at most."""
    cpus = int(ray.cluster_resources().get("CPU", 1))  # type: ignore[no-untyped-call]
    scanners = min(chunks, cpus)
    # A cluster of others may grow when more scanners are asked for; this machine does not.
    return scanners, scanners if chosen(options.address) == LOCAL else chunks


def _identified(data: ray.data.Dataset, work: Work, options: RayOptions) -> ray.data.Dataset:
    place = placed(options.gpus)
    return _stage(
        data,
        actors.IdentifyActor,
        (work,),
        sizes=(place.processes, place.processes),
        batch_size=place.batch,
        num_cpus=None if place.gpus else 0,
        num_gpus=place.gpus or None,
    )


def _stage(  # noqa: PLR0913 - what Ray asks of a pool
    data: ray.data.Dataset,
    actor: type,
    arguments: tuple[Any, ...],
    *,
    sizes: tuple[int, int],
    batch_size: int = 1,
    num_cpus: float | None = None,
    num_gpus: float | None = None,
) -> ray.data.Dataset:
    """The dataset through a pool of actors, of which there are at least and most ``sizes``."""
    min_size, max_size = sizes
    with warnings.catch_warnings():
        # Ray 2.60 announces another way to limit restarts, but has none yet.
        warnings.simplefilter("ignore", RayDeprecationWarning)
        return data.map_batches(
            actor,
            fn_constructor_args=arguments,
            batch_size=batch_size,
            num_cpus=num_cpus,
            num_gpus=num_gpus,
            compute=ray.data.ActorPoolStrategy(
                min_size=min_size, max_size=max_size, max_tasks_in_flight_per_actor=2
            ),
            max_restarts=-1,
            max_task_retries=RETRIES,
        )
