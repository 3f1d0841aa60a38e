"""``eyecatch enrol``."""

from __future__ import annotations

from pathlib import Path

import click

import eyecatch
from eyecatch.core.detect.config import DetectorConfig
from eyecatch.jobs.cli import options
from eyecatch.jobs.cli.output import note

FOLDER = click.Path(path_type=Path)


@click.command(epilog="Example:  eyecatch enrol base Hiei hiei/*.png --out yuyu.bundle")
@click.argument("bundle", type=FOLDER)
@click.argument("name")
@click.argument("images", nargs=-1, type=FOLDER)
@click.option("--out", type=FOLDER, required=True, metavar="BUNDLE", help="The bundle to write.")
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
