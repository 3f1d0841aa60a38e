"""Where faces are named: on the GPUs of the cluster, a part of one, or a CPU.

A process that owns a GPU lets its use of memory grow as it needs it
(``core.tensorflow.prepare_tensorflow``), so that parts of one GPU can be shared.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

import ray
import ray.exceptions

from eyecatch.core.errors import RequestError
from eyecatch.core.tensorflow import prepare_tensorflow

log = logging.getLogger(__name__)

# Outcomes identified together. A minute's chunk has some hundred crops, which fill a CPU's batch;
# a GPU wants more at once, and waits for them.
CPU_OUTCOMES, GPU_OUTCOMES = 1, 8

GPU_TIMEOUT = 120.0
"""Seconds to wait for a GPU that the cluster counts."""

GROWTH_TIMEOUT = 900.0
"""Seconds to wait for one that was asked for: a cluster that grows has to start a node first."""


@dataclass(frozen=True, slots=True)
class Placement:
    """The processes that name faces.

    Attributes:
        processes: how many.
        gpus: what each owns: 1 for a GPU of its own, less for a part of one, 0 for none.
        timeout: seconds to wait for the first GPU.
    """

    processes: int
    gpus: float
    timeout: float = GPU_TIMEOUT

    @property
    def batch(self) -> int:
        """Outcomes whose faces are identified in one batch."""
        return GPU_OUTCOMES if self.gpus else CPU_OUTCOMES


# It borrows moments of the scanners' cores.
ON_CPU = Placement(1, 0)


def plan_placement(counted: float, gpus: float | None) -> Placement:
    """Who names faces, if its GPUs can be used.

    Args:
        counted: GPUs of the cluster.
        gpus: how many are wanted; less than 1 for a part of one; None for what there is.

    Raises:
        RequestError: such a number can't be shared out.
    """
    timeout = GPU_TIMEOUT if gpus is None or gpus <= counted else GROWTH_TIMEOUT
    wanted = counted if gpus is None else gpus
    if gpus is not None and (gpus < 0 or (gpus > 1 and gpus % 1)):
        raise RequestError(
            f"{gpus:g} GPUs can't be shared out", "ask for a part of one, or 1, 2, …"
        )
    if 0 < wanted < 1:
        return Placement(1, wanted, timeout)
    return Placement(int(wanted), 1, timeout) if wanted else ON_CPU


def placed(gpus: float | None) -> Placement:
    """Who names faces in the connected cluster; where no GPU can be used, a warning is logged.

    Args:
        gpus: as for ``plan_placement``.
    """
    counted = float(ray.cluster_resources().get("GPU", 0))  # type: ignore[no-untyped-call]
    place = plan_placement(counted, gpus)
    if not place.gpus:
        return ON_CPU
    found = device_of(place)
    if found != "CPU":
        log.info("faces are named by %d processes, %g GPUs each", place.processes, place.gpus)
        return place
    log.warning(
        "The cluster counts %g GPUs, but TensorFlow can use none of them: faces are "
        "identified on the CPU. Run eyecatch doctor on a GPU node to see why.",
        counted,
    )
    return ON_CPU


def device_of(place: Placement) -> str:
    """What TensorFlow runs on in a process of this placement; ``CPU`` if none ever starts."""

    def device() -> str:
        return prepare_tensorflow()

    asked = ray.remote(num_cpus=0, num_gpus=place.gpus, max_retries=0)(device).remote()
    try:
        return str(ray.get(asked, timeout=place.timeout))
    except ray.exceptions.RayError as error:
        ray.cancel(asked, force=True)
        log.debug("no GPU answers", exc_info=error)
        return "CPU"
