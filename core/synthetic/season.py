"""A season of a drawn show on disk, with the truth of every frame beside it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from eyecatch.core.errors import RequestError
from eyecatch.core.files import write_atomically
from eyecatch.core.synthetic.cast import CAST, SHOW, STRANGERS
from eyecatch.core.synthetic.character import Character
from eyecatch.core.synthetic.encode import Encoding, encode
from eyecatch.core.synthetic.pen import Picture
from eyecatch.core.synthetic.scene import DrawnFrame, Shot, play
from eyecatch.core.synthetic.script import Writer
from eyecatch.core.synthetic.soundtrack import Samples

NTSC_FILM = Fraction(24000, 1001)
"""The rate of nearly all anime on disc and on the air."""

_TILES = 7  # of grain; a prime, so that they don't repeat in step with drawings on twos and threes


class Truth(NamedTuple):
    """One face of one frame: file name, frame's number from 0, label, and box in pixels."""

    episode: str
    frame: int
    label: str
    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True, slots=True)
class Season:
    """What ``draw_season`` wrote.

    Attributes:
        folder: holds all of it.
        episodes: the video files, in order.
        truth: CSV ``episode,frame,label,x,y,w,h``: every face of every frame.
        casts: CSV ``episode,<character>…``: 1 where the character is on screen, else 0.
        characters: the names, in the order of the cast.
    """

    folder: Path
    episodes: tuple[Path, ...]
    truth: Path
    casts: Path
    characters: tuple[str, ...]


def draw_season(  # noqa: PLR0913 - each is one plain property of the season
    folder: Path,
    *,
    episodes: int = 3,
    seconds: float = 20.0,
    size: tuple[int, int] = (960, 540),
    rate: Fraction = NTSC_FILM,
    seed: int = 0,
    grain: float = 0.0,
    dark: float = 0.12,
    max_faces: int = 3,
    encoding: Encoding | None = None,
) -> Season:
    """Draw a season; the same arguments always draw the same frames.

    Episode k does without one character, and another one than the episode before it.

    Args:
        folder: for the files ``<show>_S01E01.mkv`` …, ``truth.csv`` and ``episodes.csv``.
        episodes: how many.
        seconds: length of each.
        size: width and height in pixels; even numbers for most codecs.
        rate: frames a second.
        seed: random seed; the same draws the same season.
        grain: standard deviation of the film grain, in steps of 0..255; it differs on every frame.
        dark: share of the shots that play at night.
        max_faces: most faces in a shot, 0 to 3.
        encoding: how the files are encoded; H.264 and AAC if None.

    Raises:
        MediaError: a file can't be written.
        RequestError: a number that can't be drawn.
    """
    rows: list[Truth] = []
    paths = [folder / f"{SHOW.replace(' ', '_')}_S01E{k + 1:02}.mkv" for k in range(episodes)]
    for k, path in enumerate(paths):
        absent = CAST[(seed + 2 * k) % len(CAST)]
        rows += draw_episode(
            path, seconds=seconds, size=size, rate=rate, seed=seed * 1000 + k, grain=grain,
            cast=[c for c in CAST if c is not absent], dark=dark, max_faces=max_faces,
            encoding=encoding,
        )  # fmt: skip
    names = tuple(c.name for c in CAST)
    season = Season(folder, tuple(paths), folder / "truth.csv", folder / "episodes.csv", names)
    write_rows(season.truth, Truth._fields, rows)
    seen = {(row.episode, row.label) for row in rows}
    table = [[p.name, *(int((p.name, name) in seen) for name in names)] for p in paths]
    write_rows(season.casts, ["episode", *names], table)
    return season


