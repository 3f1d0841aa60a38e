"""How fast an index is made, against decoding alone, the original study, and its own length.

    make bench                # everything; hours on two cores, drawing among them
    .venv/bin/python bench/speed.py --quick      # a smoke run of a minute's worth of video
    .venv/bin/python bench/speed.py --only decode --rounds 3

Each round runs all ways once, one after the other, so that a machine that is busy or warm is so for
all of them; the table tells medians, and how far apart the rounds were. CPU seconds are of all
processes. What is drawn stays in ``--keep`` (``.bench``), with ``speed.json`` and ``speed.png``.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from statistics import median

import burn
import episodes
import ways
from measure import Cost
from plot import draw
from ways import Told, by_index

from eyecatch.core.detect.cascade import resolve
from eyecatch.core.errors import ModelError
from eyecatch.core.identity.bundle import load_bundle
from eyecatch.core.scan.config import DetectorConfig
from eyecatch.core.video.probe import probe

Way = Callable[[], Cost | Told]
PARTS = ("decode", "hevc", "study", "render", "length", "workers", "gpu", "memory", "start")


def main() -> None:
    """Runs what was asked for, prints a table a part, and keeps the figures."""
    wish = _wish()
    bench = Bench(wish.keep, wish.rounds, wish.seconds, wish.most)
    for part in wish.only or PARTS:
        print(f"\n{part}", flush=True)
        getattr(bench, part)()
        (wish.keep / "speed.json").write_text(json.dumps(bench.figures, indent=1), "utf-8")
    draw(bench.figures, wish.keep / "speed.png")


def _wish() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--keep", type=Path, default=Path(".bench"), help="folder for all (.bench)")
    parser.add_argument("--rounds", type=int, default=5, help="how often each way is run (5)")
    parser.add_argument("--seconds", type=float, default=300, help="of an episode (300)")
    parser.add_argument("--most", type=int, default=8, help="episodes at most (8)")
    parser.add_argument("--only", nargs="+", choices=PARTS, help="these parts only")
    parser.add_argument("--quick", action="store_true", help="1 round, 10 s, 2 episodes")
    wish = parser.parse_args()
    if wish.quick:
        wish.rounds, wish.seconds, wish.most = 1, 10, 2
    if wish.rounds < 1:
        parser.error("--rounds: at least one")
    wish.keep.mkdir(parents=True, exist_ok=True)
    return wish


class Bench:
    """The parts of the bench, and the figures of those that were run."""

    def __init__(self, folder: Path, rounds: int, seconds: float, most: int) -> None:
        self.folder, self.rounds, self.seconds, self.most = folder, rounds, seconds, most
        self.figures: dict[str, dict[str, list[dict[str, object]]]] = {}
        self.model = ways.make_bundle(folder)

    def decode(self) -> None:
        """Decoding alone against whole jobs, 1080p H.264."""
        self._pairs("decode", episodes.h264(self.folder, self.seconds))

    def hevc(self) -> None:
        """The same, 720p HEVC with 10 bits."""
        self._pairs("hevc", episodes.hevc(self.folder, self.seconds))

    def _pairs(self, part: str, video: Path) -> None:
        index = partial(by_index, [video], self.model)
        compared: dict[str, Way] = {
            "ffmpeg decodes": partial(ways.by_ffmpeg, video),
            "PyAV decodes": partial(ways.by_pyav, video),
            "index, inline": partial(index, "inline"),
            "index, Ray": partial(index, "ray"),
        }
        if _cascade():
            compared["index, Ray, cascade"] = partial(index, "ray", "cascade")
        self._run(part, compared, against="ffmpeg decodes")

    def study(self) -> None:
        """The study's loop on an excerpt, which is all that one has the patience for."""
        if not _cascade():
            print("left out: there is no cascade file (EYECATCH_CASCADE)")
            return
        whole = episodes.h264(self.folder, self.seconds)
        short = episodes.excerpt(whole, 2)
        compared: dict[str, Way] = {
            "study, excerpt": partial(ways.by_study, short, self.folder),
            "index, inline, whole": partial(by_index, [whole], self.model, "inline"),
        }
        self._run("study", compared)
        lengths = [float(probe(path).duration or 0) for path in (short, whole)]
        each = [
            median(_number(row["seconds"]) for row in rows) / length
            for rows, length in zip(self.figures["study"].values(), lengths, strict=True)
        ]
        print(
            f"seconds a second of video: {each[0]:.2f} and {each[1]:.4f}; {each[0] / each[1]:.0f} x"
        )

    def render(self) -> None:
        """Encoding alone against burning in; ``bench/burn.py`` tells more of it."""
        folder = self.folder / f"burn_{min(60, self.seconds):g}s"
        burn.prepare(folder, min(60, self.seconds))
        compared: dict[str, Way] = {
            name: partial(_timed, how(folder))
            for name, how in (("ffmpeg encodes", burn.plain), ("burnt in", burn.burnt))
        }
        self._run("render", compared, against="ffmpeg encodes")

    def length(self) -> None:
        """Time against episodes."""
        files = episodes.copies(episodes.h264(self.folder, self.seconds), self.most)
        counts = [n for n in (1, 2, 4, 8) if n <= self.most]
        ray = partial(by_index, model=self.model, runner="ray")
        compared: dict[str, Way] = {str(n): partial(ray, files[:n]) for n in counts}
        self._run("length", compared)

    def workers(self) -> None:
        """Time against processes that scan."""
        files = episodes.copies(episodes.h264(self.folder, self.seconds), 2)
        ray = partial(by_index, files, self.model, "ray")
        compared: dict[str, Way] = {
            str(n): partial(ray, resources={"CPU": n}) for n in range(1, _cores() + 1)
        }
        self._run("workers", compared)

    def gpu(self) -> None:
        """A node with a GPU that is none: how long its stage waits."""
        video = episodes.h264(self.folder, self.seconds)
        job = partial(by_index, [video], self.model, "ray", resources={"CPU": _cores(), "GPU": 1})
        self._run("gpu", {"index, Ray, logical GPU": job})
        for row in self.figures["gpu"]["index, Ray, logical GPU"]:
            busy, elapsed = row["stages"], _number(row["elapsed"])
            assert isinstance(busy, Mapping)
            print(f"the GPU's stage waited for {1 - busy['identify'] / elapsed:.1%} of the job")

    def memory(self) -> None:
        """The peak of one long episode."""
        times = 5 if self.seconds >= 300 else 2
        long = episodes.repeated(episodes.h264(self.folder, self.seconds), times)
        compared: dict[str, Way] = {
            f"index, {runner}": partial(by_index, [long], self.model, runner, memory=True)
            for runner in ("inline", "ray")
        }
        self._run("memory", {"ffmpeg decodes": partial(ways.by_ffmpeg, long), **compared})

    def start(self) -> None:
        """What a person waits for."""
        index = self.folder / "start.db"
        if not index.exists():
            short = episodes.excerpt(episodes.h264(self.folder, self.seconds), 2)
            ways.verb("index", str(short), "--model", str(self.model), "--db", str(index))
        name = str(load_bundle(self.model).names[0])
        compared: dict[str, Way] = {
            "eyecatch --help": partial(ways.verb, "--help"),
            "eyecatch find": partial(ways.verb, "find", name, "--db", str(index)),
        }
        self._run("start", compared)

    def _run(self, part: str, compared: Mapping[str, Way], against: str = "") -> None:
        rows: dict[str, list[dict[str, object]]] = {name: [] for name in compared}
        for _ in range(self.rounds):
            for name, way in compared.items():
                rows[name].append(_row(way()))
                took = f"{rows[name][-1]['seconds']:.2f} s, {rows[name][-1]['cpu']:.2f} s of CPU"
                print(f"  {name}: {took}", file=sys.stderr, flush=True)
        self.figures[part] = rows
        print(f"{'':26}{'seconds':>9}{'':17}{'of CPU':>9}{'memory':>9}{'times':>8}{'CPU':>8}")
        for name in rows:
            print(_line(name, rows, against), flush=True)
        for name, told in rows.items():
            if told[-1].get("stages"):
                print(f"{name}: {_shares(told[-1]['stages'])}")


