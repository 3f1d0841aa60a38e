"""Train the face detector: ``python -m eyecatch.training.detector.train DATA OUT``.

DATA is the folder of pictures that docs/detector.md describes. OUT gets the weights of every stage,
and those of the last as ``last.npz``, the file that ships as ``core/detect/cnn.npz``. A stage whose
weights are there is not trained again, so that a training that was stopped goes on; stages may be
named after OUT to run only those.
"""

from __future__ import annotations

import multiprocessing as mp
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eyecatch.core.detect import network
from eyecatch.core.detect.cnn import CnnDetector
from eyecatch.core.detect.thorough import ThoroughDetector
from eyecatch.core.identity.devices import keras
from eyecatch.core.scan.config import DetectorConfig
from eyecatch.training.detector import label
from eyecatch.training.detector.export import export
from eyecatch.training.detector.feed import batches
from eyecatch.training.detector.invented import invented
from eyecatch.training.detector.learn import Plan, learn
from eyecatch.training.detector.patches import Sources
from eyecatch.training.detector.pictures import Labelled, crops, load, load_listed, split
from eyecatch.training.evaluate_detector import Looked, curve

Groups = list[tuple[float, list[Labelled]]]

SEED = 1
SIDE = 256  # pixels of a patch
BATCH = 8
LONGEST = 512  # pictures are kept at most this long: faces are learned at up to 280 pixels
AGREED = 0.5  # boxes of the two other detectors with a lower score are places to learn nothing
HELD = 20  # one in so many runs of five pictures is held out
INVENTED = 300
SHOWS = ("scooby", "flint")

SURE, MAYBE = 0.52, 0.36  # mean scores from which a face found in looking is one, or may be one
PRECISE = 0.95  # the share of boxes found that shall be faces, on pictures held out
IN_CROP = 0.42  # the same in a crop, which is known to show a face
GAME, ART = 4, 60  # crops looked at of each character of game art, of each of other art

BASE = Plan(steps=1400, rate=2e-3, last=0.96)
ONE = Plan(steps=1300, rate=2e-3, last=0.02)
MIXED = Plan(steps=600, rate=2e-3, last=0.93)
BOTH = Plan(steps=3000, rate=2e-3, last=0.01)
LAST = Plan(steps=1500, rate=1.5e-3, last=0.01)
APART = Plan(steps=2000, rate=2e-3, last=0.01)


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

    def more(self) -> list[Labelled]:
        """The same pictures with the further faces that ``look`` found in them."""
        images = self.data / "detection" / "anime_pseudo" / "images"
        return load_listed(images, self.out / "anime.csv", LONGEST, SURE, MAYBE)

    def crops(self, table: str, *folder: str) -> list[Labelled]:
        """The crops in which ``look`` found one face."""
        images = self.data.joinpath(*folder)
        return label.one_face(load_listed(images, self.out / table, LONGEST, IN_CROP, MAYBE))

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


def base(room: Room) -> None:
    """Anime and invented pictures, from chance: no cartoon."""
    _learn(room, "base", "", BASE, _anime(room, 1.0))


def scooby(room: Room) -> None:
    """One cartoon on top of `base`."""
    _learn(room, "scooby", "base", ONE, [*_anime(room, 0.55), (0.45, room.show("scooby"))])


def look(room: Room) -> None:
    """Write down what `scooby` finds in anime and in crops nobody boxed, looking several times."""
    config = DetectorConfig("cnn", str(_export(room, "scooby")))
    anime = ThoroughDetector(CnnDetector(config, least=0.1, device="cpu"), MAYBE)
    label.write_more(anime, room.anime(), room.out / "anime.csv")
    crop = ThoroughDetector(CnnDetector(config, least=0.1, device="cpu"), MAYBE, zooms=(1.0,))
    label.write_more(crop, crops(room.data / "identities", GAME), room.out / "game.csv")
    label.write_more(crop, crops(room.data / "faces" / "train", ART), room.out / "art.csv")


def mixed(room: Room) -> None:
    """All there is, and what `scooby` found."""
    _learn(room, "mixed", "scooby", MIXED, _all(room, *SHOWS))


def both(room: Room) -> None:
    """The same, until the rate is nought."""
    _learn(room, "both", "mixed", BOTH, _all(room, *SHOWS))


def last(room: Room) -> None:
    """The same once more with more of the cartoon that came late: this ships."""
    rest = [(0.8 * share, pictures) for share, pictures in _all(room, *SHOWS)]
    _learn(room, "last", "both", LAST, [*rest, (0.2, room.show("flint"))])


def no_flint(room: Room) -> None:
    """One cartoon only, to be measured on the other, which it never saw."""
    _learn(room, "no_flint", "scooby", APART, _all(room, "scooby"))


def no_scooby(room: Room) -> None:
    """The other cartoon only, to be measured on the one; only `look`'s labels have seen that."""
    _learn(room, "no_scooby", "base", APART, _all(room, "flint"))


def _all(room: Room, *shows: str) -> Groups:
    return [
        (0.34, room.more()),
        (0.12, room.crops("game.csv", "identities")),
        (0.10, room.crops("art.csv", "faces", "train")),
        (0.08, invented(INVENTED, SEED)),
        (0.36, [frame for show in shows for frame in room.show(show)]),
    ]


def judge(room: Room) -> None:
    """Say how good each threshold is on the pictures held out: for those of ``core.detect.cnn``."""
    config = DetectorConfig("cnn", str(_export(room, "last")), lines=360)
    one = CnnDetector(config, least=0.05, device="cpu")
    held = room.anime(held=True) + room.show("scooby", held=True) + room.show("flint", held=True)
    for name, detector in (("one look", one), ("four looks", ThoroughDetector(one, 0.05))):
        found = detector.detect([p.picture for p in held])
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
    for stage in (base, scooby, look, mixed, both, last, judge, no_flint, no_scooby)
}


def _anime(room: Room, share: float) -> Groups:
    """Anime whose faces two other detectors boxed, and invented pictures, in a share of all."""
    return [(0.88 * share, room.anime()), (0.12 * share, invented(INVENTED, SEED))]


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
