"""A cartoon head whose every trait is left to chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from eyecatch.core.synthetic.cartoon_pen import CartoonPen, Chance, Colour, superellipse


@dataclass(slots=True)
class Head:
    """One head; lengths are shares of the face's height, which goes from brow to chin.

    ``chance`` decides what somebody looks like, ``mien`` what they do just now: with another
    ``mien`` the same person looks elsewhere, speaks or blinks.
    """

    middle: npt.NDArray[np.float64]
    size: float
    wide: float
    jaw: float
    power: float
    turn: float
    tilt: float
    skin: Colour
    hair: Colour
    chance: Chance
    mien: Chance

    @classmethod
    def by(cls, chance: Chance, middle: npt.NDArray[np.float64], size: float) -> Head:
        """Any head."""
        light = chance.uniform(0.35, 1.0)
        natural = (205 * light**1.2, 226 * light, 255 * light**0.8)
        odd = tuple(float(v) for v in chance.uniform(30, 256, 3))
        skin = natural if chance.random() < 0.75 else odd
        hair = tuple(float(v) for v in chance.uniform(0, 256, 3))
        return cls(
            middle=middle,
            size=size,
            wide=float(chance.uniform(0.7, 1.3)),
            jaw=float(chance.uniform(0.45, 1.25)),
            power=float(chance.uniform(1.7, 4)),
            turn=float(np.clip(chance.normal(0, 0.5), -1, 1)),
            tilt=float(chance.normal(0, 0.15)),
            skin=(skin[0], skin[1], skin[2]),
            hair=(hair[0], hair[1], hair[2]),
            chance=chance,
            mien=chance,
        )

    def at(self, points: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Places on the canvas; (0, 0) is the face's middle, y from -.5 (brow) to .5 (chin)."""
        cos, sin = np.cos(self.tilt), np.sin(self.tilt)
        turned = np.asarray(points, np.float64) @ np.array([[cos, sin], [-sin, cos]])
        return np.asarray(self.middle + turned * self.size)

    def box(self) -> npt.NDArray[np.float64]:
        """x, y, w, h of the face on the canvas."""
        size = np.array([self.wide, 1.0]) * self.size
        return np.concatenate([self.middle - size / 2, size])

    def draw(self, pen: CartoonPen, *, faceless: bool) -> None:
        """The whole of it, or a head seen from behind, or one without features."""
        self._body(pen)
        behind = self.chance.random() < 0.7
        if behind:
            self._hair(pen, low=float(self.chance.uniform(-0.1, 0.9)))
        for side in (-1, 1):
            if self.chance.random() < 0.6 and side * self.turn < 0.5:
                self._oval(pen, (side * self.wide * 0.52, 0.0), (0.16, 0.26), self.skin)
        self._skull(pen)
        if faceless and self.chance.random() < 0.6:
            self._hair(pen, low=0.45)
        elif not faceless:
            self._features(pen)
            self._fringe(pen)

    def _oval(
        self, pen: CartoonPen, where: tuple[float, float], size: tuple[float, float], fill: Colour
    ) -> None:
        pen.shape(self.at(np.array(where) + superellipse(2.2) * np.array(size) / 2), fill)

    def _body(self, pen: CartoonPen) -> None:
        fill, slope = pen.any(), self.chance.uniform(0.5, 1.3)
        neck = self.chance.uniform(0.1, 0.3)
        pen.shape(self.at([[-neck, 0.2], [neck, 0.2], [neck, 0.8], [-neck, 0.8]]), self.skin)
        shoulders = [[-neck, 0.62], [neck, 0.62], [slope, 0.9], [slope, 3], [-slope, 3]]
        pen.shape(self.at([*shoulders, [-slope, 0.9]]), fill)

    def _hair(self, pen: CartoonPen, low: float) -> None:
        points = superellipse(self.chance.uniform(1.6, 3)) * [self.wide * 0.62, 0.8]
        points[:, 1] = np.where(points[:, 1] > 0, points[:, 1] * low / 0.8, points[:, 1])
        waves = 1 + 0.12 * np.sin(np.arange(48) * self.chance.uniform(0.2, 2))[:, None]
        pen.shape(self.at(points * waves - [0, 0.1]), self.hair)

    def _skull(self, pen: CartoonPen) -> None:
        points = superellipse(self.power) * [self.wide / 2, 0.5]
        points[:, 1] = np.where(points[:, 1] < 0, points[:, 1] * 1.6, points[:, 1])
        points[:, 0] *= np.where(points[:, 1] > 0, 1 - (1 - self.jaw) * points[:, 1], 1.0)
        points[:, 0] += self.turn * 0.1 * (points[:, 1] > 0.1)
        pen.shape(self.at(points), self.skin)
        if self.chance.random() < 0.15:  # a beard, or its shadow
            shade = self.chance.uniform(0.4, 0.9)
            fill = self.hair if self.chance.random() < 0.5 else _times(self.skin, shade)
            pen.shape(self.at(points[points[:, 1] > self.chance.uniform(0.05, 0.3)] * 0.97), fill)

    def _features(self, pen: CartoonPen) -> None:
        chance, across = self.chance, self.turn * 0.28 * self.wide
        apart = self.wide * chance.uniform(0.14, 0.26) * (1 - 0.35 * abs(self.turn))
        self._mouth(pen, (across * 1.1, float(chance.uniform(0.24, 0.36))))
        shown = [s for s in (-1, 1) if s * self.turn > -0.75]
        style, height = int(chance.integers(0, 5)), float(chance.uniform(0.08, 0.4))
        shut, high = self.mien.random() < 0.12, float(chance.uniform(-0.24, -0.05))
        iris = pen.any(dark=bool(chance.random() < 0.7))
        look = self.mien.uniform(-0.3, 0.3)
        for side in shown:
            self._eye(pen, (across + side * apart, high), height, style if not shut else 9, iris)
            self._brow(pen, across + side * apart, high - height / 2, float(look) * side)
        self._nose(pen, across * 1.35, high + chance.uniform(0.12, 0.3))
        if chance.random() < 0.15:
            for side in shown:
                where = (across + side * apart, high)
                points = self.at(np.array(where) + superellipse(3) * [apart * 0.95, apart * 0.7])
                pen.stroke(np.vstack([points, points[:1]]), self.size * 0.03, pen.ink)

    def _eye(
        self, pen: CartoonPen, where: tuple[float, float], height: float, style: int, iris: Colour
    ) -> None:
        x, y = where
        wide = height * self.chance.uniform(0.6, 1.1) * (1 - 0.3 * abs(self.turn))
        if style == 9:  # shut
            arc = np.linspace(0, np.pi, 9)
            bow = self.mien.choice([-1, 1]) * 0.06
            lid = np.stack([x - np.cos(arc) * 0.1, y + np.sin(arc) * bow], axis=1)
            pen.stroke(self.at(lid), self.size * 0.025, pen.ink)
            return
        if style == 0:  # a dot
            self._oval(pen, where, (height * 0.35, height * 0.6), pen.ink)
            return
        self._oval(pen, where, (wide, height), (250, 250, 250))
        gaze = x + self.turn * wide * 0.2
        pupil = self.chance.uniform(0.3, 0.85) if style > 2 else self.chance.uniform(0.2, 0.4)
        self._oval(pen, (gaze, y), (wide * pupil, height * pupil), iris)
        if style > 2:
            self._oval(pen, (gaze, y), (wide * pupil * 0.5, height * pupil * 0.5), (5, 5, 5))
            self._oval(pen, (gaze - 0.02, y - 0.04), (height * 0.15,) * 2, (255, 255, 255))
        if style in {2, 4}:  # a lid
            lid = superellipse(2.2) * [wide / 2, height / 2]
            share = self.chance.uniform(-0.4, 0.1) * height
            pen.shape(self.at(lid[lid[:, 1] < share] + [x, y]), self.skin)

    def _brow(self, pen: CartoonPen, x: float, y: float, slant: float) -> None:
        if self.chance.random() < 0.75:
            reach, y = self.wide * self.chance.uniform(0.08, 0.16), max(y - 0.06, -0.5)
            ends = [[x - reach, y + slant * reach], [x, y - 0.03], [x + reach, y - slant * reach]]
            pen.stroke(self.at(ends), self.size * self.chance.uniform(0.015, 0.07), self.hair)

    def _nose(self, pen: CartoonPen, x: float, y: float) -> None:
        style, size = int(self.chance.integers(0, 4)), float(self.chance.uniform(0.08, 0.34))
        side = 1.0 if self.turn > 0 else -1.0
        if style == 0:
            self._oval(pen, (x + side * size * 0.3, y), (size, size * 0.8), self.skin)
        elif style == 1:
            pen.stroke(self.at([[x, y - size], [x + side * size / 2, y], [x, y]]), 3, pen.ink)
        elif style == 2:
            tip = [[x, y - size], [x + side * size * 1.3, y], [x, y + 0.04]]
            pen.shape(self.at(tip), self.skin)

    def _mouth(self, pen: CartoonPen, where: tuple[float, float]) -> None:
        chance, (x, y) = self.mien, where
        reach = self.wide * chance.uniform(0.06, 0.28)
        if chance.random() < 0.45:
            inside = (float(chance.uniform(0, 60)), 20.0, float(chance.uniform(40, 160)))
            self._oval(pen, where, (reach * 1.7, float(chance.uniform(0.06, 0.3))), inside)
            if chance.random() < 0.5:
                self._oval(pen, (x, y - 0.03), (reach * 1.2, 0.05), (245, 245, 245))
            return
        bow, arc = chance.uniform(-0.08, 0.14), np.linspace(-1, 1, 9)
        lip = np.stack([x + arc * reach, y - bow * arc**2 + bow / 2], axis=1)
        colour = pen.ink if chance.random() < 0.7 else (70.0, 40.0, 200.0)
        pen.stroke(self.at(lip), self.size * chance.uniform(0.015, 0.05), colour)

    def _fringe(self, pen: CartoonPen) -> None:
        """Hair or a hat before the forehead, down to about the brow."""
        chance, kind = self.chance, self.chance.random()
        if kind < 0.2:  # bald
            return
        low, half = float(chance.uniform(-0.62, -0.38)), self.wide * 0.58
        teeth = np.linspace(-half, half, int(chance.integers(3, 12)))
        edge = [[x, low + (chance.uniform(0, 0.2) if i % 2 else 0.0)] for i, x in enumerate(teeth)]
        top = [[half * 0.9, -0.95], [0, -chance.uniform(0.9, 1.3)], [-half * 0.9, -0.95]]
        fill = self.hair if kind < 0.8 else pen.any()
        pen.shape(self.at([*edge, *top]), fill)


def _times(colour: Colour, by: float) -> Colour:
    return colour[0] * by, colour[1] * by, colour[2] * by
