"""The tables of the index; their names are the words of the design.

Frame numbers are half-open ranges, times are exact pts in units of the episode's time base; seconds
are worked out for showing only. A new index gets these tables, an older one by ``db.migrations``;
a test holds the two together.

A module of tables is loaded when one of them is used, since a question is about few; ``Base`` has
them all.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
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
        RoleTally,
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

_HOMES: Final = {
    "AdaptedDetector": "library",
    "Alias": "library",
    "BadFile": "library",
    "Bundle": "library",
    "Character": "library",
    "Episode": "library",
    "EpisodeFile": "library",
    "Run": "library",
    "Series": "library",
    "Chapter": "recurring",
    "PictureHash": "recurring",
    "Segment": "recurring",
    "SoundHash": "recurring",
    "Action": "review",
    "Apart": "review",
    "Cluster": "review",
    "Decision": "review",
    "Face": "review",
    "MissedFace": "review",
    "Overruled": "review",
    "RoleTally": "review",
    "Tally": "review",
    "Unlike": "review",
    "Appearance": "scan",
    "Chunk": "scan",
    "Crop": "scan",
    "Frame": "scan",
    "Identification": "scan",
    "Shot": "scan",
    "Timeline": "scan",
    "Track": "scan",
    "Tracklet": "scan",
}

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
    "RoleTally",
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


def __getattr__(name: str) -> Any:  # noqa: ANN401 - classes of tables
    """Load the module of a table, or for ``Base`` those of all; then the name is here."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    wanted = {_HOMES[name]} if name in _HOMES else {*_HOMES.values(), "base"}
    loaded = {home: import_module(f"{__name__}.{home}") for home in sorted(wanted)}
    globals()[name] = getattr(loaded[_HOMES.get(name, "base")], name)
    return globals()[name]
