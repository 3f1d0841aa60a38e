"""The study's road map, walked: more and more characters, the study's network and ours.

``python -m eyecatch.training.roadmap FACES IDENTITIES OUT [--study-epochs N]``

FACES has ``train/<character>/`` and ``dev/<character>/``; IDENTITIES ``<source>/<character>/``, of
which the characters with the most pictures come last, measured on pictures held out by groups of
near duplicates. OUT gets a table, a plot, and every bundle; what is there already is not trained
again, so that a walk that was stopped goes on.
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from eyecatch.core.errors import RequestError
from eyecatch.core.stills import is_image
from eyecatch.training.evaluate import evaluate
from eyecatch.training.faces import Faces, read_pictures
from eyecatch.training.settings import QUICK, STUDY, Settings
from eyecatch.training.split import hashes, hold_out
from eyecatch.training.train import train
from eyecatch.training.walk import Row, draw_roadmap, table

SIZES = (3, 10, 20, 39, 113)
"""How many characters; the study went from 3 to 113."""

HELD = 0.2
"""Share of the pictures of a character of IDENTITIES that is kept for measuring."""

SHORT = replace(STUDY, epochs=8)
"""The study's network, with as many epochs as two cores do in an evening."""


@dataclass(frozen=True, slots=True)
class Person:
    """A character with pictures to train on and others to measure with."""

    name: str
    taught: tuple[Path, ...]
    measured: tuple[Path, ...]


def roadmap(  # noqa: PLR0913
    faces: Path,
    identities: Path,
    out: Path,
    *,
    sizes: Sequence[int] = SIZES,
    study: Settings = SHORT,
    quick: Settings = QUICK,
    base: Path | None = None,
    tell: Callable[[Row], None] = lambda _: None,
) -> list[Row]:
    """Walks it; see the head of this module.

    Args:
        faces: with ``train`` and ``dev``.
        identities: with a folder a source.
        out: where to.
        sizes: numbers of characters, growing.
        study: settings of the one network.
        quick: of the other.
        base: the embedder of the second one, instead of that in the package.
        tell: is told of each row.

    Raises:
        RequestError: there are fewer characters than the last of ``sizes``.
    """
    people = gather(faces, identities, sizes[-1])
    out.mkdir(parents=True, exist_ok=True)
    rows = []
    for size in sizes:
        for name, settings in (("study", study), ("compact --quick", quick)):
            work = out / f"{name.split()[0]}-{size}"
            rows.append(_row(people[:size], name, settings, work, base))
            tell(rows[-1])
    (out / "roadmap.md").write_text(table(rows), "utf-8")
    draw_roadmap(rows, out)
    return rows


def gather(faces: Path, identities: Path, most: int) -> list[Person]:
    """The characters of both folders, those with the most pictures first; ``faces`` before."""
    known = [
        Person(place.name, _pictures(place), _pictures(faces / "dev" / place.name))
        for place in _folders(faces / "train")
    ]
    known.sort(key=lambda one: (-len(one.taught), one.name))
    places = [place for source in _folders(identities) for place in _folders(source)]
    places.sort(key=lambda place: (-len(_pictures(place)), place.parent.name, place.name))
    for place in places:
        if len(known) >= most:
            break
        person = _split(place)
        if person is not None:
            known.append(person)
    if len(known) < most:
        raise RequestError(
            f"{faces} and {identities} have {len(known)} characters that can be measured",
            f"{most} are needed",
        )
    return known


def _split(place: Path) -> Person | None:
    """Pictures of one character in two, near duplicates together; None if they are all alike."""
    pictures, _ = read_pictures(place)
    paths, crops = tuple(p for p, _ in pictures), tuple(c for _, c in pictures)
    if not crops:
        return None
    one = Faces((place.name,), crops, (0,) * len(crops), paths, ())
    held = hold_out(one, hashes(crops), replace(STUDY, held_out=HELD, least_to_hold_out=2))
    if not held.any():
        return None
    chosen = np.array(paths, dtype=object)
    name = f"{place.name} ({place.parent.name})"
    return Person(name, tuple(chosen[~held]), tuple(chosen[held]))


def _row(
    people: Sequence[Person], network: str, settings: Settings, work: Path, base: Path | None
) -> Row:
    """Trains and measures, unless that has been done; only the row and the bundle stay."""
    done = work / "row.json"
    if done.is_file():
        return Row(**json.loads(done.read_text("utf-8")))
    shutil.rmtree(work, ignore_errors=True)
    for part in ("taught", "measured"):
        for person in people:
            _copy(getattr(person, part), work / part / person.name)
    began = time.monotonic()
    bundle = train(work / "taught", work / "bundle", settings=settings, base=base)
    seconds = time.monotonic() - began
    known = evaluate(bundle, work / "measured", out=work / "report").known
    row = Row(
        characters=len(people),
        network=network,
        taught=sum(len(person.taught) for person in people),
        measured=known.faces,
        top1=known.top1,
        top5=known.top5,
        macro=known.macro,
        ece=known.ece,
        seconds=round(seconds, 1),
    )
    shutil.rmtree(work / "taught")
    shutil.rmtree(work / "measured")
    done.write_text(json.dumps(asdict(row), indent=1), "utf-8")
    return row


def _copy(pictures: Sequence[Path], folder: Path) -> None:
    folder.mkdir(parents=True)
    for picture in pictures:
        shutil.copyfile(picture, folder / picture.name)


def _folders(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise RequestError(f"{folder} is no folder", "see docs/training.md for what is needed")
    return sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))


def _pictures(folder: Path) -> tuple[Path, ...]:
    return tuple(sorted(p for p in folder.glob("*") if p.is_file() and is_image(p)))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m eyecatch.training.roadmap")
    for name in ("faces", "identities", "out"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--study-epochs", type=int, default=SHORT.epochs)
    asked = parser.parse_args()
    study = replace(STUDY, epochs=asked.study_epochs)
    try:
        roadmap(asked.faces, asked.identities, asked.out, study=study, tell=print)
    except RequestError as error:
        raise SystemExit(f"roadmap: {error}") from error


if __name__ == "__main__":
    main()
