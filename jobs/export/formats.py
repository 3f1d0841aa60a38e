"""The formats of ``eyecatch export``, in one table that all else is made from.

The choices and the help of ``--format``, what the library accepts, and how files end follow from
``FORMATS``. A new format is a line there (with the function that writes it) and a description in
``docs/exports.md``; nothing is loaded before a format is used.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from eyecatch.core.distinct import file_names
from eyecatch.core.errors import RequestError

Kind = Literal["table", "episode", "library", "segments", "dataset", "training", "picture"]
"""What a format is written from, and so what its function is called with (``export.py``):

``table``: ``(stream, columns, rows) -> int``, one binary file of all rows; it returns their number.
``episode``: ``(EpisodeAppearances) -> str``, a text file for each episode.
``library``: ``(EpisodeAppearances, there, thumbs, aliases) -> bytes``, what is there and more.
``segments``: ``(EpisodeSegments) -> str``, likewise.
``dataset``: ``(Selection, options, folder, on_progress) -> int``, the number of pictures.
``training``: ``(Selection, options, folder, home, on_progress) -> int``; it becomes ``home``.
``picture``: ``(draw, path, form) -> None``, one of the pictures of a sheet.
"""

KINDS: Final[dict[str, tuple[Kind, ...]]] = {
    "frames": ("table",),
    "appearances": ("table", "episode", "library"),
    "segments": ("table", "segments"),
    "dataset": ("dataset", "training"),
    "sheet": ("picture",),
}
"""What can be exported, and the kinds of formats that hold it."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format of an export.

    Attributes:
        name: of ``--format``.
        kind: what it is written from.
        writer: ``module:function``, imported when it is used: OpenTimelineIO takes half a second.
        suffix: how its files end; empty where it is a folder.
        help: one line for ``--help``.
        binary: it can't go to standard output.
    """

    name: str
    kind: Kind
    writer: str
    suffix: str
    help: str
    binary: bool = False

    def load_writer(self) -> Any:  # noqa: ANN401 - its type depends on the kind, see ``Kind``
        """The function that writes it."""
        return pkgutil.resolve_name(self.writer)


_HERE = "eyecatch.jobs.export"

FORMATS: tuple[Format, ...] = (
    Format("csv", "table", f"{_HERE}.tables:write_csv", ".csv", "Comma-separated, with a header."),
    Format("json", "table", f"{_HERE}.tables:write_json", ".json", "An array, an object a line."),
    Format(
        "parquet",
        "table",
        f"{_HERE}.tables:write_parquet",
        ".parquet",
        "For pandas, Polars, DuckDB; needs --out.",
        binary=True,
    ),
    Format(
        "vtt", "episode", f"{_HERE}.subtitles:write_vtt", ".vtt", "WebVTT subtitles of the names."
    ),
    Format("ass", "episode", f"{_HERE}.subtitles:write_ass", ".ass", "ASS subtitles, in colours."),
    Format(
        "ffmetadata",
        "episode",
        f"{_HERE}.chapters:write_ffmetadata",
        ".ffmetadata",
        "Chapters for ffmpeg.",
    ),
    Format(
        "chapters",
        "episode",
        f"{_HERE}.chapters:write_matroska",
        ".xml",
        "Matroska chapters for mkvmerge.",
    ),
    Format("edl", "episode", f"{_HERE}.edl:write", ".edl", "A CMX 3600 cut list for editors."),
    Format("otio", "episode", f"{_HERE}.otio:write", ".otio", "OpenTimelineIO, with markers."),
    Format(
        "nfo",
        "library",
        f"{_HERE}.library:write_nfo",
        ".nfo",
        "Actors for Kodi and Jellyfin, added to what is there.",
    ),
    Format(
        "xray",
        "episode",
        f"{_HERE}.sidecar:write_xray",
        ".xray.json",
        "An X-Ray-like sidecar for players.",
    ),
    Format(
        "chapters",
        "segments",
        f"{_HERE}.segment_rows:write_matroska",
        ".xml",
        "Matroska chapters for mkvmerge.",
    ),
    Format(
        "ffmetadata",
        "segments",
        f"{_HERE}.segment_rows:write_ffmetadata",
        ".ffmetadata",
        "Chapters for ffmpeg.",
    ),
    Format(
        "kodi", "segments", f"{_HERE}.skip_lists:write_kodi", ".edl", "What Kodi passes over, once."
    ),
    Format(
        "mplayer", "segments", f"{_HERE}.skip_lists:write_mplayer", ".edl", "What MPlayer skips."
    ),
    Format(
        "jellyfin",
        "segments",
        f"{_HERE}.skip_lists:write_jellyfin",
        ".edl",
        "For Jellyfin's plugin EDL to Media Segments.",
    ),
    Format(
        "media-segments",
        "segments",
        f"{_HERE}.skip_lists:write_media_segments",
        ".segments.json",
        "For Jellyfin's own interface.",
    ),
    Format(
        "coco",
        "dataset",
        f"{_HERE}.dataset:write_coco",
        "",
        "Pictures, and boxes in one JSON file.",
        binary=True,
    ),
    Format(
        "yolo",
        "dataset",
        f"{_HERE}.dataset:write_yolo",
        "",
        "Pictures, and boxes in a file for each.",
        binary=True,
    ),
    Format(
        "crops",
        "dataset",
        f"{_HERE}.dataset:write_crops",
        "",
        "Faces in folders by character, for eyecatch train.",
        binary=True,
    ),
    Format(
        "kohya",
        "training",
        f"{_HERE}.kohya:write_kohya",
        "",
        "Pictures round characters with captions, for LoRA trainings by sd-scripts.",
        binary=True,
    ),
    Format(
        "png",
        "picture",
        f"{_HERE}.sheets:write_picture",
        ".png",
        "150 pixels an inch.",
        binary=True,
    ),
    Format("svg", "picture", f"{_HERE}.sheets:write_picture", ".svg", "At any size.", binary=True),
)


def formats_of(what: str) -> tuple[Format, ...]:
    """The formats of what can be exported (one of ``KINDS``); the first is the default."""
    return tuple(one for one in FORMATS if one.kind in KINDS[what])


def find_format(what: str, name: str | None = None) -> Format:
    """The format of that name, or the default.

    Raises:
        RequestError: there is no such format of it.
    """
    known = formats_of(what)
    if name is None:
        return known[0]
    found = next((one for one in known if one.name == name), None)
    if found is None:
        choices = " or ".join(one.name for one in known)
        raise RequestError(f"{name!r} is no format of {what}", f"choose {choices}")
    return found


def targets(names: Sequence[str], out: Path, suffix: str) -> list[Path]:
    """A file for each name.

    Args:
        names: of episodes or characters; at least one, none twice.
        out: a file, if it ends as the files shall, for one name only; else a folder for them.
        suffix: how the files end.

    Raises:
        RequestError: ``out`` is one file, and there are several to write.
    """
    if out.suffix.lower() == Path(f"name{suffix}").suffix and not out.is_dir():
        if len(names) > 1:
            problem = f"{out} is one file, but there are {len(names)} to write"
            raise RequestError(problem, "name a folder with --out, or ask for one")
        return [out]
    return [out / f"{name}{suffix}" for name in file_names(names)]
