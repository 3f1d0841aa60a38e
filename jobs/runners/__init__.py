"""Two ways to run one pipeline: inline and Ray."""

from __future__ import annotations

import importlib
from typing import Any

from eyecatch.core.errors import RequestError
from eyecatch.jobs.ray_options import RayOptions
from eyecatch.jobs.runners.stages import Runner

# Below this much video, starting Ray (some seconds) takes longer than it saves.
WORTH_RAY_SECONDS = 180.0

RUNNERS = {"inline": ("inline", "InlineRunner"), "ray": ("ray", "RayRunner")}


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
        much = chunks > 1 and seconds > WORTH_RAY_SECONDS
        name = "ray" if far or much else "inline"
    module, kind = RUNNERS[name]
    # Ray takes a second to import, so its module is loaded only where it runs.
    make: Any = getattr(importlib.import_module(f"{__name__}.{module}"), kind)
    runner: Runner = make(ray) if name == "ray" and ray else make()
    return runner
