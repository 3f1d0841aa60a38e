"""The tables of the index; their names are the words of the design.

Frame numbers are half-open ranges, times are exact pts in units of the episode's time base; seconds
are worked out for showing only. ``db.migrations`` makes these tables, and a test holds the two
together.
"""

from __future__ import annotations

from eyecatch.db.models.base import Base
from eyecatch.db.models.library import (
    AdaptedDetector,
    Alias,
    BadFile,
    Bundle,
    Character,
    Episode,
    EpisodeFile,
    Run,
    Series,
)
from eyecatch.db.models.recurring import Chapter, PictureHash, Segment, SoundHash
from eyecatch.db.models.review import (
    Action,
    Apart,
    Cluster,
    Decision,
    Face,
    MissedFace,
    Overruled,
    Tally,
    Unlike,
)
from eyecatch.db.models.scan import (
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

__all__ = [
    "Action",
    "AdaptedDetector",
    "Alias",
    "Apart",
    "Appearance",
    "BadFile",
    "Base",
    "Bundle",
    "Chapter",
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
    "MissedFace",
    "Overruled",
    "PictureHash",
    "Run",
    "Segment",
    "Series",
    "Shot",
    "SoundHash",
    "Tally",
    "Timeline",
    "Track",
    "Tracklet",
    "Unlike",
]
