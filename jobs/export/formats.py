"""What can be exported, and in which formats; the first is the default. It loads nothing."""

from __future__ import annotations

from typing import Final

TABLES: Final = ("csv", "json", "parquet")

SHEETS: Final = ("season", "timeline", "faces")
"""What a sheet can show."""

EVERY: Final = 12
"""Drawings from one picture of a dataset to the next: about a second of anime on twos, so that two
of them are seldom nearly the same."""

OFFERED: Final = {
    "frames": TABLES,
    "appearances": (
        *TABLES,
        "vtt",
        "ass",
        "ffmetadata",
        "chapters",
        "edl",
        "otio",
        "nfo",
        "xray",
    ),
    "dataset": ("coco", "yolo", "crops"),
    "sheet": ("png", "svg"),
}