def _row(found: Cost | Told) -> dict[str, object]:
    if isinstance(found, Cost):
        return {**asdict(found), "said": ""}
    told = asdict(found)
    return {**told.pop("cost"), "said": "", **told}


def _line(name: str, rows: Mapping[str, list[dict[str, object]]], against: str) -> str:
    """Medians, the range of seconds, and how many times what it is held against it took."""
    seconds, cpu, memory = (
        [_number(row[key]) for row in rows[name]] for key in ("seconds", "cpu", "memory")
    )
    line = f"{name:26}{median(seconds):9.2f}{f'({min(seconds):.2f} - {max(seconds):.2f})':>17}"
    line += f"{median(cpu):9.2f}{_mebibytes(max(memory)):>9}"
    if against:
        pairs = list(zip(rows[name], rows[against], strict=True))
        for key in ("seconds", "cpu"):
            line += f"{median(_number(a[key]) / _number(b[key]) for a, b in pairs):8.2f}"
    first = [_number(row["first"]) for row in rows[name] if "first" in row]
    return line + (f"   first chunk {median(first):.1f} s" if first else "")


def _shares(stages: object) -> str:
    assert isinstance(stages, Mapping)
    total = sum(stages.values())
    order = sorted(stages.items(), key=lambda item: -item[1])
    return ", ".join(f"{stage} {seconds / total:.1%}" for stage, seconds in order)


def _mebibytes(count: float) -> str:
    return f"{count / 2**20:.0f} MiB" if count else "-"


def _timed(command: list[str]) -> Cost:
    seconds, cpu = burn.timed(command)
    return Cost(seconds, cpu, 0, "")


def _number(value: object) -> float:
    assert isinstance(value, int | float)
    return float(value)


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def _cascade() -> bool:
    try:
        resolve(DetectorConfig("cascade"))
    except ModelError:
        return False
    return True


if __name__ == "__main__":
    main()
