"""Train the face detector: ``python -m eyecatch.training.detector.train DATA OUT [STAGE…]``.

DATA is the folder of pictures that docs/detector.md describes. OUT gets the weights of every stage;
``mean.npz`` is the file that ships as ``core/detect/cnn.npz``. A stage whose weights are there is
not trained again, so that an interrupted training can be resumed; with STAGE only those run.
"""

from __future__ import annotations

import multiprocessing as mp
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from eyecatch.core.detect import network
from eyecatch.core.detect.base import detect_downscaled
from eyecatch.core.detect.cnn import LINES, CnnDetector
from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.detect.multiscale import TWO_LOOKS, MultiscaleDetector
from eyecatch.core.synthetic.cartoons import cartoons
from eyecatch.core.tensorflow import keras
from eyecatch.training.detector.batches import BatchPlan, batches
from eyecatch.training.detector.dataset import (
    LabelledPicture,
    load_unlabelled,
)
from eyecatch.training.detector.export import export
from eyecatch.training.detector.loop import Schedule, fit, log_losses
from eyecatch.training.detector.mosaic import PicturePool
from eyecatch.training.detector.pseudo_labels import write_pseudo_labels
from eyecatch.training.detector.synthetic import synthetic_pictures
from eyecatch.training.detector.workspace import MAYBE, Workspace
from eyecatch.training.evaluation.detection_metrics import (
    DetectedPicture,
    precision_recall_curve,
)

Groups = list[tuple[float, list[LabelledPicture]]]

SEED = 1
SIDE = 256  # pixels of a patch
BATCH = 16
SYNTHETIC, CARTOONS = 300, 2500
SHOWS = ("scooby", "flint")
THIRD = "louie"

PRECISE = 0.95  # precision that a threshold is chosen for, on pictures held out
GAME, ART = 4, 60  # crops of each character of game art, and of each of other art

FIRST = Schedule(steps=2000, rate=2.5e-3, last=0.5)
BASE = Schedule(steps=3000, rate=2.5e-3, last=0.4)
MIXED = Schedule(steps=4000, rate=2e-3, last=0.2)
LAST = Schedule(steps=25000, rate=2.5e-3, last=0.01)
FINISH = Schedule(steps=5000, rate=1e-3, last=0.01)
THREE = Schedule(steps=6000, rate=1.5e-3, last=0.01, wild=0.15)
APART = Schedule(steps=6000, rate=2.5e-3, last=0.01, wild=0.5)
BLENDED = 0.75  # share of the weights that know the third show, in those that ship
SHIPS = "blend"


def main(data: Path, out: Path, stages: list[str]) -> None:
    """Runs the stages named, or all, each in a new process."""
    work = Workspace(data, out)
    out.mkdir(parents=True, exist_ok=True)
    for stage in stages or list(_STAGES):
        process = mp.get_context("spawn").Process(target=_STAGES[stage], args=(work,))
        process.start()
        process.join()
        if process.exitcode:
            raise SystemExit(f"stage {stage} ended with {process.exitcode}")


def first(work: Workspace) -> None:
    """Trains on anime with the boxes it came with, and on synthetic pictures; no shows."""
    groups = [(0.6, work.anime()), (0.1, synthetic_pictures(SYNTHETIC, SEED)), (0.3, _cartoons())]
    _fit(work, "first", "", FIRST, groups)


def look(work: Workspace) -> None:
    """Pseudo-labels anime and crops by `first`, with test-time augmentation."""
    _pseudo_label(work, "first")


def base(work: Workspace) -> None:
    """Trains on everything but the shows, with the labels of `first`."""
    _fit(work, "base", "first", BASE, _all(work, "first"))


def look_again(work: Workspace) -> None:
    """Pseudo-labels again by `base`, which finds more."""
    _pseudo_label(work, "base")


def mixed(work: Workspace) -> None:
    """Trains on everything, shows included."""
    _fit(work, "mixed", "base", MIXED, _all(work, "base", *SHOWS))


def look_last(work: Workspace) -> None:
    """Pseudo-labels again by `mixed`."""
    _pseudo_label(work, "mixed")


def last(work: Workspace) -> None:
    """Trains for long, half of it on the shows, whose plain faces `mixed` still missed."""
    rest = [(0.5 / 0.65 * share, pictures) for share, pictures in _all(work, "mixed")]
    shows = [(0.5 / len(SHOWS), work.show(show)) for show in SHOWS]
    _fit(work, "last", "mixed", LAST, [*rest, *shows])


def look_finally(work: Workspace) -> None:
    """Pseudo-labels again by `last`."""
    _pseudo_label(work, "last")


def finish(work: Workspace) -> None:
    """Trains once more with those labels, and as much anime as in `mixed`."""
    _fit(work, "finish", "last", FINISH, _all(work, "last", *SHOWS))


def mean(work: Workspace) -> None:
    """Averages both, which is better than either (Wortsman et al. 2022)."""
    _average(work, "mean", "last", "finish", 0.5)


def look_thrice(work: Workspace) -> None:
    """Pseudo-labels again by `mean`."""
    _pseudo_label(work, "mean")


def three(work: Workspace) -> None:
    """Trains on with the third show."""
    _fit(work, "three", "mean", THREE, _all(work, "mean", *SHOWS, THIRD))


