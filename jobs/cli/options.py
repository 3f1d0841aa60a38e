"""Options that several verbs share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from eyecatch.core.scan.config import DetectorConfig

DEFAULT_DB = "eyecatch.db"

db = click.option(
    "--db",
    default=lambda: os.environ.get("EYECATCH_DB", DEFAULT_DB),
    show_default=f"$EYECATCH_DB, or {DEFAULT_DB} in this folder",
    metavar="FILE|URL",
    help="The index: an SQLite file or any SQLAlchemy URL.",
)

runner = click.option(
    "--runner",
    type=click.Choice(["inline", "ray"]),
    help="Where the work runs: in this process, or on Ray.  [default: ray, unless there is little]",
)

ray_address = click.option(
    "--ray-address",
    metavar="HOST:PORT",
    help="The Ray cluster to run on.  [default: $RAY_ADDRESS, or one of its own on this machine]",
)

gpus = click.option(
    "--gpus",
    type=click.FloatRange(0),
    metavar="NUMBER",
    help="GPUs of Ray that name faces, 0.5 for half of one, 0 for none.  [default: all it has]",
)

detector = click.option(
    "--detector",
    type=click.Choice(["cnn", "cascade"]),
    show_default="cnn, or cascade with --cascade",
    help="Which face detector looks.",
)

cascade = click.option(
    "--cascade",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="An OpenCV Haar or LBP cascade.  [default: $EYECATCH_CASCADE, or the cache]",
)

force = click.option("--force", is_flag=True, help="Overwrite what is already there.")

quiet = click.option("-q", "--quiet", is_flag=True, help="Show no progress.")


def detector_config(detector: str | None, cascade: Path | None) -> DetectorConfig:
    """What ``--detector`` and ``--cascade`` ask for; a cascade's file asks for the cascade."""
    if cascade is None:
        return DetectorConfig(detector or DetectorConfig().name)
    if detector == "cnn":
        raise click.UsageError("--cascade goes with --detector cascade")
    return DetectorConfig("cascade", str(cascade))


Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def form(default: str = "table") -> Decorator:
    """``--format``, with ``--json`` for short."""
    shapes = click.Choice(["table", "json", "csv"])
    help_ = "How the answer is printed."

    def both(command: Callable[..., Any]) -> Callable[..., Any]:
        short = click.option("--json", "form", flag_value="json", help="Short for --format json.")
        long = click.option(
            "--format", "form", type=shapes, default=default, show_default=True, help=help_
        )
        return long(short(command))

    return both
