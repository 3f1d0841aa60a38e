"""What ``evaluate --out`` writes: metrics as JSON, a card to read, and plots."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from eyecatch.core.errors import RequestError
from eyecatch.core.identity.bundle import Bundle
from eyecatch.training.evaluation.plots import (
    draw_confusion,
    draw_curves,
    draw_mistakes,
    draw_reliability,
)
from eyecatch.training.evaluation.predictions import Evaluation, Predictions

JSON, CARD = "report.json", "card.md"
PICTURES = {
    "reliability.png": "How often a name is right, by its confidence",
    "curves.png": "What a higher or lower threshold would give",
    "confusion.png": "Who is taken for whom",
    "mistakes.png": "The worst mistakes",
}


def write_report(
    evaluation: Evaluation,
    known: Predictions,
    strangers: Predictions | None,
    bundle: Bundle,
    out: Path,
) -> None:
    """Writes ``report.json``, ``card.md`` and the pictures of ``PICTURES``.

    Raises:
        RequestError: they can't be written.
    """
    drawers: dict[str, Callable[[Path], None]] = {
        "reliability.png": lambda path: draw_reliability(known, path),
        "curves.png": lambda path: draw_curves(known, strangers, path),
        "confusion.png": lambda path: draw_confusion(evaluation.confusion, path),
        "mistakes.png": lambda path: draw_mistakes(evaluation.mistakes, known, strangers, path),
    }
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, draw in drawers.items():
            draw(out / name)
        (out / CARD).write_text(card(evaluation, bundle), "utf-8")
        text = json.dumps(evaluation.as_dict(), ensure_ascii=False, indent=1)
        (out / JSON).write_text(text, "utf-8")
    except OSError as error:
        raise RequestError(f"{out} can't be written ({error.strerror or error})") from error


def card(evaluation: Evaluation, bundle: Bundle) -> str:
    """The metrics for people to read, as Markdown."""
    known, unseen = evaluation.known, evaluation.unseen
    calibration = bundle.calibration
    lines = [
        f"# {bundle.folder.name}, measured",
        "",
        f"{known.faces} faces of {len(known.characters)} of its {len(bundle.characters)} "
        f"characters"
        + (f", {unseen.faces} faces of nobody it knows." if unseen else ".")
        + f" Network `{bundle.architecture.name}`; a name is given from a confidence of "
        f"{calibration.maybe:.3f} on, and as sure from {calibration.sure:.3f} on, unless a "
        "character has thresholds of its own.",
        "",
        "| figure | value |",
        "|---|---|",
        *(f"| {what} | {value:.4f} |" for what, value in metric_rows(evaluation)),
        "",
        *(f"## {title}\n\n![{title}]({name})\n" for name, title in PICTURES.items()),
        "## Character by character",
        "",
        "| character | faces | first | threshold |",
        "|---|---|---|---|",
        *_rows(evaluation, bundle),
    ]
    if evaluation.notes:
        lines += ["", "## Notes", "", *(f"- {note}" for note in evaluation.notes)]
    return "\n".join(lines) + "\n"


def metric_rows(evaluation: Evaluation) -> list[tuple[str, float]]:
    """Name and value of each metric, for a table."""
    known, unseen = evaluation.known, evaluation.unseen
    rows = [
        ("top-1", known.top1),
        ("top-5", known.top5),
        ("macro top-1", known.macro),
        ("calibration error (ECE)", known.ece),
        ("named rightly", known.named_rightly),
        ("named wrongly", known.named_wrongly),
        ("surely named rightly", known.sure_rightly),
        ("surely named wrongly", known.sure_wrongly),
    ]
    if unseen is not None:
        rows += [
            ("AUROC known against unseen", unseen.auroc),
            ("unseen above 95 % of the known (FPR95)", unseen.fpr95),
            ("unseen wrongly named", unseen.wrongly_named),
            ("unseen surely named", unseen.surely_wrong),
        ]
    return rows


def _rows(evaluation: Evaluation, bundle: Bundle) -> list[str]:
    limits = dict(zip(bundle.names, bundle.thresholds, strict=True))
    ordered = sorted(evaluation.known.characters.items(), key=lambda one: (one[1][1], one[0]))
    return [
        f"| {name.replace('|', chr(92) + '|')} | {faces} | {share:.3f} | {limits[name][0]:.3f} |"
        for name, (faces, share) in ordered
    ]
