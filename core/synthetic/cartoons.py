"""Cartoon people of no style in particular: anything that can be called a drawn face.

Two television cartoons teach two styles. What a network shall find in a third is taught by heads
whose every trait is left to chance, far past what anybody would draw (domain randomisation, Tobin
et al. 2017), and by things beside them that have a face's outline but no face.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from eyecatch.core.synthetic.cartoon_head import Head
from eyecatch.core.synthetic.cartoon_pen import CartoonPen, Chance, Picture

Boxes = npt.NDArray[np.float32]

_SIZE: Final = (480, 360)
_FINE: Final = 2
"""Pictures are drawn this much larger and shrunk, which smooths their lines."""


def cartoons(count: int, seed: int) -> list[tuple[Picture, Boxes, Boxes]]:
    """``count`` pictures, uint8 (360, 480, 3) BGR, each with its faces, brow to chin.

    Returns:
        Of each the picture, the boxes (n, 4) of x, y, w, h, cut at its edges, of the faces that are
        more than half inside, and those of the others.
    """
    chance = np.random.default_rng(seed)
    return [_picture(chance) for _ in range(count)]


def _picture(chance: Chance) -> tuple[Picture, Boxes, Boxes]:
    width, height = _SIZE
    pen = CartoonPen(paint_ground(width * _FINE, height * _FINE, chance), chance)
    heads: list[Head] = []
    for _ in range(int(chance.integers(0, 7))):
        size = _FINE * float(np.exp(chance.uniform(np.log(24), np.log(190))))
        middle = np.array([width, height]) * _FINE * chance.uniform(0.08, 0.92, 2)
        head = Head.by(chance, middle, size)
        if all(_apart(head.box(), other.box()) for other in heads):
            heads.append(head)
    boxes = []
    for head in sorted(heads, key=lambda head: head.middle[1]):  # bodies hide what is behind them
        faceless = chance.random() < 0.25
        head.draw(pen, faceless=faceless)
        boxes += [] if faceless else [head.box()]
    small = np.asarray(cv2.resize(pen.canvas, _SIZE, interpolation=cv2.INTER_AREA), np.uint8)
    found = np.array(boxes, np.float32).reshape(-1, 4) / _FINE
    low = np.maximum(found[:, :2], 0)
    high = np.minimum(found[:, :2] + found[:, 2:], [width, height])
    share = np.prod(np.maximum(high - low, 0), axis=1) / np.prod(found[:, 2:], axis=1)
    cut = np.hstack([low, high - low]).astype(np.float32)
    return small, cut[share > 0.5], cut[(share <= 0.5) & (share > 0)]


def _apart(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> bool:
    """Whether two heads stand far enough from each other that neither hides the other's face."""
    gap = np.abs(a[:2] + a[2:] / 2 - b[:2] - b[2:] / 2)
    return bool((gap > 0.95 * (a[2:] + b[2:])).any())


def paint_ground(width: int, height: int, chance: Chance) -> Picture:
    """A place, uint8 (height, width, 3): a shade from one colour to another, with shapes."""
    from_, to = chance.uniform(0, 255, (2, 3))
    shade = np.linspace(0, 1, height)[:, None, None]
    rows = (from_ * (1 - shade) + to * shade).astype(np.uint8)
    pen = CartoonPen(np.ascontiguousarray(np.broadcast_to(rows, (height, width, 3))), chance)
    for _ in range(int(chance.integers(2, 24))):
        middle, size = chance.uniform(0, [width, height]), chance.uniform(10, 300, 2)
        pen.blob(middle, size, chance.uniform(0.5, 6), pen.any(), bumps=chance.uniform(0, 0.5))
    return pen.canvas
