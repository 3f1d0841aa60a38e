"""What a job on Ray costs beyond its scan: seconds to the first chunk, CPU and memory by process.

    .venv/bin/python bench/ray_start.py                       # an episode of ten seconds
    .venv/bin/python bench/ray_start.py --video FILE --rounds 5
    .venv/bin/python bench/ray_start.py --runner inline       # the same without Ray

Each round is a whole ``index`` in a new process and a new index. CPU is what ``/proc`` says of each
process shortly before it ends, so that some hundredths of seconds of each are missing; memory is
the sum of their PSS at its peak. The clock is that of the machine, whatever else it does.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

import episodes
import measure
import ways

KINDS: Final = {
    "gcs_server": "Ray's servers",
    "raylet/raylet": "Ray's servers",
    "monitor.py": "Ray's monitors and agents",
    "dashboard": "Ray's monitors and agents",
    "Agent": "Ray's monitors and agents",
    "runtime_env": "Ray's monitors and agents",
    "ray::": "workers",
    "_worker.py": "workers",
    "worker_start": "workers",
    "job.py": "driver",
}
"""A part of a process's command line, and what it is counted as; the first that fits."""


def main() -> None:
    """Prints a line a round, and medians."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--video", type=Path, help="another than ten seconds of 1080p")
    parser.add_argument("--keep", type=Path, default=Path(".bench"), help="folder for all (.bench)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--runner", default="ray")
    wish = parser.parse_args()
    keep = wish.keep.absolute()
    keep.mkdir(parents=True, exist_ok=True)
    video = wish.video or episodes.h264(keep, 10)
    rounds = [_round(video, ways.make_bundle(keep), wish.runner) for _ in range(wish.rounds)]
    print("\nmedians:", _line({key: median(one[key] for one in rounds) for key in rounds[0]}))


def _round(video: Path, model: Path, runner: str) -> dict[str, float]:
    with TemporaryDirectory(prefix="eyecatch-") as folder:
        wish = {
            "videos": [str(video)], "db": f"{folder}/bench.db", "model": str(model),
            "runner": runner, "detector": "cnn", "chunk_seconds": 60.0, "gpu": False,
            "began": time.time(),
        }  # fmt: skip
        words = [sys.executable, str(Path(__file__).with_name("job.py")), json.dumps(wish)]
        env = os.environ | {"RAY_ADDRESS": "local", "RAY_worker_niceness": "0"}
        began = time.perf_counter()
        with subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env=env) as job:
            cpu, memory = _watch(job)
            said = job.stderr.read() if job.stderr else ""
        if job.returncode:
            sys.exit(said)
        told = json.loads(said.strip().splitlines()[-1])
    row = {"seconds": time.perf_counter() - began, "first chunk": told["first"]}
    row |= {"MiB": memory / 2**20, "CPU": sum(cpu.values())}
    row |= cpu
    print(_line(row), flush=True)
    return row


def _watch(job: subprocess.Popen[str]) -> tuple[dict[str, float], int]:
    """Seconds of CPU of each kind of process, and the peak of all, until a job ends."""
    seen: dict[int, tuple[str, float]] = {}
    peak = 0
    while job.poll() is None:
        running = measure.below(os.getpid())
        for pid, seconds in running.items():
            name = _kind(pid) or seen.get(pid, ("other", 0))[0]
            seen[pid] = name, seconds
        peak = max(peak, sum(map(measure.pss, running)))
        time.sleep(0.1)
    cpu: dict[str, float] = dict.fromkeys([*KINDS.values(), "other"], 0.0)
    for kind, seconds in seen.values():
        cpu[kind] += seconds
    return cpu, peak


def _kind(pid: int) -> str | None:
    try:
        line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return None
    # A server of Ray's has the commands of all others among its words.
    first = line if line.startswith("ray::") else " ".join(line.split()[:4])
    return next((kind for part, kind in KINDS.items() if part in first), None)


def _line(row: Mapping[str, float]) -> str:
    return ", ".join(f"{key} {value:.2f}" for key, value in row.items())


if __name__ == "__main__":
    main()
