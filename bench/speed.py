"""How fast an index is made, against decoding alone, the original study, and its own length.

    make bench                                   # everything
    make bench ONLY="decode length"              # these parts; the others' figures stay
    .venv/bin/python bench/speed.py --quick      # a smoke run on ten seconds of video
    .venv/bin/python bench/speed.py --draw       # only make the videos, which need no quiet machine

Each round runs all ways once, one after the other, so that a machine that is busy or warm is so for
all of them; tables tell medians, and how far apart the rounds were. CPU seconds are of all
processes. What is drawn stays in ``--keep`` (``.bench``), with ``speed.json``, which is added to
after each run, and ``speed.png``. A part that fails is told at the end and stops no other.
"""

from __future__ import annotations

import argparse
import platform
import sys
import traceback
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import figures
from parts import PARTS, Part, Room, cores
from plot import draw

from eyecatch.core.errors import ModelError

USUAL = [name for name in PARTS if name != "season"]
"""What is measured unless parts are named; a season takes an hour and 5 GB of videos."""


def main() -> None:
    """Runs what was asked for, prints a table a part, and keeps the figures."""
    wish = _wish()
    room = Room(wish.keep, wish.seconds, wish.most, wish.season)
    if wish.draw:
        prepare(room)
        return
    path = wish.keep / "speed.json"
    failed = [name for name in wish.only or USUAL if not _part(name, room, wish.rounds, path)]
    known = figures.read(path)
    print("", *figures.summary(known), sep="\n")
    draw(known, wish.keep / "speed.png")
    if failed:
        sys.exit(f"\nFailed, run again with --only {' '.join(failed)}.")


def _wish() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--keep", type=Path, default=Path(".bench"), help="folder for all (.bench)")
    parser.add_argument("--rounds", type=int, help="how often each way is run (as suits the part)")
    parser.add_argument("--seconds", type=float, default=300, help="of an episode (300)")
    parser.add_argument("--most", type=int, default=8, help="episodes at most (8)")
    parser.add_argument("--season", type=int, default=24, help="episodes of a season (24)")
    parser.add_argument("--only", nargs="+", choices=PARTS, help="these parts only")
    parser.add_argument("--quick", action="store_true", help="1 round, 10 s, 2 episodes")
    parser.add_argument("--draw", action="store_true", help="only make the videos")
    wish = parser.parse_args()
    if wish.quick:
        wish.rounds, wish.seconds, wish.most, wish.season = 1, 10, 2, 2
        wish.keep /= "quick"
    if wish.rounds is not None and wish.rounds < 1:
        parser.error("--rounds: at least one")
    wish.keep = wish.keep.absolute()
    wish.keep.mkdir(parents=True, exist_ok=True)
    return wish


def prepare(room: Room) -> None:
    """Draw and cut all videos, so that a bench later only measures."""
    for name in USUAL:
        print(f"videos of {name}", flush=True)
        with suppress(ModelError):
            PARTS[name](room)


def _part(name: str, room: Room, rounds: int | None, path: Path) -> bool:
    """Measure a part and say so; whether it could be done."""
    print(f"\n{name}", flush=True)
    try:
        part = PARTS[name](room)
        for line in figures.table(_measured(name, part, rounds, path)):
            print(line, flush=True)
    except ModelError as error:
        print(f"left out: {error}", flush=True)
    except Exception as error:  # the other parts are to be measured all the same
        traceback.print_exc()
        print(f"{name} failed: {error}", flush=True)
        return False
    return True


def _measured(name: str, part: Part, rounds: int | None, path: Path) -> figures.Figure:
    """Run all rounds of a part; each run is kept as it ends."""
    known = figures.read(path)
    rows: figures.Rows = {way: [] for way in part.ways}
    found: figures.Figure = {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.machine()}, {cores()} cores",
        "against": part.against,
        "told": dict(part.told),
        "rows": rows,
    }
    for turn in range(rounds or part.rounds):
        for way, run in part.ways.items():
            if turn < part.fewer.get(way, turn + 1):
                rows[way].append(figures.row(run()))
                took = f"{rows[way][-1]['seconds']:.2f} s, {rows[way][-1]['cpu']:.2f} s of CPU"
                print(f"  {way}: {took}", file=sys.stderr, flush=True)
                figures.write({**known, name: found}, path)
    return found


if __name__ == "__main__":
    main()
