"""A Ray of our own without the processes and libraries that a job has no use for.

``ray.init`` starts two servers, which are Ray, and beside them an autoscaler, a log monitor, a
dashboard's server and two agents, each a Python that imports Ray: seven seconds of CPU and 280 MiB
(docs/decisions/0013-actors-of-ray-core.md). On one machine, for one job, they have nothing to do.
And this process and each worker would load aiohttp, Pydantic and pyarrow, for what nobody sends.
Ray has no settings for that, so the places that start them are replaced while ``ray.init`` runs.
They are internals of the one version of Ray that ``pyproject.toml`` allows;
``tests/jobs/test_ray_pool.py`` says which processes run.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import ray._private.ray_constants
import ray._private.services
import ray._private.utils
import ray._private.worker
from ray._private.node import Node
from ray.util import serialization_addons

from eyecatch.jobs.runners.ray import worker_start

SETTINGS: Final = {
    "enable_metrics_collection": False,  # they would go to one of the agents
    "enable_pipe_based_agent_to_parent_health_check": True,  # by which an agent's stand-in ends
}
"""What ``ray.init`` is to be called with as ``_system_config``."""

STAND_IN: Final = 'sh -c "exec cat"'
"""An agent without which Ray's server doesn't run: it reads a pipe until the server is gone. No
shell stays above it: the server would kill that, and wait a second for the pipe to be closed."""

NOWHERE: Final = "1"
"""The port on which an agent would listen. It is never called."""

_AGENTS: Final = ("--dashboard_agent_command", "--runtime_env_agent_command")
_PORTS: Final = (
    "--metrics-agent-port",
    "--metrics_export_port",
    "--runtime_env_agent_port",
    "--dashboard_agent_listen_port",
)
_PRESTARTED: Final = "--num_prestart_python_workers"
_WORKER: Final = "--python_worker_command"
_SETUP: Final = Path(ray.__file__).parent / "_private" / "workers" / "setup_worker.py"


@contextmanager
def lean() -> Iterator[None]:
    """While the block runs, ``ray.init`` starts nothing but Ray's two servers; one thread only."""
    start = ray._private.services.start_ray_process

    def started(command: list[str], kind: str, **options: Any) -> Any:  # noqa: ANN401
        return start(_server(command) if kind == "raylet" else command, kind, **options)

    with ExitStack() as stack:
        for owner, name, value in (
            (Node, "start_monitor", _nothing),
            (Node, "start_log_monitor", _nothing),
            (Node, "start_api_server", _no_dashboard),
            (ray._private.services, "start_ray_process", started),
            (ray._private.utils, "get_dashboard_dependency_error", lambda: None),  # loads aiohttp
            (serialization_addons, "apply", _nothing),
            # Where uv runs this process, Ray would have an agent set the workers up by uv.
            (ray._private.ray_constants, "RAY_ENABLE_UV_RUN_RUNTIME_ENV", False),
        ):
            stack.callback(setattr, owner, name, getattr(owner, name))
            setattr(owner, name, value)
        yield
        # Else it is made with Ray's additions, when the first object is sent.
        ray._private.worker.global_worker.get_serialization_context()  # type: ignore[no-untyped-call]


def _nothing(_: object) -> None:
    """Start nothing, and add nothing."""


def _no_dashboard(node: Node, **_: object) -> None:
    node._webui_url = ""  # as Ray has it without a dashboard


def _server(command: Sequence[str]) -> list[str]:
    """The command of Ray's server without agents, and with workers that start at once."""
    changed: dict[str, Callable[[str], str]] = {
        **dict.fromkeys(_AGENTS, lambda _: STAND_IN),
        **dict.fromkeys(_PORTS, lambda _: NOWHERE),
        # A worker that is started ahead is one too many where a job has fewer chunks than CPUs.
        _PRESTARTED: lambda _: "0",
        _WORKER: _worker,
    }
    given = dict.fromkeys(_PORTS, "")
    words = []
    for word in command:
        name, equals, value = word.partition("=")
        given.pop(name, None)
        words.append(f"{name}={changed[name](value)}" if equals and name in changed else word)
    return [*words, *(f"{name}={NOWHERE}" for name in given)]


def _worker(command: str) -> str:
    """How a worker is started: by ``worker_start`` in place of a program that starts it twice."""
    ray_s, ours = (
        subprocess.list2cmdline([str(one)]) for one in (_SETUP, Path(worker_start.__file__))
    )
    return command.replace(ray_s, ours)
