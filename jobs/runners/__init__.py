"""Two ways to run one pipeline: inline and Ray."""

from __future__ import annotations

import importlib

from eyecatch.jobs.pipeline import Runner

# Below this much video, starting Ray (some seconds) takes longer than it saves.
WORTH_RAY_SECONDS = 180.0

RUNNERS = {"inline": ("inline", "InlineRunner"), "ray": ("ray", "RayRunner")}


def make_runner(name: str | None, chunks: int, seconds: float) -> Runner:
    """The runner of that name, or the one that suits the work.

    Args:
        name: ``inline`` or ``ray``; None for inline where there is little to share out.
        chunks: how many chunks there are to scan.
        seconds: how many seconds of video they are.
    """
    if name is None:
        name = "ray" if chunks > 1 and seconds > WORTH_RAY_SECONDS else "inline"
    module, kind = RUNNERS[name]
    # Ray takes a second to import, so its module is loaded only where it runs.
    runner: Runner = getattr(importlib.import_module(f"{__name__}.{module}"), kind)()
    return runner
