"""Train the face detector: ``python -m eyecatch.training.detector.train DATA OUT``.

DATA is the folder of pictures that docs/detector.md describes. OUT gets the weights of every stage;
``mean.npz`` is the file that ships as ``core/detect/cnn.npz``. A stage whose weights are there is
not trained again, so that a training that was stopped goes on; stages may be named after OUT to run
only those.
"""

from __future__ import annotations

import multiprocessing as mp
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eyecatch.core.detect import network
from eyecatch.core.detect.base import detect_downscaled
from eyecatch.core.detect.cnn import LINES, CnnDetector
from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.detect.multiscale import MultiscaleDetector
from eyecatch.core.synthetic.cartoons import cartoons
from eyecatch.core.tensorflow import keras
from eyecatch.training.detector import pseudo_labels as label
from eyecatch.training.detector.batches import batches
from eyecatch.training.detector.dataset import Labelled, crops, load, load_listed, split
from eyecatch.training.detector.export import export
from eyecatch.training.detector.loop import Plan, learn
from eyecatch.training.detector.mosaic import Sources
from eyecatch.training.detector.synthetic import invented
from eyecatch.training.evaluation.detector import Looked, curve

Groups = list[tuple[float, list[Labelled]]]

SEED = 1
SIDE = 256  # pixels of a patch
BATCH = 16
LONGEST = 512  # pictures are kept at most this long: faces are learned at up to 280 pixels
AGREED = 0.5  # boxes of the two other detectors with a lower score are places to learn nothing
HELD = 20  # one in so many runs of five pictures is held out
INVENTED, CARTOONS = 300, 2500
SHOWS = ("scooby", "flint")

SURE, MAYBE = 0.52, 0.36  # mean scores from which a face found in looking is one, or may be one
PRECISE = 0.95  # the share of boxes found that shall be faces, on pictures held out
IN_CROP = 0.42  # the same in a crop, which is known to show a face
GAME, ART = 4, 60  # crops looked at of each character of game art, of each of other art

FIRST = Plan(steps=2000, rate=2.5e-3, last=0.5)
BASE = Plan(steps=3000, rate=2.5e-3, last=0.4)
MIXED = Plan(steps=4000, rate=2e-3, last=0.2)
LAST = Plan(steps=25000, rate=2.5e-3, last=0.01)
FINISH = Plan(steps=5000, rate=1e-3, last=0.01)
APART = Plan(steps=4000, rate=2.5e-3, last=0.01)
SHIPS = "mean"


@dataclass(frozen=True, slots=True)
class Room:
    """Where the data is, and where the weights go."""

    data: Path
    out: Path

    def anime(self, held: bool = False) -> list[Labelled]:
        """The anime pictures with the faces they came with, but those held out; or those only."""
        folder = self.data / "detection" / "anime_pseudo"
        return split(load(folder / "images", folder / "boxes.csv", LONGEST, AGREED), HELD)[held]

    def show(self, name: str, held: bool = False) -> list[Labelled]:
        """The labelled frames of a cartoon, but those held out; or those only."""
        folder = self.data / "shows" / name
        return split(load(folder / "frames", folder / "boxes.csv", LONGEST), HELD)[held]

    def more(self, by: str) -> list[Labelled]:
        """The same pictures with the further faces that a stage's weights found in them."""
        images = self.data / "detection" / "anime_pseudo" / "images"
        return load_listed(images, self.table(by, "anime"), LONGEST, SURE, MAYBE)

    def crops(self, by: str, kind: str, *folder: str) -> list[Labelled]:
        """The crops in which a stage's weights found one face."""
        images = self.data.joinpath(*folder)
        return label.one_face(load_listed(images, self.table(by, kind), LONGEST, IN_CROP, MAYBE))

    def table(self, by: str, kind: str) -> Path:
        """The file of the faces that a stage's weights found."""
        return self.out / f"{by}.{kind}.csv"

    def weights(self, stage: str) -> Path:
        """The file of a stage's weights."""
        return self.out / f"{stage}.weights.h5"


def main(data: Path, out: Path, stages: list[str]) -> None:
    """Run the stages named, or all; each in a process of its own, started afresh."""
    room = Room(data, out)
    out.mkdir(parents=True, exist_ok=True)
    for stage in stages or list(_STAGES):
        process = mp.get_context("spawn").Process(target=_STAGES[stage], args=(room,))
        process.start()
        process.join()
        if process.exitcode:
            raise SystemExit(f"stage {stage} ended with {process.exitcode}")


def first(room: Room) -> None:
    """Anime with the faces it came with, and drawings of our own; no show."""
    groups = [(0.6, room.anime()), (0.1, invented(INVENTED, SEED)), (0.3, _cartoons())]
    _learn(room, "first", "", FIRST, groups)


def look(room: Room) -> None:
    """Write down what `first` finds in anime and in crops nobody boxed, looking several times."""
    _look(room, "first")


def base(room: Room) -> None:
    """All there is but the shows, and what `first` found."""
    _learn(room, "base", "first", BASE, _all(room, "first"))


def look_again(room: Room) -> None:
    """The same by `base`, which finds more."""
    _look(room, "base")


