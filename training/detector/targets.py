"""What the network should answer for a patch, cell by cell."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from eyecatch.core.detect.network import STRIDE
from eyecatch.training.detector.mosaic import Patch

_SPREAD: Final = 0.09
"""Standard deviation of a face's heat as a share of its size (TTFNet, Liu et al. 2020: .54 / 6)."""

CHANNELS: Final = 7
"""Of a target: heat, its weight; left, top, right, bottom in pixels, their weight."""


def target(patch: Patch) -> npt.NDArray[np.float32]:
    """The target of one patch: float32 (h / 8, w / 8, 7) as CHANNELS says.

    The heat is 1 in the cell of a face's centre and falls off as a Gaussian. The edges are
    learned in the cells about the centre; the weights of one face's cells sum to one.
    """
    rows, columns = (n // STRIDE for n in patch.picture.shape[:2])
    out = np.zeros((rows, columns, CHANNELS), np.float32)
    out[..., 1] = 1
    for x, y, w, h in patch.unsure:
        left, top = int(x // STRIDE), int(y // STRIDE)
        out[top : int((y + h) // STRIDE) + 1, left : int((x + w) // STRIDE) + 1, 1] = 0
    across, down = np.arange(columns) + 0.5, np.arange(rows) + 0.5
    for box in sorted(patch.boxes.tolist(), key=lambda b: -b[2] * b[3]):
        _add(out, box, across, down)
    return out


def _add(
    out: npt.NDArray[np.float32],
    box: list[float],
    across: npt.NDArray[np.float64],
    down: npt.NDArray[np.float64],
) -> None:
    x, y, w, h = box
    centre_x, centre_y = (x + w / 2) / STRIDE, (y + h / 2) / STRIDE
    column = min(int(centre_x), len(across) - 1)
    row = min(int(centre_y), len(down) - 1)
    spread_x, spread_y = max(_SPREAD * w / STRIDE, 0.4), max(_SPREAD * h / STRIDE, 0.4)
    gauss = np.exp(
        -(
            ((down[:, None] - down[row]) / spread_y) ** 2
            + ((across - across[column]) / spread_x) ** 2
        )
        / 2
    ).astype(np.float32)
    np.maximum(out[..., 0], gauss, out=out[..., 0])
    near = gauss > 0.35
    out[near, 1] = 1
    out[near, 2] = (across * STRIDE - x)[None].repeat(len(down), 0)[near]
    out[near, 3] = (down * STRIDE - y)[:, None].repeat(len(across), 1)[near]
    out[near, 4] = (x + w - across * STRIDE)[None].repeat(len(down), 0)[near]
    out[near, 5] = (y + h - down * STRIDE)[:, None].repeat(len(across), 1)[near]
    out[near, 6] = gauss[near] / gauss[near].sum()
