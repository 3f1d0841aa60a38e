"""Close-ups with known faces, cut out of labelled pictures, to measure a detector on.

A third of the pictures are close-ups: windows of 16:9 (narrower where the picture is) in which a
face takes .6 of the height to more than all of it. A third are windows as small in which no face
is, a third are whole pictures whose faces are small or absent, so that precision means something.
All are brought to 360 lines, as a frame of a video is looked at. Boxes are clipped to the picture::

    .venv/bin/python bench/closeups.py DATA OUT [--held] [--only louie]
    .venv/bin/eyecatch evaluate-detector OUT/images OUT/boxes.csv

DATA is the folder of pictures that docs/detector.md describes; of ``anime_pseudo`` a box is a face
from a score of .5 on, and no window has one of a lower score in it. The detector learns from these
very pictures: with ``--held`` only those are taken that every training leaves out
(``training.detector.dataset.split``), which measures it on pictures it has not seen.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from eyecatch.training.detector.dataset import Bounds, LabelledPicture, load, split
from eyecatch.training.detector.workspace import AGREED, HELD

ANIME: Final = "anime_pseudo"
SHOWS: Final = ("flint", "louie", "scooby")
LINES: Final = 360
WIDE: Final = 16 / 9
SMALLEST: Final = 110  # lines of a window: enlarged further, drawings are nothing but blur
SHARES: Final = (0.6, 1.15)  # height of a close-up's face as a share of the window's
SMALL: Final = 0.4  # the same, at most, where faces are to be small
SEEN, UNSEEN = (
    0.6,
    0.05,
)  # share of a box that is shown: from the one a face is there, up to the other none
TRIES: Final = 30

Window = tuple[int, int, int, int]
"""Left, top, width, height in pixels of a picture."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A picture of the set: uint8 (h, w, 3) BGR, and float32 (n, 4) boxes of its faces."""

    picture: npt.NDArray[np.uint8]
    boxes: npt.NDArray[np.float32]


Maker = Callable[[LabelledPicture, np.random.Generator], Cut | None]


