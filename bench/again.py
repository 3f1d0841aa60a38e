"""How long it takes to decide a season's names again, its episodes being of full length.

One episode is drawn and indexed; the others are the same frames in files of their own, whose rows
are copied within the index rather than scanned again. Then the season is indexed once more with a
bundle that knows more characters::

    .venv/bin/python bench/again.py --episodes 24 --minutes 24

With ``--keep FOLDER`` the episode and the bundles stay there, and are found there another time.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import season
from sqlalchemy import Column, Table, func, insert, literal, select, update
from sqlalchemy.engine import Connection

import eyecatch
from eyecatch.core.video.content_hash import content_hash
from eyecatch.db.index import open_index
from eyecatch.db.models import Base, Crop, Episode, EpisodeFile, Track


def main() -> None:
    """Prints a line a job."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--episodes", type=int, default=24, help="how many (24)")
    parser.add_argument("--minutes", type=float, default=24.0, help="length of each (24)")
    parser.add_argument("--keep", type=Path, help="folder for what is drawn; else it passes")
    wish = parser.parse_args()
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(TemporaryDirectory(prefix="eyecatch-again-")))
        folder, db = wish.keep or scratch, scratch / "season.db"
        files, few, all_ = season.prepare(folder, wish.episodes, wish.minutes * 60)
        print(f"{'':34}{'clock':>8}{'CPU':>8}{'driver':>9}{'worker':>9}")
        told = season.watched(season.command(files[:1], db, few, "inline"))
        print(told.line("one episode scanned"), flush=True)
        multiply(db, files)
        for what, model in (("nothing to do", few), ("decided by another bundle", all_)):
            told = season.watched(season.command(files, db, model, "inline"))
            print(told.line(f"{what}, {len(files)} episodes"), flush=True)
        sizes(db, len(files))


def multiply(db: Path, files: Sequence[Path]) -> None:
    """The rows of the first file's episode once more for each other file."""
    with open_index(str(db)) as index, index.writing() as connection:
        largest = {table.name: _largest(connection, table) for table in _of_episodes()}
        for number, file in enumerate(files[1:], start=1):
            digest = content_hash(file)
            for table in _of_episodes():
                _copy(connection, table, largest, number, digest)
            _seen_at(connection, number + 1, file)


def _of_episodes() -> list[Table]:
    """The tables whose rows belong to an episode, each after those it refers to."""
    found = [Base.metadata.tables["episode"]]
    for table in Base.metadata.sorted_tables:
        if any(key.column.table in found for key in table.foreign_keys):
            found.append(table)
    return found


def _largest(connection: Connection, table: Table) -> int:
    return (connection.scalar(select(func.max(table.c.id))) or 0) if "id" in table.c else 0


def _copy(
    connection: Connection, table: Table, largest: dict[str, int], number: int, digest: str
) -> None:
    """The rows of a table that were there at first, their ids and what they refer to moved on."""

    def moved(column: Column[int]) -> str | None:
        """The table whose ids a column holds, if its rows are copied."""
        keys = [key.column.table.name for key in column.foreign_keys]
        owner = keys[0] if keys else table.name if column.name == "id" else None
        return owner if owner in largest else None

    columns = {column: moved(column) for column in table.columns}
    values = [
        column + number * largest[owner] if owner else column for column, owner in columns.items()
    ]
    values = [
        literal(digest) if (table.name, column.name) == ("episode", "digest")
        else column.concat(f" {number}") if (table.name, column.name) == ("episode_file", "path")
        else value
        for column, value in zip(columns, values, strict=True)
    ]  # fmt: skip
    first = next(column <= largest[owner] for column, owner in columns.items() if owner)
    rows = select(*values).where(first)
    connection.execute(insert(table).from_select([c.name for c in columns], rows))


def _seen_at(connection: Connection, episode: int, file: Path) -> None:
    path = str(file.resolve())
    stamp = {"path": path, "size": file.stat().st_size, "mtime_ns": file.stat().st_mtime_ns}
    connection.execute(update(Episode).where(Episode.id == episode).values(path=path))
    where = EpisodeFile.episode_id == episode
    connection.execute(update(EpisodeFile).where(where).values(**stamp))


def sizes(db: Path, episodes: int) -> None:
    """How much there was to decide."""
    with open_index(str(db)) as index, index.reading() as connection:
        crops = connection.scalar(select(func.count()).select_from(Crop))
        tracks = connection.scalar(select(func.count()).select_from(Track))
    print(f"{episodes} episodes: {crops} crops, {tracks} tracks, {db.stat().st_size >> 20} MiB")
    state = {one.episode.state for one in eyecatch.status(db=str(db)).episodes}
    if state != {"done"}:
        sys.exit(f"not all is done: {state}")


if __name__ == "__main__":
    main()
