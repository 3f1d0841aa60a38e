"""Drawn stills and a drawn episode, and an embedder that goes by the colour of hair."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from eyecatch.core.crops import decode
from eyecatch.core.synthetic.backdrop import paint
from eyecatch.core.synthetic.cast import CAST
from eyecatch.core.synthetic.character import Mouth, Pose
from eyecatch.core.synthetic.figure import Figure, draw
from eyecatch.core.synthetic.season import draw_episode

WHO = {who.name: who for who in CAST}
MOUTHS: tuple[Mouth, ...] = ("smile", "flat", "open", "wide", "frown")


def draw_still(path: Path, *names: str, seed: int = 0, height: float = 90) -> Path:
    """A picture with these characters side by side; another seed, another mien and place."""
    rng = np.random.default_rng((seed, *map(ord, "".join(names))))
    picture = paint("room", 40 + 260 * max(len(names), 1), 260, rng)
    for k, name in enumerate(names):
        turn, tilt = float(rng.uniform(-0.6, 0.6)), float(rng.uniform(-14, 14))
        pose = Pose(mouth=MOUTHS[seed % len(MOUTHS)], turn=turn, tilt=tilt, flip=seed % 2 == 1)
        at = (150 + 260 * k + float(rng.uniform(-20, 20)), 130 + float(rng.uniform(-10, 10)))
        draw(picture, Figure(WHO[name], pose, at, height * float(rng.uniform(0.8, 1.1))))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cv2.imencode(path.suffix, picture)[1].tobytes())
    return path


def embed_hair(crops: Sequence[bytes]) -> np.ndarray:
    """An embedder that knows nothing but hair: how near the colour above the brow is to each of
    the cast's, float32 (n, 7) of unit length."""
    tops = np.array(
        [np.median(decode(crop)[14:40, 40:88].reshape(-1, 3), axis=0) for crop in crops]
    )
    colours = np.array([who.hair_colour[::-1] for who in CAST], float)
    far = ((tops[:, None] - colours) ** 2).sum(axis=2) / 60**2
    near = np.exp(far.min(axis=1, keepdims=True) - far)
    return (near / np.linalg.norm(near, axis=1, keepdims=True)).astype(np.float32)


def read_rows(out: Path) -> list[dict[str, str]]:
    """What ``collected.csv`` says."""
    with (out / "collected.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_tree(out: Path) -> dict[str, bytes]:
    """Every file under a folder with its content, but the hidden ones."""
    files = (path for path in sorted(out.rglob("*")) if path.is_file())
    return {str(p.relative_to(out)): p.read_bytes() for p in files if not p.name.startswith(".")}


@pytest.fixture(scope="session")
def stills(tmp_path_factory) -> Path:
    """Four pictures of Akari, four of Mizore, one of Daichi, one of Akari and Mizore together;
    only to be read."""
    folder = tmp_path_factory.mktemp("stills")
    for seed in range(4):
        draw_still(folder / f"akari {seed}.png", "Akari", seed=seed)
        draw_still(folder / "more" / f"美 {seed}.jpg", "Mizore", seed=seed)
    draw_still(folder / "daichi.webp", "Daichi")
    draw_still(folder / "two.png", "Akari", "Mizore", seed=9)
    return folder


@pytest.fixture(scope="session")
def episode(tmp_path_factory) -> Path:
    """Four seconds with two characters, never more than two faces at once."""
    path = tmp_path_factory.mktemp("episode") / "ep 1.mkv"
    cast = [WHO["Akari"], WHO["Mizore"]]
    draw_episode(
        path, seconds=4, size=(480, 270), seed=5, cast=cast, strangers=(), max_faces=2, dark=0
    )
    return path


@pytest.fixture(scope="session")
def still():
    return draw_still


@pytest.fixture(scope="session")
def hair():
    return embed_hair


@pytest.fixture(scope="session")
def rows():
    return read_rows


@pytest.fixture
def tree():
    return read_tree
