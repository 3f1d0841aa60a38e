"""``eyecatch train`` and ``enrol``: make classifiers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

import eyecatch
from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.text import clock
from eyecatch.jobs.cli import options
from eyecatch.jobs.cli.output import note
from eyecatch.jobs.cli.progress import bar

if TYPE_CHECKING:  # the verbs load when they run
    from eyecatch.training.classifier.checkpoint import Epoch

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
    detector: DetectorConfig | None,
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
