"""Train the base embedder: ``python -m eyecatch.training.embedder.train DATA OUT [STAGE…]``.

DATA is the folder of pictures that docs/training.md describes. OUT gets the weights of every stage.
A stage whose weights are there is not trained again, so that an interrupted training can be
resumed. The last stage writes the bundle that ships as ``core/identity/base``.
"""

from __future__ import annotations

import multiprocessing as mp
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from eyecatch.core.identity.networks import Network, compact_network
from eyecatch.core.tensorflow import keras
from eyecatch.training.embedder.batches import BatchPlan, batches
from eyecatch.training.embedder.dataset import Identities, read_identities
from eyecatch.training.embedder.export import embed, export
from eyecatch.training.embedder.loop import Schedule, Trainer, save

SEED = 1
FACES = 128  # of a batch
EACH = 2  # prototypes of a person while training
HELD = 20  # one in so many people of `identities` is never learned from

SCHEDULES = {
    "small": Schedule(size=64, steps=3500, rate=3e-3, last=1.5e-3, margin=0.1),
    "large": Schedule(size=96, steps=2600, rate=1.5e-3, last=1e-5, margin=0.3),
    "again": Schedule(size=96, steps=3500, rate=1.5e-3, last=1e-5, margin=0.3),
}
LAST = "again"


def main(data: Path, out: Path, stages: list[str]) -> None:
    """Runs the stages named, or all, each in a new process."""
    out.mkdir(parents=True, exist_ok=True)
    for stage in stages or list(_STAGES):
        process = mp.get_context("spawn").Process(target=_STAGES[stage], args=(data, out))
        process.start()
        process.join()
        if process.exitcode:
            raise SystemExit(f"stage {stage} ended with {process.exitcode}")


def small(data: Path, out: Path) -> None:
    """From rng, on small pictures: four ninths of the time a face."""
    _fit(data, out, "small", "")


def large(data: Path, out: Path) -> None:
    """Trains in full size, with the whole margin."""
    _fit(data, out, "large", "small")


def again(data: Path, out: Path) -> None:
    """Trains once more from a high learning rate (Loshchilov & Hutter 2017): what ships."""
    _fit(data, out, "again", "large")


def bundle(data: Path, out: Path) -> None:
    """Writes the bundle: ``OUT/base``."""
    everybody = read_identities(data)
    held = held_out(everybody)
    network = compact_network(size=SCHEDULES[LAST].size).build()
    network.load_weights(_weights(out, LAST))
    export(network, everybody.only(~held), everybody.only(held), SCHEDULES, out / "base")


_STAGES: dict[str, Callable[[Path, Path], None]] = {
    stage.__name__: stage for stage in (small, large, again, bundle)
}


def held_out(people: Identities) -> npt.NDArray[np.bool_]:
    """Who is not trained on (bool, one a name): every ``HELD``-th of ``identities``."""
    games = np.array([name.startswith("identities/") for name in people.names])
    return np.asarray(games & (np.cumsum(games) % HELD == 0))


def _fit(data: Path, out: Path, stage: str, start: str) -> None:
    """Trains a stage from another's weights, or random ones, unless its weights are there."""
    schedule, weights = SCHEDULES[stage], _weights(out, stage)
    if weights.exists():
        return
    everybody = read_identities(data)
    held = held_out(everybody)
    people, strangers = everybody.only(~held), everybody.only(held)
    print(stage, schedule, len(people.names), "people,", len(people.labels), "faces", flush=True)
    feed = batches(people, BatchPlan(schedule.steps, FACES, schedule.size, SEED))
    keras().utils.set_random_seed(SEED)
    network = compact_network(size=schedule.size).build()
    rng = np.random.default_rng(SEED)
    shape = (len(people.names), EACH, network.output.shape[-1])
    prototypes = rng.standard_normal(shape, np.float32) * np.float32(0.1)
    if start:
        network.load_weights(_weights(out, start))
        prototypes = np.load(_weights(out, start).with_suffix(".npy"))
    trainer = Trainer(network, prototypes, schedule)

    def checkpoint() -> None:
        print(f"strangers whose nearest is themselves: {nearest(network, strangers):.3f}")
        save(network, trainer.prototypes.numpy(), out / f"{stage}.part.weights.h5")

    trainer.fit(feed, checkpoint)
    checkpoint()
    save(network, trainer.prototypes.numpy(), weights)


def nearest(network: Network, people: Identities) -> float:
    """Share of faces that are nearest to another face of the same person."""
    embeddings = embed(network, people)
    cosines = embeddings @ embeddings.T - 2 * np.eye(len(embeddings))
    return float((people.labels[cosines.argmax(axis=1)] == people.labels).mean())


def _weights(out: Path, stage: str) -> Path:
    return out / f"{stage}.weights.h5"


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
