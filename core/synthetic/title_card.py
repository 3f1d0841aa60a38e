"""The eyecatch: the card with the show's name between the halves of an episode."""

from __future__ import annotations

import cv2
import numpy as np

from eyecatch.core.synthetic.backdrop import rectangle, wash
from eyecatch.core.synthetic.pen import DAY, Colour, Pen, Picture, bent, lit, oval

_INK: Colour = (70, 40, 60)
_CREAM: Colour = (255, 244, 222)


def paint_card(title: str, width: int, height: int) -> Picture:
    """The card of a show: uint8 (height, width, 3) BGR, without a face."""
    picture = np.zeros((height, width, 3), np.uint8)
    pen, wide = Pen(picture, (0, 0), height), width / height
    wash(pen, (250, 150, 120), (240, 100, 120))
    for x in np.arange(-1.0, wide, 0.24):
        stripe = [(x, 1.0, 0), (x + 1.0, 0.0, 0), (x + 1.1, 0.0, 0), (x + 0.1, 1.0, 0)]
        pen.fill(bent(stripe), (248, 136, 122))
    for x in np.arange(0.12, wide, 0.3):
        _draw_lantern(pen, float(x), 0.2)
    pen.fill(rectangle(-0.1, 0.44, wide + 0.2, 0.3), _CREAM, _INK, 0.008)
    _write(picture, title.upper(), wide)
    return picture


def _draw_lantern(pen: Pen, x: float, y: float) -> None:
    pen.stroke(np.array([(x, 0.0), (x, y)]), _INK, 0.006)
    pen.fill(oval(x, y, 0.07, 0.085), (255, 214, 110), _INK, 0.006)
    for rib in (-0.035, 0.0, 0.035):
        pen.stroke(np.array([(x + rib, y - 0.07), (x + rib, y + 0.07)]), (226, 150, 70), 0.004)
    for edge in (-0.09, 0.07):
        pen.fill(rectangle(x - 0.03, y + edge, 0.06, 0.02), _INK)


def _write(picture: Picture, text: str, wide: float) -> None:
    """The text in the middle of the band, as large as four fifths of the width allow."""
    font, height = cv2.FONT_HERSHEY_TRIPLEX, len(picture)
    (across, tall), _ = cv2.getTextSize(text, font, 1.0, 1)
    scale = min(0.8 * wide * height / across, 0.14 * height / tall)
    at = (round((wide * height - across * scale) / 2), round(height * 0.59 + tall * scale / 2))
    for colour, width in ((_INK, 0.016), ((230, 80, 90), 0.006)):
        line, shade = max(1, round(width * height)), lit(colour, DAY)
        cv2.putText(picture, text, at, font, scale, shade, line, cv2.LINE_AA)
