"""Rounds of self-training: the detector labels a show's frames, and learns from its labels.

Many looks at a frame and its neighbours find more than one look does, and are right more often
(``moment_labels``); what they are sure of is what the next weights learn, beside drawn people of no
style in particular, so that they stay a detector of faces. Self-training of detectors so:
Radosavovic et al. 2018 (data distillation); of a cartoon's characters by their tracks: Nir et al.
2022 (CAST).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from eyecatch.core.detect import cnn, network
from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.detect.detector_file import WEIGHTS, read_detector_file
from eyecatch.core.detect.multiscale import MultiscaleDetector
from eyecatch.core.synthetic.cartoons import cartoons
from eyecatch.core.tensorflow import keras
from eyecatch.training.detector.adaptation.judge import judge
from eyecatch.training.detector.adaptation.moment_labels import MAYBE, label
from eyecatch.training.detector.adaptation.moments import Moment
from eyecatch.training.detector.adaptation.rounds import (
    RoundFigures,
    Taught,
    count_faces,
    too_few,
    why_worse,
)
from eyecatch.training.detector.batches import BatchPlan, batches
from eyecatch.training.detector.dataset import LabelledPicture, split
from eyecatch.training.detector.export import export_weights
from eyecatch.training.detector.loop import Schedule, fit
from eyecatch.training.detector.mosaic import PicturePool
from eyecatch.training.detector.synthetic import synthetic_pictures

HELD: Final = 5
"""One in so many runs of five frames is held out, to judge by."""

_SHARES: Final = {"labelled": 0.4, "show": 0.5, "cartoons": 0.35, "people": 0.1}
"""How often a patch is of frames that people labelled, of others of the show, and of drawings."""

_LOWEST: Final = 0.05
"""Lowest score of a face in one look."""

_MIX: Final = (1.0, 0.5)
"""Shares of what was learned that are tried, the first that is no worse is taken: a mean of weights
lies between both in what it finds, and forgets less (Wortsman et al. 2022, WiSE-FT)."""


@dataclass(frozen=True, slots=True)
class TeachPlan:
    """How a show is learned; the same plan gives the same weights on one machine.

    Attributes:
        rounds: of labelling and learning; each begins from the weights given, with the labels of
            the round before.
        steps: batches of a round.
        rate: the highest learning rate.
        wild: see ``make_patch``.
        seed: of all that is left to chance.
        batch, side: patches of a batch, and pixels of their sides.
        cartoons, people: drawings that are learned beside the show.
    """

    rounds: int = 2
    steps: int = 800
    rate: float = 1e-3
    wild: float = 0.0
    seed: int = 1
    batch: int = 16
    side: int = 256
    cartoons: int = 500
    people: int = 100


@dataclass(frozen=True, slots=True)
class Lessons:
    """Frames of a show; there may be none of either.

    Attributes:
        moments: those that nobody labelled, or only in part.
        labelled: those of which every face is known.
    """

    moments: Sequence[Moment] = ()
    labelled: Sequence[LabelledPicture] = ()


@dataclass(frozen=True, slots=True)
class TeachProgress:
    """How far it is.

    Attributes:
        round, rounds: the round at work, from 1, of how many.
        stage: ``draw``, ``look``, ``learn`` or ``judge``.
        done, total: frames or steps of the stage.
    """

    round: int
    rounds: int
    stage: str
    done: int
    total: int


def teach(
    start: Path | None,
    lessons: Lessons,
    plan: TeachPlan,
    work: Path,
    on_progress: Callable[[TeachProgress], None] = lambda _: None,
) -> Taught:
    """Teaches a detector a show.

    Args:
        start: the weights to begin with, a file of ``training.detector.export``; None for those
            that ship.
        lessons: frames of the show.
        plan: how they are learned.
        work: a folder for the weights of each round; those that are there are not made again.
        on_progress: is called many times.

    Returns:
        The weights that find most, and figures of all; no weights where there is too little to
        learn from, or where all are worse than those it began with.

    Raises:
        ModelError: the weights can't be read.
        OSError: the work folder can't be written.
    """
    return _Teaching(start or WEIGHTS, plan, work, on_progress).run(lessons)


@dataclass(frozen=True, slots=True)
class _Held:
    """What no round learns from: ``places`` in ``moments``, their first labels, labelled frames."""

    moments: Sequence[Moment]
    places: Sequence[int]
    shown: Sequence[LabelledPicture]
    known: Sequence[LabelledPicture]


class _Teaching:
    """One call of ``teach``."""

    def __init__(
        self,
        start: Path,
        plan: TeachPlan,
        work: Path,
        on_progress: Callable[[TeachProgress], None],
    ) -> None:
        self._start, self._plan, self._work = start, plan, work
        self._on_progress = on_progress
        self._round = 1
        self._held = _Held((), (), (), ())

    def run(self, lessons: Lessons) -> Taught:
        known, known_held = split(lessons.labelled, HELD)
        every = range(len(lessons.moments))
        places, held = split(every, HELD)
        first = self._label(self._start, lessons.moments, every)
        self._held = _Held(lessons.moments, held, [first[i] for i in held], known_held)
        before = self._figures(0, [*first, *lessons.labelled], 0.0, self._start)
        if problem := too_few([*first, *lessons.labelled]):
            return Taught(None, before, (), problem)
        drawings = self._drawings()
        rounds: list[RoundFigures] = []
        best, weights = before, self._start
        shown, shown_by = [first[i] for i in places], self._start
        for number in range(1, self._plan.rounds + 1):
            self._round = number
            if weights != shown_by:
                shown, shown_by = self._label(weights, lessons.moments, places), weights
            learned = [one for one in shown if len(one.boxes) + len(one.ignored)]
            file = self._learn(
                [(_SHARES["labelled"], known), (_SHARES["show"], learned), *drawings]
            )
            figures, mixed = self._mixed(file, [*known, *learned], before)
            rounds.append(figures)
            if figures.beats(best):
                best, weights = figures, mixed
        if best is not before:
            return Taught(weights, before, tuple(rounds))
        return Taught(None, before, tuple(rounds), why_worse(before, rounds))

    def _learn(self, groups: list[tuple[float, list[LabelledPicture]]]) -> Path:
        """The weights of a round, learned from pictures in shares; made only if they are absent."""
        file, plan = self._work / f"round{self._round}.npz", self._plan
        if file.exists():
            return file
        seed = plan.seed * 1000 + self._round
        feed = batches(
            PicturePool.of(groups), BatchPlan(plan.steps, plan.batch, plan.side, seed, plan.wild)
        )
        keras().utils.set_random_seed(seed)
        model = network.build()
        model.set_weights(read_detector_file(self._start).weights)
        schedule = Schedule(plan.steps, plan.rate)
        fit(model, feed, schedule, lambda step, *_: self._tell("learn", step, plan.steps))
        export_weights(model.get_weights(), file)
        return file

    def _mixed(
        self, file: Path, learned: Sequence[LabelledPicture], before: RoundFigures
    ) -> tuple[RoundFigures, Path]:
        """The weights with as much of what was learned as is no worse than before."""
        old, new = read_detector_file(self._start).weights, read_detector_file(file).weights
        for mix in _MIX:
            mixed = file if mix == 1.0 else file.with_suffix(f".{mix}.npz")
            if not mixed.exists():
                export_weights([a + mix * (b - a) for a, b in zip(old, new, strict=True)], mixed)
            figures = self._figures(self._round, learned, mix, mixed)
            if figures.beats(before):
                return figures, mixed
        return replace(figures, mix=0.0), self._start

    def _drawings(self) -> list[tuple[float, list[LabelledPicture]]]:
        """Drawn people of no show: what they look like is known, and that all of them are faces."""
        plan = self._plan
        self._tell("draw", 0, plan.cartoons + plan.people)
        people = synthetic_pictures(plan.people, plan.seed)
        heads = [LabelledPicture("", *one) for one in cartoons(plan.cartoons, plan.seed)]
        return [(_SHARES["cartoons"], heads), (_SHARES["people"], people)]

    def _label(
        self, weights: Path, moments: Sequence[Moment], places: Sequence[int]
    ) -> list[LabelledPicture]:
        done: list[LabelledPicture] = []
        for one in label(_many_looks(weights), (moments[i] for i in places)):
            done.append(one)
            self._tell("look", len(done), len(places))
        return done

    def _figures(
        self, number: int, learned: Sequence[LabelledPicture], mix: float, weights: Path
    ) -> RoundFigures:
        self._tell("judge", 0, len(self._held.shown) + len(self._held.known))
        once = cnn.two_looks(_config(weights), _LOWEST)
        sure: Iterable[LabelledPicture] = self._held.shown
        if weights != self._start:
            moments = (self._held.moments[i] for i in self._held.places)
            sure = label(_many_looks(weights), moments)
        return RoundFigures(
            number,
            count_faces(learned),
            len(learned),
            mix,
            judge(once, self._held.shown, cnn.MIN_SCORE),
            judge(once, self._held.known, cnn.MIN_SCORE),
            count_faces(sure),
        )

    def _tell(self, stage: str, done: int, total: int) -> None:
        self._on_progress(TeachProgress(self._round, self._plan.rounds, stage, done, total))


def _many_looks(weights: Path) -> MultiscaleDetector:
    return MultiscaleDetector(cnn.CnnDetector(_config(weights), _LOWEST), MAYBE)


def _config(weights: Path) -> DetectorConfig:
    return DetectorConfig("cnn", str(weights), lines=cnn.LINES)
