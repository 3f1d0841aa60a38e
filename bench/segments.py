"""Openings, endings, recaps and the rest: how many are found, how exactly, and what is claimed.

Draws seasons with their truth, indexes them and compares. ``drawn`` takes three seasons of
different seeds, sizes and encoders; ``degraded`` re-encodes half of their episodes as other
releases would be; ``spliced`` makes seasons of real footage (the data for measuring)::

    .venv/bin/python bench/segments.py drawn
    .venv/bin/python bench/segments.py spliced ../shared/data --keep /tmp/seasons --details

``degraded`` takes the spliced seasons where it is given the data. With ``--keep FOLDER`` what is
made stays there, and is found there another time, and so is the index with ``--again``, which is
searched by the code as it stands.
"""

from __future__ import annotations

import argparse
import csv
import shutil
import sqlite3
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

from segment_scores import SegmentScore, Span, by_episode, details, report, score
from spliced_seasons import splice_seasons

import eyecatch
from eyecatch.core.files import atomic_folder
from eyecatch.core.segments.repeats import find_repeats
from eyecatch.core.synthetic.broadcast import draw_broadcast
from eyecatch.core.synthetic.encode import Encoding
from eyecatch.core.synthetic.passages import TrueSegment
from eyecatch.core.synthetic.programme import BroadcastOptions
from eyecatch.core.synthetic.reencode import PAL, Reencoding, followed, reencode
from eyecatch.core.synthetic.season import NTSC_FILM, write_rows
from eyecatch.db.index import open_index

HEVC = Encoding(
    "libx265", "yuv420p10le", {"preset": "ultrafast", "crf": 26, "x265-params": "log-level=none"}
)
ROUGH = Encoding(options={"preset": "superfast", "crf": 30, "g": 120})
OLD = Encoding("mpeg4", "yuv420p", {"qscale:v": 6, "g": 60}, sound="libmp3lame")


@dataclass(frozen=True)
class Wish:
    """A season to be drawn."""

    seed: int
    seconds: float
    size: tuple[int, int]
    rate: Fraction
    encoding: Encoding
    options: BroadcastOptions
    grain: float = 0.0


WISHES = (
    Wish(1, 60.0, (320, 180), NTSC_FILM, Encoding(), BroadcastOptions()),
    Wish(
        2, 75.0, (426, 240), NTSC_FILM, HEVC,
        BroadcastOptions(opening=15.0, ending=12.0, eyecatch=3.0, dubbed=(3, 8)), grain=1.5,
    ),
    Wish(
        3, 60.0, (320, 240), Fraction(25), ROUGH,
        BroadcastOptions(opening=8.0, ending=8.0, second_size=(640, 480)),
    ),
)  # fmt: skip

# What every second episode of a degraded season becomes, in turns.
RELEASES = (
    Reencoding(size=(854, 480), encoding=ROUGH, loudness=-9.0),
    Reencoding(logo=True, encoding=OLD),
    Reencoding(crop=0.04, loudness=6.0),
    Reencoding(speed=PAL, encoding=ROUGH),
    Reencoding(size=(256, 144), logo=True, crop=0.04, loudness=-6.0),
    Reencoding(silent=True, size=(854, 480), logo=True),
)


