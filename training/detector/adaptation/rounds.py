"""What rounds of learning came to, and whether one is better than another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from eyecatch.training.detector.adaptation.judge import HeldFigures
from eyecatch.training.detector.dataset import LabelledPicture

_FEWEST: Final = 24
"""Faces fewer than this teach nothing that would hold."""


_DOUBTFUL: Final = 0.02
"""Share of the faces that the first weights were sure of that need not be found again: some of them
are none."""


@dataclass(frozen=True, slots=True)
class RoundFigures:
    """What a round learned from, and what came of it, on frames that no round learns from.

    Attributes:
        number: from 1; 0 for the weights that it began with.
        faces: that it learned from, in how many frames.
        frames: with a face, or a box that may be one.
        mix: the share of what was learned in its weights; 0 where all were worse than before.
        held: how well one look finds the faces that the first weights were sure of.
        known: the same of the faces that people labelled.
        sure: faces that many looks are sure of in the frames that nobody labelled.
    """

    number: int
    faces: int
    frames: int
    mix: float
    held: HeldFigures
    known: HeldFigures
    sure: int

    def beats(self, other: RoundFigures) -> bool:
        """Whether it is better: by what people labelled, else by how many faces it is sure of."""
        if self.held.found < other.held.found - _DOUBTFUL * other.held.faces:
            return False
        if self.sure < other.sure:
            return False
        return not self.known.faces or self.known.average >= other.known.average


@dataclass(frozen=True, slots=True)
class Taught:
    """What came of it.

    Attributes:
        weights: the file of the best round's weights, in ``work``; None if none is better than
            what it began with.
        before: figures of the weights that it began with.
        rounds: of each round.
        reason: why there are no weights, as the rest of a sentence; empty if there are.
    """

    weights: Path | None
    before: RoundFigures
    rounds: tuple[RoundFigures, ...]
    reason: str = ""


def count_faces(frames: Iterable[LabelledPicture]) -> int:
    """How many faces frames have; boxes that may be some don't count."""
    return sum(len(one.boxes) for one in frames)


def too_few(frames: Sequence[LabelledPicture]) -> str:
    """Says that frames have too few faces to learn from, or nothing."""
    if not frames:
        return "all frames are blank, or alike"
    faces = count_faces(frames)
    if faces >= _FEWEST:
        return ""
    some = "no drawn face is" if not faces else f"only {faces} drawn faces are"
    return f"{some} found in {len(frames)} frames"


def why_worse(before: RoundFigures, rounds: Sequence[RoundFigures]) -> str:
    """Says why no round is better than what it began with."""
    best = max(rounds, key=lambda one: (one.held.found, one.sure))
    if best.held.found < before.held.found - _DOUBTFUL * before.held.faces:
        found = f"finds {best.held.found}, and found {before.held.found} before"
        return f"of {before.held.faces} faces it {found}"
    if best.sure < before.sure:
        return f"it is sure of {best.sure} faces, and was of {before.sure} before"
    return "it finds the faces that people labelled worse than before"
