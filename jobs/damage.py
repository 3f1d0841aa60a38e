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
    said = {}
    if frames:
        some = f"{episode.damaged} of {episode.frames} frames"
        said[f"{some} could not be decoded, or only in part"] = _spans(episode, frames)
    if holes:
        said["parts of the file are destroyed, with all their frames"] = _spans(episode, holes)
    if not said:
        return None
    if len(set(said.values())) == 1:  # both at once, where a place is told once
        told = f"{', and '.join(said)} ({_spans(episode, episode.damage)})"
    else:
        told = ", and ".join(f"{what} ({where})" for what, where in said.items())
    return f"{episode.video.path}: incomplete, {told}; the others are indexed."


def _spans(episode: EpisodeRecord, damage: Sequence[Damage]) -> str:
    """Where it is, each place once: a clock tells no frames of a second apart."""
    spans = list(dict.fromkeys(_span(episode, some) for some in damage))
    left = len(spans) - MOST
    more = "" if left <= 0 else " and once more" if left == 1 else f" and {left} more times"
    return f"{', '.join(spans[:MOST])}{more}"


def _span(episode: EpisodeRecord, damage: Damage) -> str:
    times = (damage.start_pts, damage.stop_pts)
    start, stop = (clock(float(pts * episode.video.time_base - episode.origin)) for pts in times)
    return f"at {start}" if start == stop else f"{start} to {stop}"
