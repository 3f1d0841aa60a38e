"""``eyecatch demo``: a whole small season with nothing downloaded."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypedDict, Unpack

from eyecatch.core.arguments import AnyPath, checked
from eyecatch.core.detect.config import DetectorConfig, NamedDetector
from eyecatch.core.detect.registry import resolve
from eyecatch.core.errors import RequestError
from eyecatch.core.segments.kinds import LEFT_OUT
from eyecatch.core.synthetic.broadcast import Broadcast, draw_broadcast
from eyecatch.core.synthetic.cast import SHOW
from eyecatch.core.synthetic.portraits import draw_faces
from eyecatch.core.synthetic.programme import PLAIN
from eyecatch.db.records.answers import EpisodeSummary
from eyecatch.jobs.export.export import export
from eyecatch.jobs.indexing.index import index
from eyecatch.jobs.progress import Listener, silent
from eyecatch.jobs.queries import episodes
from eyecatch.jobs.render.render import render
from eyecatch.training.classifier.train import train

# Enough to be sure of a name by, and little enough to be drawn and learnt in half a minute: of half
# as many, too few are held out.
FACES_PER_CHARACTER = 96

# An opening that shows everybody, and story enough to be most of an episode.
PARTS = replace(PLAIN, opening=8.0, ending=0.0, eyecatch=1.0)
STORY_SECONDS = 15.0

# Written first, so that --force replaces a demo's folder and nothing else.
MARK = ".eyecatch-demo"


@dataclass(frozen=True, slots=True)
class Cell:
    """A character in an episode: seconds on screen in the story as drawn and as found.

    Beside them those as drawn in the opening and on the cards, which aren't counted.
    """

    episode: str
    character: str
    drawn: float
    found: float
    left_out: float


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo made and found.

    Attributes:
        season: the episodes and their truth.
        bundle: the classifier.
        db: the index.
        frames: every face of every frame, as CSV.
        annotated: the episodes with a box and a name at every face, to watch.
        grid: a picture of who is in which episode.
        cells: every character in every episode, episode by episode.
    """

    season: Broadcast
    bundle: Path
    db: Path
    frames: Path
    annotated: tuple[Path, ...]
    grid: Path
    cells: tuple[Cell, ...]


class DemoKeywords(TypedDict, total=False):
    """The fields of ``DemoOptions``, for type checkers."""

    runner: str
    detector: NamedDetector | None
    force: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions:
    """How the demo runs; ``eyecatch.demo`` says what each field means."""

    runner: str = "ray"
    detector: NamedDetector | None = None
    force: bool = False


@checked
def demo(
    out: AnyPath = "demo",
    *,
    say: Callable[[str], None] = lambda _: None,
    listener: Listener = silent,
    **keywords: Unpack[DemoKeywords],
) -> Demo:
    """Draw a small season, train on drawn faces, index it and ask who is where.

    Args:
        out: a folder that is made for all of it.
        say: called with each step as it begins.
        listener: called with the index job's progress.
        **keywords: all optional:

            runner: ``inline`` or ``ray``.
            detector: which detector looks: its name, its file, or a configuration;
                None for the default.
            force: replace an earlier demo in ``out``.

    Raises:
        RequestError: ``out`` is there already.
        EyecatchError: the detector can't be used, or nothing can be written.

    Example:
        >>> import eyecatch
        >>> made = eyecatch.demo("demo", runner="inline", say=print)  # doctest: +SKIP
        >>> made.cells[0].character  # doctest: +SKIP
        'Akari'
    """
    options, folder = DemoOptions(**keywords), Path(out)
    resolve(options.detector or DetectorConfig())  # before anything is drawn in vain
    _prepare(folder, options.force)
    say("drawing three episodes, with an opening that shows everybody")
    season = draw_demo(folder / "season")
    say("drawing faces to train with")
    draw_faces(folder / "faces", FACES_PER_CHARACTER)
    say("training a classifier on them")
    bundle, db, frames = folder / "lantern.bundle", folder / "lantern.db", folder / "frames.csv"
    train(folder / "faces", bundle, quick=True, series=SHOW)
    say("indexing the episodes")
    index(
        season.episodes,
        db=db,
        model=bundle,
        detector=options.detector,
        runner=options.runner,
        series=SHOW,
        listener=listener,
    )
    say("writing what was found")
    export("frames", db=db, out=frames)
    grid = folder / "season.png"
    export("sheet", db=db, out=grid)
    annotated = folder / "annotated"
    annotated.mkdir()
    watchable = tuple(render(path, db=db, out=annotated / path.name) for path in season.episodes)
    cells = _compare(season, episodes(db=db))
    return Demo(season, bundle, db, frames, watchable, grid, cells)


def draw_demo(folder: Path, *, episodes: int = 3, size: tuple[int, int] = (960, 540)) -> Broadcast:
    """The demo's season.

    Raises:
        MediaError: it can't be written.
    """
    return draw_broadcast(
        folder, episodes=episodes, seconds=STORY_SECONDS, size=size, options=PARTS
    )


def _prepare(out: Path, force: bool) -> None:
    if out.exists():
        if not (out / MARK).exists():
            raise RequestError(f"{out} exists and is no demo", "choose another folder with --out")
        if not force:
            raise RequestError(f"{out} exists", "choose another folder, or use --force")
        shutil.rmtree(out)
    out.mkdir(parents=True)
    (out / MARK).touch()


def _compare(season: Broadcast, found: list[EpisodeSummary]) -> tuple[Cell, ...]:
    story, rest = drawn_frames(season)
    cells = []
    for summary in found:
        episode = summary.episode.name
        seconds = {role.character: float(role.screen_time) for role in summary.cast}
        rate = float(summary.episode.video.rate)
        cells += [
            Cell(
                episode,
                name,
                drawn=story[episode, name] / rate,
                found=seconds.get(name, 0.0),
                left_out=rest[episode, name] / rate,
            )
            for name in season.characters
        ]
    return tuple(cells)


def drawn_frames(
    season: Broadcast,
) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]:
    """Frames of each character in each episode: those of the story, and those left out."""
    with season.segments.open(newline="", encoding="utf-8") as file:
        left_out = {
            (row["episode"], frame)
            for row in csv.DictReader(file)
            if row["kind"] in LEFT_OUT
            for frame in range(int(row["start_frame"]), int(row["stop_frame"]))
        }
    with season.truth.open(newline="", encoding="utf-8") as file:
        rows = {(row["episode"], int(row["frame"]), row["label"]) for row in csv.DictReader(file)}
    story, rest = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for episode, frame, label in rows:
        (rest if (episode, frame) in left_out else story)[episode, label] += 1
    return story, rest
