"""What clips were cut, as JSON and CSV beside them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from eyecatch.core.files import whole_file
from eyecatch.core.reprs import brief
from eyecatch.core.text import cell
from eyecatch.db.records.scan import EpisodeRecord

NAMES = ("manifest.json", "manifest.csv")


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip that was cut.

    Attributes:
        file: where it is; None where it went into a supercut only.
        episode: where it is from.
        characters: whom it shows, of those who were asked for.
        start_frame, stop_frame: its frames in the episode, half-open.
        start_pts, stop_pts: when it begins and ends in the episode, in its time base.
        confidence: of the surest appearance in it.
        segment: the kind of segment that it is; None where it is somebody's scene.
        also: who else with a name is on screen in it.
    """

    file: Path | None
    episode: EpisodeRecord
    characters: tuple[str, ...]
    start_frame: int
    stop_frame: int
    start_pts: int
    stop_pts: int
    confidence: float
    segment: str | None = None
    also: tuple[str, ...] = ()

    @property
    def start(self) -> Fraction:
        """When it begins on the episode's clock: exact seconds."""
        return self.start_pts * self.episode.video.time_base

    @property
    def stop(self) -> Fraction:
        """When it ends on the episode's clock: exact seconds."""
        return self.stop_pts * self.episode.video.time_base

    @property
    def start_seconds(self) -> float:
        """When it begins on the episode's clock."""
        return float(self.start)

    @property
    def stop_seconds(self) -> float:
        """When it ends on the episode's clock."""
        return float(self.stop)

    @property
    def seconds(self) -> float:
        """How long it is."""
        return float(self.stop - self.start)

    def __repr__(self) -> str:
        file, episode = None if self.file is None else str(self.file), self.episode.name
        return brief(
            self, file=file, episode=episode, characters=self.characters, start=self.start,
            stop=self.stop,
        )  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """A row of a manifest: times in seconds, exact ones as pts and time base."""
        unit = self.episode.video.time_base
        return {
            "file": None if self.file is None else self.file.name,
            "episode": self.episode.name,
            "series": self.episode.series,
            "characters": list(self.characters),
            "start": round(self.start_seconds, 6),
            "stop": round(self.stop_seconds, 6),
            "start_frame": self.start_frame,
            "stop_frame": self.stop_frame,
            "start_pts": self.start_pts,
            "stop_pts": self.stop_pts,
            "time_base": f"{unit.numerator}/{unit.denominator}",
            "confidence": round(self.confidence, 4),
            "segment": self.segment,
            "also": list(self.also),
        }


def write_manifest(folder: Path, clips: Sequence[Clip]) -> None:
    """``manifest.json`` and ``manifest.csv`` of a folder, in place of those that are there."""
    rows = [clip.to_json() for clip in clips]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    for row in rows:
        flat = row | {key: "; ".join(row[key]) for key in ("characters", "also")}
        writer.writerow({key: cell(value) for key, value in flat.items()})
    texts = (json.dumps(rows, ensure_ascii=False, indent=2) + "\n", text.getvalue())
    for name, content in zip(NAMES, texts, strict=True):
        with whole_file(folder / name, force=True) as aside:
            aside.write_text(content, encoding="utf-8")
