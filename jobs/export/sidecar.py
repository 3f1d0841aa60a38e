"""A file that stands beside an episode, for players: who is there (X-Ray)."""

from __future__ import annotations

import json
from typing import Any

from eyecatch.jobs.export.appearances import EpisodeAppearances

XRAY_VERSION = 1
"""Raised when a field changes its meaning or goes; new fields may come without."""


def write_xray(cast: EpisodeAppearances) -> str:
    """Who is on screen, ready to be looked up while the episode plays; see ``docs/exports.md``."""
    names = cast.characters()
    episode = cast.episode
    answer = {
        "format": "eyecatch-xray",
        "version": XRAY_VERSION,
        "episode": {
            "file": episode.name,
            "digest": episode.digest,
            "series": episode.series,
            "duration": round(float(episode.length), 3),
            "frames": episode.frames,
        },
        "characters": [_character(cast, name) for name in names],
        "scenes": [
            {
                "start": _seconds(cast, scene.start_pts),
                "end": _seconds(cast, scene.stop_pts),
                "characters": sorted(names.index(name) for name in scene.characters),
            }
            for scene in cast.scenes()
            if scene.characters
        ],
    }
    return json.dumps(answer, ensure_ascii=False, indent=1) + "\n"


def _character(cast: EpisodeAppearances, name: str) -> dict[str, Any]:
    ranges = [one.range for one in cast.appearances if one.character == name]
    total = sum(one.stop_pts - one.start_pts for one in ranges) * cast.episode.video.time_base
    return {
        "name": name,
        "colour": cast.colours[name],
        "seconds": round(float(total), 3),
        "appearances": [
            {
                "start": _seconds(cast, one.start_pts),
                "end": _seconds(cast, one.stop_pts),
                "start_frame": one.start_frame,
                "end_frame": one.stop_frame,
                "confidence": round(one.confidence, 4),
            }
            for one in ranges
        ],
    }


def _seconds(cast: EpisodeAppearances, pts: int) -> float:
    return round(float(cast.player_seconds(pts)), 3)
