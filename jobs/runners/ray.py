"""Ray Data streaming with actor pools: CPU actors scan, GPU actors identify in large batches.

Only rows and crops travel between processes, pickled in one column; Ray Data's backpressure bounds
what is in flight. Without a cluster (``RAY_ADDRESS``) a local one is started, and stopped at the
end.
"""

from __future__ import annotations

import logging
import os
import pickle
import platform
import socket
import warnings
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import ray
import ray.data
import ray.exceptions
from ray.util.annotations import RayDeprecationWarning
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from eyecatch import __version__
from eyecatch.core.errors import RequestError
from eyecatch.core.hush import hushed
from eyecatch.core.identity.devices import prepare_tensorflow
from eyecatch.jobs.pipeline import Begin, IdentifyStage, Outcome, ScanStage, Task, Work

log = logging.getLogger(__name__)

Item = TypeVar("Item")
Result = TypeVar("Result")
Batch = dict[str, npt.NDArray[Any]]

# Outcomes identified together. A minute's chunk has some hundred crops, which fill a CPU's batch;
# a GPU wants more at once, and waits for them.
CPU_OUTCOMES, GPU_OUTCOMES = 1, 8

# A worker that dies (out of memory, a crash in a decoder, its node) is replaced, and its chunk is
# begun again, until it has been begun so often: then the chunk is what kills.
TRIES = 3

# Ray's own limit, which only matters where the tally of tries died too.
RETRIES = 8

# Seconds to wait for a node to say its version, and for a GPU that the cluster promises.
PATIENCE = 120.0


class RayRunner:
    """Runs the stages in actors of a Ray cluster, or of this machine.

    Args:
        scanners: how many processes scan; None for one a CPU of the cluster.
    """

    # A minute each: 68 hours of video. A worker waits at the end of each wave, so that it should be
    # many times the cluster's CPUs; and some 100 MB of plans in the driver, so that it should end.
    wave = 4096

    def __init__(self, scanners: int | None = None) -> None:
        self._scanners = scanners

    def run(self, tasks: Sequence[Task], work: Work, begin: Begin) -> Generator[Outcome]:  # noqa: ARG002 - no task begins in this process
        """Scan and identify in parallel; outcomes come as they are finished.

        A chunk whose workers died comes with an error.

        Raises:
            RequestError: there is no cluster, or one of its nodes has another eyecatch or none.
        """
        waiting = {(task.episode, task.chunk.index): task for task in tasks}
        if not waiting:
            return
        with connection():
            _check_nodes()
            for batch in _stream(list(waiting.values()), work, self._scanners):
                for outcome in _unpack(batch):
                    waiting.pop((outcome.task.episode, outcome.task.chunk.index))
                    yield outcome
        for task in waiting.values():
            yield _lost(task, TRIES)


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
    address = os.environ.get("RAY_ADDRESS")
    _check_reachable(address)
    try:
        with hushed():
            ray.init(
                address=address,
                include_dashboard=False,
                log_to_driver=False,
                configure_logging=False,
            )
    except (ConnectionError, RuntimeError, ValueError) as error:
        # Ray itself refuses another Ray or Python, and says both in many lines.
        said = " ".join(str(error).split())
        problem = f"Ray at {address or 'this machine'} can't be used: {said.rstrip('.')}"
        raise RequestError(problem, "check RAY_ADDRESS, or use --runner inline") from error
    try:
        yield
    finally:
        ray.shutdown()


def _check_reachable(address: str | None) -> None:
    """Ray itself would try for minutes; RequestError where nothing listens at an address."""
    host, _, port = (address or "").rpartition("://")[2].rpartition(":")
    if not host or not port.isdigit():
        return
    try:
        socket.create_connection((host, int(port)), timeout=10).close()
    except OSError as error:
        problem = f"no Ray cluster answers at {address} ({error.strerror or error})"
        raise RequestError(problem, "check RAY_ADDRESS, or use --runner inline") from error


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
    least = min(len(rows), scanners or cpus)
    # A cluster of others may grow when more scanners are asked for; this machine does not.
    most = len(rows) if scanners is None and os.environ.get("RAY_ADDRESS") else least
    tally = ray.remote(num_cpus=0, max_restarts=-1)(_Tally).remote()
    data = _stage(data, _ScanActor, (work, tally), sizes=(least, most), num_cpus=1)
    if work.bundles:
        if gpus and _gpu_works(gpus):  # one owner each
            data = _stage(
                data,
                _IdentifyActor,
                (work,),
                sizes=(gpus, gpus),
                batch_size=GPU_OUTCOMES,
                num_gpus=1,
            )
        else:  # it borrows moments of the scanners' cores
            data = _stage(
                data,
                _IdentifyActor,
                (work,),
                sizes=(1, 1),
                batch_size=CPU_OUTCOMES,
                num_cpus=0,
            )
    yield from data.iter_batches(batch_size=None, prefetch_batches=0)


