"""Train the base embedder: ``python -m eyecatch.training.embedder.train DATA OUT [STAGE…]``.

DATA is the folder of pictures that docs/training.md describes. OUT gets the weights of every stage.
A stage whose weights are there is not trained again, so that a training that was stopped goes on.
The last stage writes the bundle that ships as ``core/identity/base``.
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
from eyecatch.training.embedder.batches import Order, batches
from eyecatch.training.embedder.dataset import People, read_people
from eyecatch.training.embedder.export import ship, units
from eyecatch.training.embedder.loop import Learner, Plan, save

SEED = 1
FACES = 128  # of a batch
EACH = 2  # prototypes of a person while training
HELD = 20  # one in so many people of `identities` is never learned from

PLANS = {
    "small": Plan(size=64, steps=3500, rate=3e-3, last=1.5e-3, margin=0.1),
    "large": Plan(size=96, steps=2600, rate=1.5e-3, last=1e-5, margin=0.3),
    "again": Plan(size=96, steps=3500, rate=1.5e-3, last=1e-5, margin=0.3),
}
LAST = "again"


def main(data: Path, out: Path, stages: list[str]) -> None:
    """Run the stages named, or all; each in a process of its own."""
    out.mkdir(parents=True, exist_ok=True)
    for stage in stages or list(_STAGES):
        process = mp.get_context("spawn").Process(target=_STAGES[stage], args=(data, out))
        process.start()
        process.join()
        if process.exitcode:
            raise SystemExit(f"stage {stage} ended with {process.exitcode}")


def small(data: Path, out: Path) -> None:
    """From chance, on small pictures: four ninths of the time a face."""
    _learn(data, out, "small", "")


def large(data: Path, out: Path) -> None:
    """Full size, with the whole margin."""
    _learn(data, out, "large", "small")


def again(data: Path, out: Path) -> None:
    """The same once more from a high rate (Loshchilov & Hutter 2017): this ships."""
    _learn(data, out, "again", "large")


def bundle(data: Path, out: Path) -> None:
    """Write what ships: ``OUT/base``."""
    everybody = read_people(data)
    held = held_out(everybody)
    network = compact_network(size=PLANS[LAST].size).build()
    network.load_weights(_weights(out, LAST))
    ship(network, everybody.only(~held), everybody.only(held), PLANS, out / "base")


_STAGES: dict[str, Callable[[Path, Path], None]] = {
    stage.__name__: stage for stage in (small, large, again, bundle)
}


def held_out(people: People) -> npt.NDArray[np.bool_]:
    """Who is never learned from (bool, one a name): every ``HELD``-th of ``identities``."""
    games = np.array([name.startswith("identities/") for name in people.names])
    return np.asarray(games & (np.cumsum(games) % HELD == 0))


def _learn(data: Path, out: Path, stage: str, start: str) -> None:
    """Train one stage from another's weights, or from chance; nothing if its weights are there."""
    plan, weights = PLANS[stage], _weights(out, stage)
    if weights.exists():
        return
    everybody = read_people(data)
    held = held_out(everybody)
    people, strangers = everybody.only(~held), everybody.only(held)
    print(stage, plan, len(people.names), "people,", len(people.labels), "faces", flush=True)
    feed = batches(people, Order(plan.steps, FACES, plan.size, SEED))
    keras().utils.set_random_seed(SEED)
    network = compact_network(size=plan.size).build()
    chance = np.random.default_rng(SEED)
    shape = (len(people.names), EACH, network.output.shape[-1])
    prototypes = chance.standard_normal(shape, np.float32) * np.float32(0.1)
    if start:
        network.load_weights(_weights(out, start))
        prototypes = np.load(_weights(out, start).with_suffix(".npy"))
    learner = Learner(network, prototypes, plan)

    def part() -> None:
        print(f"strangers whose nearest is themselves: {nearest(network, strangers):.3f}")
        save(network, learner.prototypes.numpy(), out / f"{stage}.part.weights.h5")

    learner.learn(feed, part)
    part()
    save(network, learner.prototypes.numpy(), weights)


def nearest(network: Network, people: People) -> float:
    """Share of faces that are nearest to another face of the same person."""
    embeddings = units(network, people)
    cosines = embeddings @ embeddings.T - 2 * np.eye(len(embeddings))
    return float((people.labels[cosines.argmax(axis=1)] == people.labels).mean())


def _weights(out: Path, stage: str) -> Path:
    return out / f"{stage}.weights.h5"


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