def mixed(room: Room) -> None:
    """Everything."""
    _learn(room, "mixed", "base", MIXED, _all(room, "base", *SHOWS))


def look_last(room: Room) -> None:
    """The same by `mixed`."""
    _look(room, "mixed")


def last(room: Room) -> None:
    """The same for long, half of it from the shows, whose plain faces `mixed` still missed."""
    rest = [(0.5 / 0.65 * share, pictures) for share, pictures in _all(room, "mixed")]
    shows = [(0.5 / len(SHOWS), room.show(show)) for show in SHOWS]
    _learn(room, "last", "mixed", LAST, [*rest, *shows])


def look_finally(room: Room) -> None:
    """The same by `last`."""
    _look(room, "last")


def finish(room: Room) -> None:
    """Once more with those labels and as much anime as before."""
    _learn(room, "finish", "last", FINISH, _all(room, "last", *SHOWS))


def mean(room: Room) -> None:
    """The mean of the two, which is better than either (Wortsman et al. 2022): this ships."""
    both = [_model(room.weights(stage)).get_weights() for stage in ("last", "finish")]
    model = _model(None)
    model.set_weights([(one + other) / 2 for one, other in zip(*both, strict=True)])
    model.save_weights(room.weights("mean"))
    _export(room, "mean")


def no_flint(room: Room) -> None:
    """One show only, to be measured on the other, which it never saw."""
    _learn(room, "no_flint", "base", APART, _all(room, "base", "scooby"))


def no_scooby(room: Room) -> None:
    """The other way round."""
    _learn(room, "no_scooby", "base", APART, _all(room, "base", "flint"))


def _look(room: Room, by: str) -> None:
    if room.table(by, "art").exists():  # the last of the three
        return
    config = DetectorConfig("cnn", str(_export(room, by)))
    anime = MultiscaleDetector(CnnDetector(config, min_score=0.1, device="cpu"), MAYBE)
    label.write_more(anime, room.anime(), room.table(by, "anime"))
    crop = MultiscaleDetector(CnnDetector(config, min_score=0.1, device="cpu"), MAYBE, zooms=(1.0,))
    label.write_more(crop, crops(room.data / "identities", GAME), room.table(by, "game"))
    label.write_more(crop, crops(room.data / "faces" / "train", ART), room.table(by, "art"))


def _all(room: Room, by: str, *shows: str) -> Groups:
    return [
        (0.30, room.more(by)),
        (0.10, room.crops(by, "game", "identities")),
        (0.08, room.crops(by, "art", "faces", "train")),
        (0.04, invented(INVENTED, SEED)),
        (0.13, _cartoons()),
        (0.35, [frame for show in shows for frame in room.show(show)]),
    ]


def judge(room: Room) -> None:
    """Say how good each threshold is on the pictures held out: for those of ``core.detect.cnn``."""
    config = DetectorConfig("cnn", str(_export(room, SHIPS)), lines=LINES)
    one = CnnDetector(config, min_score=0.05, device="cpu")
    held = room.anime(held=True) + room.show("scooby", held=True) + room.show("flint", held=True)
    for name, detector in (("one look", one), ("four looks", MultiscaleDetector(one, 0.05))):
        found = detect_downscaled(detector, [p.picture for p in held])
        looked = [
            Looked(p.name, p.picture.shape[0], p.boxes, f) for p, f in zip(held, found, strict=True)
        ]
        points = curve(looked, 0.3)
        best = points[np.argmax(points[:, 1] * points[:, 2] / (points[:, 1] + points[:, 2] + 1e-9))]
        precise = points[np.flatnonzero(points[:, 2] >= PRECISE)[-1]]
        for wish, (score, recall, precision) in (("best F1", best), ("precise", precise)):
            print(f"{name}, {wish}: {score:.3f}, recall {recall:.3f}, precision {precision:.3f}")


_STAGES: dict[str, Callable[[Room], None]] = {
    stage.__name__: stage
    for stage in (
        *(first, look, base, look_again, mixed, look_last, last, look_finally, finish, mean),
        *(judge, no_flint, no_scooby),
    )
}


def _cartoons() -> list[Labelled]:
    return [Labelled("", *one) for one in cartoons(CARTOONS, SEED)]


def _learn(room: Room, stage: str, start: str, plan: Plan, groups: Groups) -> None:
    """Train one stage from another's weights, or from chance; nothing if its weights are there."""
    if room.weights(stage).exists():
        return
    print(stage, plan, [len(pictures) for _, pictures in groups], flush=True)
    feed = batches(Sources.of(groups), SEED, plan.steps, BATCH, SIDE)
    model = _model(room.weights(start) if start else None)
    learn(model, feed, plan, room.out / f"{stage}.part.weights.h5")
    model.save_weights(room.weights(stage))
    _export(room, stage)


def _export(room: Room, stage: str) -> Path:
    file = room.out / f"{stage}.npz"
    if not file.exists():
        export(_model(room.weights(stage)), file)
    return file


def _model(weights: Path | None) -> network.Network:
    keras().utils.set_random_seed(SEED)
    model = network.build()
    if weights:
        model.load_weights(weights)
    return model


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
