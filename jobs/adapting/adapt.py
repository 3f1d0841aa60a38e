"""``eyecatch adapt``: a detector that learned a show; read it from top to bottom."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Unpack

from eyecatch import __version__
from eyecatch.core.arguments import AnyPath, Paths, checked, path_of, several
from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.detect.detector_card import MOST_EPISODES, DetectorCard
from eyecatch.core.detect.detector_file import encode_detector_file, read_detector_file
from eyecatch.core.detect.registry import ADAPTED, resolve
from eyecatch.core.errors import RequestError
from eyecatch.core.files import refuse, whole_file
from eyecatch.core.inputs import Sources, videos
from eyecatch.db.index import open_index
from eyecatch.jobs.adapting.learner import Lesson
from eyecatch.jobs.adapting.learning import learn
from eyecatch.jobs.adapting.lessons import FoundEpisodes, find_episodes, labelled_pictures
from eyecatch.jobs.adapting.options import AdaptKeywords, AdaptOptions
from eyecatch.jobs.adapting.pace import Pace
from eyecatch.jobs.adapting.work_folder import WorkFolder, work_folder
from eyecatch.training.detector.adaptation.frame_sampling import sample_moments
from eyecatch.training.detector.adaptation.moment_times import SamplePlan
from eyecatch.training.detector.adaptation.moments import MomentFolder
from eyecatch.training.detector.adaptation.rounds import RoundFigures, Taught
from eyecatch.training.detector.adaptation.teach import TeachPlan, TeachProgress
from eyecatch.training.detector.adaptation.timing import STEPS
from eyecatch.training.detector.dataset import LabelledPicture

FEW: Final = 0.1
"""Faces a frame below which that is hardly a drawn show: of such there are .4 and more."""


@dataclass(frozen=True, slots=True)
class Adapted:
    """What an adaptation did.

    Attributes:
        out: the detector's file; None if nothing was written.
        refused: why nothing was written, as a sentence; empty if there is a detector.
        card: of the detector, or None.
        frames: of episodes that were learned from, or would have been.
        before: figures of the detector that it started from.
        rounds: of each round, its figures.
        kept: those of the round whose weights were written; None if nothing was.
        faults: a sentence for each file and picture that couldn't be read.
        notes: what else a person should know.
    """

    out: Path | None
    refused: str
    card: DetectorCard | None
    frames: int
    before: RoundFigures
    rounds: tuple[RoundFigures, ...]
    kept: RoundFigures | None = None
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@checked
def adapt(paths: Paths = (), *, out: AnyPath, **keywords: Unpack[AdaptKeywords]) -> Adapted:
    """Teach the detector a show from its own episodes, without labels, or from boxed frames.

    Frames of all episodes are looked at many times, and what that finds is learned; the weights of
    each round are measured on frames that were held out, and those are kept that find most. Where
    all are worse than before, nothing is written. Interrupted, it leaves the folder
    ``<out>.adapting``; called again with the same arguments, it goes on from there.

    Args:
        paths: a video or several, folders of them and URLs, as for ``index``; may be none with
            ``boxes``.
        out: the file to write, for ``--detector``.
        **keywords: all optional:

            db: an index in which people named or drew faces of these episodes, or said that
                something is none: it is learned too.
            boxes: a box file, ``image,x,y,w,h``, of frames of which every face is boxed.
            images: the folder that its images are in; the one that it is in itself by default.
            detector: which detector to start from: its name, its file, or a configuration; None
                for the default.
            frames: of all episodes together that are looked at, at most.
            rounds: of labelling and learning, at most.
            minutes: that it may take on this machine; fewer steps are made where it is slow.
            seed: of everything that is random.
            force: replace ``out``.
            listener: is called with the progress after every step.

    Returns:
        What was done; ``refused`` says why there is no detector, if there is none.

    Raises:
        RequestError: nothing can be learned from, or nothing can be written.
        ModelError: the detector to start from can't be used.
        DatabaseError: the index can't be read.

    Example:
        >>> import eyecatch
        >>> adapted = eyecatch.adapt("season/", out="Show.detector")  # doctest: +SKIP
        >>> if adapted.out:  # doctest: +SKIP
        ...     eyecatch.index("season/", db="season.db", detector=adapted.out)
    """
    options = AdaptOptions(**keywords)
    options.check()
    return _Adaptation(Path(out), options).run(several(paths))


class _Adaptation:
    """One call of ``adapt``."""

    def __init__(self, out: Path, options: AdaptOptions) -> None:
        self._out, self._options = out, options
        self._began = time.monotonic()
        self._plan = TeachPlan(rounds=options.rounds, seed=options.seed)
        self._sampling = SamplePlan(count=options.frames, seed=options.seed)

    def run(self, paths: Sequence[AnyPath]) -> Adapted:
        options = self._options
        refuse(self._out, options.force)
        base = resolve(options.detector or DetectorConfig())
        if base.name != ADAPTED:
            raise RequestError(f"the detector {base.name!r} can't learn", f"start from {ADAPTED!r}")
        pictures, faults = self._boxed()
        episodes = self._find(videos(paths))
        if not episodes.sources and not pictures:
            first = episodes.faults[0].rstrip(".") if episodes.faults else "there is no video"
            raise RequestError(first, "name videos or folders of them, or a file of boxes")
        with work_folder(self._out, self._settings(base, episodes, pictures)) as work:
            moments, taught = self._learn(base, episodes, work)
            adapted = replace(
                self._write(base, episodes, pictures, moments, taught),
                faults=(*faults, *episodes.faults),
                notes=_notes(taught, len(moments)),
            )
            work.clear()
        return adapted

    def _boxed(self) -> tuple[list[LabelledPicture], list[str]]:
        boxes = path_of(self._options.boxes)
        if boxes is None:
            return [], []
        return labelled_pictures(boxes, path_of(self._options.images) or boxes.parent)

    def _find(self, files: Sources) -> FoundEpisodes:
        db = self._options.db
        with nullcontext() if db is None else open_index(db, create=False) as index:
            return find_episodes(files, index)

    def _settings(
        self, base: DetectorConfig, episodes: FoundEpisodes, pictures: list[LabelledPicture]
    ) -> dict[str, Any]:
        """All that decides what is made; with others an interrupted adaptation begins anew."""
        boxed = hashlib.sha256()
        for one in pictures:
            boxed.update(f"{one.name} {one.boxes.tolist()} ".encode("utf-8", "replace"))
            boxed.update(one.picture.tobytes())
        return {
            "eyecatch": __version__,
            "base": base.digest,
            "files": [asdict(stamp) for stamp in episodes.stamps],
            "checked": [[asdict(box) for box in one.checked] for one in episodes.sources],
            "pictures": boxed.hexdigest(),
            "sampling": asdict(self._sampling),
            "plan": asdict(self._plan),
            "minutes": self._options.minutes,
        }

    def _learn(
        self,
        base: DetectorConfig,
        episodes: FoundEpisodes,
        work: WorkFolder,
    ) -> tuple[MomentFolder, Taught]:
        plan, options = self._plan, self._options
        units = {"sample": options.frames, "time": STEPS, "look": options.frames * plan.rounds}
        units |= {"learn": plan.steps * plan.rounds}
        pace = Pace(options.listener, units, plan.rounds)
        moments = MomentFolder(work.moments)
        if episodes.sources:
            moments = sample_moments(
                episodes.sources,
                work.moments,
                self._sampling,
                lambda done, total: pace.step("sample", done, total),
            )

        def expect(rounds: int, steps: int) -> None:
            pace.expect("look", len(moments) * rounds, rounds)
            pace.expect("learn", steps * rounds, rounds)

        def listen(progress: TeachProgress) -> None:
            pace.step(progress.stage, progress.done, progress.total, progress.round)

        boxes = path_of(options.boxes)
        lesson = Lesson(
            start=base.model,
            work=str(work.weights),
            moments=str(work.moments),
            boxes="" if boxes is None else str(boxes),
            images="" if boxes is None else str(options.images or boxes.parent),
            plan=plan,
            seconds=options.minutes * 60 - (time.monotonic() - self._began),
        )
        return moments, learn(lesson, expect, listen)

    def _write(
        self,
        base: DetectorConfig,
        episodes: FoundEpisodes,
        pictures: list[LabelledPicture],
        moments: MomentFolder,
        taught: Taught,
    ) -> Adapted:
        if taught.weights is None:
            refused = f"{taught.reason}."
            return Adapted(None, refused, None, len(moments), taught.before, taught.rounds)
        kept = _best(taught)
        checked = [box for one in episodes.sources for box in one.checked]
        card = DetectorCard(
            eyecatch=__version__,
            made=datetime.now(UTC).date().isoformat(),
            started_from=base.digest,
            files=len(episodes.sources),
            episodes=tuple(one.name for one in episodes.sources)[:MOST_EPISODES],
            frames=len(moments),
            faces=kept.faces,
            labelled_pictures=len(pictures) + len({box.pts for box in checked}),
            labelled_boxes=sum(len(one.boxes) for one in pictures) + len(checked),
            seed=self._options.seed,
            rounds=tuple(_figures(one) for one in taught.rounds),
        )
        weights = read_detector_file(taught.weights).weights
        with whole_file(self._out, force=self._options.force) as part:
            part.write_bytes(encode_detector_file(weights, card))
        return Adapted(self._out, "", card, len(moments), taught.before, taught.rounds, kept)


def _best(taught: Taught) -> RoundFigures:
    """The figures of the weights that ``teach`` gave."""
    best = taught.before
    for one in taught.rounds:
        if one.beats(best):
            best = one
    return best


def _figures(one: RoundFigures) -> dict[str, float]:
    figures: dict[str, float] = {
        "faces": one.faces,
        "frames": one.frames,
        "mix": one.mix,
        "held_faces": one.held.faces,
        "held_found": one.held.found,
        "held_sure": one.sure,
    }
    if one.known.faces:
        figures |= {
            "labelled_held": one.known.faces,
            "labelled_found": one.known.found,
            "labelled_average_precision": round(float(one.known.average), 4),
        }
    return figures


def _notes(taught: Taught, frames: int) -> tuple[str, ...]:
    faces = taught.rounds[0].faces if taught.rounds else 0
    if not frames or not taught.rounds or faces >= FEW * frames:
        return ()
    return (f"Few drawn faces were found, {faces} in {frames} frames: is it a drawn show?",)
