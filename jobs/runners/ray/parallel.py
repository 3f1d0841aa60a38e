"""A function over many items, in processes of the cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeVar

import ray
import ray.exceptions

from eyecatch.core.errors import RequestError
from eyecatch.jobs.runners.ray.connection import connection

RETRIES: Final = 8
"""Times that an item is begun again whose process died."""

Item = TypeVar("Item")
Result = TypeVar("Result")


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
