"""``eyecatch train``, ``evaluate`` and ``collect``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

import eyecatch
from eyecatch.jobs.cli import options
from eyecatch.jobs.cli.output import note, print_json, print_table
from eyecatch.jobs.progress import clock

if TYPE_CHECKING:  # training loads when it begins
    from eyecatch.training.checkpoint import Epoch

FOLDER = click.Path(path_type=Path)


@click.command(epilog="Example:  eyecatch train FACES --out yuyu.bundle")
@click.argument("faces", type=FOLDER)
@click.option("--out", type=FOLDER, required=True, metavar="BUNDLE", help="The bundle to write.")
@click.option("--arch", type=click.Choice(["study"]), default="study", show_default=True)
@click.option("--epochs", type=click.IntRange(1), help="Times that every face is shown, at most.")
@click.option("--seed", type=int, help="Of everything that is random.")
@click.option("--resume", is_flag=True, help="Go on with an interrupted training.")
@options.force
@options.quiet
def train(
    faces: Path,
    out: Path,
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

    def tell(epoch: Epoch) -> None:
        note(
            f"epoch {epoch.number}/{epoch.epochs}: loss {epoch.loss:.3f}, "
            f"held out {epoch.held_accuracy:.3f}, {clock(epoch.left)} left"
        )

    bundle = eyecatch.train(
        faces,
        out,
        arch=arch,
        epochs=epochs,
        seed=seed,
        resume=resume,
        force=force,
        progress=None if quiet else tell,
    )
    note(f"Wrote {out}: {len(bundle.characters)} characters.")


@click.command(epilog="Example:  eyecatch evaluate yuyu.bundle HELD_OUT --unseen OTHERS")
@click.argument("bundle", type=FOLDER)
@click.argument("faces", type=FOLDER)
@click.option("--unseen", type=FOLDER, metavar="DIR", help="Faces of nobody that it knows.")
@click.option("--json", "as_json", is_flag=True, help="Print all of it as JSON.")
def evaluate(bundle: Path, faces: Path, unseen: Path | None, as_json: bool) -> None:
    """Measure a classifier on FACES/<character>/ that it has not seen."""
    measured = eyecatch.evaluate(bundle, faces, unseen)
    if as_json:
        print_json(measured.as_dict())
        return
    known, strangers = measured.known, measured.unseen
    figures = {
        "faces": known.faces,
        "top-1": known.top1,
        "top-5": known.top5,
        "macro top-1": known.macro,
        "calibration error (ECE)": known.ece,
        "named rightly": known.named_rightly,
        "named wrongly": known.named_wrongly,
    }
    if strangers is not None:
        figures |= {
            "unseen faces": strangers.faces,
            "AUROC known against unseen": strangers.auroc,
            "unseen wrongly named": strangers.wrongly_named,
        }
    rows = [
        {"figure": name, "value": str(value) if isinstance(value, int) else f"{value:.3f}"}
        for name, value in figures.items()
    ]
    print_table(rows, ["figure", "value"])


@click.command(epilog="Example:  eyecatch collect FRAMES --boxes boxes.csv --out FACES")
@click.argument("paths", nargs=-1, required=True, type=FOLDER)
@click.option("--out", type=FOLDER, required=True, metavar="DIR", help="Folder for the faces.")
@click.option(
    "--boxes",
    type=FOLDER,
    metavar="FILE",
    required=True,
    help="CSV image,x,y,w,h,label: exactly these faces, in folders by label.",
)
def collect(paths: tuple[Path, ...], out: Path, boxes: Path) -> None:
    """Cut faces out of images, as the classifier wants them, into DIR/<label>/."""
    collected = eyecatch.collect(paths, out, boxes=boxes)
    for line in collected.notes:
        note(f"eyecatch: {line}")
    note(f"Wrote {collected.faces} faces of {len(collected.labels)} labels to {out}.")


@click.command(
    "evaluate-detector",
    epilog="Example:  eyecatch evaluate-detector IMAGES boxes.csv --errors errors.png",
)
@click.argument("images", type=FOLDER)
@click.argument("boxes", type=FOLDER)
@options.detector
@options.cascade
@click.option("--errors", type=FOLDER, metavar="FILE", help="A picture of what went wrong.")
@click.option("--json", "as_json", is_flag=True, help="Print all of it as JSON.")
def evaluate_detector(
    images: Path,
    boxes: Path,
    detector: str | None,
    cascade: Path | None,
    errors: Path | None,
    as_json: bool,
) -> None:
    """Measure a face detector on IMAGES whose faces are in BOXES, a CSV of image,x,y,w,h."""
    config = options.detector_config(detector, cascade)
    report = eyecatch.evaluate_detector(config, images, boxes, errors)
    if as_json:
        print_json(asdict(report))
        return
    note(f"{report.pictures} pictures, {report.faces} faces")
    rows = [
        {
            "IoU": f"{one.least:.1f}",
            "recall": f"{one.recall:.3f}",
            "precision": f"{one.precision:.3f}",
            "average precision": f"{one.average:.3f}",
            "recall by height of face": [
                f"{low:.0%}-{high:.0%}: {recall:.2f} of {faces}"
                for low, high, faces, recall in one.by_size
            ],
        }
        for one in report.figures
    ]
    print_table(rows, list(rows[0]))
