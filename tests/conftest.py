"""What all tests share: the project's folder, and an embedder that tells faces apart."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from eyecatch.core.crops import CROP_SIZE
from eyecatch.core.identity.bundle import Bundle
from eyecatch.core.identity.bundle_writer import Card, save_bundle
from eyecatch.core.identity.decision import Calibration
from eyecatch.core.identity.inference import prepare
from eyecatch.core.identity.manifest import Contents
from eyecatch.core.identity.networks import compact_network
from eyecatch.core.tensorflow import keras

# Ray's workers give way to every other program (niceness 15): on a busy machine tests would wait
# for minutes.
os.environ.setdefault("RAY_worker_niceness", "0")

# A shell ignores Ctrl-C on behalf of what it runs in the background, and that is handed down to
# the programs whose Ctrl-C is tested.
signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).parents[1]
COMPACT = compact_network(size=32, first=8, middle=16, last=32, embedding=16)


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


@pytest.fixture(scope="session")
def make_embedder() -> Callable[[Path, Sequence[bytes], Sequence[int]], Bundle]:
    """Makes an embedder without characters that tells labelled crops apart.

    Its weights are random but for those of the last layer, a linear discriminant of what is before
    it (Fisher 1936): that takes a second, and is enough for faces of flat colours.
    """

    def make(out: Path, crops: Sequence[bytes], labels: Sequence[int]) -> Bundle:
        keras().utils.set_random_seed(4)
        network = COMPACT.build()
        direction = network.get_layer("direction")
        features = keras().Model(network.input, direction.input)
        seen = np.asarray(features(prepare(crops, COMPACT.size), training=False))
        means = np.stack([seen[np.array(labels) == k].mean(axis=0) for k in sorted(set(labels))])
        spread = np.cov((seen - means[np.array(labels)]).T)
        ridge = 0.01 * np.trace(spread) / len(spread) * np.eye(len(spread))
        kernel = np.zeros((seen.shape[1], 16))
        kernel[:, : len(means)] = np.linalg.solve(spread + ridge, (means - means.mean(axis=0)).T)
        direction.set_weights([kernel, -means.mean(axis=0) @ kernel])
        contents = Contents(
            architecture=COMPACT,
            characters=(),
            nobody=False,
            calibration=Calibration(1.0, 0.5, 0.8, nobody=8.0),
            crop_size=CROP_SIZE,
            created_by="tests",
        )
        return save_bundle(out, contents, network, Card({"made": "by tests"}, "# An embedder\n"))

    return make


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is cached goes to a folder of the tests, not to the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield
