"""Kills an index job at random moments, goes on, and compares every row with an undisturbed run.

Each of the rounds begins an index, kills its driver with SIGKILL a random time after a random
number of chunks (none, too), as often as ``--kills`` says, lets it end, and prints how many chunks
were begun again: by the ledger inline; by what Ray's workers note as they begin one on Ray::

    .venv/bin/python bench/kills.py --rounds 20
    .venv/bin/python bench/kills.py --rounds 20 --runner ray --seconds 60 --chunk-seconds 10

With ``--scanner`` everything is scanned in a process of its own, and that one is killed: the job
itself has to come to its end, and whoever was in company is scanned again alone::

    .venv/bin/python bench/kills.py --rounds 20 --scanner

With ``--statements`` a person has named somebody in the first episode, and the job that indexes the
second, to which the name follows, is killed before one of its SQL statements, before every one
with ``--statements 1``::

    .venv/bin/python bench/kills.py --statements 10

It ends with status 1 if any row is lost, doubled or different.
"""

from __future__ import annotations

import argparse
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

import eyecatch
from eyecatch.core.synthetic.season import draw_season
from eyecatch.db.index import open_index
from eyecatch.db.queries.fingerprint import Content
from eyecatch.jobs.indexing.index import IndexReport

# Being of the main module, its scanners go to Ray's workers by value.
JOB = """
import sys, eyecatch
from pathlib import Path
from eyecatch.jobs.runners.ray import actors
from eyecatch.jobs import runners
folder, db, runner, seconds, noted, apart, *before = sys.argv[1:]
if int(apart):
    runners.LONGEST_HERE = 0.0
if before:
    import os, signal
    from itertools import count
    from sqlalchemy import event
    from sqlalchemy.engine import Engine
    sent = count()
    @event.listens_for(Engine, "before_cursor_execute")
    def send(*_):
        if next(sent) == int(before[0]):
            os.kill(os.getpid(), signal.SIGKILL)

class Noting(actors.ScanActor):
    def run(self, task, tries):
        with open(noted, "a") as file:
            file.write(task.id + "\\n")
        return super().run(task, tries)

actors.ScanActor = Noting
eyecatch.index([Path(folder)], db=db, runner=runner, chunk_seconds=float(seconds),
               listener=lambda p: print(p.chunks_done, flush=True))
"""


