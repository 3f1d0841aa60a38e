"""An index filled with the truth of drawn episodes, so that what is exported can be held to it."""

import subprocess
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from imageio_ffmpeg import get_ffmpeg_exe

from eyecatch.core.crops import cut, encode
from eyecatch.core.scan.types import Crop, ScannedChunk, Timeline, Tracklet
from eyecatch.core.synthetic.cast import CAST, STRANGERS
from eyecatch.core.synthetic.season import Truth, draw_episode, write_rows, write_shots
from eyecatch.core.video.content_hash import content_hash
from eyecatch.core.video.decode import decode
from eyecatch.core.video.plan import plan
from eyecatch.core.video.probe import probe
from eyecatch.db.index import Index, open_index
from eyecatch.db.records.scan import FileStamp, Provenance

SIZE = (320, 180)
RATE = Fraction(24000, 1001)
SECONDS = 5


@dataclass(frozen=True)
class Filled:
    """Two episodes: ``S01E01.mkv`` with everybody, ``S01E02.mkv`` with one character only."""

    db: str
    folder: Path
    truth: tuple[Truth, ...]
    truth_csv: Path
    unsure: str  # the label whose tracks in S01E02 are unsure
    cuts: dict[str, list[int]]

    def named(self, episode: str = "S01E01.mkv") -> dict[int, set[str]]:
        """Who is known to be on screen, frame by frame."""
        out: dict[int, set[str]] = defaultdict(set)
        for row in self.truth:
            if row.episode == episode and row.label != "unknown":
                out[row.frame].add(row.label)
        return out


@pytest.fixture(scope="session")
def filled(tmp_path_factory) -> Filled:
    folder = tmp_path_factory.mktemp("season")
    db = str(folder / "season.db")
    truth: list[Truth] = []
    cuts = {}
    with open_index(db) as index:
        bundle = index.bundles.add("bundle", "/drawn.bundle", [c.name for c in CAST], {})
        for number, (cast, strangers) in enumerate([(CAST, STRANGERS), (CAST[:1], ())]):
            path = folder / f"S01E0{number + 1}.mkv"
            shots = write_shots(
                SECONDS, size=SIZE, rate=RATE, seed=number + 3, cast=cast, strangers=strangers
            )
            rows = draw_episode(path, shots=shots, size=SIZE, rate=RATE, seed=number + 3)
            bounds = [0, *np.cumsum([shot.frames for shot in shots]).tolist()]
            fill(index, path, rows, bounds, Provenance("scan", None, bundle), unsure=number == 1)
            truth += rows
            cuts[path.name] = bounds
    truth_csv = folder / "truth.csv"
    write_rows(truth_csv, Truth._fields, truth)
    return Filled(db, folder, tuple(truth), truth_csv, CAST[0].name, cuts)


def fill(
    index: Index,
    path: Path,
    rows: list[Truth],
    bounds: list[int],
    origin: Provenance,
    *,
    unsure: bool,
) -> None:
    """Put an episode into an index as if a scan had found just what is true."""
    video = probe(path)
    planned = plan(video, 1.5)
    episode = index.episodes.add(content_hash(path), FileStamp.of(path), video, planned, "Drawn")
    faces = {(row.frame, row.label): row for row in rows}
    assert len(faces) == len(rows), "two strangers at once: choose another seed"
    tracks: dict[tuple[int, str], list[tuple[int, int]]] = defaultdict(list)
    for chunk in planned.chunks:
        pictures = {frame.number: frame.bgr() for frame in decode(video, chunk)}
        numbers = np.arange(chunk.start, chunk.stop)
        look = np.zeros((36, 64, 3), np.uint8)
        held = (numbers % 2 == 1) & ~np.isin(numbers, chunk.keyframes)
        timeline = Timeline(
            chunk.start, chunk.pts, held, np.zeros(len(numbers), np.float32), look, look
        )
        tracklets = []
        for start, stop in zip(chunk.keyframes, [*chunk.keyframes[1:], chunk.stop], strict=True):
            for shot, label, frames in _runs(faces, bounds, int(start), int(stop)):
                boxes = np.array([np.rint(faces[frame, label][3:]) for frame in frames], np.int32)
                crop = Crop(frames[0], 1.0, encode(cut(pictures[frames[0]], boxes[0].tolist())))
                tracks[shot, label].append((chunk.index, len(tracklets)))
                scores = np.full(len(frames), 0.875, np.float32)
                tracklets.append(Tracklet(np.array(frames, np.int32), boxes, scores, (crop,)))
        some = np.ones((len(tracklets), 2), np.float32)
        scanned = ScannedChunk(chunk.index, timeline, tuple(tracklets))
        vectors = SimpleNamespace(embeddings=some, logits=some)
        index.chunks.save(episode.id, scanned, origin, {origin.bundle_id: vectors})
    _link(index, episode.id, tracks, faces, bounds)
    _decide(index, episode.id, [label for _, label in sorted(tracks)], origin, unsure)


