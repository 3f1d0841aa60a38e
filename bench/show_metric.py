"""What a show's metric is worth: its cast known by so many faces each, with it and without.

SHOW/frames and SHOW/boxes.csv are frames in which people named every face. Every other 40 frames
name the cast, by so many faces of each character drawn at random, as ``export bundle`` makes a
bundle of an index; who is in the frames between is asked. ``unknown`` are the show's strangers::

    .venv/bin/python bench/show_metric.py DATA/shows/louie --base BUNDLE

It says something only of an embedder that has never seen the show; BUNDLE is to be one.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import patch

import numpy as np

from eyecatch.core import crops
from eyecatch.core.identity.base_embedder import base_bundle
from eyecatch.core.identity.bundle import Bundle, load_bundle
from eyecatch.core.identity.inference import Identify
from eyecatch.core.identity.show_metric import fit_show_metric
from eyecatch.core.images import read_image
from eyecatch.training.annotations import by_image, read_boxes
from eyecatch.training.dataset import NOBODY
from eyecatch.training.enrolment import whole_cast
from eyecatch.training.metrics import Answers, auroc

EACH = (5, 20, 60, 1000)
BLOCK = 40  # frames; neighbours look alike
DRAWS = 4


class Frames:
    """The faces of a show's frames: embeddings (n, d), names (n,), and the frame of each (n,)."""

    def __init__(self, show: Path, embedder: Bundle) -> None:
        jpegs: list[bytes] = []
        names, frames = [], []
        boxes = by_image(read_boxes(show / "boxes.csv", labels=True))
        for number, (image, faces) in enumerate(sorted(boxes.items())):
            picture = read_image(show / "frames" / image)
            jpegs += [crops.encode(crops.cut(picture, face.box)) for face in faces]
            names += [face.label for face in faces]
            frames += [number] * len(faces)
        self.embeddings = Identify(embedder)(jpegs).embeddings
        self.names, self.frames = np.array(names), np.array(frames)
        self.cast = sorted(set(names) - {NOBODY})


def main() -> None:
    """Prints a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("shows", type=Path, nargs="+", metavar="SHOW")
    parser.add_argument("--base", type=Path, help="another embedder's bundle than the package's")
    asked = parser.parse_args()
    embedder = base_bundle() if asked.base is None else load_bundle(asked.base)
    print("| show, faces a character | metric | top-1 | rightly | wrongly | strangers | AUROC |")
    print("|---|---|---|---|---|---|---|")
    for show in asked.shows:
        frames = Frames(show, embedder)
        for each in EACH:
            for way, fit in (("without", lambda *_: None), ("with", fit_show_metric)):
                with patch.object(whole_cast, "fit_show_metric", fit):
                    draws = [judged(frames, embedder, each, draw) for draw in range(DRAWS)]
                row = " | ".join(f"{share:.3f}" for share in np.mean(draws, axis=0))
                print(f"| {show.name}, {each} | {way} | {row} |", flush=True)


def judged(frames: Frames, embedder: Bundle, each: int, draw: int) -> Sequence[float]:
    """Known faces first at, and given, their own name or another's; strangers named; AUROC."""
    rng = np.random.default_rng(draw)
    here = (frames.frames // BLOCK + draw) % 2 == 0
    some = {
        name: rng.permutation(np.flatnonzero(here & (frames.names == name)))[:each]
        for name in (*frames.cast, NOBODY)
    }
    cast = {
        name: whole_cast.CastFaces(frames.embeddings[some[name]], frames.frames[some[name]])
        for name in frames.cast
    }
    gallery = whole_cast.enrol_cast(embedder, cast, frames.embeddings[some[NOBODY]])
    contents = gallery.contents
    logits = gallery.prototypes.logits(frames.embeddings[~here]).astype(np.float32)
    answers = Answers.of(logits, contents.names, contents.calibration, contents.thresholds)
    names = frames.names[~here]
    known = names != NOBODY
    right = np.array(frames.cast)[answers.guesses] == names
    best = logits.max(axis=1).astype(np.float64)
    return (
        right[known].mean(),
        (right & answers.named)[known].mean(),
        (~right & answers.named)[known].mean(),
        answers.named[~known].mean(),
        auroc(best[known], best[~known]),
    )


if __name__ == "__main__":
    main()
