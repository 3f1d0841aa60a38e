"""``eyecatch train``, ``enrol``, ``evaluate``, ``evaluate-detector``: make and measure models."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

import eyecatch
from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.text import clock
from eyecatch.jobs.cli import options
from eyecatch.jobs.cli.output import note, print_json, print_table
from eyecatch.jobs.cli.progress import bar

if TYPE_CHECKING:  # the verbs load when they run
    from eyecatch.training.classifier.checkpoint import Epoch
    from eyecatch.training.evaluation.detection_metrics import DetectionMetrics

PATH = click.Path(path_type=Path)


@click.command(epilog="Example:  eyecatch train FACES --out yuyu.bundle --series 'Yu Yu Hakusho'")
@click.argument("faces", type=PATH)
@click.option("--out", type=PATH, required=True, metavar="BUNDLE", help="The bundle to write.")
@click.option("--quick", is_flag=True, help="Learn who is who only, not how to look: in minutes.")
@click.option("--from-scratch", is_flag=True, help="Start from nothing, not the base embedder.")
@click.option("--base", type=PATH, metavar="BUNDLE", help="Start from this bundle's embedder.")
@click.option("--series", metavar="NAME", help="The show; the bundle is preferred for it.")
@click.option(
    "--arch",
    type=click.Choice(["compact", "study"]),
    default="compact",
    show_default=True,
    help="Which network; study is the original study's, the baseline.",
)
@click.option("--epochs", type=click.IntRange(1), help="Times that all faces are shown, at most.")
@click.option("--seed", type=int, help="Of everything that is random.")
@click.option("--resume", is_flag=True, help="Go on with an interrupted training.")
@options.force
@options.quiet
def train(
    faces: Path,
    out: Path,
    quick: bool,
    from_scratch: bool,
    base: Path | None,
    series: str | None,
    arch: str,
    epochs: int | None,
    seed: int | None,
    resume: bool,
    force: bool,
    quiet: bool,
) -> None:
    """Train a classifier from FACES/<character>/*.jpg (JPEG, PNG, WebP).

    A folder called "unknown" is no character: its faces teach the classifier to name nobody.
    """

    def on_epoch(epoch: Epoch) -> None:
        note(
            f"epoch {epoch.number}/{epoch.epochs}: loss {epoch.loss:.3f}, "
            f"held out {epoch.held_accuracy:.3f}, {clock(epoch.left)} left"
        )

    with bar("training", quiet) as step:
        bundle = eyecatch.train(
            faces,
            out,
            arch=arch,
            quick=quick,
            from_scratch=from_scratch,
            base=base,
            epochs=epochs,
            seed=seed,
            series=series,
            resume=resume,
            force=force,
            progress=None if quiet else on_epoch,
            step=step,
        )
    note(f"Wrote {out}: {len(bundle.characters)} characters.")


@click.command(epilog="Example:  eyecatch enrol base Hiei hiei/*.png --out yuyu.bundle")
@click.argument("bundle", type=PATH)
@click.argument("name")
@click.argument("images", nargs=-1, type=PATH)
@click.option("--out", type=PATH, required=True, metavar="BUNDLE", help="The bundle to write.")
@click.option("--crop", is_flag=True, help="The images are faces already: look for none.")
@click.option("--alias", "aliases", multiple=True, metavar="NAME", help="Another name; repeatable.")
@click.option("--variant", is_flag=True, help="A costume or form of a character that is known.")
@click.option("--remove", is_flag=True, help="Take the character out; needs no images.")
@click.option("--series", metavar="NAME", help="The show that the bundle's characters are of.")
@options.detector
@options.force
def enrol(
    bundle: Path,
    name: str,
    images: tuple[Path, ...],
    out: Path,
    crop: bool,
    aliases: tuple[str, ...],
    variant: bool,
    remove: bool,
    series: str | None,
    detector: DetectorConfig,
    force: bool,
) -> None:
    """Add a character to BUNDLE from one to five images, or more, without training.

    BUNDLE may be the word "base": the embedder that ships with eyecatch, which knows nobody yet.
    Of each image the largest face is taken. --out may be BUNDLE itself, which is then replaced.
    """
    made = eyecatch.enrol(
        bundle,
        name,
        images,
        out=out,
        crop=crop,
        aliases=aliases,
        variant=variant,
        remove=remove,
        series=series,
        detector=detector,
        force=force,
    )
    note(f"Wrote {out}: {len(made.characters)} characters.")


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
@click.argument("images", type=PATH)
@click.argument("boxes", type=PATH)
@options.detector
@click.option("--weights", type=PATH, metavar="FILE", help="Other weights of the cnn.")
@click.option("--lines", type=click.IntRange(32), help="Height of the pictures looked at.")
@click.option("--thorough", is_flag=True, help="Look several times, as identify does.")
@click.option("--every", type=click.IntRange(1), default=1, help="Only each N-th picture.")
@click.option("--errors", type=PATH, metavar="FILE", help="A picture of what went wrong.")
@click.option("--json", "as_json", is_flag=True, help="Print all of it as JSON.")
def evaluate_detector(
    images: Path,
    boxes: Path,
    detector: DetectorConfig,
    weights: Path | None,
    lines: int | None,
    thorough: bool,
    every: int,
    errors: Path | None,
    as_json: bool,
) -> None:
    """Measure a face detector on IMAGES whose faces are in BOXES, a CSV of image,x,y,w,h."""
    file = str(weights or detector.model)
    detector = replace(detector, model=file, lines=lines or detector.lines)
    report = eyecatch.evaluate_detector(
        detector, images, boxes, errors, thorough=thorough, every=every
    )
    if as_json:
        print_json(asdict(report))
        return
    note(f"{report.pictures} pictures, {report.faces} faces, {report.milliseconds:.1f} ms each")
    rows = [_row(one) for one in report.figures]
    print_table(rows, list(rows[0]))


def _row(metrics: DetectionMetrics) -> dict[str, object]:
    return {
        "IoU": f"{metrics.least:.1f}",
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
