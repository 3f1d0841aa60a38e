"""The card of a bundle: its data, settings and figures, as JSON and as Markdown."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from eyecatch.core.identity.bundle_writer import Card
from eyecatch.core.identity.manifest import Contents
from eyecatch.training.classifier.checkpoint import best
from eyecatch.training.classifier.loop import TrainingRun
from eyecatch.training.classifier.strategies import TrainingResult, cohort_logits
from eyecatch.training.metrics import Answers, closed_set_metrics, open_set_metrics
from eyecatch.training.open_set import without_own_class

Labels = npt.NDArray[np.int64]
Logits = npt.NDArray[np.float32]


def make_card(contents: Contents, run: TrainingRun, result: TrainingResult) -> Card:
    """How a bundle was trained, and how good it is on its held-out faces."""
    faces, history, prototypes = run.faces, result.history, result.prototypes
    labels = run.labels[run.held_out]
    facts = {
        "created_by": contents.created_by,
        "network": {"name": contents.architecture.name, "options": contents.architecture.options},
        "settings": run.settings.as_stored(),
        "calibration": asdict(contents.calibration),
        "metric": prototypes is not None and prototypes.metric is not None,
        "data": {
            "faces": len(faces.labels),
            "held_out": len(labels),
            "characters": faces.counts,
        },
        "training": {
            "best_epoch": best(history).number if history else 0,
            "seconds": round(sum(epoch.seconds for epoch in history), 1),
            "epochs": [
                {k: round(v, 4) for k, v in asdict(epoch).items() if np.isfinite(v)}
                for epoch in history
            ],
        },
        "held_out": _held_out(contents, labels, result.held_logits),
        "trust": _trust(contents, run, result),
        "notes": [*run.split.notes, *result.notes],
    }
    return Card(facts, _markdown(facts))


def _held_out(contents: Contents, labels: Labels, logits: Logits) -> dict[str, Any]:
    """Metrics on the held-out faces; a little too good, since the calibration was fitted on them.

    ``known`` is of faces with a name, ``unseen`` of those of the folder ``unknown``, ``left_out``
    of each known face with its character's logit left out (bundles with prototypes only).
    """
    mine = labels < len(contents.characters)
    if not mine.any():
        return {}
    known = _answers(contents, logits[mine])
    figures: dict[str, Any] = {
        "known": asdict(closed_set_metrics(known, labels[mine], contents.names))
    }
    if not mine.all():
        figures["unseen"] = asdict(open_set_metrics(known, _answers(contents, logits[~mine])))
    if contents.calibration.nobody is not None:
        left = _answers(contents, without_own_class(logits[mine], labels[mine]))
        figures["left_out"] = asdict(open_set_metrics(known, left))
    return figures


def _trust(contents: Contents, run: TrainingRun, result: TrainingResult) -> dict[str, Any]:
    """What each level of trust costs: shares of the held-out faces, and of strangers, named.

    Strangers are the base's cohort, where the network is still the base's.
    """
    labels = run.labels[run.held_out]
    mine = labels < len(contents.characters)
    cohort, costs = cohort_logits(run, result), {}
    for level in contents.trust if mine.any() else ():
        at_level = contents.with_trust(level)
        known = _answers(at_level, result.held_logits[mine])
        right = known.guesses == labels[mine]
        costs[level] = {
            "from": at_level.calibration.maybe,
            "sure_from": at_level.calibration.sure,
            "rightly": float((known.named & right).mean()),
            "wrongly": float((known.named & ~right).mean()),
        }
        if cohort is not None:
            named = _answers(at_level, cohort[1]).named
            costs[level]["strangers"] = float(cohort[0].weights @ named)
    return costs


def _answers(contents: Contents, logits: Logits) -> Answers:
    return Answers.of(logits, contents.names, contents.calibration, contents.thresholds)


def _markdown(facts: dict[str, Any]) -> str:
    data, training, calibration = facts["data"], facts["training"], facts["calibration"]
    lines = [
        f"# A classifier of {len(data['characters'])} characters",
        "",
        f"Made by {facts['created_by']}: network `{facts['network']['name']}`, best epoch "
        f"{training['best_epoch']} of {len(training['epochs'])}, {training['seconds']:.0f} s, "
        f"seed {facts['settings']['seed']}.",
        "",
        f"{data['faces']} faces, {data['held_out']} of them held out of training. Temperature "
        f"{calibration['temperature']:.3f}; a name is given from a confidence of "
        f"{calibration['maybe']:.3f} on, and given as sure from {calibration['sure']:.3f} on, "
        "unless a character has thresholds of its own.",
        "",
        *(["Faces are compared by a metric that was learned from these.", ""] * facts["metric"]),
        *_figures(facts["held_out"]),
        *_levels(facts["trust"]),
        "| character | faces | held out | of these right |",
        "|---|---|---|---|",
        *_rows(data["characters"], facts["held_out"]),
    ]
    if facts["notes"]:
        lines += ["", "## Notes", *(f"- {note}" for note in facts["notes"])]
    return "\n".join(lines) + "\n"


def _figures(held_out: dict[str, Any]) -> list[str]:
    rows = [
        f"| {group} {name} | {value:.4f} |"
        for group, figures in held_out.items()
        for name, value in figures.items()
        if isinstance(value, float) and np.isfinite(value)
    ]
    return ["| held-out faces | |", "|---|---|", *rows, ""] if rows else []


def _levels(costs: dict[str, Any]) -> list[str]:
    if not costs:
        return []
    head = "| `--trust` | from | named rightly | wrongly | people no training saw that get a name |"
    rows = [
        f"| {level} | {one['from']:.3f} | {one['rightly']:.3f} | {one['wrongly']:.3f} | "
        f"{one.get('strangers', float('nan')):.3f} |".replace("nan", "not known")
        for level, one in costs.items()
    ]
    return [head, "|---|---|---|---|---|", *rows, ""]


def _rows(counts: dict[str, int], held_out: dict[str, Any]) -> list[str]:
    measured = held_out.get("known", {}).get("characters", {})
    rows = []
    for name, count in counts.items():
        held, share = measured.get(name, (0, None))
        shown = "" if share is None else f"{share:.3f}"
        rows.append(f"| {name.replace('|', chr(92) + '|')} | {count} | {held} | {shown} |")
    return rows
