"""The figures of ``bench/speed.py``: kept in one file, told as tables."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from itertools import zip_longest
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from measure import Cost
from ways import Reuse, Told

from eyecatch.core.files import write_atomically

Row = dict[str, Any]
Rows = dict[str, list[Row]]
Figure = dict[str, Any]
Figures = dict[str, Figure]
"""Of each part: ``rows`` (of each way, one a round), ``against``, ``told``, ``when``."""


def read(path: Path) -> Figures:
    """What was measured before, or nothing."""
    figures: Figures = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return figures


def write(figures: Figures, path: Path) -> None:
    """Keep them; the file is always whole."""
    write_atomically(path, json.dumps(figures, indent=1).encode())


def row(found: Cost | Told | Reuse) -> Row:
    """One run as numbers."""
    told = asdict(found)
    costs = told.pop("cost", told)
    return {key: costs[key] for key in ("seconds", "cpu", "memory")} | told | {"said": ""}


def table(part: Figure) -> Iterator[str]:
    """Medians of each way, the range of its rounds, and how many times the other one's they are."""
    rows, against = part["rows"], part["against"]
    yield f"{'':26}{'seconds':>9}{'':17}{'of CPU':>9}{'memory':>9}{'times':>8}{'CPU':>8}  rounds"
    for name, runs in rows.items():
        if runs:
            yield _line(name, runs, rows.get(against, []))
    for name, runs in rows.items():
        if runs and runs[-1].get("stages"):
            yield f"{name}: {_shares(runs[-1]['stages'])}"


def _line(name: str, runs: list[Row], others: list[Row]) -> str:
    seconds, memory = _column(runs, "seconds"), max(_column(runs, "memory"))
    line = f"{name:26}{median(seconds):9.2f}{f'({min(seconds):.2f} - {max(seconds):.2f})':>17}"
    line += f"{middle(runs, 'cpu'):9.2f}{f'{memory / 2**20:.0f} MiB' if memory else '-':>9}"
    for key in ("seconds", "cpu"):
        line += f"{times(runs, others, key):8.2f}" if others else f"{'':8}"
    first = f"   first chunk {middle(runs, 'first'):.1f} s" if "first" in runs[0] else ""
    return f"{line}{len(runs):8}{first}"


def times(runs: list[Row], others: list[Row], key: str) -> float:
    """Median of the quotients of runs of the same round."""
    pairs = zip_longest(runs, others)
    return float(median(a[key] / b[key] for a, b in pairs if a and b))


def middle(runs: list[Row], key: str) -> float:
    """The median of a column."""
    return float(median(_column(runs, key)))


def _column(runs: list[Row], key: str) -> list[float]:
    return [float(run[key]) for run in runs]


def _shares(stages: Mapping[str, float]) -> str:
    total = sum(stages.values())
    order = sorted(stages.items(), key=lambda item: -item[1])
    return ", ".join(f"{stage} {seconds / total:.1%}" for stage, seconds in order)


def fitted(rows: Rows, key: str) -> tuple[list[int], list[float], list[float]]:
    """Counts, medians, and what the straight line says that fits them best."""
    counts = sorted(int(name) for name, runs in rows.items() if runs)
    medians = [middle(rows[str(n)], key) for n in counts]
    if len(counts) < 2:
        return counts, medians, medians
    slope, base = np.polyfit(counts, medians, 1)
    return counts, medians, [float(slope * n + base) for n in counts]


def deviation(rows: Rows, key: str) -> float:
    """How far the worst of the medians is off the line, as a share of what the line says."""
    _, medians, line = fitted(rows, key)
    return max(abs(a - b) / b for a, b in zip(medians, line, strict=True))


def summary(figures: Figures) -> Iterator[str]:
    """What was wanted, and what it came to; only of parts that were measured."""
    yield f"{'figure':62}{'wanted':>12}  measured"
    for part, what, wanted, measure in _WANTED:
        if part in figures:
            try:
                yield f"{what:62}{wanted:>12}  {measure(figures[part])}"
            except (KeyError, IndexError, ValueError):  # of a part that broke off
                yield f"{what:62}{wanted:>12}  not all of it was run"


def _against_decoding(way: str) -> Callable[[Figure], str]:
    def told(part: Figure) -> str:
        runs, others = part["rows"][way], part["rows"]["ffmpeg decodes"]
        return f"{times(runs, others, 'seconds'):.2f} x ({times(runs, others, 'cpu'):.2f} x of CPU)"

    return told


