"""What a command costs with all processes it starts: seconds, seconds of CPU, memory (Linux)."""

from __future__ import annotations

import ctypes
import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

_SUBREAPER = 36
"""PR_SET_CHILD_SUBREAPER of Linux: orphans come to this process, which so counts their CPU."""

_EVERY = 0.25
"""Seconds between two looks at what runs; one at its memory takes some milliseconds a process."""


_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run of a command cost.

    Attributes:
        seconds: from its start to its end.
        cpu: seconds of user and system time of it and of all processes below it.
        memory: bytes at the peak, shared pages counted once (sum of PSS); 0 if not asked for.
        said: what it wrote to standard error.
    """

    seconds: float
    cpu: float
    memory: int
    said: str


def cost(
    command: Sequence[str], *, memory: bool = False, env: Mapping[str, str] | None = None
) -> Cost:
    """Run a command and tell what it cost.

    Args:
        command: the program and its arguments.
        memory: look at the memory all the while, which takes some CPU itself.
        env: what is added to the environment.

    Raises:
        RuntimeError: the command failed.
    """
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    before, began = _cpu(), time.perf_counter()
    process = subprocess.Popen(
        list(command), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        env={**os.environ, **(env or {})},
    )  # fmt: skip
    peak, used = 0, dict[int, float]()
    done = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(_EVERY):
            running = below(os.getpid())
            used.update(running)
            if memory:
                peak = max(peak, sum(map(pss, running)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    said = process.communicate()[1]
    seconds = time.perf_counter() - began
    _reap()
    done.set()
    watcher.join()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} failed: {said.strip()[-2000:]}")
    # Ray lets the kernel bury its workers, and their times with them: they were seen alive.
    return Cost(seconds, max(_cpu() - before, sum(used.values())), peak, said)


def _cpu() -> float:
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _reap() -> None:
    """Wait for the processes that the command has left behind on their way out."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                time.sleep(0.05)
        except ChildProcessError:
            return


def below(root: int) -> dict[int, float]:
    """The processes that one has started, and those below them: seconds of CPU of each so far."""
    parents: dict[int, list[int]] = {}
    cpu: dict[int, float] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            after = status.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        pid = int(status.parent.name)
        parents.setdefault(int(after[1]), []).append(pid)
        cpu[pid] = (int(after[11]) + int(after[12])) / _TICKS
    found, waiting = dict[int, float](), [root]
    while waiting:
        children = parents.get(waiting.pop(), [])
        found |= {pid: cpu[pid] for pid in children}
        waiting += children
    return found


def pss(pid: int) -> int:
    """Bytes of memory of a process, each shared page by the share of those that hold it."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)
