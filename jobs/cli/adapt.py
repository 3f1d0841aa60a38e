"""``eyecatch adapt``."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

import eyecatch
from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.text import visible
from eyecatch.jobs.cli import options
from eyecatch.jobs.cli import progress as live
from eyecatch.jobs.cli.output import complain, note, print_json, print_text
from eyecatch.jobs.statuses import NOTHING, status_of

if TYPE_CHECKING:  # the job loads when it runs
    from eyecatch.core.detect.detector_card import DetectorCard
    from eyecatch.jobs.adapting.adapt import Adapted

FILE = click.Path(path_type=Path)

_SHOWN_NAMES = 12


@click.command(epilog="Example:  eyecatch adapt season1/ --out yuyu.detector")
@click.argument("paths", nargs=-1)
@click.option("--out", type=FILE, metavar="FILE", help="The detector to write, for --detector.")
@click.option(
    "--db",
    metavar="FILE|URL",
    help="An index in which people named or drew faces of these episodes: it learns them too.",
)
@click.option(
    "--boxes",
    type=FILE,
    metavar="FILE",
    help="CSV image,x,y,w,h: frames of which every face is boxed; with PATHs or alone.",
)
@click.option(
    "--images",
    type=FILE,
    metavar="DIR",
    help="With --boxes: the folder of the images.",
)
@options.detector
@click.option(
    "--frames",
    type=click.IntRange(1),
    default=1000,
    show_default=True,
    metavar="N",
    help="Frames of all episodes together that are looked at.",
)
@click.option(
    "--rounds", type=click.IntRange(1), default=2, show_default=True, help="At most so many rounds."
)
@click.option(
    "--minutes",
    type=options.Amount(0, min_open=True),
    default=20.0,
    show_default=True,
    help="It makes no more steps than fit into so many.",
)
@click.option("--seed", type=click.IntRange(0), default=1, help="Of everything that is random.")
@click.option(
    "--card", type=FILE, metavar="FILE", help="Say what this detector learned from, and no more."
)
@click.option("--json", "as_json", is_flag=True, help="Print the detector's card as JSON.")
@options.force
@options.quiet
def adapt(
    paths: tuple[str, ...],
    out: Path | None,
    db: str | None,
    boxes: Path | None,
    images: Path | None,
    detector: DetectorConfig | None,
    frames: int,
    rounds: int,
    minutes: float,
    seed: int,
    card: Path | None,
    as_json: bool,
    force: bool,
    quiet: bool,
) -> None:
    """Teach the detector a show from its own episodes, without labels.

    PATHs are videos, folders and URLs, as for index; --boxes adds frames that people boxed, or is
    enough by itself. FILE is then named by --detector, wherever a detector is chosen. Where what
    was learned finds fewer faces than before, nothing is written. Interrupted, it goes on when the
    same is run again.
    """
    if card is not None:
        _print_card(_card_of(card), as_json)
        return
    if out is None:
        raise click.UsageError("Missing option '--out': name the file to write.")
    if not paths and boxes is None:
        raise click.UsageError("Name episodes, or --boxes.")
    with live.listeners(quiet) as (_, listener):
        adapted = eyecatch.adapt(
            paths,
            out=out,
            db=db,
            boxes=boxes,
            images=images,
            detector=detector,
            frames=frames,
            rounds=rounds,
            minutes=minutes,
            seed=seed,
            force=force,
            listener=listener,
        )
    for fault in adapted.faults:
        complain(fault)
    for line in adapted.notes:
        note(f"eyecatch: {line}")
    if adapted.card is None:
        complain(f"{out} was not written: {adapted.refused}")
        sys.exit(NOTHING)
    note(_written(adapted))
    if as_json:
        _print_card(adapted.card, as_json)
    if status := status_of(1, len(adapted.faults)):
        sys.exit(status)


def _written(adapted: Adapted) -> str:
    before, kept = adapted.before, adapted.kept or adapted.before
    if kept.known.faces:
        found = (
            f"of {kept.known.faces} boxed faces held out it finds {kept.known.found}, "
            f"and found {before.known.found} before"
        )
    else:
        found = (
            f"in frames held out it is sure of {kept.sure} faces, and was of {before.sure} before"
        )
    return f"Wrote {adapted.out}: {found}."


def _card_of(file: Path) -> DetectorCard:
    from eyecatch.core.detect.detector_file import read_detector_file  # noqa: PLC0415 - NumPy
    from eyecatch.core.errors import ModelError  # noqa: PLC0415

    card = read_detector_file(file).card
    if card is None:
        raise ModelError(str(file), "these weights have no card", "name a file that adapt wrote")
    return card


def _print_card(card: DetectorCard, as_json: bool) -> None:
    facts = asdict(card)
    if as_json:
        print_json(facts)
        return
    for name, value in facts.items():
        if name == "rounds":
            for number, figures in enumerate(value, start=1):
                shown = ", ".join(f"{key.replace('_', ' ')} {n:g}" for key, n in figures.items())
                print_text(f"round {number}: {shown}")
        elif name == "episodes":
            more = [f"and {len(value) - _SHOWN_NAMES} more"] if len(value) > _SHOWN_NAMES else []
            print_text(f"episodes: {visible(', '.join([*value[:_SHOWN_NAMES], *more]))}")
        else:
            print_text(f"{name.replace('_', ' ')}: {visible(str(value))}")
