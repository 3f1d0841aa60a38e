"""A drawn season as it is broadcast, on disk: with openings and recaps, and the truth of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from eyecatch.core.errors import RequestError
from eyecatch.core.segments.kinds import LEFT_OUT
from eyecatch.core.synthetic.broadcast_script import SeasonWriter
from eyecatch.core.synthetic.cast import CAST, SHOW
from eyecatch.core.synthetic.encode import Encoding
from eyecatch.core.synthetic.passages import (
    Passage,
    TrueSegment,
    play_passages,
    true_segments,
)
from eyecatch.core.synthetic.programme import BroadcastOptions
from eyecatch.core.synthetic.season import NTSC_FILM, Season, Truth, film, write_rows
from eyecatch.core.synthetic.soundtrack import heard


@dataclass(frozen=True, slots=True)
class Broadcast(Season):
    """What ``draw_broadcast`` wrote.

    Attributes:
        casts: CSV ``episode,<character>…``: 1 where the character is on screen in the story, that
            is outside of openings, endings, eyecatches, recaps and previews.
        segments: CSV ``episode,kind,start,stop,start_frame,stop_frame``: seconds, and numbers of
            frames, half-open. Of what is shown twice in stories, the later ones are ``reused``.
        passages: of each episode, as they were drawn.
    """

    segments: Path
    passages: tuple[tuple[Passage, ...], ...]


def draw_broadcast(  # noqa: PLR0913 - each is one plain property of the season
    folder: Path,
    *,
    episodes: int = 12,
    seconds: float = 60.0,
    size: tuple[int, int] = (320, 180),
    rate: Fraction = NTSC_FILM,
    seed: int = 0,
    grain: float = 0.0,
    dark: float = 0.12,
    encoding: Encoding | None = None,
    options: BroadcastOptions | None = None,
) -> Broadcast:
    """Draw a season as it is broadcast; the same arguments always draw the same frames.

    Args:
        folder: for the files ``<show>_S01E01.mkv`` …, ``truth.csv``, ``episodes.csv`` and
            ``segments.csv``.
        episodes: how many.
        seconds: length of each one's story; all else comes on top of it.
        size: width and height in pixels.
        rate: frames a second.
        seed: of everything.
        grain: standard deviation of the film grain, in steps of 0..255.
        dark: share of the story's shots that play at night.
        encoding: how the files are encoded; H.264 and AAC if None.
        options: what there is beside the story; all of it if None.

    Raises:
        MediaError: a file can't be written.
        RequestError: a number that can't be drawn.
    """
    options = options or BroadcastOptions()
    season = write_broadcast(
        episodes=episodes, seconds=seconds, size=size, rate=rate, seed=seed, dark=dark,
        options=options,
    )  # fmt: skip
    faces: list[Truth] = []
    segments: list[TrueSegment] = []
    paths = [folder / f"{SHOW.replace(' ', '_')}_S01E{k + 1:02}.mkv" for k in range(episodes)]
    for k, (path, passages) in enumerate(zip(paths, season, strict=True)):
        late = options.second_size is not None and k >= episodes // 2
        pixels = options.second_size if late and options.second_size else size
        faces += film(
            path, play_passages(passages, pixels), size=pixels, rate=rate, seed=seed * 1000 + k,
            grain=grain, encoding=encoding, sound=heard([s for p in passages for s in p.sounds]),
        )  # fmt: skip
        segments += true_segments(path.name, passages, rate)
    names = tuple(c.name for c in CAST)
    made = Broadcast(
        folder, tuple(paths), folder / "truth.csv", folder / "episodes.csv", names,
        folder / "segments.csv", tuple(map(tuple, season)),
    )  # fmt: skip
    write_rows(made.truth, Truth._fields, faces)
    write_rows(made.segments, TrueSegment._fields, segments)
    seen = {(row.episode, row.label) for row in story_faces(faces, segments)}
    table = [[p.name, *(int((p.name, name) in seen) for name in names)] for p in paths]
    write_rows(made.casts, ["episode", *names], table)
    return made


def write_broadcast(  # noqa: PLR0913 - the same properties as above
    *,
    episodes: int = 12,
    seconds: float = 60.0,
    size: tuple[int, int] = (320, 180),
    rate: Fraction = NTSC_FILM,
    seed: int = 0,
    dark: float = 0.12,
    options: BroadcastOptions | None = None,
) -> list[list[Passage]]:
    """The passages of each episode that ``draw_broadcast`` draws.

    Raises:
        RequestError: a number that can't be drawn.
    """
    if min(size) < 16 or rate <= 0 or episodes < 1 or seconds < 10 or seed < 0:
        what = f"{episodes} episodes of {seconds:g} s, {size[0]}x{size[1]} pixels, seed {seed}"
        raise RequestError(f"{what} can't be drawn", "ask for more; for 10 seconds at least")
    aspect = size[0] / size[1]
    options = options or BroadcastOptions()
    return SeasonWriter(episodes, seconds, float(rate), aspect, seed, options, dark).write()


def story_faces(faces: Sequence[Truth], segments: Sequence[TrueSegment]) -> list[Truth]:
    """The faces that are seen in the story: in no segment but reused ones."""
    spans: dict[str, list[tuple[int, int]]] = {}
    for one in segments:
        if one.kind in LEFT_OUT:
            spans.setdefault(one.episode, []).append((one.start_frame, one.stop_frame))
    return [
        row
        for row in faces
        if not any(start <= row.frame < stop for start, stop in spans.get(row.episode, ()))
    ]
