"""The videos that are measured with, drawn by the project's own generator.

On twos and threes, with pans, cuts, film grain, one to three faces and dark scenes. They are drawn
once and kept; drawing five minutes of 1080p takes about five minutes of CPU, encoding included.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from eyecatch.core.files import atomic_file, atomic_folder
from eyecatch.core.synthetic.encode import Encoding
from eyecatch.core.synthetic.season import draw_episode, draw_season
from eyecatch.core.video.ffmpeg import program

GRAIN = 1.5
"""Standard deviation of the grain in steps of 0..255. Sixty seconds of 1080p take 9 MB with it, and
5 MB without at the same quality; decoding them takes two fifths more CPU."""

DARK = 0.2
"""Share of the shots that play at night."""

HEVC10 = Encoding(
    "libx265", "yuv420p10le", {"preset": "veryfast", "crf": 22, "x265-params": "log-level=none"}
)


def h264(folder: Path, seconds: float) -> Path:
    """An episode of 1080p H.264."""
    path = folder / f"h264_1080p_{seconds:g}s.mkv"
    if not path.exists():
        draw_episode(path, seconds=seconds, size=(1920, 1080), seed=8, grain=GRAIN, dark=DARK)
    return path


def hevc(folder: Path, seconds: float) -> Path:
    """An episode of 720p HEVC with 10 bits."""
    path = folder / f"hevc10_720p_{seconds:g}s.mkv"
    if not path.exists():
        draw_episode(
            path, seconds=seconds, size=(1280, 720), seed=9, grain=GRAIN, dark=DARK, encoding=HEVC10
        )
    return path


def judged(folder: Path, seconds: float) -> tuple[Path, Path]:
    """An episode of 720p and the CSV of its true faces."""
    season = folder / f"judged_{seconds:g}s"
    if not season.exists():
        with atomic_folder(season) as part:
            draw_season(
                part, episodes=1, seconds=seconds, size=(1280, 720), seed=8, grain=GRAIN, dark=DARK
            )
    (episode,) = season.glob("*.mkv")
    return episode, season / "truth.csv"


def copies(episode: Path, count: int) -> list[Path]:
    """The same frames in so many files of different content, which are as many episodes."""
    paths = [episode.with_name(f"{episode.stem}_copy{k + 1}.mkv") for k in range(count)]
    for path in paths:
        if not path.exists():
            named = ("-metadata", f"title={path.stem}")
            _ffmpeg("-i", str(episode), "-map", "0", "-c", "copy", *named, to=path)
    return paths


def repeated(episode: Path, times: int) -> Path:
    """One file that shows an episode several times over."""
    path = episode.with_name(f"{episode.stem}_x{times}.mkv")
    if not path.exists():
        loop = ("-stream_loop", str(times - 1), "-i", str(episode))
        _ffmpeg(*loop, "-map", "0:v", "-c", "copy", to=path)
    return path


def excerpt(episode: Path, seconds: float) -> Path:
    """The first seconds of an episode, or all of one that is no longer."""
    path = episode.with_name(f"{episode.stem}_first{seconds:g}s.mkv")
    if not path.exists():
        _ffmpeg("-i", str(episode), "-map", "0", "-c", "copy", "-t", f"{seconds:g}", to=path)
    return path


def _ffmpeg(*arguments: str, to: Path) -> None:
    with atomic_file(to) as part:
        command = [program(), "-v", "error", "-nostdin", "-y", *arguments, str(part)]
        subprocess.run(command, check=True)
