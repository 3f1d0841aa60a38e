"""How the detector's boxes lie beside the cascade's, whose convention they follow.

Both look at every eighth picture of a folder; each of the detector's faces that the cascade finds
too (IoU over .3) is compared with the cascade's box. The cascade's file is found as ``eyecatch``
finds it (``EYECATCH_CASCADE``)::

    .venv/bin/python bench/boxes.py DATA/detection/anime_pseudo/images
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt

from eyecatch.core.detect.base import detect_downscaled
from eyecatch.core.detect.registry import load
from eyecatch.core.detections import iou
from eyecatch.core.images import read_image
from eyecatch.core.inputs import images

STEP = 8

Boxes = npt.NDArray[np.float32]


def main() -> None:
    """Prints how far each edge is off, as a share of the cascade's box."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("images", type=Path)
    pictures = [read_image(path) for path in images([parser.parse_args().images]).files[::STEP]]
    ours, theirs = (detect_downscaled(load(name), pictures) for name in ("cnn", "cascade"))
    off = []
    for mine, other in zip(ours, theirs, strict=True):
        if len(mine) and len(other):
            shared = iou(mine.boxes, other.boxes)
            same, near = shared.max(axis=1) > 0.3, other.boxes[shared.argmax(axis=1)]
            off.append(((corners(mine.boxes) - corners(near)) / np.tile(near[:, 2:], 2))[same])
    left, top, right, bottom = np.median(np.concatenate(off), axis=0)
    print(
        f"{sum(map(len, off))} faces; left {left:+.3f}, top {top:+.3f}, right {right:+.3f}, ",
        end="",
    )
    print(f"bottom {bottom:+.3f} of the box, medians")


def corners(boxes: Boxes) -> Boxes:
    """x, y, w, h as left, top, right, bottom."""
    return np.hstack([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]])


if __name__ == "__main__":
    main()
