"""Train the base embedder: ``python -m eyecatch.training.embedder.train DATA OUT [STAGE…]``.

DATA is the folder of pictures that docs/training.md describes. OUT gets the weights of every stage.
A stage whose weights are there is not trained again, so that an interrupted training can be
resumed. ``measured`` is the bundle whose figures count (``kept_aside``); ``base``, which goes on
from it with the people that it was measured with, is what ships as ``core/identity/base``.
"""

from __future__ import annotations

import multiprocessing as mp
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from eyecatch.core.identity.networks import Network, compact_network
from eyecatch.core.tensorflow import keras
from eyecatch.training.embedder.batches import BatchPlan, batches
from eyecatch.training.embedder.dataset import Identities, read_identities
from eyecatch.training.embedder.export import embed, export
from eyecatch.training.embedder.kept_aside import Role, roles
from eyecatch.training.embedder.loop import Schedule, Trainer, save

SEED = 1
FACES = 128  # of a batch
EACH = 2  # prototypes of a person while training
INVENTED = 2000  # people that are drawn

TAUGHT: tuple[Role, ...] = ("taught",)
ALL: tuple[Role, ...] = ("taught", "measured")

SCHEDULES = {
    "small": Schedule(size=64, steps=4000, rate=3e-3, last=1.5e-3, margin=0.1),
    "large": Schedule(size=96, steps=2600, rate=1.5e-3, last=1e-5, margin=0.3),
    "all": Schedule(size=96, steps=1300, rate=1.2e-3, last=1e-5, margin=0.3),
}


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
    """Trains in full size, with the whole margin: what is measured."""
    _fit(data, out, "large", "small")


def measured(data: Path, out: Path) -> None:
    """Writes the bundle of what never saw who is measured: ``OUT/measured``."""
    _export(data, out, ("small", "large"), TAUGHT, out / "measured")


def all_(data: Path, out: Path) -> None:
    """Goes on from a high learning rate (Loshchilov & Hutter 2017), with who was measured too."""
    _fit(data, out, "all", "large", ALL)


def base(data: Path, out: Path) -> None:
    """Writes the bundle that ships: ``OUT/base``."""
    _export(data, out, tuple(SCHEDULES), ALL, out / "base")


_STAGES: dict[str, Callable[[Path, Path], None]] = {
    stage.__name__.rstrip("_"): stage for stage in (small, large, measured, all_, base)
}


def _means(network: Network, people: Identities) -> npt.NDArray[np.float32]:
    """The mean embedding of a few faces of each person, float32 (n, d): where learning starts."""
    few = people.thinned(20)
    sums = np.eye(len(few.names))[few.labels].T @ embed(network, few)
    return (sums / np.bincount(few.labels)[:, None]).astype(np.float32)


def _in_pairs(people: Identities, chosen: npt.NDArray[np.bool_]) -> Identities:
    """Those of the chosen (bool, one a name) of whom there are two pictures."""
    several = np.bincount(people.labels, minlength=len(people.names)) > 1
    return people.only(chosen & several)


def _export(
    data: Path, out: Path, stages: Sequence[str], parts: Sequence[Role], folder: Path
) -> None:
    everybody = read_identities(data)  # the invented are taught, and no part of a calibration
    network = compact_network(size=SCHEDULES[stages[-1]].size).build()
    network.load_weights(_weights(out, stages[-1]))
    schedules = {stage: SCHEDULES[stage] for stage in stages}
    export(network, everybody, schedules, parts, folder)


def _fit(data: Path, out: Path, stage: str, start: str, parts: Sequence[Role] = TAUGHT) -> None:
    """Trains a stage from another's weights, or random ones, unless its weights are there."""
    schedule, weights = SCHEDULES[stage], _weights(out, stage)
    if weights.exists():
        return
    everybody = read_identities(data, INVENTED)
    part = roles(everybody.names)
    chosen = np.isin(part, parts)
    people, strangers = everybody.only(chosen), _in_pairs(everybody, part == "cohort")
    print(stage, schedule, len(people.names), "people,", len(people.labels), "faces", flush=True)
    feed = batches(people, BatchPlan(schedule.steps, FACES, schedule.size, SEED))
    keras().utils.set_random_seed(SEED)
    network = compact_network(size=schedule.size).build()
    rng = np.random.default_rng(SEED)
    shape = (len(people.names), EACH, network.output.shape[-1])
    prototypes = rng.standard_normal(shape, np.float32) * np.float32(0.1)
    if start:
        network.load_weights(_weights(out, start))
        before = np.load(_weights(out, start).with_suffix(".npy"))
        known = part[chosen] == "taught"
        prototypes[known] = before
        if not known.all():
            prototypes[~known] = _means(network, people.only(~known))[:, None]
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