def main() -> None:
    """Prints tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("mode", choices=["drawn", "degraded", "spliced"])
    parser.add_argument("data", type=Path, nargs="?", help="folder of the data, for real footage")
    parser.add_argument("--keep", type=Path, help="folder for what is made; else it passes")
    parser.add_argument("--again", action="store_true", help="with the index that was kept")
    parser.add_argument("--details", action="store_true", help="a line for each mistake")
    parser.add_argument("--only", type=int, help="only this season, from 1")
    parser.add_argument("--seed", type=int, default=0, help="other seasons than those of 0")
    wish = parser.parse_args()
    if wish.mode == "spliced" and wish.data is None:
        parser.error("name the folder of the data")
    total = SegmentScore()
    with ExitStack() as stack:
        keep = wish.keep or Path(stack.enter_context(TemporaryDirectory(prefix="eyecatch-")))
        for season in seasons(wish.mode, keep, wish.data, wish.only, wish.seed):
            result = judge(season, again=wish.again)
            total.add(result)
            if wish.details:
                print(*details(result), sep="\n")
    print(*report(total), sep="\n")


def seasons(
    mode: str, keep: Path, data: Path | None, only: int | None, seed: int
) -> Iterator[Path]:
    """The folders of the seasons, which are made where they are lacking."""
    whole = (
        drawn(keep / "drawn", only, seed)
        if data is None
        else splice_seasons(data, keep / "spliced", only, seed)
    )
    for number, season in enumerate(whole):
        if mode == "degraded":
            worse = season.with_name(f"{season.name}_degraded")
            if not worse.exists():
                with atomic_folder(worse) as part:
                    degrade(season, part, number + seed)
            yield worse
        else:
            yield season


def drawn(folder: Path, only: int | None, seed: int) -> Iterator[Path]:
    """The folders of the drawn seasons."""
    for number, wish in enumerate(WISHES, 1):
        if only in {None, number}:
            season = folder / f"season{number + seed * len(WISHES)}"
            if not season.exists():
                began = time.perf_counter()
                with atomic_folder(season) as part:
                    draw_broadcast(
                        part, episodes=12, seconds=wish.seconds, size=wish.size, rate=wish.rate,
                        seed=wish.seed + seed * len(WISHES), grain=wish.grain,
                        encoding=wish.encoding, options=wish.options,
                    )  # fmt: skip
                print(f"{season.name}: made in {time.perf_counter() - began:.0f} s", flush=True)
            yield season


def degrade(season: Path, folder: Path, turn: int) -> None:
    """Copy a season, with every second episode as another release has it."""
    truth = true_rows(season / "segments.csv")
    for number, path in enumerate(sorted(season.glob("*.mkv"))):
        if number % 2 == turn % 2:
            how = RELEASES[(number // 2 + turn) % len(RELEASES)]
            mine = [row for row in truth if row.episode == path.name]
            truth = [row for row in truth if row.episode != path.name] + followed(mine, how)
            reencode(path, folder / path.name, how)
        else:
            shutil.copyfile(path, folder / path.name)
    write_rows(folder / "segments.csv", TrueSegment._fields, truth)


def true_rows(path: Path) -> list[TrueSegment]:
    """What a season's ``segments.csv`` says."""
    with path.open(newline="", encoding="utf-8") as file:
        return [
            TrueSegment(
                row["episode"], row["kind"], float(row["start"]), float(row["stop"]),
                int(row["start_frame"]), int(row["stop_frame"]),
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip


def judge(season: Path, *, again: bool) -> SegmentScore:
    """Index a season, or take the index that was kept, and compare what a search finds."""
    files, db = sorted(season.glob("*.mkv")), season / "season.db"
    began = time.perf_counter()
    if not (again and db.exists()):
        db.unlink(missing_ok=True)
        faults = eyecatch.index(files, db=str(db), runner="inline", series=season.name).faults
        print(*faults, sep="\n", end="\n" if faults else "", file=sys.stderr)
    indexed = time.perf_counter() - began
    with open_index(str(db)) as index:
        episodes = sorted(
            (one.episode for one in index.summaries.status()), key=lambda one: one.name
        )
        kept = index.segments.by_episode()
        began = time.perf_counter()
        signatures = [index.signatures.load(one.id) for one in episodes]
        segments = find_repeats(signatures).segments
        searched = time.perf_counter() - began
    found: dict[str, list[Span]] = {one.name: [] for one in episodes}
    for one in segments:
        times = signatures[one.episode].times
        span = Span(one.kind, float(times[one.start]), float(times[one.stop]))
        found[episodes[one.episode].name].append(span)
    if not again and sum(map(len, kept.values())) != len(segments):
        print("the index holds other segments than a search finds", file=sys.stderr)
    lengths = {one.name: float(one.length) for one in episodes}
    minutes = sum(lengths.values()) / 60
    print(
        f"{season.name}: {len(files)} episodes of {minutes / len(files):.1f} min, indexed in"
        f" {indexed:.0f} s, searched in {searched:.2f} s, {hash_bytes(db) / minutes:.0f} bytes"
        " of hashes a minute",
        flush=True,
    )
    truth = by_episode(
        (row.episode, Span(row.kind, row.start, row.stop))
        for row in true_rows(season / "segments.csv")
    )
    return compare(truth, found, lengths)


def compare(
    truth: Mapping[str, Sequence[Span]],
    found: Mapping[str, Sequence[Span]],
    lengths: Mapping[str, float],
) -> SegmentScore:
    """The score of a season; of each episode its segments and its seconds."""
    total = SegmentScore()
    for episode, length in lengths.items():
        total.add(score(episode, truth.get(episode, ()), found.get(episode, ()), length))
    return total


def hash_bytes(db: Path) -> int:
    """Bytes of all hashes of an index."""
    with closing(sqlite3.connect(db)) as connection:
        return sum(
            connection.execute(
                f"SELECT coalesce(sum(length({column})), 0) FROM {table}"
            ).fetchone()[0]
            for table, column in (("picture_hash", "arrays"), ("sound_hash", "hashes"))
        )


if __name__ == "__main__":
    main()