def main() -> None:
    """Writes OUT/images and OUT/boxes.csv."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--held", action="store_true", help="only pictures left out of trainings")
    parser.add_argument("--only", choices=(ANIME, *SHOWS), action="append", help="repeatable")
    parser.add_argument("--each", type=int, default=100, help="of each kind, of each source")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    (given.out / "images").mkdir(parents=True, exist_ok=True)
    with (given.out / "boxes.csv").open("w", newline="", encoding="utf-8") as table:
        rows = csv.writer(table)
        rows.writerow(["image", "x", "y", "w", "h"])
        for source in given.only or (ANIME, *SHOWS):
            for kind, make in MAKERS.items():
                rng = np.random.default_rng([given.seed, *f"{source} {kind}".encode()])
                cuts = list(
                    islice(cut_all(read(given.data, source, given.held), make, rng), given.each)
                )
                print(f"{source}: {len(cuts)} {kind}, {sum(len(one.boxes) for one in cuts)} faces")
                for number, one in enumerate(cuts):
                    rows.writerows(write(one, given.out, f"{source}_{kind}_{number:04d}.png"))


def read(data: Path, source: str, held: bool) -> Sequence[LabelledPicture]:
    """The pictures of a source, or those left out of trainings."""
    shows = data / "shows" / source
    folder = data / "detection" / ANIME if source == ANIME else shows
    images = folder / ("images" if source == ANIME else "frames")
    bounds = Bounds(sure=AGREED) if source == ANIME else Bounds()
    pictures = load(images, folder / "boxes.csv", 1 << 16, bounds)
    return split(pictures, HELD)[1] if held else pictures


def cut_all(
    pictures: Sequence[LabelledPicture], make: Maker, rng: np.random.Generator
) -> Iterator[Cut]:
    """What can be made of the pictures, in random order; of each a window up to three times."""
    for _ in range(1 if make is small_faces else 3):
        for place in rng.permutation(len(pictures)):
            made = make(pictures[place], rng)
            if made is not None:
                yield made


def write(cut: Cut, out: Path, name: str) -> Iterator[list[object]]:
    """Writes a picture; returns its rows of the box file."""
    cv2.imwrite(str(out / "images" / name), cut.picture)
    for box in cut.boxes.tolist():
        yield [name, *(round(value, 1) for value in box)]


def close_up(one: LabelledPicture, rng: np.random.Generator) -> Cut | None:
    """A window that one face fills."""
    if not len(one.boxes):
        return None
    x, y, w, h = one.boxes[rng.integers(len(one.boxes))].tolist()
    for _ in range(TRIES):
        size = window_size(one, h / rng.uniform(*SHARES))
        if size is None or size[0] < w:
            continue
        left = between(x + w - size[0], x, one.picture.shape[1] - size[0], rng)
        top = between(
            min(y, y + h - size[1]), max(y, y + h - size[1]), one.picture.shape[0] - size[1], rng
        )
        cut = None if left is None or top is None else cut_out(one, (left, top, *size))
        if cut is not None and len(cut.boxes) and cut.boxes[:, 3].max() >= SHARES[0] * LINES:
            return cut
    return None


def no_face(one: LabelledPicture, rng: np.random.Generator) -> Cut | None:
    """A window as small in which there is none."""
    height, width = one.picture.shape[:2]
    for _ in range(TRIES):
        size = window_size(one, float(rng.uniform(SMALLEST, max(SMALLEST, 0.7 * height))))
        if size is None:
            return None
        left, top = rng.integers(width - size[0] + 1), rng.integers(height - size[1] + 1)
        cut = cut_out(one, (int(left), int(top), *size))
        if cut is not None and not len(cut.boxes):
            return cut
    return None


def small_faces(one: LabelledPicture, _rng: np.random.Generator) -> Cut | None:
    """The whole picture, if its faces are small or absent."""
    height, width = one.picture.shape[:2]
    if height < SMALLEST or (one.boxes[:, 3] > SMALL * height).any():
        return None
    return cut_out(one, (0, 0, width, height))


MAKERS: Final[dict[str, Maker]] = {
    "close-ups": close_up,
    "without": no_face,
    "small": small_faces,
}


def window_size(one: LabelledPicture, lines: float) -> tuple[int, int] | None:
    """Width and height of a window of so many lines, of 16:9 if the picture is as wide."""
    height, width = one.picture.shape[:2]
    wide = min(lines * WIDE, width)
    fits = SMALLEST <= lines <= height and wide >= lines
    return (int(wide), int(lines)) if fits else None


def between(low: float, high: float, most: int, rng: np.random.Generator) -> int | None:
    """A whole number of ``low`` to ``high`` that is 0 to ``most``; None if there is none."""
    start, stop = max(0, int(np.ceil(low))), min(most, int(high))
    return int(rng.integers(start, stop + 1)) if start <= stop else None


def cut_out(one: LabelledPicture, window: Window) -> Cut | None:
    """A window with its faces; None if of a face as much is shown as hidden, or it is unsure."""
    left, top, width, height = window
    boxes, shown = clip(one.boxes, window)
    if (clip(one.ignored, window)[1] > UNSEEN).any() or ((shown > UNSEEN) & (shown < SEEN)).any():
        return None
    scale = LINES / height
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    seen = one.picture[top : top + height, left : left + width]
    picture = cv2.resize(seen, (round(width * scale), LINES), interpolation=how)
    return Cut(np.asarray(picture, np.uint8), boxes[shown >= SEEN] * np.float32(scale))


def clip(
    boxes: npt.NDArray[np.float32], window: Window
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Boxes in pixels of a window, clipped to it, and the share of each that is in it."""
    left, top, width, height = window
    corners = np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1)
    corners = np.clip(corners - np.array([left, top] * 2), 0, np.array([width, height] * 2))
    inside = np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1)
    inside = inside.astype(np.float32)
    return inside, inside[:, 2:].prod(axis=1) / boxes[:, 2:].prod(axis=1)


if __name__ == "__main__":
    main()
