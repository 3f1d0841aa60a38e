"""Which episodes feature a character, where the opening shows everybody: with it and without.

Takes the drawn seasons of ``bench/segments.py``, trains a classifier on drawn faces, and compares
who is said to be in which episode with who was drawn in its story::

    .venv/bin/python bench/featured.py --keep /tmp/seasons
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from segments import drawn

import eyecatch
from eyecatch.core.files import atomic_folder
from eyecatch.core.synthetic.portraits import draw_faces

FACES = 96
"""Of each character, to train with: as the demo has them."""

Pair = tuple[str, str]
"""Episode and character."""


def main() -> None:
    """Prints a line a season, and one for each answer that is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--keep", type=Path, help="folder for what is drawn; else it passes")
    parser.add_argument("--only", type=int, help="only this season, from 1")
    parser.add_argument("--seed", type=int, default=0, help="other seasons than those of 0")
    wish = parser.parse_args()
    with ExitStack() as stack:
        keep = wish.keep or Path(stack.enter_context(TemporaryDirectory(prefix="eyecatch-")))
        bundle = prepare(keep)
        for season in drawn(keep / "drawn", wish.only, wish.seed):
            report(season, bundle)


def prepare(keep: Path) -> Path:
    """A bundle that knows the drawn cast."""
    bundle = keep / "featured.bundle"
    if not bundle.exists():
        with atomic_folder(keep / "faces") as faces:
            draw_faces(faces, FACES)
        eyecatch.train(keep / "faces", bundle, quick=True)
    return bundle


def report(season: Path, bundle: Path) -> None:
    """Index a season and say how many answers are right."""
    db = season / "featured.db"
    db.unlink(missing_ok=True)
    files = sorted(season.glob("*.mkv"))
    eyecatch.index(files, db=str(db), model=bundle, runner="inline", series=season.name)
    pairs, cast = true_casts(season / "episodes.csv")
    for name, kinds in (("all that is shown", "all"), ("story only", ())):
        said = set(featured(str(db), kinds))
        wrong = sorted(pair for pair in pairs if (pair in cast) != (pair in said))
        episodes = len(files) - len({episode for episode, _ in wrong})
        print(
            f"{season.name}, {name}: {len(pairs) - len(wrong)} of {len(pairs)} answers right,"
            f" {episodes} of {len(files)} episodes",
            flush=True,
        )
        if not kinds:
            for pair in wrong:
                print("   ", *pair, "is missed" if pair in cast else "is not there")


def true_casts(path: Path) -> tuple[list[Pair], set[Pair]]:
    """Every episode and character, and those of them where the story shows the character."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    pairs = [(row["episode"], name) for row in rows for name in row if name != "episode"]
    cast = {(row["episode"], name) for row in rows for name in row if row[name] == "1"}
    return pairs, cast


def featured(db: str, kinds: str | tuple[str, ...]) -> Iterator[Pair]:
    """Who is said to be where, by an index."""
    for summary in eyecatch.episodes(db=db, with_kinds=kinds):
        for role in summary.cast:
            if role.screen_time > 0:
                yield summary.episode.name, role.character


if __name__ == "__main__":
    main()
