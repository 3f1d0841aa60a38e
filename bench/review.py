"""How quick naming and the page are on a large index of made-up faces.

Every episode has so many tracks of twenty people (random vectors and noise); nothing is decoded::

    .venv/bin/python bench/review.py --episodes 24 --tracks 800
    .venv/bin/python bench/review.py --episodes 1000 --tracks 100

Prints how long it takes to group them, to name a cluster in all episodes and to take that back
(medians of five), and to answer each page (medians of nine, after one to warm up): by the clock,
and the CPU of this process, which tells more on a machine that is busy with other things.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np
from starlette.testclient import TestClient

from eyecatch.core.identity.base_embedder import base_bundle
from eyecatch.core.scan.types import Crop, ScannedChunk, Timeline, Tracklet
from eyecatch.core.video.types import Chunk, Plan, Video
from eyecatch.db.index import Index, open_index
from eyecatch.db.records.scan import FileStamp, Provenance
from eyecatch.jobs.review.app import make_app
from eyecatch.jobs.review.state import AppState

PEOPLE, FRAMES = 20, 24
HOME = "http://127.0.0.1"


@dataclass(frozen=True)
class Shot:
    """A second in which one face is on screen."""

    start: int
    stop: int


@dataclass(frozen=True)
class Track(Shot):
    """That face."""

    shot: int
    tracklets: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Linked:
    """An episode of such seconds."""

    shots: list[Shot]
    tracks: list[Track]


def main() -> None:
    """Make an index, and take the times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--episodes", type=int, default=24)
    parser.add_argument("--tracks", type=int, default=800)
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        open_index(str(Path(folder) / "large.db")) as index,
    ):
        fill(index, asked.episodes, asked.tracks)
        room = AppState(index, Path(folder))
        began = time.perf_counter()
        room.pipeline.group()
        print(f"{asked.episodes} episodes of {asked.tracks} tracks")
        print(f"group all: {time.perf_counter() - began:.1f} s")
        rows = index.clusters.waiting()
        print(f"{len(rows)} clusters, the largest of {rows[0].faces} faces")
        gc.freeze()  # as jobs.review.server does
        naming(room)
        pages(room)


def fill(index: Index, episodes: int, tracks: int) -> None:
    """Episodes whose faces were looked at."""
    rng = np.random.default_rng(0)
    people = rng.standard_normal((PEOPLE, 192))
    base = base_bundle()
    bundle = index.bundles.add(base.digest, "base", [], {})
    for number in range(episodes):
        record = index.episodes.add(
            f"digest {number}",
            FileStamp(f"/season/Show_S01E{number:04}.mkv", 1, number),
            video(number),
            plan(tracks),
            "Show",
        )
        scanned = scan(tracks)
        index.chunks.save(record.id, scanned, Provenance("scan"), {bundle: Said(tracks)})
        index.tracks.save(record.id, linked(tracks))
        ids = [vote.track_id for vote in index.predictions.track_votes(record.id, bundle)]
        looks = people[rng.integers(0, PEOPLE, tracks)] + 0.4 * rng.standard_normal((tracks, 192))
        looks /= np.linalg.norm(looks, axis=1, keepdims=True)
        index.faces.save(record.id, dict(zip(ids, looks.astype(np.float32), strict=True)), bundle)
        index.episode_state.update(record.id, Provenance("scan"))


class Said:
    """What a bundle said of one crop a track: nothing yet."""

    def __init__(self, tracks: int) -> None:
        self.embeddings = np.zeros((tracks, 1), np.float32)
        self.logits = np.zeros((tracks, 0), np.float32)


def naming(room: AppState) -> None:
    """Name the largest clusters, in all episodes, and take each name back."""
    named, undone = [], []
    for row in room.index.clusters.waiting(count=5):
        named.append(seconds(partial(name, room, row.id, "Hiei")))
        undone.append(seconds(partial(room.act, lambda index: index.actions.undo())))
    for what, took in ("name a cluster, all names follow", named), ("undo", undone):
        clock, cpu = medians(took)
        print(f"{what}: {clock:.2f} s ({cpu:.2f} of CPU)")


def pages(room: AppState) -> None:
    """Ask for each page."""
    for row in room.index.clusters.waiting(count=10):
        name(room, row.id, f"Person {row.id}")
    (character, _), *_ = room.index.pages.names()
    left = room.index.clusters.waiting(count=1)[0].id
    with TestClient(make_app(room), HOME) as client:
        for path in (
            "/", "/?number=2", "/unknowns", f"/clusters/{left}", "/unsure", "/episodes/1",
            f"/characters/{character}", "/search?q=S01E0007", "/episodes/1/boxes?start=10&stop=30",
        ):  # fmt: skip
            assert client.get(path).status_code == 200, path
            took = [seconds(partial(client.get, path)) for _ in range(9)]
            clock, cpu = medians(took)
            print(f"{path}: {1000 * clock:.0f} ms ({1000 * cpu:.0f} of CPU)")


def name(room: AppState, cluster: int, who: str) -> None:
    """Name a cluster, as the page does."""
    room.act(lambda index: index.actions.name_cluster(cluster, who))


def seconds(call: Callable[[], object]) -> tuple[float, float]:
    """How long a call takes, by the clock and of CPU."""
    clock, cpu = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - clock, time.process_time() - cpu


def medians(took: Sequence[tuple[float, float]]) -> tuple[float, ...]:
    """The median of the clock, and that of CPU."""
    return tuple(statistics.median(column) for column in zip(*took, strict=True))


def video(number: int) -> Video:
    """A file that is not there."""
    return Video(
        path=Path(f"/season/Show_S01E{number:04}.mkv"), stream=0, codec="h264",
        pixel_format="yuv420p", width=1280, height=720, rotation=0, pixel_aspect=Fraction(1),
        time_base=Fraction(1, 1000), rate=Fraction(24), duration=None,
    )  # fmt: skip


def plan(tracks: int) -> Plan:
    """One chunk, a second a track."""
    pts = np.arange(tracks * FRAMES, dtype=np.int64) * 1000 // FRAMES
    chunk = Chunk(0, 0, len(pts), pts, np.array([0], np.int32), None)
    return Plan((chunk,), Fraction(tracks), True)


def scan(tracks: int) -> ScannedChunk:
    """A face in each second."""
    chunk = plan(tracks).chunks[0]
    count = len(chunk.pts)
    look = np.zeros((4, 6, 3), np.uint8)
    timeline = Timeline(
        0, chunk.pts, np.zeros(count, bool), np.zeros(count, np.float32), look, look
    )
    box = np.tile(np.array([100, 50, 80, 90], np.int32), (FRAMES, 1))
    faces = tuple(
        Tracklet(
            np.arange(k * FRAMES, (k + 1) * FRAMES, dtype=np.int32),
            box,
            np.ones(FRAMES, np.float32),
            (Crop(k * FRAMES, 1.0, b"jpeg"),),
        )
        for k in range(tracks)
    )
    return ScannedChunk(0, timeline, faces, None)


def linked(tracks: int) -> Linked:
    """A shot and a track for each second."""
    spans = [(k * FRAMES, (k + 1) * FRAMES) for k in range(tracks)]
    return Linked(
        [Shot(*span) for span in spans],
        [Track(*span, shot=k, tracklets=((0, k),)) for k, span in enumerate(spans)],
    )


if __name__ == "__main__":
    main()
