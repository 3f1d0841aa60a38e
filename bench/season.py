"""What a season costs: memory of one episode and of many, Ray against inline, names decided again.

Draws an episode, and takes it for every one of the season; two bundles are enrolled on the base
embedder. Each job is a process of its own, watched from outside::

    .venv/bin/python bench/season.py --episodes 24 --seconds 60

On a machine that is busy with other things, seconds of CPU tell more than those of the clock.
With ``--keep FOLDER`` what is drawn stays there, and is found there another time.
"""

from __future__ import annotations

import argparse
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from episodes import copies

import eyecatch
from eyecatch.core.synthetic.cast import CAST
from eyecatch.core.synthetic.portraits import draw_faces
from eyecatch.core.synthetic.season import draw_season

SIZE = (640, 360)


def main() -> None:
    """Prints a line a job."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--episodes", type=int, default=24, help="how many (24)")
    parser.add_argument("--seconds", type=float, default=60.0, help="length of each (60)")
    parser.add_argument("--runner", choices=["inline", "ray"], help="only this one (both)")
    parser.add_argument("--keep", type=Path, help="folder for what is drawn; else it passes")
    wish = parser.parse_args()
    with ExitStack() as stack:
        folder = wish.keep or Path(stack.enter_context(TemporaryDirectory(prefix="eyecatch-")))
        season, few, all_ = prepare(folder, wish.episodes, wish.seconds)
        scratch = Path(stack.enter_context(TemporaryDirectory(prefix="eyecatch-season-")))
        print(f"{'':34}{'clock':>8}{'CPU':>8}{'driver':>9}{'worker':>9}")
        runners = [wish.runner] if wish.runner else ["inline", "ray"]
        for runner in runners:
            for files in (season[:1], season):
                db = scratch / f"{runner}{len(files)}.db"
                told = watched(command(files, db, few, runner))
                print(told.line(f"{runner}, {len(files)} episodes"), flush=True)
        db = scratch / f"{runners[0]}{len(season)}.db"
        again = watched(command(season, db, all_, "inline"))
        print(again.line("decided again by another bundle"), flush=True)
        show(db)


def prepare(folder: Path, episodes: int, seconds: float) -> tuple[list[Path], Path, Path]:
    """The files of a season, which all show the same, and two bundles of one network."""
    drawn, faces = folder / "season", folder / "faces"
    if not faces.exists():
        draw_season(drawn, episodes=1, seconds=seconds, size=SIZE)
        draw_faces(faces, per_character=12)
    first, *_ = sorted(drawn.glob("*.mkv"))
    names = [who.name for who in CAST]
    few, all_ = folder / "few.bundle", folder / "all.bundle"
    for out, some in ((few, names[:3]), (all_, names)):
        known: Path | str = "base"
        for name in [] if out.exists() else some:
            eyecatch.enrol(known, name, [faces / name], out=out, crop=True, force=known == out)
            known = out
    return [first, *copies(first, episodes - 1)], few, all_


def command(files: Sequence[Path], db: Path, model: Path, runner: str) -> list[str]:
    """The command line of a job."""
    words = ["index", *files, "--db", db, "--model", model, "--runner", runner, "--quiet"]
    return [sys.executable, "-m", "eyecatch", *map(str, words)]


@dataclass
class Told:
    """A job from outside: seconds, and MiB of the driver's and the largest worker's peak."""

    clock: float = 0.0
    cpu: float = 0.0
    driver: float = 0.0
    worker: float = 0.0

    def line(self, what: str) -> str:
        """A line of the table."""
        sizes = f"{self.driver:7.0f} M{self.worker:7.0f} M"
        return f"{what:34}{self.clock:8.1f}{self.cpu:8.1f}{sizes}"


def watched(words: Sequence[str]) -> Told:
    """Run a command and look at its processes until it ends."""
    began, told = time.perf_counter(), Told()
    cpu: dict[int, float] = {}
    with subprocess.Popen(words) as job:
        root = psutil.Process(job.pid)
        while job.poll() is None:
            look(root, told, cpu)
            time.sleep(0.5)  # looking costs CPU, too
    if job.returncode:
        sys.exit(f"{' '.join(words)}: status {job.returncode}")
    told.clock, told.cpu = time.perf_counter() - began, sum(cpu.values())
    return told


def look(root: psutil.Process, told: Told, cpu: dict[int, float]) -> None:
    """Note the peaks, and the seconds of CPU so far, of a process and all below it."""
    try:
        below = root.children(recursive=True)
    except psutil.NoSuchProcess:
        return
    for process in (root, *below):
        try:
            times = process.cpu_times()
            cpu[process.pid] = times.user + times.system
            held = own_memory(process.pid)
            if process.pid == root.pid:
                told.driver = max(told.driver, held)
            elif "ray::ScanActor" in " ".join(process.cmdline()):
                told.worker = max(told.worker, held)
        except (psutil.Error, OSError):
            continue


def own_memory(pid: int) -> float:
    """Memory of a process' own, MiB: libraries and Ray's store, which are shared, left out."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) / 1024
    return 0.0


def show(db: Path) -> None:
    """How much there was to decide, what limits, and the size of the index."""
    status = eyecatch.status(db=str(db))
    for run in status.runs:
        total = sum(run.stages.values()) or 1.0
        print(run.config.get("bundle", "")[:8], {k: round(v, 2) for k, v in run.stages.items()})
        print("   shares", {k: round(v / total, 3) for k, v in run.stages.items()})
    frames = sum(one.episode.frames for one in status.episodes)
    print(f"{frames} frames, {db.stat().st_size / 2**20:.1f} MiB of index")
    with closing(sqlite3.connect(db)) as connection:
        sizes = connection.execute(
            "SELECT m.tbl_name, sum(s.pgsize) FROM dbstat s JOIN sqlite_master m"
            " ON m.name = s.name WHERE m.tbl_name NOT LIKE 'sqlite%' GROUP BY 1 ORDER BY 2 DESC"
        ).fetchall()
        for name, size in sizes:
            (rows,) = connection.execute(f"SELECT count(*) FROM {name}").fetchone()
            print(f"   {name:28}{rows:10,} rows{size:14,} bytes")


if __name__ == "__main__":
    main()