def draw_episode(  # noqa: PLR0913 - each is one plain property of the episode
    path: Path,
    *,
    shots: Sequence[Shot] | None = None,
    seconds: float = 2.0,
    size: tuple[int, int] = (320, 180),
    rate: Fraction = NTSC_FILM,
    seed: int = 0,
    cast: Sequence[Character] = CAST,
    strangers: Sequence[Character] = STRANGERS,
    grain: float = 0.0,
    dark: float = 0.12,
    max_faces: int = 3,
    encoding: Encoding | None = None,
) -> list[Truth]:
    """Draw one episode and return every face of every frame.

    Args:
        path: the file; its suffix chooses the container.
        shots: what is drawn; if None, ``write_shots`` makes it up from the arguments that follow.
        seconds: its length.
        size: width and height in pixels.
        rate: frames a second.
        seed: of everything.
        cast: who appears.
        strangers: who passes through unnamed; with neither, nobody is seen.
        grain: standard deviation of the film grain, in steps of 0..255.
        dark: share of the shots that play at night.
        max_faces: most faces in a shot, 0 to 3.
        encoding: how the file is encoded; H.264 and AAC if None.

    Raises:
        MediaError: the file can't be written.
        RequestError: a number that can't be drawn.
    """
    if min(size) < 16 or rate <= 0:
        what = f"{size[0]}x{size[1]} pixels at {rate} frames a second"
        raise RequestError(f"an episode of {what} can't be drawn", "ask for more")
    if shots is None:
        shots = write_shots(
            seconds, size=size, rate=rate, seed=seed, cast=cast, strangers=strangers, dark=dark,
            max_faces=max_faces,
        )  # fmt: skip
    return film(
        path, play(shots, size), size=size, rate=rate, seed=seed, grain=grain, encoding=encoding
    )


def film(  # noqa: PLR0913 - the same properties as above
    path: Path,
    frames: Iterator[DrawnFrame],
    *,
    size: tuple[int, int],
    rate: Fraction,
    seed: int = 0,
    grain: float = 0.0,
    encoding: Encoding | None = None,
    sound: Samples | None = None,
) -> list[Truth]:
    """Write drawn frames into a file, and return every face of every frame.

    Args:
        path: the file; its suffix chooses the container.
        frames: taken one by one.
        size: width and height of each in pixels.
        rate: frames a second.
        seed: of the grain.
        grain: standard deviation of the film grain, in steps of 0..255.
        encoding: how the file is encoded; H.264 and AAC if None.
        sound: as long as the frames; None for a tune.

    Raises:
        MediaError: the file can't be written.
    """
    rows: list[Truth] = []
    pictures = _grained(_noted(frames, path.name, rows), size, grain, seed)
    encode(pictures, path, size, rate, encoding or Encoding(), sound)
    return rows


def write_shots(  # noqa: PLR0913 - the same properties as above
    seconds: float,
    *,
    size: tuple[int, int] = (320, 180),
    rate: Fraction = NTSC_FILM,
    seed: int = 0,
    cast: Sequence[Character] = CAST,
    strangers: Sequence[Character] = STRANGERS,
    dark: float = 0.12,
    max_faces: int = 3,
) -> list[Shot]:
    """The shots that ``draw_episode`` draws, for those who want to know its cuts.

    Raises:
        RequestError: there would be no frame.
    """
    frames = round(seconds * rate)
    if frames < 1:
        raise RequestError(f"an episode of {seconds} seconds has no frame", "ask for more")
    if seed < 0:
        raise RequestError(f"the seed {seed} is negative", "give one from 0 up")
    rng = np.random.default_rng((seed, 0))
    writer = Writer(cast, strangers, float(rate), size[0] / size[1], dark, max_faces, rng)
    return writer.write(frames)


def write_rows(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Write a CSV file, which appears only when it is whole."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    write_atomically(path, text.getvalue().encode())


def _noted(frames: Iterator[DrawnFrame], episode: str, rows: list[Truth]) -> Iterator[Picture]:
    for number, frame in enumerate(frames):
        for label, box in frame.faces:
            rows.append(Truth(episode, number, label, *(round(v, 1) for v in box)))
        yield frame.picture


def _grained(
    pictures: Iterator[Picture], size: tuple[int, int], grain: float, seed: int
) -> Iterator[Picture]:
    """The pictures under film grain, which is the same in red, green and blue."""
    if grain <= 0:
        yield from pictures
        return
    rng = np.random.default_rng((seed, 2))
    shape = (_TILES, size[1], size[0], 1)
    tiles = np.round(rng.normal(0, grain, shape)).astype(np.int16).repeat(3, axis=3)
    for number, picture in enumerate(pictures):
        yield np.asarray(cv2.add(picture, tiles[number % _TILES], dtype=cv2.CV_8U), np.uint8)
