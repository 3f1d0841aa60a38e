"""A small bundle with random weights, and crops of noise: enough for every contract."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from eyecatch.core.crops import CROP_SIZE, encode
from eyecatch.core.identity.bundle import Bundle
from eyecatch.core.identity.bundle_writer import Card, save_bundle
from eyecatch.core.identity.decision import Calibration
from eyecatch.core.identity.manifest import Character, Contents
from eyecatch.core.identity.networks import Architecture, compact_network, study_network
from eyecatch.core.identity.prototypes import Prototypes
from eyecatch.core.tensorflow import keras

TINY = {
    "study": study_network(3, size=16, filters=4, units=8),
    "compact": compact_network(size=32, first=4, middle=8, last=16, embedding=8),
}
CARD = Card({"seed": 7}, "# A bundle for tests\n")


def contents(architecture: Architecture) -> Contents:
    return Contents(
        architecture=architecture,
        characters=(Character("Hiei"), Character('飛影 "H" 😈', ("Jaganshi",))),
        nobody=True,
        calibration=Calibration(1.5, 0.5, 0.9),
        crop_size=CROP_SIZE,
        created_by="eyecatch tests",
    )


@pytest.fixture(scope="session", params=TINY)
def made(request) -> Contents:
    return contents(TINY[request.param])


@pytest.fixture(scope="session")
def network(made):
    keras().utils.set_random_seed(1)
    return made.architecture.build()


@pytest.fixture(scope="session")
def prototypes(made) -> Prototypes | None:
    """Four of two characters and nobody, in no order."""
    if not made.architecture.embeds:
        return None
    vectors = np.random.default_rng(3).normal(size=(4, 8))
    unit = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return Prototypes(unit, np.array([1, 0, 2, 1]), np.array([5, 3, 9, 1]))


@pytest.fixture(scope="session")
def shared_bundle(tmp_path_factory, made, network, prototypes) -> Bundle:
    out = tmp_path_factory.mktemp("bundle") / "a.bundle"
    return save_bundle(out, made, network, CARD, prototypes)


@pytest.fixture
def folder(tmp_path, shared_bundle) -> Path:
    """A copy of the bundle that a test may damage."""
    return Path(shutil.copytree(shared_bundle.folder, tmp_path / "b.bundle"))


@pytest.fixture(scope="session")
def crops() -> list[bytes]:
    rng = np.random.default_rng(2)
    blocks = rng.integers(0, 256, (70, 8, 8, 3), dtype=np.uint8)
    return [encode(block.repeat(16, axis=0).repeat(16, axis=1)) for block in blocks]
