"""How long a job takes on how many workers, and what limits it: a model fed with measured times.

It goes chunk by chunk. A thread of the driver reads and plans one file after the other; each chunk
is scanned by the worker that is free first; its outcome goes through the driver's network, then
through the driver with its database, one after the other. One disk reads each file twice, once to
hash it, and no faster than it can. Nothing else is in it: no worker dies, no other job runs::

    .venv/bin/python bench/driver.py --json driver.json
    .venv/bin/python bench/simulate.py --driver-json driver.json
    .venv/bin/python bench/simulate.py --lengths 1440 --episodes 24 --workers 1 64 --disk 1e8
    .venv/bin/python bench/simulate.py --measured .bench/speed.json

A row says the seconds of the clock, how many times quicker than one worker that is, what part of
the time workers, driver (with its database), disk and network are busy, and what limits, the start
among it.
``--measured`` holds it against the part ``workers`` of ``bench/speed.py``: two episodes of a minute
on Ray, by so many processes that scan; ``--cores`` are those that they and the driver share.
"""

from __future__ import annotations

import argparse
import heapq
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Times:
    """What was measured; seconds unless said.

    Attributes:
        start: from the beginning to a worker that scans.
        scan: of a core, for a second of video, its faces identified.
        read: of the driver's thread, to hash and plan a second of video.
        driver: of the driver and its database, for a chunk.
        chunk: length of a chunk.
        video: bytes of a second of video.
        outcome: bytes of a chunk's outcome.
        disk: bytes a second that the disk reads.
        network: bytes a second that come to the driver.
        cores: that workers and the driver share; infinite where each has its own.
    """

    start: float = 6.0
    scan: float = 0.108
    read: float = 0.0015
    driver: float = 0.1
    chunk: float = 60.0
    video: float = 625e3
    outcome: float = 0.7e6
    disk: float = 500e6
    network: float = 120e6
    cores: float = math.inf


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a job comes to.

    Attributes:
        clock: seconds until all is decided.
        busy: seconds that each part was at work, of the workers on average; and of the start.
    """

    clock: float
    busy: dict[str, float]

    @property
    def limit(self) -> str:
        """The part that is busy for most of the time."""
        return max(self.busy, key=self.busy.__getitem__)


def simulate(times: Times, episodes: int, seconds: float, workers: int) -> Forecast:
    """Run a job of equal episodes, one file each, through the model.

    Args:
        times: what was measured.
        episodes: how many.
        seconds: length of each.
        workers: how many scan, each on a core of its own.
    """
    free = [times.start] * workers
    planned, scanned = 0.0, list[float]()
    for _ in range(episodes):
        planned += seconds * max(times.read, times.video / times.disk)
        for length in _chunks(seconds, times.chunk):
            began = max(heapq.heappop(free), planned)
            ended = began + length * max(times.scan, times.video / times.disk)
            heapq.heappush(free, ended)
            scanned.append(ended)
    sending = times.outcome / times.network
    network = driver = 0.0
    for ended in sorted(scanned):
        network = max(network, ended) + sending
        driver = max(driver, network) + times.driver
    whole = episodes * seconds
    busy = {
        "start": times.start,
        "workers": whole * times.scan / workers,
        "driver": times.driver * len(scanned),
        "disk": 2 * whole * times.video / times.disk,
        "network": sending * len(scanned),
    }
    computing = whole * (times.scan + times.read) + busy["driver"]
    return Forecast(max(driver, busy["disk"], times.start + computing / times.cores), busy)


def _chunks(seconds: float, chunk: float) -> Iterator[float]:
    """Lengths of a file's chunks; what is left at its end belongs to the last."""
    count = max(1, int(seconds // chunk))
    yield from [chunk] * (count - 1)
    yield seconds - chunk * (count - 1)


def main() -> None:
    """Print the tables."""
    wish = _wish()
    given = {one.name: getattr(wish, one.name) for one in fields(Times)}
    times = Times(**{name: value for name, value in given.items() if value is not None})
    if wish.driver_json:
        times = _with_driver(times, json.loads(wish.driver_json.read_text()))
    print(times)
    if wish.measured:
        for line in held_against(times, json.loads(wish.measured.read_text())):
            print(line)
        return
    for seconds in wish.lengths:
        for episodes in wish.episodes:
            print(f"\n{episodes} x {seconds:g} s", *(f"{name:>9}" for name in _NAMES))
            alone = simulate(times, episodes, seconds, 1).clock
            for workers in wish.workers:
                found = simulate(times, episodes, seconds, workers)
                shares = (f"{found.busy[name] / found.clock:9.0%}" for name in _NAMES[2:-1])
                row = f"{found.clock:9.1f}{alone / found.clock:10.1f}"
                print(f"{workers:4} workers{row}", *shares, f"{found.limit:>9}")


_NAMES = ("clock", "times", "workers", "driver", "disk", "network", "limit")


def _with_driver(times: Times, told: dict[str, Any]) -> Times:
    """With what ``bench/driver.py`` measured: the last of its rows, its database's CPU included."""
    row = told["rows"][-1]
    return replace(
        times, driver=(row["driver"] + row["database"]) / 1000, outcome=float(told["bytes"])
    )


def held_against(times: Times, measured: dict[str, Any]) -> Iterator[str]:
    """The model beside what ``bench/speed.py`` measured of 1, 2, … workers."""
    part = measured["workers"]
    seconds = part["told"]["seconds"] / 2
    yield f"{'workers':>8}{'measured':>10}{'model':>8}"
    for workers, runs in part["rows"].items():
        found = median(run["seconds"] for run in runs)
        first = median(run["first"] for run in runs)
        length = replace(times, chunk=min(60.0, seconds) / 6)
        start = first - length.chunk * times.scan
        model = simulate(replace(length, start=start), 2, seconds, int(workers)).clock
        yield f"{workers:>8}{found:10.1f}{model:8.1f}"


def _wish() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--lengths", type=float, nargs="+", default=[10, 300, 1440, 10800])
    parser.add_argument("--episodes", type=int, nargs="+", default=[1, 2, 4, 8, 24])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4, 8, 16, 32, 64])
    parser.add_argument("--driver-json", type=Path, help="what bench/driver.py wrote with --json")
    parser.add_argument("--measured", type=Path, help="speed.json of bench/speed.py")
    # Of Times; what isn't given is as there.
    parser.add_argument("--start", type=float)
    parser.add_argument("--scan", type=float)
    parser.add_argument("--read", type=float)
    parser.add_argument("--driver", type=float)
    parser.add_argument("--chunk", type=float)
    parser.add_argument("--video", type=float)
    parser.add_argument("--outcome", type=float)
    parser.add_argument("--disk", type=float)
    parser.add_argument("--network", type=float)
    parser.add_argument("--cores", type=float)
    return parser.parse_args()


if __name__ == "__main__":
    main()