def _an_episode(part: Figure) -> str:
    """What an episode of a season costs; decoding is that of the first and the last."""
    rows, count = part["rows"], part["told"]["episodes"]
    decoding = [runs[0] for way, runs in rows.items() if way != "index"]
    shares = [
        middle(rows["index"], key) / count / float(np.mean([run[key] for run in decoding]))
        for key in ("seconds", "cpu")
    ]
    return f"{shares[0]:.2f} x ({shares[1]:.2f} x of CPU), of {count} episodes"


def _first(part: Figure) -> str:
    return f"{middle(part['rows']['index, Ray'], 'first'):.1f} s"


def _first_of_many(part: Figure) -> str:
    most = max(part["rows"], key=int)
    return f"{middle(part['rows'][most], 'first'):.1f} s of {most} episodes"


def _study(part: Figure) -> str:
    told, rows = part["told"], part["rows"]
    slow, quick = told["seconds of the study's"], told["seconds of the index's"]
    speeds = [
        (middle(rows["study's loop"], key) / slow) / (middle(rows["index"], key) / quick)
        for key in ("seconds", "cpu")
    ]
    return f"{speeds[0]:.0f} x ({speeds[1]:.0f} x of CPU), from {slow:.1f} s of video"


def _held(part: Figure) -> str:
    found = part["rows"]["three scans"][-1]["found"]
    all_, now = found["every frame"], found["as index"]
    reused = 1 - now["looks"] / now["frames"]
    lost = all_["recall"] - now["recall"]
    return f"{reused:.1%} reused ({now['held']:.1%} held); recall lost {lost:.4f}"


def _memory(way: str) -> Callable[[Figure], str]:
    return lambda part: f"{max(_column(part['rows'][way], 'memory')) / 2**20:.0f} MiB"


def _seconds(way: str) -> Callable[[Figure], str]:
    def told(part: Figure) -> str:
        runs = part["rows"][way]
        return f"{middle(runs, 'seconds'):.2f} s ({middle(runs, 'cpu'):.2f} of CPU)"

    return told


def _linear(part: Figure) -> str:
    off = [deviation(part["rows"], key) for key in ("seconds", "cpu")]
    return f"{off[0]:.1%} ({off[1]:.1%} of CPU)"


def _gpu(part: Figure) -> str:
    from eyecatch.jobs.runners.ray.placement import GPU_OUTCOMES  # noqa: PLC0415 - it loads Ray

    runs = part["rows"]["index, Ray, logical GPU"]
    waits = median(1 - run["stages"]["identify"] / run["elapsed"] for run in runs)
    batch = min(GPU_OUTCOMES, runs[-1]["chunks"])
    crops = batch * runs[-1]["crops"] / runs[-1]["chunks"]
    return f"waits {waits:.1%}; batches of {batch} chunks, {crops:.0f} crops"


_WANTED: list[tuple[str, str, str, Callable[[Figure], str]]] = [
    ("decode", "five minutes of 1080p against ffmpeg", "<= 1.40 x", _against_decoding("index")),
    ("whole", "the same, 25 minutes", "<= 1.20 x", _against_decoding("index")),
    ("season", "the same, a season of them, an episode", "<= 1.15 x", _an_episode),
    ("hevc", "the same, 720p HEVC of 10 bits", "<= 2.00 x", _against_decoding("index")),
    ("whole", "the same of 25 minutes, on Ray", "", _against_decoding("index, Ray")),
    ("study", "against the study's loop", ">= 180 x", _study),
    ("held", "frames whose inference is reused, recall lost", "<= .005", _held),
    ("memory", "peak of 25 minutes, all processes", "<= 400 MiB", _memory("index")),
    ("memory", "the same, on Ray", "<= 1000 MiB", _memory("index, Ray")),
    ("start", "eyecatch --help", "<= 0.3 s", _seconds("eyecatch --help")),
    ("start", "eyecatch find", "<= 0.5 s", _seconds("eyecatch find")),
    ("decode", "start to first finished chunk, one episode, Ray", "<= 6 s", _first),
    ("length", "start to first finished chunk, most episodes, Ray", "<= 6 s", _first_of_many),
    ("length", "cost against length, furthest off a straight line", "<= 5 %", _linear),
    ("gpu", "simulated GPU node: share of the job its GPU stage waits", "", _gpu),
]
