"""How much burning in costs: it against ffmpeg that decodes and encodes and draws nothing.

Draws an episode of 60 s of 1080p, indexes it, and takes the time of both in turns, with the same
encoder and the same settings, from start of the process to its end::

    .venv/bin/python bench/burn.py --pairs 5

With ``--keep FOLDER`` both stay there, and are found there another time.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from tempfile import TemporaryDirectory

import eyecatch
from eyecatch.core.synthetic.season import draw_episode
from eyecatch.core.video.ffmpeg import program
from eyecatch.jobs.render.encoders import ENCODERS

SECONDS, SIZE, SEED = 60.0, (1920, 1080), 5


def main() -> None:
    """Prints a pair a line, then the medians."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=5, help="how many (5)")
    parser.add_argument("--keep", type=Path, help="folder for what is made; else it passes")
    wish = parser.parse_args()
    if wish.pairs < 1:
        parser.error("--pairs: at least one")
    with ExitStack() as stack:
        folder = wish.keep or Path(stack.enter_context(TemporaryDirectory(prefix="eyecatch-")))
        prepare(folder)
        measure(folder, wish.pairs)


def prepare(folder: Path, seconds: float = SECONDS) -> None:
    """The episode and its index, unless they are there."""
    folder.mkdir(parents=True, exist_ok=True)
    episode, index = folder / "episode.mkv", folder / "episode.db"
    if not episode.exists():
        draw_episode(episode, seconds=seconds, size=SIZE, seed=SEED)
    (known,) = eyecatch.index([episode], db=str(index), runner="inline").episodes
    print(f"{known.frames} frames of {known.video.width}x{known.video.height}")


def measure(folder: Path, pairs: int) -> None:
    """Both in turns; each begins every other pair, since the second may find a warmer machine."""
    print(f"{'':6}{'seconds':^27}{'of CPU':^27}")
    print(f"{'pair':6}{'plain':>8}{'burnt':>8}{'speed':>8}   {'plain':>8}{'burnt':>8}{'speed':>8}")
    rows = []
    for number in range(pairs):
        order = (plain, burnt) if number % 2 == 0 else (burnt, plain)
        took = {way: timed(way(folder)) for way in order}
        (wall, cpu), (more, harder) = took[plain], took[burnt]
        rows.append((wall, more, wall / more, cpu, harder, cpu / harder))
        print(line(str(number + 1), rows[-1]), flush=True)
    print(line("median", [median(column) for column in zip(*rows, strict=True)]))


def line(name: str, row: Sequence[float]) -> str:
    """A row of the table."""
    wall, more, speed, cpu, harder, share = row
    return f"{name:6}{wall:8.2f}{more:8.2f}{speed:8.3f}   {cpu:8.2f}{harder:8.2f}{share:8.3f}"


def plain(folder: Path) -> list[str]:
    """As anybody would call ffmpeg: the picture encoded anew, the rest copied."""
    encoder = ENCODERS["x264"]
    options = [str(part) for key, value in encoder.options.items() for part in (f"-{key}", value)]
    source, out = str(folder / "episode.mkv"), str(folder / "plain.mkv")
    return [program(), "-v", "error", "-nostdin", "-y", "-i", source, "-map", "0", "-c", "copy",
            "-c:v", encoder.codec, *options, out]  # fmt: skip


def burnt(folder: Path) -> list[str]:
    """The same by our own command line."""
    names = [str(folder / name) for name in ("episode.mkv", "episode.db", "burnt.mkv")]
    return [sys.executable, "-m", "eyecatch", "render", names[0], "--db", names[1], "--burn",
            "--out", names[2], "--force", "--quiet"]  # fmt: skip


def timed(command: list[str]) -> tuple[float, float]:
    """Seconds that a command takes, and seconds of CPU, which tell more on a busy machine."""
    begin, before = time.perf_counter(), getrusage(RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end, after = time.perf_counter(), getrusage(RUSAGE_CHILDREN)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return end - begin, cpu


if __name__ == "__main__":
    main()
