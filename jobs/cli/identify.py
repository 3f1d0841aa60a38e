"""``eyecatch identify``."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

import eyecatch
from eyecatch.core.detect.config import DetectorConfig
from eyecatch.jobs.cli import options
from eyecatch.jobs.cli.output import answer, note, print_json
from eyecatch.jobs.identify import Still

COLUMNS = ("image", "character", "confidence", "score", "box")


@click.command(epilog="Example:  eyecatch identify still.png --model yuyu.bundle --format table")
@click.argument("images", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--model",
    "models",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="BUNDLE",
    required=True,
    help="The classifier that names the faces; repeatable: several decide together.",
)
@click.option(
    "--series", metavar="NAME", help="The show they are of: its own --model is preferred."
)
@click.option("--crop", is_flag=True, help="The images are faces already: look for none.")
@options.detector
@options.form("json")
def identify(
    images: tuple[Path, ...],
    models: tuple[Path, ...],
    series: str | None,
    crop: bool,
    detector: DetectorConfig | None,
    form: str,
) -> None:
    """Who is in a still image: images, and folders of them.

    JSON is a line an image, printed as soon as it is known.
    """
    failed = False
    rows: list[dict[str, Any]] = []
    stills = eyecatch.identify(images, model=models, detector=detector, crop=crop, series=series)
    for still in stills:
        if still.error:
            failed = True
            note(f"eyecatch: {still.error}")
        elif form == "json":
            print_json(_as_json(still), line=True)
        else:
            rows += [{"image": str(still.image), **asdict(face)} for face in still.faces]
    if form != "json":
        answer(form, rows, COLUMNS, "No faces found.")
    if failed:
        sys.exit(1)


def _as_json(still: Still) -> dict[str, Any]:
    faces = []
    for face in still.faces:
        values = asdict(face)
        values["box"] = [round(value, 1) for value in face.box]
        faces.append(values)
    return {"image": str(still.image), "faces": faces}
