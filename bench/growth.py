"""How much more memory a process has after 200 chunks than after 12 (Linux).

Scans chunks of some videos one after the other, from the first again after the last, as a worker
of Ray does: its stage, then its rows pickled. Prints the memory of its own (what it shares with no
other process) at its highest so far, measured after each chunk::

    .venv/bin/python bench/growth.py VIDEO … --chunks 200 --seconds 4 --threads 1
"""

from __future__ import annotations

import argparse
import pickle
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path
from threading import local

from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.detect.registry import resolve
from eyecatch.core.scan.config import ScanConfig
from eyecatch.core.video.plan import plan
from eyecatch.core.video.probe import probe
from eyecatch.jobs.runners.stages import ScanStage, Task, Work

FIRST = 12
"""Chunks after which a worker has seen what it works with; the growth is counted from there."""


def main() -> None:
    """Prints a line now and then, and at the end by how much it grew."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("videos", type=Path, nargs="+")
    parser.add_argument("--chunks", type=int, default=200, help="how many are scanned (200)")
    parser.add_argument("--seconds", type=float, default=4, help="least length of a chunk (4)")
    parser.add_argument("--threads", type=int, default=1, help="that scan at once (1)")
    wish = parser.parse_args()
    peaks = list(
        _peaks(islice(cycle(_tasks(wish.videos, wish.seconds)), wish.chunks), wish.threads)
    )
    for done in range(FIRST, len(peaks) + 1, FIRST):
        print(f"{done:4} chunks: {peaks[done - 1] / 2**20:.1f} MiB")
    growth = peaks[-1] / peaks[FIRST - 1] - 1
    print(f"{len(peaks)} chunks: {peaks[-1] / 2**20:.1f} MiB, {growth:+.1%} since {FIRST}")


def _tasks(videos: list[Path], seconds: float) -> list[Task]:
    probed = [probe(path) for path in videos]
    return [
        Task(episode, video, chunk)
        for episode, video in enumerate(probed)
        for chunk in plan(video, seconds).chunks
    ]


def _peaks(tasks: Iterator[Task], threads: int) -> Iterator[int]:
    """Bytes of own memory at the highest, after each chunk."""
    work = Work.of(ScanConfig(resolve(DetectorConfig())), ())
    own = local()

    def scan(task: Task) -> None:
        if not hasattr(own, "stage"):
            own.stage = ScanStage(work)
        pickle.dumps(own.stage(task))

    highest = 0
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(scan, tasks):
            highest = max(highest, own_memory())
            yield highest


def own_memory() -> int:
    """Bytes of this process that no other has: its USS."""
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Private_"))


if __name__ == "__main__":
    main()
