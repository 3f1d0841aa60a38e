"""The pen of the cartoons: filled and outlined shapes in one show's line."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
Chance = np.random.Generator
Colour = tuple[float, float, float]
"""Blue, green, red, 0..255."""


class CartoonPen:
    """Draws filled and outlined shapes on a canvas in one show's line."""

    def __init__(self, canvas: Picture, chance: Chance) -> None:
        self.canvas, self.chance = canvas, chance
        self.line = int(chance.choice([0, 2, 3, 4, 6]))
        self.ink: Colour = (10, 10, 10) if chance.random() < 0.7 else self.any(dark=True)

    def any(self, *, dark: bool = False) -> Colour:
        """Any colour."""
        blue, green, red = self.chance.uniform(0, 90 if dark else 256, 3)
        return float(blue), float(green), float(red)

    def shape(self, points: npt.NDArray[np.float64], fill: Colour) -> None:
        """A closed polygon, filled and outlined."""
        flat = np.round(points).astype(np.int32)
        cv2.fillPoly(self.canvas, [flat], fill)
        if self.line:
            cv2.polylines(self.canvas, [flat], True, self.ink, self.line, cv2.LINE_AA)

    def stroke(self, points: npt.NDArray[np.float64], width: float, colour: Colour) -> None:
        """An open line, at least two pixels wide."""
        flat = np.round(points).astype(np.int32)
        cv2.polylines(self.canvas, [flat], False, colour, max(2, round(width)), cv2.LINE_AA)

    def blob(
        self,
        middle: npt.NDArray[np.float64],
        size: npt.NDArray[np.float64],
        power: float,
        fill: Colour,
        bumps: float = 0.0,
    ) -> None:
        """A superellipse of full ``size``; power 2 is an ellipse, 1 a rhomb, 6 a box."""
        self.shape(middle + superellipse(power) * size / 2 * (1 + bumps * self._waves()), fill)

    def _waves(self) -> npt.NDArray[np.float64]:
        count, phase = int(self.chance.integers(3, 14)), self.chance.uniform(0, 7)
        return np.sin(np.linspace(0, 2 * np.pi, 48) * count + phase)[:, None] * 0.5


def superellipse(power: float) -> npt.NDArray[np.float64]:
    """Points of a superellipse of radius 1: float64 (48, 2)."""
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    both = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return np.asarray(np.sign(both) * np.abs(both) ** (2 / power))
