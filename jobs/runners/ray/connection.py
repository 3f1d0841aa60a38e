"""The cluster that a job runs on: given by its address, or of its own; and whether it is fit."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import ray
import ray.exceptions
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from eyecatch import __version__
from eyecatch.core.errors import RequestError
from eyecatch.core.runtime import hushed
from eyecatch.jobs.runners.ray.lean import SETTINGS, lean
from eyecatch.jobs.runners.ray.temporary import temporary_folder

NODE_TIMEOUT = 120.0
"""Seconds to wait for a node to say its version."""

ADVICE = "check --ray-address or RAY_ADDRESS, or use --runner inline"

LOCAL = "local"
"""Ray's word for a cluster of our own on this machine. Without an address Ray would join any that
runs here, whoever started it."""


def chosen(address: str | None = None) -> str:
    """The address that was given, else that of ``RAY_ADDRESS``, else ``LOCAL``."""
    return address or os.environ.get("RAY_ADDRESS") or LOCAL


@contextmanager
def connection(address: str | None = None) -> Iterator[bool]:
    """A connection to Ray for the time of a job; one that was there before is left as it was.

    Args:
        address: of a cluster; see ``chosen``. A local one is started, and stopped at the end.

    Raises:
        RequestError: no cluster answers there, or it can't be used.

    Yields:
        Whether the cluster is ours alone, and so runs what this process runs.
    """
    if ray.is_initialized():
        yield False
        return
    # Ray's core tells users of every actor that "constructor arguments may be lost"; they can't be
    # while this process lives. What fails comes back as an error of its chunk.
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    logging.getLogger("ray").setLevel(logging.ERROR)
    address = chosen(address)
    _check_reachable(address)
    requested = signal.getsignal(signal.SIGTERM)
    try:
        with hushed():
            if address == LOCAL:
                _start()
            else:
                ray.init(address=address, log_to_driver=False, configure_logging=False)
    except (ConnectionError, RuntimeError, ValueError) as error:
        # Ray itself refuses another Ray or Python, and says both in many lines.
        reason = " ".join(str(error).split())
        where = "on this machine" if address == LOCAL else f"at {address}"
        problem = f"Ray {where} can't be used: {reason.rstrip('.')}"
        raise RequestError(problem, ADVICE) from error
    if requested is not signal.SIG_DFL:
        _handle_requests_to_end(requested)
    try:
        yield address == LOCAL
    finally:
        ray.shutdown()
        _handle_requests_to_end(requested)


def _start() -> None:
    with lean():
        ray.init(
            address=LOCAL,
            include_dashboard=False,
            log_to_driver=False,
            configure_logging=False,
            _temp_dir=temporary_folder(),
            _system_config=SETTINGS,
            # Whatever of Ray's hooks would set up for workers: they run what this process runs.
            _skip_env_hook=True,
        )


def _handle_requests_to_end(
    handler: Callable[[int, FrameType | None], object] | int | None,
) -> None:
    """What SIGTERM did before: Ray puts its own handler there, and leaves it when it is gone."""
    if threading.current_thread() is threading.main_thread():  # elsewhere Ray doesn't, either
        signal.signal(signal.SIGTERM, handler)


def _check_reachable(address: str) -> None:
    """Ray itself would try for minutes; RequestError where nothing listens at an address."""
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if not host or not port.isdigit():
        return
    try:
        socket.create_connection((host, int(port)), timeout=10).close()
    except OSError as error:
        problem = f"no Ray cluster answers at {address} ({error.strerror or error})"
        raise RequestError(problem, ADVICE) from error


def check_nodes() -> None:
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
            found = ray.get(answer, timeout=NODE_TIMEOUT)
        except ray.exceptions.RayError as error:
            problem = f"the Ray node {address} runs no tasks ({type(error).__name__})"
            raise RequestError(problem, "look at its logs, or take it out") from error
        if found != __version__:
            what = "no eyecatch" if found is None else f"eyecatch {found}"
            problem = f"the Ray node {address} has {what}, this process eyecatch {__version__}"
            raise RequestError(problem, f"install eyecatch {__version__} there")
