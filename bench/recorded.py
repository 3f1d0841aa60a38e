"""Outcomes of real scans, kept and fed to a job again as a cluster would hand them in.

An episode that is fed has as many chunks as are wanted, of a minute or so: what was recorded comes
again and again, at later frames and times.
"""

from __future__ import annotations

import pickle
import random
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
from more_itertools import batched

from eyecatch.core.files import write_atomically
from eyecatch.core.identity.bundle import load_bundle
from eyecatch.core.scan.config import ScanConfig
from eyecatch.core.scan.types import ScannedChunk
from eyecatch.core.segments.types import SoundHashes
from eyecatch.core.synthetic.season import draw_episode
from eyecatch.core.video.plan import plan
from eyecatch.core.video.probe import probe
from eyecatch.core.video.sound import sound_hashes
from eyecatch.core.video.types import Chunk, Plan, Video
from eyecatch.jobs.runners.stages import (
    Begin,
    IdentifyStage,
    Outcome,
    ScanStage,
    Task,
    TaskListener,
    Work,
    unwatched,
)

CHUNK = 60.0
"""Least seconds of a chunk, as ``index`` has it."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What workers made of a video.

    Attributes:
        video: the file.
        plan: how it was cut into chunks.
        outcomes: of each chunk, with the faces identified by the bench's bundle.
        sound: what was heard.
    """

    video: Video
    plan: Plan
    outcomes: tuple[Outcome, ...]
    sound: SoundHashes


def drawn(folder: Path) -> Path:
    """Three minutes of 640x360 with one to three faces in each shot; drawn once."""
    path = folder / "driver_360p_180s.mkv"
    if not path.exists():
        draw_episode(path, seconds=180, size=(640, 360), seed=11)
    return path


def record(path: Path, model: Path, scan: ScanConfig, folder: Path) -> Recording:
    """Scan a video, or read what was kept of the same scan in a folder."""
    bundle = load_bundle(model)
    kept = folder / f"{path.stem}_{scan.digest[:12]}_{bundle.digest[:12]}.outcomes"
    if not kept.exists():
        video = probe(path)
        whole = plan(video, CHUNK)
        stage, identify = ScanStage(Work(scan)), IdentifyStage(Work(scan, (bundle,)))
        outcomes = identify([stage(Task(0, video, chunk)) for chunk in whole.chunks])
        if wrong := [one.error for one in outcomes if one.error]:
            raise SystemExit("\n".join(wrong))
        sound = sound_hashes(path, video.origin or Fraction(0), whole.end)
        made = Recording(video, whole, tuple(outcomes), sound)
        write_atomically(kept, pickle.dumps(made))
    found: Recording = pickle.loads(kept.read_bytes())
    return found


def lengthened(recordings: Sequence[Recording], chunks: int) -> Recording:
    """What was recorded of several videos, one after the other and again, as one of so many chunks.

    Only whole minutes are taken, so that each chunk is as dear as those of a long episode.
    """
    first = recordings[0]
    parts = [
        (one, chunk, outcome)
        for one in recordings
        for chunk, outcome in zip(one.plan.chunks, one.outcomes, strict=True)
        if float((chunk.pts[-1] - chunk.pts[0]) * one.video.time_base) > 0.8 * CHUNK
        or len(one.plan.chunks) == 1
    ]
    planned: list[Chunk] = []
    outcomes: list[Outcome] = []
    frame, pts = 0, 0
    for index in range(chunks):
        _, chunk, outcome = parts[index % len(parts)]
        ticks = chunk.pts - chunk.pts[0]
        end = int(ticks[-1] + np.diff(ticks).mean().round())
        by = frame - chunk.start, pts - int(chunk.pts[0])
        assert outcome.scanned is not None
        stop = frame + len(ticks)
        last = None if index == chunks - 1 else pts + end
        planned.append(
            Chunk(index, frame, stop, ticks + pts, chunk.keyframes + np.int32(by[0]), last)
        )
        outcomes.append(replace(outcome, scanned=_moved(outcome.scanned, index, *by)))
        frame, pts = stop, pts + end
    whole = Plan(tuple(planned), pts * first.video.time_base, complete=True)
    length = float(whole.end) / float(first.plan.end)
    hashes = np.resize(first.sound.hashes, round(len(first.sound.hashes) * length))
    return Recording(first.video, whole, tuple(outcomes), replace(first.sound, hashes=hashes))


def _moved(scanned: ScannedChunk, index: int, frames: int, pts: int) -> ScannedChunk:
    """What was found in a chunk, as if it was another one, so many frames and ticks later."""
    timeline, step = scanned.timeline, np.int32(frames)
    return replace(
        scanned,
        index=index,
        timeline=replace(timeline, start=timeline.start + frames, pts=timeline.pts + pts),
        tracklets=tuple(
            replace(
                one,
                frames=one.frames + step,
                crops=tuple(replace(crop, frame=crop.frame + frames) for crop in one.crops),
            )
            for one in scanned.tracklets
        ),
        pictures=scanned.pictures
        and replace(scanned.pictures, frames=scanned.pictures.frames + step),
    )


class RecordedRunner:
    """A runner that scans nothing: outcomes come as pickles, out of order, as soon as asked for.

    Args:
        recording: what is found in each episode.
        at_once: how many chunks a cluster has in hand: so far they come out of order.

    Attributes:
        wave, gathers, listener: see ``jobs.runners.stages.Runner``.
        sent: bytes of all outcomes.
    """

    wave = 4096
    gathers = 0.0

    def __init__(self, recording: Recording, at_once: int) -> None:
        self.listener: TaskListener = unwatched
        self.sent = 0
        self._recording, self._at_once = recording, at_once

    def run(self, tasks: Sequence[Task], work: Work, begin: Begin) -> Generator[Outcome]:  # noqa: ARG002 - nothing is begun
        """Hand in what was recorded of each task's chunk."""
        order = random.Random(5)
        for some in batched(tasks, self._at_once):
            for task in order.sample(some, len(some)):
                yield self.unpickle(self.pickle(task))

    def close(self) -> None:
        """Nothing was begun."""

    def pickle(self, task: Task) -> bytes:
        """What a worker sends."""
        pickled = pickle.dumps(replace(self._recording.outcomes[task.chunk.index], task=task))
        self.sent += len(pickled)
        return pickled

    def unpickle(self, pickled: bytes) -> Outcome:
        """What the driver makes of it."""
        outcome: Outcome = pickle.loads(pickled)
        return outcome
