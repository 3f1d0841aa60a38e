"""Where a job runs on Ray, and what it uses there; known without loading Ray."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RayOptions:
    """What a job wants of Ray.

    Attributes:
        address: of a cluster, such as ``10.0.0.1:6379``; None for that of the variable
            ``RAY_ADDRESS``, and where there is none a cluster of the job's own on this machine.
        gpus: how many name faces, each owned by one process; less than 1 for a part of one, 0 for
            the CPU, None for all that the cluster has.
    """

    address: str | None = None
    gpus: float | None = None