def main() -> None:
    """Prints a line a round."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=20, help="indexes that are made (20)")
    parser.add_argument("--kills", type=int, default=1, help="kills of each (1)")
    parser.add_argument("--runner", choices=["inline", "ray"], default="inline")
    parser.add_argument("--seconds", type=float, default=12.0, help="of each episode (12)")
    parser.add_argument("--chunk-seconds", type=float, default=1.0, help="of each chunk (1)")
    parser.add_argument("--seed", type=int, default=6, help="of the moments (6)")
    parser.add_argument(
        "--scanner", action="store_true", help="kill the process that scans, not the driver"
    )
    parser.add_argument(
        "--statements", type=int, metavar="N", help="kill before each N-th statement instead"
    )
    wish = parser.parse_args()
    if wish.statements:
        sys.exit(statements(wish.statements))
    dice = random.Random(wish.seed)
    with TemporaryDirectory(prefix="eyecatch-kills-") as scratch:
        drawn = Path(scratch) / "season"
        draw_season(drawn, episodes=3, seconds=wish.seconds, size=(320, 180))
        bench = Bench(drawn, wish.runner, wish.chunk_seconds, wish.scanner)
        whole, length, chunks = bench.undisturbed(Path(scratch) / "whole.db")
        print(f"{chunks} chunks in {length:.1f} s; kills per round: {wish.kills}")
        worst, wrong = 0, 0
        for number in range(wish.rounds):
            db = Path(scratch) / f"{number}.db"
            moments = [
                bench.kill(db, dice.randrange(chunks), dice.uniform(0, length / chunks))
                for _ in range(wish.kills)
            ]
            left, again = bench.go_on(db, chunks)
            same = content(db) == whole
            worst, wrong = max(worst, again), wrong + (not same)
            print(
                f"{number + 1:3}: killed {', '.join(moments)}; {left:2} chunks "
                f"were left; {again} begun again; rows {'equal' if same else 'DIFFER'}",
                flush=True,
            )
    print(f"{wrong} of {wish.rounds} differ; at most {worst} chunks begun again")
    sys.exit(bool(wrong))


def statements(step: int) -> bool:
    """Kills a job before each of its statements, ``step`` apart; whether any index differs then."""
    with TemporaryDirectory(prefix="eyecatch-kills-") as scratch:
        drawn = draw_season(Path(scratch) / "season", episodes=2, seconds=12.0, size=(320, 180))
        first, second = drawn.episodes
        named, whole = Path(scratch) / "named.db", Path(scratch) / "whole.db"
        eyecatch.index([first], db=str(named), runner="inline")
        eyecatch.name(eyecatch.unknowns(db=str(named)).clusters[0].row.id, "Ann", db=str(named))
        wanted = _finished(second, Path(shutil.copy(named, whole)))
        wrong, moment = 0, 0
        while True:
            db = Path(shutil.copy(named, Path(scratch) / f"{moment}.db"))
            words = [second, db, "inline", 60, _noted(db), 0, moment]
            killed = subprocess.run(
                [sys.executable, "-c", JOB, *map(str, words)], capture_output=True, check=False
            )
            if killed.returncode != -signal.SIGKILL:
                break
            same = _finished(second, db) == wanted
            wrong += not same
            print(f"killed before statement {moment}: {'equal' if same else 'DIFFERS'}", flush=True)
            moment += step
    print(f"{wrong} of {moment // step} differ")
    return bool(wrong)


def _finished(file: Path, db: Path) -> dict[str, Content]:
    """All that an index holds once a job on a file has come to its end."""
    eyecatch.index([file], db=str(db), runner="inline")
    return content(db)


@dataclass(frozen=True, slots=True)
class Bench:
    """Jobs on one season: its folder, who runs them, the length of their chunks, whom to kill."""

    folder: Path
    runner: str
    chunk_seconds: float
    scanner: bool

    def undisturbed(self, db: Path) -> tuple[dict[str, Content], float, int]:
        """What the index holds, how long the scan took, and of how many chunks."""
        report = self._inline(db)
        return content(db), report.progress.elapsed, report.progress.chunks

    def kill(self, db: Path, chunks: int, after: float) -> str:
        """Begin a job, and kill it so many seconds after so many chunks are done; says when."""
        words = [self.folder, db, self.runner, self.chunk_seconds, _noted(db), int(self.scanner)]
        with subprocess.Popen(
            [sys.executable, "-c", JOB, *map(str, words)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        ) as job:
            assert job.stdout is not None
            done = -1  # it tells of none before it tells of the first
            while done < chunks and (line := job.stdout.readline()):
                done = int(line)
            time.sleep(after)
            if self.scanner:
                ended = not _kill_scanner(job.pid)
            else:
                ended = job.poll() is not None
                job.send_signal(signal.SIGKILL)
            later = [*map(int, job.stdout)]
        if self.scanner and job.returncode:
            raise RuntimeError("the job did not outlive the process that scans")
        when = done if self.scanner else max([done, *later])
        return "after its end" if ended else f"after {when} chunks"

    def go_on(self, db: Path, chunks: int) -> tuple[int, int]:
        """Let the job end: how many of all chunks were left, and how many were begun again."""
        left = self._inline(db).progress.chunks
        if self.runner == "ray":
            begun = _noted(db).read_text().split() if _noted(db).exists() else []
            return left, len(begun) + left - chunks
        return left, sum(one.again for one in eyecatch.status(db=str(db)).episodes)

    def _inline(self, db: Path) -> IndexReport:
        return eyecatch.index(
            [self.folder], db=str(db), runner="inline", chunk_seconds=self.chunk_seconds
        )


def _kill_scanner(job: int) -> bool:
    """Kill the process that scans for a job; whether there was one still."""
    with suppress(psutil.Error):
        for process in psutil.Process(job).children():
            if "eyecatch.jobs.runners.child" in process.cmdline():
                process.kill()
                return True
    return False


def content(db: Path) -> dict[str, Content]:
    """All that an index holds."""
    with open_index(str(db), create=False) as index:
        return index.fingerprint.compute()


def _noted(db: Path) -> Path:
    """Where Ray's workers note the chunks of an index that they begin."""
    return db.with_suffix(".begun")


if __name__ == "__main__":
    main()
