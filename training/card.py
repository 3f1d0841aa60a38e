"""The card of a bundle: its data, settings and figures, as JSON and as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from eyecatch.core.identity.bundle import Contents
from eyecatch.core.identity.save import Card
from eyecatch.training.checkpoint import Epoch, best
from eyecatch.training.faces import Faces
from eyecatch.training.figures import Answers, known_figures, unseen_figures
from eyecatch.training.fit import Lesson, Logits
from eyecatch.training.settings import Settings


def make_card(  # noqa: PLR0913, PLR0917
    contents: Contents,
    faces: Faces,
    lesson: Lesson,
    settings: Settings,
    history: Sequence[Epoch],
    held_logits: Logits,
    notes: Sequence[str],
) -> Card:
    """How a bundle was trained, and what it gets right of its held-out faces."""
    facts = {
        "created_by": contents.created_by,
        "network": {"name": contents.architecture.name, "options": contents.architecture.options},
        "settings": asdict(settings),
        "calibration": asdict(contents.calibration),
        "data": {
            "faces": len(faces.labels),
            "held_out": int(lesson.held.sum()),
            "characters": faces.counts,
        },
        "training": {
            "best_epoch": best(history).number,
            "seconds": round(sum(epoch.seconds for epoch in history), 1),
            "epochs": [
                {k: round(v, 4) for k, v in asdict(epoch).items() if np.isfinite(v)}
                for epoch in history
            ],
        },
        "held_out": _held_out(contents, lesson, held_logits),
        "notes": list(notes),
    }
    return Card(facts, _markdown(facts))


def _held_out(contents: Contents, lesson: Lesson, logits: Logits) -> dict[str, Any]:
    """Figures on the held-out faces, by which the calibration was fitted: a little too good."""
    labels = lesson.labels[lesson.held]
    mine = labels < len(contents.characters)
    if not mine.any():
        return {}
    known = Answers.of(logits[mine], contents.names, contents.calibration)
    figures: dict[str, Any] = {"known": asdict(known_figures(known, labels[mine], contents.names))}
    if not mine.all():
        others = Answers.of(logits[~mine], contents.names, contents.calibration)
        figures["unseen"] = asdict(unseen_figures(known, others))
    return figures


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
        f"{calibration['maybe']:.3f} on, and given as sure from {calibration['sure']:.3f} on.",
        "",
        *_figures(facts["held_out"]),
        "| character | faces | held out | of these right |",
        "|---|---|---|---|",
        *_rows(data["characters"], facts["held_out"]),
    ]
    if facts["notes"]:
        lines += ["", "## Notes", *(f"- {note}" for note in facts["notes"])]
    return "\n".join(lines) + "\n"


def _figures(held_out: dict[str, Any]) -> list[str]:
    shown = [
        f"| {group} {name} | {value:.4f} |"
        for group, figures in held_out.items()
        for name, value in figures.items()
        if isinstance(value, float) and np.isfinite(value)
    ]
    return ["| held-out faces | |", "|---|---|", *shown, ""] if shown else []


def _rows(counts: dict[str, int], held_out: dict[str, Any]) -> list[str]:
    measured = held_out.get("known", {}).get("characters", {})
    rows = []
    for name, count in counts.items():
        held, share = measured.get(name, (0, None))
        shown = "" if share is None else f"{share:.3f}"
        rows.append(f"| {name.replace('|', chr(92) + '|')} | {count} | {held} | {shown} |")
    return rows
