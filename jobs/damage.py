"""What of an episode could not be decoded, told in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eyecatch.core.text import clock

if TYPE_CHECKING:  # the database loads only when it is asked
    from eyecatch.db.records.scan import Damage, EpisodeRecord

MOST = 3
"""Spans that a sentence lists; ``status --json`` has all."""


def damage_sentence(episode: EpisodeRecord) -> str | None:
    """How many frames could not be decoded, and where, as a sentence; None where all were."""
    if not episode.damage:
        return None
    spans = [_span(episode, some) for some in episode.damage[:MOST]]
    more = f" and {len(episode.damage) - MOST} more times" if len(episode.damage) > MOST else ""
    return (
        f"{episode.video.path}: incomplete, {episode.damaged} of {episode.frames} frames could not "
        f"be decoded, or only in part ({', '.join(spans)}{more}); the others are indexed."
    )


def _span(episode: EpisodeRecord, damage: Damage) -> str:
    times = (damage.start_pts, damage.stop_pts)
    start, stop = (clock(float(pts * episode.video.time_base - episode.origin)) for pts in times)
    return f"at {start}" if start == stop else f"{start} to {stop}"
