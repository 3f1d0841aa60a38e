"""``eyecatch train`` and ``evaluate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

import eyecatch
from eyecatch.core.text import clock
from eyecatch.jobs.cli import options
from eyecatch.jobs.cli.output import note, print_json, print_table
from eyecatch.jobs.cli.progress import bar

if TYPE_CHECKING:  # training loads when it begins
    from eyecatch.training.classifier.checkpoint import Epoch

FOLDER = click.Path(path_type=Path)


@click.command(epilog="Example:  eyecatch train FACES --out yuyu.bundle --series 'Yu Yu Hakusho'")
@click.argument("faces", type=FOLDER)
@click.option("--out", type=FOLDER, required=True, metavar="BUNDLE", help="The bundle to write.")
@click.option("--quick", is_flag=True, help="Learn who is who only, not how to look: in minutes.")
@click.option("--from-scratch", is_flag=True, help="Start from nothing, not the base embedder.")
@click.option("--base", type=FOLDER, metavar="BUNDLE", help="Start from this bundle's embedder.")
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

    def tell(epoch: Epoch) -> None:
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
            progress=None if quiet else tell,
            step=step,
        )
    note(f"Wrote {out}: {len(bundle.characters)} characters.")


@click.command(epilog="Example:  eyecatch evaluate yuyu.bundle HELD_OUT --unseen OTHERS --out DIR")
@click.argument("bundle", type=FOLDER)
@click.argument("faces", type=FOLDER)
@click.option("--unseen", type=FOLDER, metavar="DIR", help="Faces of nobody that it knows.")
@click.option(
    "--out", type=FOLDER, metavar="DIR", help="Write a report here: JSON, Markdown, pictures."
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
            "unseen above 95 % of the known": strangers.fpr95,
        }
    rows = [
        {"figure": name, "value": str(value) if isinstance(value, int) else f"{value:.3f}"}
        for name, value in figures.items()
    ]
    print_table(rows, ["figure", "value"])
