"""The base embedder as a bundle without characters, calibrated on people it never saw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

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
from eyecatch.training.embedder.dataset import Identities
from eyecatch.training.embedder.loop import Schedule
from eyecatch.training.metrics import auroc

Logits = npt.NDArray[np.float32]

DEFAULT: Final = Calibration(nobody=SCALE / 2)
"""Where there are too few strangers to fit one: a face is somebody from a cosine of a half on."""


def export(
    network: Network,
    training: Identities,
    strangers: Identities,
    schedules: Mapping[str, Schedule],
    out: Path,
) -> None:
    """Calibrates the embedder and writes its bundle.

    The calibration of enrolled characters comes from people that were not trained on: each of their
    faces is classified with all their other faces enrolled.

    Args:
        network: the trained ``compact``.
        training: the people it was trained on.
        strangers: people it never saw; at least two pictures of each.
        schedules: the stages of its training, by name, for the card.
        out: folder of the bundle; replaced if it exists.
    """
    logits = leave_one_out_logits(embed(network, strangers), strangers.labels)
    calibrated = calibrate_open_set(logits, strangers.labels, strangers.names, DEFAULT, ENROLLED)
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
        "data": {"people": len(training.names), "faces": len(training.labels)},
        "training": {name: asdict(schedule) for name, schedule in schedules.items()},
        "calibration": asdict(contents.calibration),
        "strangers": metrics(logits, strangers),
    }
    save_bundle(out, contents, network, Card(facts, _text(facts)), force=True)


def embed(network: Network, people: Identities) -> npt.NDArray[np.float64]:
    """Embeddings (n, d) of all faces."""
    pictures = people.sized(network.input.shape[1])
    return np.asarray(network.predict(pictures, batch_size=64, verbose=0))


def leave_one_out_logits(
    embeddings: npt.NDArray[np.float64], labels: npt.NDArray[np.int64]
) -> Logits:
    """Logits (n, people) of faces; a person's prototype is the mean of all their other faces."""
    people = np.eye(labels.max() + 1)[labels]
    sums = people.T @ embeddings
    cosines = embeddings @ (sums / np.linalg.norm(sums, axis=1, keepdims=True)).T
    others = sums[labels] - embeddings
    others /= np.maximum(np.linalg.norm(others, axis=1, keepdims=True), 1e-9)
    cosines[np.arange(len(labels)), labels] = (embeddings * others).sum(axis=1)
    return np.asarray(SCALE * cosines, np.float32)


def metrics(logits: Logits, people: Identities) -> dict[str, float | int]:
    """Top-1 accuracy, and the AUROC of people who are enrolled against people who are not."""
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
