"""Actors of Ray: on CPUs they scan, on GPUs they name faces in large batches.

Only rows and crops travel between processes. What is under way is bounded by ``pool``, so that a
slow driver or GPU fills no memory.
"""

from __future__ import annotations

from eyecatch.jobs.runners.ray.parallel import in_parallel
from eyecatch.jobs.runners.ray.runner import RayRunner

__all__ = ["RayRunner", "in_parallel"]
