"""``eyecatch identify``."""

from __future__ import annotations

import shlex
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

import eyecatch
from eyecatch.core.detect.config import DetectorConfig
from eyecatch.db.connection.urls import parse_url, shown_url
from eyecatch.jobs.cli import options
from eyecatch.jobs.cli.output import answer, complain, note, print_json
from eyecatch.jobs.cli.settings import default_db
from eyecatch.jobs.identify import Face, Still, names_somebody
from eyecatch.jobs.statuses import status_of

COLUMNS = ("image", "character", "confidence", "score", "box")


@click.command(epilog="Example:  eyecatch identify still.png --db season1.db --format table")
@click.argument("images", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--model",
    "models",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="BUNDLE",
    help="A classifier that names the faces; repeatable: several decide together.",
)
@click.option(
    "--db",
    metavar="FILE|URL",
    help="An index: everybody whom people named there is known too."
    "  [default: without --model, that of other verbs here]",
)
@click.option("--series", metavar="NAME", help="The show they are of: its own names are preferred.")
@options.trust("that of --db, or balanced")
@click.option("--crop", is_flag=True, help="The images are faces already: look for none.")
@options.detector
@options.form("json")
def identify(
    images: tuple[Path, ...],
    models: tuple[Path, ...],
    db: str | None,
    series: str | None,
    trust: str | None,
    crop: bool,
    detector: DetectorConfig | None,
    form: str,
) -> None:
    """Who is in a still image: images, and folders of them.

    Without --model and --db the names are those of the index that other verbs here are about:
    $EYECATCH_DB, db in eyecatch.toml, or eyecatch.db in this folder. Where nobody is named there
    faces are found, and nobody is known. JSON is a line an image, printed as soon as it is known.
    """
    usual = default_db()
    if not models and db is None and names_somebody(usual):
        db = usual
        note(f"Names are those of {shown_url(parse_url(usual))}.")
    read = failed = 0
    rows: list[dict[str, Any]] = []
    stills = eyecatch.identify(
        images,
        model=models,
        db=db,
        detector=detector,
        crop=crop,
        series=series,
        trust=trust,
    )
    faces = 0
    for still in stills:
        faces += len(still.faces)
        if still.error:
            failed += 1
            complain(still.error, {"path": str(still.image)})
            continue
        read += 1
        if form == "json":
            print_json(_as_json(still), line=True)
        else:
            rows += [{"image": str(still.image), **_values(face)} for face in still.faces]
    if form == "table":
        rows = [_readable(row) for row in rows]
    if form != "json":
        answer(form, rows, COLUMNS, "No faces found.")
    if faces and not models and db is None:
        note(_nobody_known(usual))
    if status := status_of(read, failed):
        sys.exit(status)


def _nobody_known(index: str) -> str:
    """What to do where nobody is known; the index of other verbs is named, if it is there."""
    named = shlex.quote(index) if Path(index).is_file() else "INDEX"
    return (
        f"Nobody is known without names: give --model BUNDLE, or --db {named}, "
        "an index in which people named faces."
    )


def _as_json(still: Still) -> dict[str, Any]:
    return {"image": str(still.image), "faces": [_values(face) for face in still.faces]}


def _values(face: Face) -> dict[str, Any]:
    """A face with as many digits as mean something: tenths of a pixel, and chances to four."""
    return {
        **asdict(face),
        "box": [round(value, 1) for value in face.box],
        "score": round(face.score, 4),
        "confidence": round(face.confidence, 4),
        "top": [[name, round(chance, 4)] for name, chance in face.top],
    }


def _readable(row: dict[str, Any]) -> dict[str, Any]:
    """A row for a person: chances in per cent, boxes to whole pixels."""
    chances = {key: f"{row[key]:.0%}" for key in ("confidence", "score")}
    return {**row, **chances, "box": [round(value) for value in row["box"]]}
