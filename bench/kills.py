"""Kills an index job at random moments, goes on, and compares every row with an undisturbed run.

Each of the rounds begins an index, kills its driver with SIGKILL a random time after a random
number of chunks (none, too), as often as ``--kills`` says, lets it end, and prints what the ledger
says was begun again::

    .venv/bin/python bench/kills.py --rounds 20
    .venv/bin/python bench/kills.py --rounds 5 --runner ray

It ends with status 1 if any row is lost, doubled or different.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import eyecatch
from eyecatch.core.drawn.season import draw_season
from eyecatch.db.fingerprint import Content
from eyecatch.db.index import open_index

CHUNK_SECONDS = 1.0
JOB = f"""
import sys, eyecatch
from pathlib import Path
eyecatch.index([Path(sys.argv[1])], db=sys.argv[2], runner=sys.argv[3],
               chunk_seconds={CHUNK_SECONDS}, listener=lambda p: print(p.chunks_done, flush=True))
"""


def main() -> None:
    """Prints a line a round."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=20, help="indexes that are made (20)")
    parser.add_argument("--kills", type=int, default=1, help="kills of each (1)")
    parser.add_argument("--runner", choices=["inline", "ray"], default="inline")
    parser.add_argument("--seed", type=int, default=6, help="of the moments (6)")
    wish = parser.parse_args()
    dice = random.Random(wish.seed)
    with TemporaryDirectory(prefix="eyecatch-kills-") as scratch:
        season = draw_season(Path(scratch) / "season", episodes=3, seconds=12.0, size=(320, 180))
        whole, length, chunks = undisturbed(season.folder, Path(scratch) / "whole.db")
        print(f"{chunks} chunks in {length:.1f} s; kills per round: {wish.kills}")
        worst, wrong = 0, 0
        for number in range(wish.rounds):
            db = Path(scratch) / f"{number}.db"
            moments = [
                kill(
                    season.folder,
                    db,
                    wish.runner,
                    dice.randrange(chunks),
                    dice.uniform(0, length / chunks),
                )
                for _ in range(wish.kills)
            ]
            report = eyecatch.index(
                [season.folder], db=str(db), runner="inline", chunk_seconds=CHUNK_SECONDS
            )
            again = sum(one.again for one in eyecatch.status(db=str(db)).episodes)
            same = content(db) == whole
            worst, wrong = max(worst, again), wrong + (not same)
            print(
                f"{number + 1:3}: killed {', '.join(moments)}; {report.progress.chunks:2} chunks "
                f"were left; {again} begun again; rows {'equal' if same else 'DIFFER'}",
                flush=True,
            )
    print(f"{wrong} of {wish.rounds} differ; at most {worst} chunks begun again")
    sys.exit(bool(wrong))


def undisturbed(folder: Path, db: Path) -> tuple[dict[str, Content], float, int]:
    """What the index holds, how long the scan took, and of how many chunks."""
    report = eyecatch.index([folder], db=str(db), runner="inline", chunk_seconds=CHUNK_SECONDS)
    return content(db), report.progress.elapsed, report.progress.chunks


def content(db: Path) -> dict[str, Content]:
    """All that an index holds."""
    with open_index(str(db), create=False) as index:
        return index.fingerprint()


def kill(folder: Path, db: Path, runner: str, chunks: int, after: float) -> str:
    """Begin a job, and kill it so many seconds after so many chunks are done; says when it was."""
    words = [sys.executable, "-c", JOB, str(folder), str(db), runner]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True
    ) as job:
        assert job.stdout is not None
        done = -1  # it tells of none before it tells of the first
        while done < chunks and (line := job.stdout.readline()):
            done = int(line)
        time.sleep(after)
        ended = job.poll() is not None
        job.send_signal(signal.SIGKILL)
        done = max([done, *map(int, job.stdout)])
    return "after its end" if ended else f"after {done} chunks"


if __name__ == "__main__":
    main()