def blend(work: Workspace) -> None:
    """Averages the weights before and after the third show, mostly those after: what ships."""
    _average(work, "blend", "mean", "three", BLENDED)


def no_flint(work: Workspace) -> None:
    """Trains on two shows, to be measured on the third, which no stage before has seen either."""
    _fit(work, "no_flint", "base", APART, _all(work, "base", "scooby", "louie"))


def no_scooby(work: Workspace) -> None:
    """Trains on the shows without Scooby-Doo."""
    _fit(work, "no_scooby", "base", APART, _all(work, "base", "flint", "louie"))


def no_louie(work: Workspace) -> None:
    """Trains on the shows without Life with Louie."""
    _fit(work, "no_louie", "base", APART, _all(work, "base", "flint", "scooby"))


def _pseudo_label(work: Workspace, by: str) -> None:
    if work.table(by, "art").exists():  # the last of the three to be written
        return
    one = _one_look(work, by, 0.1)
    anime, crop = MultiscaleDetector(one, MAYBE), MultiscaleDetector(one, MAYBE, zooms=(1.0,))
    game = load_unlabelled(work.data / "identities", GAME)
    art = load_unlabelled(work.data / "faces" / "train", ART)
    write_pseudo_labels(anime, work.anime(), work.table(by, "anime"))
    write_pseudo_labels(crop, game, work.table(by, "game"))
    write_pseudo_labels(crop, art, work.table(by, "art"))


def _one_look(work: Workspace, by: str, min_score: float) -> CnnDetector:
    """The detector with a stage's weights, whose network need not be the package's."""
    config = DetectorConfig("cnn", str(_export(work, by)), lines=LINES)
    return CnnDetector(config, min_score, device="cpu", trusted=True)


def _all(work: Workspace, by: str, *shows: str) -> Groups:
    return [
        (0.30, work.pseudo_labelled(by)),
        (0.10, work.crops(by, "game", "identities")),
        (0.08, work.crops(by, "art", "faces", "train")),
        (0.04, synthetic_pictures(SYNTHETIC, SEED)),
        (0.13, _cartoons()),
        (0.35, [frame for show in shows for frame in work.show(show)]),
    ]


def judge(work: Workspace) -> None:
    """Prints the best thresholds on the pictures held out, for those of ``core.detect.cnn``."""
    one = _one_look(work, SHIPS, 0.05)
    frame = MultiscaleDetector(one, 0.05, views=TWO_LOOKS)
    held = work.anime(held=True)
    held += [one for show in (*SHOWS, THIRD) for one in work.show(show, held=True)]
    for name, detector in (("a frame", frame), ("a still", MultiscaleDetector(one, 0.05))):
        found = detect_downscaled(detector, [p.picture for p in held])
        pictures = [
            DetectedPicture(p.name, p.picture.shape[0], p.boxes, f)
            for p, f in zip(held, found, strict=True)
        ]
        points = precision_recall_curve(pictures, 0.3)
        best = points[np.argmax(points[:, 1] * points[:, 2] / (points[:, 1] + points[:, 2] + 1e-9))]
        precise = points[np.flatnonzero(points[:, 2] >= PRECISE)[-1]]
        for wish, (score, recall, precision) in (("best F1", best), ("precise", precise)):
            print(f"{name}, {wish}: {score:.3f}, recall {recall:.3f}, precision {precision:.3f}")


_STAGES: dict[str, Callable[[Workspace], None]] = {
    stage.__name__: stage
    for stage in (
        *(first, look, base, look_again, mixed, look_last, last, look_finally, finish, mean),
        *(look_thrice, three, blend, judge, no_flint, no_scooby, no_louie),
    )
}


def _cartoons() -> list[LabelledPicture]:
    return [LabelledPicture("", *one) for one in cartoons(CARTOONS, SEED)]


def _fit(work: Workspace, stage: str, start: str, schedule: Schedule, groups: Groups) -> None:
    """Trains a stage from another's weights, or random ones, unless its weights are there."""
    if work.weights(stage).exists():
        return
    print(stage, schedule, [len(pictures) for _, pictures in groups], flush=True)
    pool = PicturePool.of(groups)
    plan = BatchPlan(count=schedule.steps, size=BATCH, side=SIDE, seed=SEED, wild=schedule.wild)
    feed = batches(pool, plan)
    model = _model(work.weights(start) if start else None)
    fit(model, feed, schedule, log_losses(schedule.steps))
    model.save_weights(work.weights(stage))
    _export(work, stage)


def _average(work: Workspace, stage: str, one: str, other: str, share: float) -> None:
    """Writes the mean of two stages' weights, with a ``share`` of the other's."""
    both = [_model(work.weights(name)).get_weights() for name in (one, other)]
    model = _model(None)
    model.set_weights([(1 - share) * a + share * b for a, b in zip(*both, strict=True)])
    model.save_weights(work.weights(stage))
    _export(work, stage)


def _export(work: Workspace, stage: str) -> Path:
    file = work.out / f"{stage}.npz"
    if not file.exists():
        export(_model(work.weights(stage)), file)
    return file


def _model(weights: Path | None) -> network.Network:
    keras().utils.set_random_seed(SEED)
    model = network.build()
    if weights:
        model.load_weights(weights)
    return model


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
