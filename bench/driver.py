"""How many cores one driver keeps busy: real outcomes, fed to a whole job at full rate.

A minute of video at a time is scanned and identified once (three minutes that are drawn, or
``--videos``), and kept. Then an ``index`` job of many episodes gets these outcomes as pickles, out
of order, as from a cluster that is never waited for: it reads them, writes their rows into a new
index, links tracks, decides names, and keeps what was heard. All of it is the product's own code;
only the runner and the listening are made up::

    .venv/bin/python bench/driver.py
    .venv/bin/python bench/driver.py --episodes 200 --chunks 8 --db embedded
    .venv/bin/python bench/driver.py --episodes 1000 --chunks 2 --rows 10

It prints milliseconds of the driver's CPU a chunk, by what they went to, those of the database's
own processes for it (``--db embedded`` is the tests' Postgres), and how many cores that is quick
enough for, if each takes ``--core-seconds`` to scan a chunk. ``--rows 10`` tells them of each tenth
of the episodes, so that what grows with their number is seen. ``--profile`` says which functions
it went to.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import psutil
import ways
from recorded import RecordedRunner, Recording, drawn, lengthened, record
from scale import embedded, folder
from sqlalchemy import text

from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.detect.registry import resolve
from eyecatch.core.scan.config import ScanConfig
from eyecatch.db.index import Index, open_index
from eyecatch.db.records.scan import FileStamp
from eyecatch.jobs.classify import Classifier, load_models
from eyecatch.jobs.indexing import sound_thread
from eyecatch.jobs.indexing.commit import Committer
from eyecatch.jobs.indexing.episode_scans import EpisodeScans
from eyecatch.jobs.indexing.index_fault import IndexFault
from eyecatch.jobs.indexing.job import Job
from eyecatch.jobs.indexing.names_follow import NamesFollow
from eyecatch.jobs.indexing.prefetch import Prefetcher
from eyecatch.jobs.indexing.sound_thread import SoundThread
from eyecatch.jobs.segmenting.listening import Heard

SERIES: Final = 24
"""Episodes of a series."""

CORE_SECONDS: Final = 6.5
"""Seconds that a core takes to scan a minute of 1080p and name its faces (docs/performance.md)."""

PARTS: Final[dict[str, Sequence[tuple[type, str]]]] = {
    "unpickle": [(RecordedRunner, "unpickle")],
    "write": [(Committer, "save")],
    "decide": [(Committer, "decide")],
    "names": [(NamesFollow, "add"), (NamesFollow, "finish")],
    "sound": [(SoundThread, "add"), (SoundThread, "save"), (SoundThread, "finish")],
    "begin": [(Committer, "tasks"), (Committer, "claim")],
    "workers": [(RecordedRunner, "pickle")],
}
"""What the job's functions belong to. The last part is not the driver's, but the bench's own."""