def _runs(faces, bounds, start, stop):
    """(shot, label, frames without a gap) of each face between two keyframes."""
    for label in sorted({label for frame, label in faces if start <= frame < stop}):
        for shot, (first, last) in enumerate(pairwise(bounds)):
            there = [f for f in range(max(first, start), min(last, stop)) if (f, label) in faces]
            splits = np.flatnonzero(np.diff(there) > 1) + 1
            for part in np.split(np.array(there, int), splits):
                if len(part):
                    yield shot, label, part.tolist()


def _link(index, episode_id, tracks, faces, bounds):
    """A track for each face of each shot."""
    linked = []
    for shot, label in sorted(tracks):
        frames = [f for f, name in faces if name == label and bounds[shot] <= f < bounds[shot + 1]]
        linked.append(
            SimpleNamespace(
                shot=shot, start=min(frames), stop=max(frames) + 1, tracklets=tracks[shot, label]
            )
        )
    shots = [SimpleNamespace(start=a, stop=b) for a, b in pairwise(bounds)]
    index.tracks.save(episode_id, SimpleNamespace(shots=shots, tracks=linked))


def _decide(index, episode_id, labels, origin, unsure):
    """Tracks are who they are."""
    verdicts = {}
    votes = index.predictions.tracks_to_decide(episode_id, origin.bundle_id)
    for vote, label in zip(votes, labels, strict=True):
        name = None if label == "unknown" else label
        verdicts[vote.track_id] = SimpleNamespace(
            character=name,
            confidence=0.6 if unsure else 0.95,
            unsure=unsure,
            top=() if name is None else ((name, 0.6), ("Somebody", 0.3)),
        )
    index.verdicts.save(episode_id, verdicts, origin)
    index.episode_state.update(episode_id, origin)


@pytest.fixture(scope="session")
def odd(filled, refill, tmp_path_factory) -> Filled:
    """The first episode again: in MPEG-TS, which begins at 1.4 s, and slower from frame 60 on."""
    folder = tmp_path_factory.mktemp("odd")
    source, db = filled.folder / "S01E01.mkv", str(folder / "odd.db")
    slower = "setpts=if(lt(N\\,60)\\,N\\,60+(N-60)*1.5)/(24000/1001)/TB"
    for name, how in {
        "late.ts": ("-c", "copy"),
        "slower.mkv": ("-an", "-vf", slower, "-fps_mode", "vfr", "-preset", "ultrafast"),
    }.items():
        command = (get_ffmpeg_exe(), "-v", "error", "-i", source, *how, folder / name)
        subprocess.run(command, check=True)
    refill(Path(db), folder / "late.ts", folder / "slower.mkv")
    return replace(filled, db=db, folder=folder)


@pytest.fixture(scope="session")
def refill(filled):
    """Fills a new index with files that show the first episode: ``refill(db, *paths)``.

    ``names`` are what characters are called instead of what they are.
    """

    def write(db: Path, *paths: Path, names: Mapping[str, str] | None = None) -> str:
        rows = [
            row._replace(label=(names or {}).get(row.label, row.label))
            for row in filled.truth
            if row.episode == "S01E01.mkv"
        ]
        with open_index(str(db)) as index:
            bundle = index.bundles.add("bundle", "/drawn.bundle", [c.name for c in CAST], {})
            for path in paths:
                origin = Provenance("scan", None, bundle)
                fill(index, path, rows, filled.cuts["S01E01.mkv"], origin, unsure=False)
        return str(db)

    return write
