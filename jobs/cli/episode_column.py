"""What tables call episodes; JSON and CSV have their files' names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from eyecatch.core.short_names import labels

if TYPE_CHECKING:  # the database loads only when it is asked
    from eyecatch.db.records.scan import EpisodeRecord


def shorten(rows: Sequence[dict[str, Any]], episodes: Sequence[EpisodeRecord]) -> None:
    """Call the episodes of a table by their labels, such as ``S01E03``, where they have any.

    Args:
        rows: changed in place.
        episodes: of each row.
    """
    each = {one.id: one for one in episodes}
    known = dict(zip(each, labels(list(each.values())), strict=True))
    for row, one in zip(rows, episodes, strict=True):
        row["episode"] = known[one.id] or one.name
