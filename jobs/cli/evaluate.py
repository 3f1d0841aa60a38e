"""``eyecatch evaluate`` and ``evaluate-detector``: measure classifiers and detectors."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

import eyecatch
from eyecatch.core.detect.config import DetectorConfig
from eyecatch.jobs.cli import options
from eyecatch.jobs.cli.output import note, print_json, print_table, print_text

if TYPE_CHECKING:  # the verbs load when they run
    from eyecatch.training.evaluation.detection_metrics import DetectionMetrics

PATH = click.Path(path_type=Path)


@click.command(epilog="Example:  eyecatch evaluate yuyu.bundle HELD_OUT --unseen OTHERS --out DIR")
@click.argument("bundle", type=PATH)
@click.argument("faces", type=PATH)
@click.option("--unseen", type=PATH, metavar="DIR", help="Faces of nobody that it knows.")
@click.option(
    "--out", type=PATH, metavar="DIR", help="Write a report here: JSON, Markdown, pictures."
)
@click.option("--json", "as_json", is_flag=True, help="Print all of it as JSON.")
def evaluate(
    bundle: Path, faces: Path, unseen: Path | None, out: Path | None, as_json: bool
) -> None:
    """Measure a classifier on FACES/<character>/ that it has not seen."""
    measured = eyecatch.evaluate(bundle, faces, unseen, out)
    if as_json:
        print_json(measured.as_dict())
        return
    known, strangers = measured.known, measured.unseen
    metrics = {
        "faces": known.faces,
        "top-1": known.top1,
        "top-5": known.top5,
        "macro top-1": known.macro,
        "calibration error (ECE)": known.ece,
        "named rightly": known.named_rightly,
        "named wrongly": known.named_wrongly,
    }
    if strangers is not None:
        metrics |= {
            "unseen faces": strangers.faces,
            "AUROC known against unseen": strangers.auroc,
            "unseen wrongly named": strangers.wrongly_named,
            "unseen above 95 % of the known": strangers.fpr95,
        }
    rows = [
        {"figure": name, "value": str(value) if isinstance(value, int) else f"{value:.3f}"}
        for name, value in metrics.items()
    ]
    print_table(rows, ["figure", "value"])


@click.command(
    "evaluate-detector",
    epilog="Example:  eyecatch evaluate-detector IMAGES boxes.csv --errors errors.png",
)
@click.argument("images", type=PATH, required=False)
@click.argument("boxes", type=PATH, required=False)
@options.detector
@click.option("--weights", type=PATH, metavar="FILE", help="Other weights of the cnn.")
@click.option("--lines", type=click.IntRange(32), help="Height of the pictures looked at.")
@click.option("--thorough", is_flag=True, help="Look several times, as identify does.")
@click.option("--every", type=click.IntRange(1), default=1, help="Only each N-th picture.")
@click.option(
    "--match",
    type=click.Choice(["iou", "centre"]),
    default="iou",
    show_default=True,
    help="When a box is a face: by overlap; by centre where BOXES are drawn otherwise, as heads.",
)
@click.option("--errors", type=PATH, metavar="FILE", help="A picture of what went wrong.")
@options.db
@click.option("--json", "as_json", is_flag=True, help="Print all of it as JSON.")
def evaluate_detector(
    images: Path | None,
    boxes: Path | None,
    detector: DetectorConfig | None,
    weights: Path | None,
    lines: int | None,
    thorough: bool,
    every: int,
    match: str,
    errors: Path | None,
    db: str,
    as_json: bool,
) -> None:
    """Measure a face detector on IMAGES whose faces are in BOXES, a CSV of image,x,y,w,h.

    Without them: the detectors of an index, by what people said of the faces they found: named,
    nobody, no face, and drawn where one was missed.
    """
    if images is None:
        _print_checked(db, as_json)
        return
    if boxes is None:
        raise click.UsageError("give BOXES too: the CSV in which the faces of IMAGES are")
    named = detector or DetectorConfig()
    named = replace(named, model=str(weights or named.model), lines=lines or named.lines)
    report = eyecatch.evaluate_detector(
        named, images, boxes, errors, thorough=thorough, every=every, match=match
    )
    if as_json:
        print_json(asdict(report))
        return
    note(f"{report.pictures} pictures, {report.faces} faces, {report.milliseconds:.1f} ms each")
    rows = [_row(one) for one in report.figures]
    print_table(rows, list(rows[0]))
    for heights in filter(None, map(_height_rows, report.figures)):
        print_text("")
        print_table(heights, list(heights[0]))


def _print_checked(db: str, as_json: bool) -> None:
    # To measure on pictures needn't wait for SQLAlchemy.
    from eyecatch.jobs.checked_detectors import checked_detectors  # noqa: PLC0415

    rows = [
        {
            "detector": one.detector,
            "episodes": one.episodes,
            **one.counts._asdict(),
            "precision": one.precision,
            "recall": one.recall,
        }
        for one in checked_detectors(db=db)
    ]
    if as_json:
        print_json(rows)
        return
    if not rows:
        note("Nobody has said of a face yet who it is, or that it is none: eyecatch review.")
        return
    shares = ("precision", "recall")
    told = [row | {name: _share(row[name]) for name in shares} for row in rows]
    print_table(told, list(rows[0]))


def _share(value: object) -> str | None:
    return f"{value:.3f}" if isinstance(value, float) else None


def _rule(metrics: DetectionMetrics) -> tuple[str, str]:
    """The name and the value of what a hit is."""
    by_iou = metrics.match == "iou"
    return ("IoU", f"{metrics.least:.1f}") if by_iou else ("match", metrics.match)


def _row(metrics: DetectionMetrics) -> dict[str, object]:
    name, value = _rule(metrics)
    return {
        name: value,
        "recall": f"{metrics.recall:.3f}",
        "precision": f"{metrics.precision:.3f}",
        "average precision": f"{metrics.average:.3f}",
        "best recall at precision": [
            f"{wanted:.2f}: {recall:.3f}" for wanted, recall in metrics.at_precision
        ],
        "recall by height of face": [
            f"{low:.0%}-{high:.0%}: {recall:.2f} of {faces}"
            for low, high, faces, recall in metrics.by_size
        ],
    }


def _height_rows(metrics: DetectionMetrics) -> list[dict[str, object]]:
    """A row a range of heights."""
    name, value = _rule(metrics)
    return [
        {
            name: value,
            "height of face": f"{one.low:.0%}" + (f"-{one.high:.0%}" if one.high else " and more"),
            "faces": one.faces,
            "recall": None if one.recall is None else f"{one.recall:.3f}",
            "false alarms": one.false,
        }
        for one in metrics.by_height
    ]
