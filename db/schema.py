"""The tables of the index; their names are the words of the design.

Frame numbers are half-open ranges, times are exact pts in units of the episode's time base; seconds
are worked out for showing only. ``db.migrations`` makes these tables, and a test holds the two
together.
"""

from __future__ import annotations

from eyecatch.db.base import Base
from eyecatch.db.findings import (
    Appearance,
    Chunk,
    Crop,
    Frame,
    Identification,
    Shot,
    Timeline,
    Track,
    Tracklet,
)
from eyecatch.db.naming import Action, Apart, Cluster, Face, Overruled, Tally, Unlike
from eyecatch.db.sources import (
    Alias,
    BadFile,
    Bundle,
    Character,
    Decision,
    Episode,
    EpisodeFile,
    Run,
    Series,
)

__all__ = [
    "Action",
    "Alias",
    "Apart",
    "Appearance",
    "BadFile",
    "Base",
    "Bundle",
    "Character",
    "Chunk",
    "Cluster",
    "Crop",
    "Decision",
    "Episode",
    "EpisodeFile",
    "Face",
    "Frame",
    "Identification",
    "Overruled",
    "Run",
    "Series",
    "Shot",
    "Tally",
    "Timeline",
    "Track",
    "Tracklet",
    "Unlike",
]
