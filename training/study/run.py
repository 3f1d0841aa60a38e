"""The study's road map again: accuracy by number of characters, of its network and of ours.

``python -m eyecatch.training.study.run FACES IDENTITIES OUT [--study-epochs N]``

FACES has ``train/<character>/`` and ``dev/<character>/``; IDENTITIES ``<source>/<character>/``, of
which a part is held out by groups of near duplicates. OUT gets a table, a plot, and every bundle; a
bundle that is there already is not trained again, so that an interrupted run can be resumed.
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from eyecatch.core.errors import RequestError
from eyecatch.training.classifier.config import QUICK, STUDY, Settings
from eyecatch.training.classifier.train import train
from eyecatch.training.evaluation.evaluate import evaluate
from eyecatch.training.study.dataset import MAX_CHARACTERS, Person, gather
from eyecatch.training.study.report import Row, draw_roadmap, table

SIZES = (3, 10, 20, 39, MAX_CHARACTERS)
"""Numbers of characters; the study went from 3 to 113."""

SHORT = replace(STUDY, epochs=8)
"""The study's network, with as many epochs as two cores do in an evening."""


def roadmap(  # noqa: PLR0913 - of a script
    faces: Path,
    identities: Path,
    out: Path,
    *,
    sizes: Sequence[int] = SIZES,
    study: Settings = SHORT,
    quick: Settings = QUICK,
    base: Path | None = None,
    on_row: Callable[[Row], None] = lambda _: None,
) -> list[Row]:
    """Trains and measures both networks with more and more characters.

    Args:
        faces: with ``train`` and ``dev``.
        identities: with a folder a source.
        out: for a table, a plot and every bundle.
        sizes: numbers of characters, ascending.
        study: settings of the study's network.
        quick: settings of ours.
        base: the embedder of ours, instead of the one in the package.
        on_row: is called with each row.

    Raises:
        RequestError: there are fewer characters than the last of ``sizes``.
    """
    people = gather(faces, identities, sizes[-1])
    if len(people) < sizes[-1]:
        raise RequestError(
            f"{faces} and {identities} have {len(people)} characters that can be measured",
            f"{sizes[-1]} are needed",
        )
    out.mkdir(parents=True, exist_ok=True)
    rows = []
    for size in sizes:
        for name, settings in (("study", study), ("compact --quick", quick)):
            work = out / f"{name.split()[0]}-{size}"
            rows.append(_row(people[:size], name, settings, work, base))
            on_row(rows[-1])
    (out / "roadmap.md").write_text(table(rows), "utf-8")
    draw_roadmap(rows, out)
    return rows


def _row(
    people: Sequence[Person], network: str, settings: Settings, work: Path, base: Path | None
) -> Row:
    """Trains and measures, unless that has been done; only the row and the bundle stay."""
    done = work / "row.json"
    if done.is_file():
        return Row(**json.loads(done.read_text("utf-8")))
    shutil.rmtree(work, ignore_errors=True)
    for person in people:
        _copy(person.training, work / "training" / person.name)
        _copy(person.held_out, work / "held_out" / person.name)
    began = time.monotonic()
    bundle = train(work / "training", work / "bundle", settings=settings, base=base)
    seconds = time.monotonic() - began
    known = evaluate(bundle, work / "held_out", out=work / "report").known
    row = Row(
        characters=len(people),
        network=network,
        taught=sum(len(person.training) for person in people),
        measured=known.faces,
        top1=known.top1,
        top5=known.top5,
        macro=known.macro,
        ece=known.ece,
        seconds=round(seconds, 1),
    )
    shutil.rmtree(work / "training")
    shutil.rmtree(work / "held_out")
    done.write_text(json.dumps(asdict(row), indent=1), "utf-8")
    return row


def _copy(pictures: Sequence[Path], folder: Path) -> None:
    folder.mkdir(parents=True)
    for picture in pictures:
        shutil.copyfile(picture, folder / picture.name)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m eyecatch.training.study.run")
    for name in ("faces", "identities", "out"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--study-epochs", type=int, default=SHORT.epochs)
    arguments = parser.parse_args()
    study = replace(STUDY, epochs=arguments.study_epochs)
    try:
        roadmap(arguments.faces, arguments.identities, arguments.out, study=study, on_row=print)
    except RequestError as error:
        raise SystemExit(f"roadmap: {error}") from error


if __name__ == "__main__":
    main()
