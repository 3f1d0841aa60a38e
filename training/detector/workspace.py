"""The folders of a detector's training: the pictures to learn from, and the weights that come."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from eyecatch.training.detector.dataset import (
    Bounds,
    LabelledPicture,
    load,
    load_listed,
    split,
)
from eyecatch.training.detector.pseudo_labels import with_one_face

MAX_SIDE = 512  # pixels of a picture's longer side: faces are learned at up to 280 pixels
AGREED = 0.5  # boxes of the two other detectors with a lower score are ignored
HELD = 20  # one in so many runs of five pictures is held out
SURE, MAYBE = 0.52, 0.36  # mean scores from which a pseudo-label is a face, or is ignored
IN_CROP = 0.42  # as SURE, in a crop, which is known to show a face


@dataclass(frozen=True, slots=True)
class Workspace:
    """The folders of a training: ``data`` to read, ``out`` for weights and pseudo-labels."""

    data: Path
    out: Path

    def anime(self, held: bool = False) -> list[LabelledPicture]:
        """The anime pictures with the boxes they came with: to train on, or those held out."""
        folder = self.data / "detection" / "anime_pseudo"
        boxes = Bounds(sure=AGREED)
        return split(load(folder / "images", folder / "boxes.csv", MAX_SIDE, boxes), HELD)[held]

    def show(self, name: str, held: bool = False) -> list[LabelledPicture]:
        """The labelled frames of a cartoon: to train on, or those held out."""
        folder = self.data / "shows" / name
        return split(load(folder / "frames", folder / "boxes.csv", MAX_SIDE), HELD)[held]

    def pseudo_labelled(self, by: str) -> list[LabelledPicture]:
        """The anime pictures to train on, with the faces that a stage found besides."""
        images = self.data / "detection" / "anime_pseudo" / "images"
        return load_listed(images, self.table(by, "anime"), MAX_SIDE, Bounds(SURE, MAYBE))

    def crops(self, by: str, kind: str, *folder: str) -> list[LabelledPicture]:
        """The crops in which a stage found exactly one face."""
        images = self.data.joinpath(*folder)
        bounds = Bounds(IN_CROP, MAYBE)
        return with_one_face(load_listed(images, self.table(by, kind), MAX_SIDE, bounds))

    def table(self, by: str, kind: str) -> Path:
        """The box file of the faces that a stage found."""
        return self.out / f"{by}.{kind}.csv"

    def weights(self, stage: str) -> Path:
        """The file of a stage's weights."""
        return self.out / f"{stage}.weights.h5"
