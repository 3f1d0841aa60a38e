"""Two ways to run one pipeline: inline and Ray."""

from __future__ import annotations

from typing import Any, Final

from eyecatch.core.errors import RequestError
from eyecatch.core.runtime import load
from eyecatch.core.tensorflow import cores
from eyecatch.jobs.ray_options import RayOptions
from eyecatch.jobs.runners.inline import MAX_THREADS, InlineRunner
from eyecatch.jobs.runners.stages import Runner

RAY_START: Final = 5.0
"""Seconds by which Ray's workers begin to scan later than threads do (docs/performance.md: two to
four), and one for what its servers take meanwhile."""

SCAN_SPEED: Final = 9.0
"""Seconds of 1080p that a core scans in a second (docs/performance.md)."""

LONGEST_HERE: Final = 600.0
"""Seconds of video that are scanned in the driver's own process. From there on a decoder that
crashes would cost more than the second that another process takes to start."""


def is_much(chunks: int, seconds: float) -> bool:
    """Whether Ray is worth its start for so many chunks and seconds of video.

    It is where more cores than one process uses save more time than Ray takes to start.
    """
    threads = min(cores(), MAX_THREADS)
    saved = (1 / threads - 1 / cores()) * seconds / SCAN_SPEED
    return chunks > 1 and saved > RAY_START


def is_settled(chunks: int, seconds: float) -> bool:
    """Whether more work than so many chunks and seconds would be run in the same way."""
    ray_never_pays = cores() <= MAX_THREADS
    return is_much(chunks, seconds) or (ray_never_pays and seconds > LONGEST_HERE)


def make_runner(
    name: str | None, chunks: int, seconds: float, ray: RayOptions | None = None
) -> Runner:
    """The runner of that name, or the one that suits the work.

    Args:
        name: ``inline`` or ``ray``; None for inline where there is little to share out.
        chunks: how many chunks there are to scan.
        seconds: how many seconds of video they are.
        ray: for Ray; one with an address is used, however little there is to do.

    Raises:
        RequestError: an address of a cluster, and not to use it.
    """
    far = ray is not None and ray.address is not None
    if name == "inline" and far:
        raise RequestError("--ray-address goes with --runner ray", "leave out one of them")
    if name is None:
        name = "ray" if far or is_much(chunks, seconds) else "inline"
    if name == "inline":
        return InlineRunner(apart=seconds > LONGEST_HERE)
    # Ray takes a second to import, so its module is loaded only where it runs.
    make: Any = load(f"{__name__}.ray").RayRunner
    runner: Runner = make(ray) if ray else make()
    return runner
