"""Faces drawn for these tests: to each character its own colours of hair and eyes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from eyecatch.core.identity.bundle import Bundle
from eyecatch.training.classifier.checkpoint import Epoch
from eyecatch.training.classifier.config import STUDY
from eyecatch.training.classifier.train import train
from eyecatch.training.dataset import read_faces

HAIR = {"Hiei": (60, 20, 20), "飛影 'K' 😈": (40, 40, 220), "Botan": (230, 180, 60)}
QUICK = replace(STUDY, epochs=3, batch=8, min_steps=6, learning_rate=2e-3, seed=3)


def face(hair: tuple[int, int, int], seed: int) -> np.ndarray:
    """uint8 (96, 96, 3), BGR."""
    rng = np.random.default_rng(seed)
    picture = rng.integers(0, 256, (4, 4, 3), dtype=np.uint8).repeat(24, 0).repeat(24, 1)
    x, y = (48 + rng.integers(-7, 8, 2)).tolist()
    cv2.circle(picture, (x, y), 38, hair, -1)
    cv2.ellipse(picture, (x, y + 10), (25, 27), 0, 0, 360, (190, 215, 250), -1)
    for side in (-10, 10):
        cv2.ellipse(picture, (x + side, y + 8), (4, 7), 0, 0, 360, hair[::-1], -1)
    return picture


def write(path: Path, picture: np.ndarray) -> None:
    """Writes a picture under any name, Japanese ones too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cv2.imencode(path.suffix, picture)[1].tobytes())


@pytest.fixture(scope="session")
def faces(tmp_path_factory) -> Path:
    """Three characters with twelve pictures each; only to be read."""
    folder = tmp_path_factory.mktemp("faces")
    for row, (name, hair) in enumerate(HAIR.items()):
        for k in range(12):
            suffix = (".png", ".jpg", ".webp")[k % 3]
            write(folder / name / f"{k}{suffix}", face(hair, 100 * row + k))
    return folder


@pytest.fixture(scope="session")
def strangers(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("strangers")
    for k in range(6):
        write(folder / "someone" / f"{k}.png", face((40, 200, 40), 900 + k))
    return folder


@pytest.fixture(scope="session")
def epochs() -> list[Epoch]:
    """What ``progress`` was told while ``bundle`` was trained."""
    return []


@pytest.fixture(scope="session")
def bundle(tmp_path_factory, faces, epochs) -> Bundle:
    out = tmp_path_factory.mktemp("trained") / "a.bundle"
    return train(faces, out, settings=QUICK, progress=epochs.append)


@pytest.fixture(scope="session")
def base(tmp_path_factory, faces, make_embedder) -> Path:
    """An embedder to start from, which is not the package's."""
    people = read_faces(faces)
    out = tmp_path_factory.mktemp("base") / "base"
    return make_embedder(out, people.crops, people.labels).folder


Drawer = Callable[[Path, int], None]


@pytest.fixture
def draw() -> Drawer:
    """Writes one face."""
    return lambda path, seed: write(path, face(HAIR["Hiei"], seed))