def _gpu_works(gpus: int) -> bool:
    """Whether TensorFlow can use the GPUs that Ray counts; said aloud if it can't."""

    def device() -> str:
        return prepare_tensorflow()

    asked = ray.remote(num_cpus=0, num_gpus=1, max_retries=0)(device).remote()
    try:
        found = str(ray.get(asked, timeout=PATIENCE))
    except ray.exceptions.RayError as error:
        ray.cancel(asked, force=True)
        found = "CPU"
        log.debug("no GPU answers", exc_info=error)
    if found == "CPU":
        log.warning(
            "The cluster counts %d GPUs, but TensorFlow can use none of them: faces are "
            "identified on the CPU. Run eyecatch doctor on a GPU node to see why.",
            gpus,
        )
    return found != "CPU"


def _check_nodes() -> None:
    """Refuse a cluster whose nodes would find something else than this process.

    Raises:
        RequestError: a node has another eyecatch, or none; it names both.
    """

    def version() -> str | None:  # inside, so that it goes by value to nodes without eyecatch
        try:
            from eyecatch import __version__ as found  # noqa: PLC0415
        except Exception:  # however it is broken, it is not there
            return None
        return found

    ask = ray.remote(num_cpus=0, max_retries=0)(version)
    listed = ray.nodes()  # type: ignore[no-untyped-call]
    nodes = {node["NodeID"]: node for node in listed if node["Alive"]}
    asked = {
        ask.options(scheduling_strategy=NodeAffinitySchedulingStrategy(id_, soft=False)).remote(): (
            node["NodeManagerAddress"]
        )
        for id_, node in nodes.items()
    }
    for answer, address in asked.items():
        try:
            found = ray.get(answer, timeout=PATIENCE)
        except ray.exceptions.RayError as error:
            problem = f"the Ray node {address} runs no tasks ({type(error).__name__})"
            raise RequestError(problem, "look at its logs, or take it out") from error
        if found != __version__:
            what = "no eyecatch" if found is None else f"eyecatch {found}"
            problem = f"the Ray node {address} has {what}, this process eyecatch {__version__}"
            raise RequestError(problem, f"install eyecatch {__version__} there")


def _lost(task: Task, tries: int) -> Outcome:
    return Outcome(
        task,
        error=f"{task.video.path}: {tries} worker processes died on chunk {task.chunk.index}, "
        "perhaps out of memory; try again with --retry-failed.",
        tries=tries,
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
    least, most = sizes
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
                min_size=least, max_size=most, max_tasks_in_flight_per_actor=2
            ),
            max_restarts=-1,
            max_task_retries=RETRIES,
        )


class _Tally:
    """How often each chunk was begun, by any worker."""

    def __init__(self) -> None:
        self._begun = Counter[str]()

    def begin(self, chunk: str) -> int:
        """Count it once more."""
        self._begun[chunk] += 1
        return self._begun[chunk]


class _ScanActor:
    def __init__(self, work: Work, tally: Any) -> None:  # noqa: ANN401 - a handle of Ray's
        self._stage, self._tally = ScanStage(work), tally

    def __call__(self, batch: Batch) -> Batch:
        return _pack([self._scan(pickle.loads(row)) for row in batch["pickled"]])

    def _scan(self, task: Task) -> Outcome:
        tries = self._begin(task)
        log.info("chunk %s begun on %s, try %d", task.id, platform.node(), tries)
        if tries > TRIES:  # it has killed so many
            return _lost(task, TRIES)
        return replace(self._stage(task), tries=tries)

    def _begin(self, task: Task) -> int:
        key = task.id or f"{task.episode}/{task.chunk.index}"
        try:
            return int(ray.get(self._tally.begin.remote(key)))
        except ray.exceptions.RayError:  # its node died; it starts again at nothing
            return 1


class _IdentifyActor:
    def __init__(self, work: Work) -> None:
        self._stage = IdentifyStage(work)

    def __call__(self, batch: Batch) -> Batch:
        return _pack(self._stage(_unpack(batch)))


def _pack(outcomes: Sequence[Outcome]) -> Batch:
    return {"pickled": np.array([pickle.dumps(outcome) for outcome in outcomes], dtype=object)}


def _unpack(batch: Batch) -> list[Outcome]:
    return [pickle.loads(row) for row in batch["pickled"]]
