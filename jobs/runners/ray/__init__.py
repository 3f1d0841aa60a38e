"""Ray Data streaming with actor pools: CPU actors scan, GPU actors identify in large batches.

Only rows and crops travel between processes, pickled in one column; Ray Data's backpressure bounds
what is in flight.
"""

from __future__ import annotations

from eyecatch.jobs.runners.ray.parallel import in_parallel
from eyecatch.jobs.runners.ray.runner import RayRunner

__all__ = ["RayRunner", "in_parallel"]
