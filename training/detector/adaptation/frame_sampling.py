"""A folder of moments out of a season: read by all cores, without near duplicates, resumable."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
from more_itertools import batched

from eyecatch.core.files import write_atomically
from eyecatch.core.shortage import blame_machine
from eyecatch.core.threads import map_in_threads
from eyecatch.core.video.frame import Picture
from eyecatch.training.detector.adaptation.moment_reading import read_moments
from eyecatch.training.detector.adaptation.moment_times import (
    EpisodeSource,
    SamplePlan,
    Wanted,
    wanted_frames,
)
from eyecatch.training.detector.adaptation.moments import (
    MomentFolder,
    encode_moment,
    load_moment,
)

_AT_ONCE: Final = 12
"""Frames that one thread reads of an episode before it takes others: the unit of resuming."""

_SIGNATURE: Final = 32, 18
"""Width and height of the means by which moments are compared."""

_FLAT: Final = 4.0
"""Of 255: a picture whose means deviate by less shows nothing: black, white, a fade."""

_STATE: Final = "sampled.json"

Signature = npt.NDArray[np.float32]

log = logging.getLogger(__name__)

OnStep = Callable[[int, int], None]
"""Called with how many frames were looked at, and how many will be."""


def sample_moments(
    episodes: Sequence[EpisodeSource],
    folder: Path,
    plan: SamplePlan,
    on_step: OnStep = lambda _done, _total: None,
) -> MomentFolder:
    """Fills a folder with moments of a season, or goes on where an earlier call ended.

    Frames of which people said something are all kept; of the others near duplicates of earlier
    ones, and pictures that show nothing, are left out.

    Args:
        episodes: what is sampled; the same as in the call that is gone on with.
        folder: where moments are kept; made where there is none.
        plan: how many.
        on_step: is called after each part.

    Raises:
        OSError: the folder can't be written.
        MachineError: the machine lacks what it takes to read a file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    parts = [
        _Part(episode, frames)
        for episode, wanted in zip(episodes, wanted_frames(episodes, plan), strict=True)
        for frames in ([tuple(wanted)] if episode.straight else batched(wanted, _AT_ONCE))
    ]
    total = sum(len(part.frames) for part in parts)
    done = _parts_done(folder)
    kept = _Kept(folder, done, plan.near)
    looked = sum(len(part.frames) for part in parts[:done])
    on_step(looked, total)
    with closing(map_in_threads(_Part.read, parts[done:])) as results:
        for number, found in enumerate(results, start=done):
            for place, one in enumerate(found):
                kept.add(one, folder / f"{number:05d}-{place:04d}.npz")
            write_atomically(folder / _STATE, json.dumps({"parts": number + 1}).encode())
            looked += len(parts[number].frames)
            on_step(looked, total)
    return MomentFolder(folder)


@dataclass(frozen=True, slots=True)
class _Found:
    """A moment that was read, as it would be kept."""

    name: str
    labelled: bool
    signature: Signature
    content: bytes

    @classmethod
    def of(cls, content: bytes) -> _Found:
        """Of the content of a file, be it written or not, so that both are alike."""
        moment = load_moment(content)
        labelled = bool(len(moment.faces) or len(moment.not_faces))
        return cls(moment.name, labelled, _signature(moment.picture), content)


@dataclass(frozen=True, slots=True)
class _Part:
    """Some frames of an episode that are read one after the other."""

    episode: EpisodeSource
    frames: tuple[Wanted, ...]

    def read(self) -> list[_Found]:
        """The moments that can be read; none of a file that can't be opened any more."""
        try:
            moments = read_moments(self.episode, self.frames)
            return [_Found.of(encode_moment(moment)) for moment in moments]
        except Exception as error:  # whatever one file raises, those of a season must go on
            path = self.episode.video.path
            blame_machine(path, error)
            log.warning("%s: no frames could be sampled here (%s).", path, error)
            return []


class _Kept:
    """The signatures of the moments that were kept, and whether another one is like them."""

    def __init__(self, folder: Path, parts: int, near: float) -> None:
        self._near = near
        self._signatures: list[Signature] = []
        self._names: set[str] = set()
        for file in sorted(folder.glob("*.npz")):
            if int(file.name.partition("-")[0]) < parts:
                self._remember(_Found.of(file.read_bytes()))
            else:  # of a part that an earlier call didn't end
                file.unlink()

    def add(self, found: _Found, file: Path) -> None:
        """Write a moment, unless it shows nothing, or nothing new."""
        if found.name not in self._names and (found.labelled or self._is_new(found.signature)):
            write_atomically(file, found.content)
            self._remember(found)

    def _is_new(self, signature: Signature) -> bool:
        if signature.std(axis=(0, 1)).max() < _FLAT:
            return False
        if not self._signatures:
            return True
        differences = np.abs(np.stack(self._signatures) - signature).mean(axis=(1, 2, 3))
        return float(differences.min()) >= self._near

    def _remember(self, found: _Found) -> None:
        self._signatures.append(found.signature)
        self._names.add(found.name)


def _signature(picture: Picture) -> Signature:
    return cv2.resize(picture, _SIGNATURE, interpolation=cv2.INTER_AREA).astype(np.float32)


def _parts_done(folder: Path) -> int:
    try:
        return int(json.loads((folder / _STATE).read_text("utf-8"))["parts"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0
