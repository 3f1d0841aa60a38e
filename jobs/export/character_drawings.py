"""Which drawings of a character are to be learned from: sharp ones, each once, from everywhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from eyecatch.db.records.face_rows import CropRow
from eyecatch.db.records.scan import EpisodeRecord
from eyecatch.jobs.selection import Selection
from eyecatch.training.near_duplicates import MAX_DISTANCE, difference_hashes

Candidate = tuple[EpisodeRecord, CropRow]
"""A drawing of a character: its episode, and its crop there."""


def candidates(selection: Selection) -> dict[str, list[Candidate]]:
    """The drawings of each character that may be taken, in the order in which they are wanted.

    They are those whose crops the index keeps: the sharpest of each track. Of faces that are nearly
    the same the best one is taken. Episodes take turns, in each of them tracks do, best first.
    """
    found: dict[str, list[Candidate]] = defaultdict(list)
    for episode in selection.episodes:
        for crop in selection.index.exports.crops(
            episode.id, selection.characters, unsure=selection.unsure
        ):
            found[crop.character].append((episode, crop))
    return {name: _in_turns(_distinct(found[name])) for name in sorted(found)}


def _distinct(some: Sequence[Candidate]) -> list[Candidate]:
    """Without near duplicates, the best first."""
    best = sorted(some, key=lambda one: (-one[1].quality, one[0].id, one[1].frame))
    kept = Kept()
    hashes = difference_hashes([crop.jpeg for _, crop in best])
    return [one for one, own in zip(best, hashes, strict=True) if kept.is_new(own)]


class Kept:
    """Hashes of the pictures that are kept."""

    def __init__(self) -> None:
        self._hashes = np.empty(0, np.uint64)

    def is_new(self, own: np.uint64) -> bool:
        """Whether none is nearly the same; it is kept then."""
        if (np.bitwise_count(self._hashes ^ own) <= MAX_DISTANCE).any():
            return False
        self._hashes = np.append(self._hashes, own)
        return True


def _in_turns(best: Sequence[Candidate]) -> list[Candidate]:
    """The best of each track before the second ones; episodes in turns."""
    of_track: dict[tuple[int, int], int] = defaultdict(int)
    of_episode: dict[int, int] = defaultdict(int)
    ranked = []
    for episode, crop in best:
        ranked.append((of_track[episode.id, crop.track], -crop.quality, episode, crop))
        of_track[episode.id, crop.track] += 1
    turns = []
    for rank, quality, episode, crop in sorted(ranked, key=lambda one: one[:2]):
        turns.append((of_episode[episode.id], rank, quality, episode, crop))
        of_episode[episode.id] += 1
    return [(one[3], one[4]) for one in sorted(turns, key=lambda one: one[:3])]
