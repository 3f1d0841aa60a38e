"""Small videos, and indexes that are filled from what is known to be in them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np
import pytest

from eyecatch.core.scan.types import Crop, ScannedChunk, Timeline, Tracklet
from eyecatch.core.video.decode import decode
from eyecatch.core.video.ffmpeg import program
from eyecatch.db.index import Index, open_index
from eyecatch.db.records.scan import EpisodeRecord, Provenance
from eyecatch.jobs.indexing.register import register

SCAN = "scan"
Place = Callable[[int], tuple[int, int, int, int]]


@dataclass(frozen=True)
class Face:
    """Somebody in the frames ``start`` to ``stop``, half-open, at ``place(frame)``."""

    name: str | None
    start: int
    stop: int
    place: Place


class Lab:
    """What tests make videos with, and look at what came of them."""

    Face = Face

    @staticmethod
    def ffmpeg(*arguments: object) -> str:
        """Runs ffmpeg, which overwrites; what it prints."""
        command = [program(), "-v", "error", "-nostdin", "-y", *map(str, arguments)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def hashes(self, path: Path, *options: object, form: str = "streamhash") -> list[str]:
        """The MD5 of each stream, or with ``form="framehash"`` of each frame."""
        said = self.ffmpeg("-i", path, *(options or ["-map", "0", "-c", "copy"]), "-f", form,
                           "-hash", "md5", "-")  # fmt: skip
        lines = [line for line in said.splitlines() if not line.startswith("#")]
        return [line.split("," if form == "streamhash" else " ", 1)[1].strip() for line in lines]

    @staticmethod
    def times(path: Path) -> list[Fraction]:
        """When each frame of the first video begins, in seconds, rising."""
        with av.open(str(path)) as container:
            return [frame.pts * frame.time_base for frame in container.decode(video=0)]

    @staticmethod
    def pictures(path: Path) -> list[np.ndarray]:
        """Every frame of the first video: uint8 (h, w, 3) RGB."""
        with av.open(str(path)) as container:
            return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]

    def shown(self, path: Path) -> Path:
        """What a player shows of a file's last subtitle track: a video with it in the picture."""
        with av.open(str(path)) as container:
            last = len(container.streams.subtitles) - 1
        shown = path.with_suffix(".shown.mkv")
        draw = ["-vf", f"subtitles=f={path}:si={last}", "-fps_mode", "passthrough"]
        code = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", 12]
        self.ffmpeg("-copyts", "-i", path, "-map", "0:v:0", *draw, *code, shown)
        return shown


def fill(
    index: Index,
    path: Path,
    faces: Sequence[Face],
    series: str | None = None,
    chunk_seconds: float = 60,
):
    """Index an episode as if exactly these faces had been found, each a track."""
    episode = register(index, path, series, chunk_seconds)
    names = sorted({face.name for face in faces if face.name})
    bundle = index.bundles.add(f"bundle of {names}", "/bundle", names, {"name": "b"})
    origin = Provenance(SCAN, None, bundle)
    members: dict[int, list[tuple[int, int]]] = {}
    for chunk in index.chunks.pending(episode.id, SCAN):
        tracklets = []
        for number, face in enumerate(faces):
            start, stop = max(face.start, chunk.start), min(face.stop, chunk.stop)
            if start < stop:
                members.setdefault(number, []).append((chunk.index, len(tracklets)))
                tracklets.append(_tracklet(face, start, stop))
        count = len(tracklets)
        vectors = SimpleNamespace(
            embeddings=np.zeros((count, 2), np.float32),
            logits=np.zeros((count, len(names)), np.float32),
        )
        look = np.zeros((2, 2, 3), np.uint8)
        seen = [frame.pts for frame in decode(episode.video, chunk)] if chunk.straight else []
        pts = np.array(seen, np.int64) if chunk.straight else chunk.pts
        timeline = Timeline(
            chunk.start,
            pts,
            np.zeros(len(pts), bool),
            np.zeros(len(pts), np.float32),
            look,
            look,
        )
        scanned = ScannedChunk(chunk.index, timeline, tuple(tracklets))
        index.chunks.save(episode.id, scanned, origin, {bundle: vectors})
    tracks = [
        SimpleNamespace(shot=0, start=face.start, stop=face.stop, tracklets=members[number])
        for number, face in enumerate(faces)
    ]
    shots = [SimpleNamespace(start=0, stop=episode.frames)]
    index.tracks.save(episode.id, SimpleNamespace(shots=shots, tracks=tracks))
    votes = index.predictions.tracks_to_decide(episode.id, bundle)
    said = {vote.track_id: _verdict(face.name) for vote, face in zip(votes, faces, strict=True)}
    index.verdicts.save(episode.id, said, origin)
    index.episode_state.update(episode.id, origin)
    return index.episodes.get(episode.id)


def _tracklet(face: Face, start: int, stop: int) -> Tracklet:
    frames = np.arange(start, stop, dtype=np.int32)
    boxes = np.array([face.place(frame) for frame in range(start, stop)], np.int32)
    crop = Crop(start, 1.0, b"jpeg")
    return Tracklet(frames, boxes, np.ones(len(frames), np.float32), (crop,))


def _verdict(name: str | None):
    return SimpleNamespace(character=name, confidence=0.9, unsure=False, top=())


Lab.fill = staticmethod(fill)


@pytest.fixture(scope="session")
def lab() -> Lab:
    return Lab()


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with open_index(str(tmp_path / "season.db")) as opened:
        yield opened


@pytest.fixture
def filled(index: Index) -> Callable[..., EpisodeRecord]:
    """Puts an episode into ``index``."""

    def put(path: Path, *faces: Face, series: str | None = None) -> EpisodeRecord:
        return fill(index, path, faces, series)

    return put
