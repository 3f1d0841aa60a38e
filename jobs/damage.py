"""What of an episode could not be decoded, told in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from eyecatch.core.text import clock

if TYPE_CHECKING:  # the database loads only when it is asked
    from eyecatch.db.records.scan import Damage, EpisodeRecord

MOST = 3
"""Spans that a sentence lists; ``status --json`` has all."""


def damage_sentence(episode: EpisodeRecord) -> str | None:
    """What frames could not be decoded, and where, as a sentence; None where all were."""
    frames = [some for some in episode.damage if some.start < some.stop]
    holes = [some for some in episode.damage if some.start == some.stop]
    said = []
    if frames:
        said.append(
            f"{episode.damaged} of {episode.frames} frames could not be decoded, or only in part "
            f"({_spans(episode, frames)})"
        )
    if holes:
        said.append(
            f"parts of the file are destroyed, with all their frames ({_spans(episode, holes)})"
        )
    if not said:
        return None
    return f"{episode.video.path}: incomplete, {', and '.join(said)}; the others are indexed."


def _spans(episode: EpisodeRecord, damage: Sequence[Damage]) -> str:
    spans = [_span(episode, some) for some in damage[:MOST]]
    more = f" and {len(damage) - MOST} more times" if len(damage) > MOST else ""
    return f"{', '.join(spans)}{more}"


def _span(episode: EpisodeRecord, damage: Damage) -> str:
    times = (damage.start_pts, damage.stop_pts)
    start, stop = (clock(float(pts * episode.video.time_base - episode.origin)) for pts in times)
    return f"at {start}" if start == stop else f"{start} to {stop}"
