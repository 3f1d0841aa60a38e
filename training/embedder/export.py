"""The base embedder as it ships: a bundle of nobody, with what it tells strangers apart by."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import eyecatch
from eyecatch.core.crops import CROP_SIZE
from eyecatch.core.identity.bundle_writer import Card, save_bundle
from eyecatch.core.identity.decision import Calibration
from eyecatch.core.identity.manifest import Contents
from eyecatch.core.identity.networks import Network, compact_network
from eyecatch.core.identity.prototypes import SCALE
from eyecatch.training.calibration import ENROLLED, calibrate_open_set, without_own_class
from eyecatch.training.embedder.dataset import People
from eyecatch.training.embedder.loop import Plan
from eyecatch.training.metrics import auroc

Logits = npt.NDArray[np.float32]

FEW = Calibration(nobody=SCALE / 2)
"""Of an embedder with too few strangers to say: a face is somebody from a cosine of a half on."""


def ship(
    network: Network, taught: People, strangers: People, plans: dict[str, Plan], out: Path
) -> None:
    """Write the bundle.

    How sure it is to be of a character that is enrolled, it learns from people it never saw: each
    of their faces is asked who it is, with all but itself enrolled.

    Args:
        network: the trained ``compact``.
        taught: who it learned from.
        strangers: who it never saw; at least two pictures of each.
        plans: the stages of its training, by name.
        out: folder of the bundle.
    """
    logits = enrolled(units(network, strangers), strangers.labels)
    calibrated = calibrate_open_set(logits, strangers.labels, strangers.names, FEW, ENROLLED)
    contents = Contents(
        architecture=compact_network(),
        characters=(),
        nobody=False,
        calibration=calibrated.calibration,
        crop_size=CROP_SIZE,
        created_by=f"eyecatch {eyecatch.__version__}",
    )
    facts: dict[str, Any] = {
        "created_by": contents.created_by,
        "network": {"name": "compact", "options": contents.architecture.options},
        "data": {"people": len(taught.names), "faces": len(taught.labels)},
        "training": {name: asdict(plan) for name, plan in plans.items()},
        "calibration": asdict(contents.calibration),
        "strangers": figures(logits, strangers),
    }
    save_bundle(out, contents, network, Card(facts, _text(facts)), force=True)


def units(network: Network, people: People) -> npt.NDArray[np.float64]:
    """Embeddings (n, d) of everybody's faces, in the network's size."""
    pictures = people.sized(network.input.shape[1])
    return np.asarray(network.predict(pictures, batch_size=64, verbose=0))


def enrolled(embeddings: npt.NDArray[np.float64], labels: npt.NDArray[np.int64]) -> Logits:
    """Logits (n, people) of each face where all faces but itself make one prototype a person."""
    people = np.eye(labels.max() + 1)[labels]
    sums = people.T @ embeddings
    cosines = embeddings @ (sums / np.linalg.norm(sums, axis=1, keepdims=True)).T
    others = sums[labels] - embeddings
    others /= np.maximum(np.linalg.norm(others, axis=1, keepdims=True), 1e-9)
    cosines[np.arange(len(labels)), labels] = (embeddings * others).sum(axis=1)
    return np.asarray(SCALE * cosines, np.float32)


def figures(logits: Logits, people: People) -> dict[str, float | int]:
    """How well strangers are told apart: who is who, and who is nobody that is enrolled."""
    known = logits.max(axis=1).astype(np.float64)
    unknown = without_own_class(logits, people.labels).max(axis=1).astype(np.float64)
    return {
        "people": len(people.names),
        "faces": len(people.labels),
        "top1": float((logits.argmax(axis=1) == people.labels).mean()),
        "auroc": auroc(known, unknown),
    }


def _text(facts: dict[str, Any]) -> str:
    data, strangers, calibration = facts["data"], facts["strangers"], facts["calibration"]
    return f"""# The base embedder

Made by {facts["created_by"]}: network `compact`, taught to tell {data["people"]} people apart by
{data["faces"]} faces. It knows nobody by name; `eyecatch enrol` and `train` start from it.

{strangers["faces"]} faces of {strangers["people"]} characters that it never saw, each asked about
with all others enrolled:

| share of them that come first at their own name | {strangers["top1"]:.3f} |
|---|---|
| AUROC, their character enrolled against not enrolled | {strangers["auroc"]:.3f} |

Temperature {calibration["temperature"]:.3f}, nobody's logit {calibration["nobody"]:.2f}; a name is
given from {calibration["maybe"]:.3f} on, and as sure from {calibration["sure"]:.3f} on.
"""
