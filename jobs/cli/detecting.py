"""``eyecatch evaluate-detector``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

import eyecatch
from eyecatch.core.scan.config import DetectorConfig
from eyecatch.jobs.cli import options
from eyecatch.jobs.cli.output import note, print_json, print_table

if TYPE_CHECKING:  # it loads when it measures
    from eyecatch.training.evaluation.detection_metrics import DetectionMetrics

FILE = click.Path(path_type=Path)


@click.command(
    "evaluate-detector",
    epilog="Example:  eyecatch evaluate-detector IMAGES boxes.csv --errors errors.png",
)
@click.argument("images", type=FILE)
@click.argument("boxes", type=FILE)
@options.detector
@options.cascade
@click.option("--weights", type=FILE, metavar="FILE", help="Other weights of the cnn.")
@click.option("--lines", type=click.IntRange(32), help="Height of the pictures looked at.")
@click.option("--thorough", is_flag=True, help="Look several times, as identify does.")
@click.option("--every", type=click.IntRange(1), default=1, help="Only each N-th picture.")
@click.option("--errors", type=FILE, metavar="FILE", help="A picture of what went wrong.")
@click.option("--json", "as_json", is_flag=True, help="Print all of it as JSON.")
def evaluate_detector(
    images: Path,
    boxes: Path,
    detector: str | None,
    cascade: Path | None,
    weights: Path | None,
    lines: int | None,
    thorough: bool,
    every: int,
    errors: Path | None,
    as_json: bool,
) -> None:
    """Measure a face detector on IMAGES whose faces are in BOXES, a CSV of image,x,y,w,h."""
    config = options.detector_config(detector, cascade)
    file = str(weights or config.model)
    config = DetectorConfig(config.name, file, lines=lines or config.lines)
    report = eyecatch.evaluate_detector(
        config, images, boxes, errors, thorough=thorough, every=every
    )
    if as_json:
        print_json(asdict(report))
        return
    note(f"{report.pictures} pictures, {report.faces} faces, {report.milliseconds:.1f} ms each")
    rows = [_row(one) for one in report.figures]
    print_table(rows, list(rows[0]))


def _row(figures: DetectionMetrics) -> dict[str, object]:
    return {
        "IoU": f"{figures.least:.1f}",
        "recall": f"{figures.recall:.3f}",
        "precision": f"{figures.precision:.3f}",
        "average precision": f"{figures.average:.3f}",
        "best recall at precision": [
            f"{wanted:.2f}: {recall:.3f}" for wanted, recall in figures.at_precision
        ],
        "recall by height of face": [
            f"{low:.0%}-{high:.0%}: {recall:.2f} of {faces}"
            for low, high, faces, recall in figures.by_size
        ],
    }
