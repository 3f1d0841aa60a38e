"""The base embedder as a bundle without characters, calibrated on people it never saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

import eyecatch
from eyecatch.core.crops import CROP_SIZE
from eyecatch.core.identity.bundle_writer import Card, save_bundle
from eyecatch.core.identity.cohort import Cohort
from eyecatch.core.identity.manifest import Contents
from eyecatch.core.identity.networks import Network, compact_network
from eyecatch.core.identity.prototypes import SCALE
from eyecatch.training.embedder.dataset import Identities
from eyecatch.training.embedder.kept_aside import Role, roles
from eyecatch.training.embedder.loop import Schedule
from eyecatch.training.metrics import auroc
from eyecatch.training.open_set import ENROLLED_SHARE, fit_thresholds, without_own_class
from eyecatch.training.risk import Strangers

Logits = npt.NDArray[np.float32]

MOST_EACH: Final = 60
"""Faces of a person that the cohort ships with at most."""

ENROLLED_EACH: Final = 6
"""Faces of a person by whom enrolled characters are calibrated at most: people enrol by a few."""

LOOK_ALIKE: Final = 0.6
"""A face without a name that is as near as this to a named person's face, by their cosine, may be
that person; it is left out of the cohort."""


def export(
    network: Network,
    everybody: Identities,
    schedules: Mapping[str, Schedule],
    parts: Sequence[Role],
    out: Path,
) -> None:
    """Calibrates the embedder on the cohort, and writes its bundle with the cohort's embeddings.

    The calibration of enrolled characters comes from people that were not trained on: each of their
    faces is classified with a few other faces of everybody enrolled. Nobody who is measured with
    (``kept_aside``) has a part in it; their faces are looked at only to leave out of the cohort
    what may show them.

    Args:
        network: the trained ``compact``.
        everybody: see ``read_identities``.
        schedules: the stages of its training, by name, for the card.
        parts: of whom it was trained on.
        out: folder of the bundle; replaced if it exists.
    """
    part = roles(everybody.names)
    taught, cohort = everybody.only(np.isin(part, parts)), everybody.only(part == "cohort")
    named = everybody.only(np.array([name.startswith("faces/") for name in everybody.names]))
    named = named.thinned(MOST_EACH)
    cohort = _unlike(cohort, embed(network, cohort), embed(network, named)).thinned(MOST_EACH)
    vectors = embed(network, cohort)
    several = np.bincount(cohort.labels) > 1
    known = cohort.only(several).thinned(ENROLLED_EACH)
    shipped = Cohort(vectors.astype(np.float32), cohort.labels)
    logits = leave_one_out_logits(embed(network, known), known.labels, shipped)
    groups = [Strangers.even(without_own_class(logits, known.labels), promise=True)]
    if not several.all():
        others = _against(network, cohort.only(~several), known, shipped)
        groups.append(Strangers.even(others, promise=True))
    fitted = fit_thresholds(logits, known.labels, known.names, groups, ENROLLED_SHARE)
    contents = Contents(
        architecture=compact_network(),
        characters=(),
        nobody=False,
        calibration=fitted.calibration,
        crop_size=CROP_SIZE,
        created_by=f"eyecatch {eyecatch.__version__}",
        trust=fitted.trust,
    )
    facts: dict[str, Any] = {
        "created_by": contents.created_by,
        "network": {"name": "compact", "options": contents.architecture.options},
        "data": {"people": len(taught.names), "faces": len(taught.labels)},
        "never_seen": {
            name: 0 if name in parts else int((part == name).sum())
            for name in ("cohort", "measured")
        },
        "training": {name: asdict(schedule) for name, schedule in schedules.items()},
        "calibration": asdict(contents.calibration),
        "trust": {level: list(pair) for level, pair in fitted.trust.items()},
        "cohort": {"people": len(cohort.names), "faces": len(cohort.labels)},
        "strangers": metrics(logits, known),
    }
    card = Card(facts, _text(facts))
    save_bundle(out, contents, network, card, cohort=shipped, force=True)


def _unlike(
    people: Identities, vectors: npt.NDArray[np.float64], named: npt.NDArray[np.float64]
) -> Identities:
    """Without the nameless who may be somebody named: see ``LOOK_ALIKE``."""
    nearest = (vectors @ named.T).max(axis=1)
    highest = np.full(len(people.names), -1.0)
    np.maximum.at(highest, people.labels, nearest)
    nameless = np.array([name.startswith("pseudo/") for name in people.names])
    return people.only(~(nameless & (highest >= LOOK_ALIKE)))


def _against(network: Network, strangers: Identities, known: Identities, cohort: Cohort) -> Logits:
    """Logits (n, people) of strangers, by the means of the known people's faces."""
    sums = np.eye(len(known.names))[known.labels].T @ embed(network, known)
    means = sums / np.linalg.norm(sums, axis=1, keepdims=True)
    cosines = embed(network, strangers) @ means.T - cohort.offsets(means)
    return np.asarray(SCALE * cosines, np.float32)


def embed(network: Network, people: Identities) -> npt.NDArray[np.float64]:
    """Embeddings (n, d) of all faces."""
    pictures = people.sized(network.input.shape[1])
    return np.asarray(network.predict(pictures, batch_size=64, verbose=0))


def leave_one_out_logits(
    embeddings: npt.NDArray[np.float64],
    labels: npt.NDArray[np.int64],
    cohort: Cohort | None = None,
) -> Logits:
    """Logits (n, people) of faces; a person's prototype is the mean of all their other faces.

    Args:
        embeddings: (n, d), of unit length.
        labels: (n,), who each is.
        cohort: against whom logits are normalised.
    """
    people = np.eye(labels.max() + 1)[labels]
    sums = people.T @ embeddings
    cosines = embeddings @ (sums / np.linalg.norm(sums, axis=1, keepdims=True)).T
    others = sums[labels] - embeddings
    others /= np.maximum(np.linalg.norm(others, axis=1, keepdims=True), 1e-9)
    cosines[np.arange(len(labels)), labels] = (embeddings * others).sum(axis=1)
    if cohort is not None:
        cosines -= cohort.offsets(sums / np.linalg.norm(sums, axis=1, keepdims=True))
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
    never, cohort = facts["never_seen"], facts["cohort"]
    seen = (
        f"{never['measured']} people were seen by no stage of it and by no calibration; "
        "`bench/identity.py` measures with them."
        if never["measured"]
        else "It has seen the people that `bench/identity.py` measures with: the figures of "
        "docs/identity.md\nare of the same training before its last stage, which had not."
    )
    return f"""# The base embedder

Made by {facts["created_by"]}: network `compact`, taught to tell {data["people"]} people apart by
{data["faces"]} faces, and beside them people that our own generator invents
(`training/embedder/train.py`). It knows nobody by name; `eyecatch enrol` and `train` start from it.

{seen}
{never["cohort"]} others were kept from its training; {cohort["people"]} of these are its cohort
({cohort["faces"]} faces, as embeddings), on which thresholds are fitted.

{strangers["faces"]} faces of {strangers["people"]} characters of the cohort, each asked about
with a few pictures of all others enrolled:

| share of them that come first at their own name | {strangers["top1"]:.3f} |
|---|---|
| AUROC, their character enrolled against not enrolled | {strangers["auroc"]:.3f} |

Temperature {calibration["temperature"]:.3f}, nobody's logit {calibration["nobody"]:.2f}; a name is
given from {calibration["maybe"]:.3f} on, and as sure from {calibration["sure"]:.3f} on.
"""