def main() -> None:
    """Record, feed, and tell."""
    wish = _wish()
    wish.keep.mkdir(parents=True, exist_ok=True)
    model = ways.make_bundle(wish.keep)
    scan = ScanConfig(resolve(DetectorConfig()))
    videos = wish.videos or [drawn(wish.keep)]
    recordings = [record(video, model, scan, wish.keep) for video in videos]
    recording = lengthened(recordings, wish.chunks)
    profile = cProfile.Profile(time.process_time) if wish.profile else None
    with ExitStack() as stack:
        scratch = folder(stack)
        url = wish.db or str(scratch / "driver.db")
        index = stack.enter_context(open_index(embedded(stack) if url == "embedded" else url))
        ids = register(index, recording, wish.episodes, scratch)
        parts = Parts(-(-wish.episodes // wish.rows), index)
        with profile or nullcontext():
            sent = feed(index, recording, model, ids, parts, wish.cores)
    tell(parts, wish.chunks, sent / (wish.episodes * wish.chunks), wish)
    if profile is not None:
        pstats.Stats(profile).sort_stats(wish.sort).print_stats(40)


def _wish() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--episodes", type=int, default=24, help="how many (24)")
    parser.add_argument("--chunks", type=int, default=24, help="minutes of each (24)")
    parser.add_argument("--videos", type=Path, nargs="+", help="recorded in place of what is drawn")
    parser.add_argument("--db", help="an empty database, or 'embedded' (an SQLite file)")
    parser.add_argument("--keep", type=Path, default=Path(".bench"), help="folder for all (.bench)")
    parser.add_argument("--cores", type=int, default=64, help="chunks in hand at a time (64)")
    parser.add_argument("--core-seconds", type=float, default=CORE_SECONDS, help="a minute takes")
    parser.add_argument("--rows", type=int, default=1, help="parts of the season told apart (1)")
    parser.add_argument("--profile", action="store_true", help="functions by their CPU")
    parser.add_argument("--sort", default="tottime", help="of --profile (tottime)")
    parser.add_argument("--json", type=Path, help="a file for what bench/simulate.py wants to know")
    return parser.parse_args()


@dataclass
class Parts:
    """Seconds of the driver's CPU by what they went to, a row for so many episodes.

    Attributes:
        every: episodes that make a row.
        index: what is written to.
        rows: of each: seconds by part, and of driver, database and clock in all.
    """

    every: int
    index: Index
    rows: list[dict[str, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._decided = 0
        self._inside: list[float] = []
        self.begin()

    def begin(self) -> None:
        """Begin with a row."""
        self._row = dict.fromkeys(PARTS, 0.0)
        self._began = self._now()

    def decided(self, _: int) -> None:
        """An episode is decided; as many as make a row end it."""
        self._decided += 1
        if self._decided % self.every == 0:
            self.end()

    def end(self) -> None:
        """End a row: what was counted to no part is the rest."""
        pairs = zip(self._began, self._now(), strict=True)
        cpu, database, clock = (after - before for before, after in pairs)
        row, workers = dict(self._row), self._row["workers"]
        row |= {"rest": cpu - sum(row.values()), "driver": cpu - workers}
        row |= {"database": database, "clock": clock - workers, "episodes": self.every}
        self.rows.append(row)
        self.begin()

    def _now(self) -> tuple[float, float, float]:
        return time.process_time(), server_seconds(self.index), time.perf_counter()

    def counted(self, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, its CPU counted to a part; that of parts inside it is theirs."""

        def wrapped(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever it takes
            began = time.process_time()
            self._inside.append(0.0)
            try:
                return function(*arguments, **named)
            finally:
                took, inside = time.process_time() - began, self._inside.pop()
                self._row[part] += took - inside
                if self._inside:
                    self._inside[-1] += took

        return wrapped

    def patched(self) -> ExitStack:
        """All functions of ``PARTS``, counted, until it is closed."""
        stack = ExitStack()
        for part, functions in PARTS.items():
            for owner, name in functions:
                counted = self.counted(part, getattr(owner, name))
                stack.enter_context(patch.object(owner, name, counted))
        return stack


def server_seconds(index: Index) -> float:
    """CPU that the server's processes for this database have taken, where it is on this machine."""
    if index.engine.dialect.name != "postgresql":
        return 0.0
    ours = text("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
    with index.reading() as connection:
        times = [psutil.Process(pid).cpu_times() for pid in connection.scalars(ours)]
    return float(sum(one.user + one.system for one in times))


def register(index: Index, recording: Recording, episodes: int, scratch: Path) -> list[int]:
    """Episodes of the recording's length, each with a file of its own that holds nothing."""
    found = []
    for number in range(episodes):
        show, place = divmod(number, SERIES)
        path = scratch / f"Show_{show}_S01E{place + 1:02}.mkv"
        path.touch()
        video, stamp = replace(recording.video, path=path), FileStamp.of(path)
        made = index.episodes.add(f"{number:032x}", stamp, video, recording.plan, f"Show {show}")
        found.append(made.id)
    return found


def feed(  # noqa: PLR0913, PLR0917 - each is one plain thing
    index: Index, recording: Recording, model: Path, ids: list[int], parts: Parts, cores: int
) -> int:
    """A whole job over episodes that are registered; returns the bytes that workers sent it."""
    ensemble = load_models(model)
    runner = RecordedRunner(recording, cores)
    job = Job(
        index,
        ensemble.bundles,
        EpisodeScans(index, ScanConfig(resolve(DetectorConfig()))),
        Classifier(ensemble, index),
        on_decided=parts.decided,
    )
    heard = patch.object(sound_thread, "hear", lambda one, _: Heard(one, recording.sound, ()))
    files: Prefetcher[int | IndexFault] = Prefetcher(iter(ids))
    with heard, parts.patched(), closing(files) as registered:
        parts.begin()
        job.run(registered, lambda _chunks, _seconds: runner)
    states = {one.episode.state for one in index.summaries.status(ids)}
    if states != {"done"} or job.progress.failures:
        sys.exit(f"not all was done: {states}, {job.progress.failures} failed")
    return runner.sent


def tell(parts: Parts, chunks: int, sent: float, wish: argparse.Namespace) -> None:
    """The table, in milliseconds a chunk, and what follows from it."""
    names = [name for name in parts.rows[0] if name not in {"workers", "episodes"}]
    print("ms a chunk", *(f"{name:>9}" for name in names), f"{'cores':>7}")
    figures: list[dict[str, float]] = []
    for number, row in enumerate(parts.rows):
        each = {name: row[name] / row["episodes"] / chunks * 1000 for name in names}
        each["cores"] = wish.core_seconds * 1000 / (each["driver"] + each["database"])
        figures.append(each)
        told = (f"{each[name]:9.2f}" for name in names)
        print(f"{number + 1:10}", *told, f"{each['cores']:7.0f}", flush=True)
    print(f"{sent / 1000:.0f} kB a chunk came from the workers")
    if wish.json:
        wish.json.write_text(json.dumps({"rows": figures, "bytes": sent}, indent=1))


if __name__ == "__main__":
    main()
