"""From the chunks of an episode to its shots, its tracks and who they are."""

from __future__ import annotations

from eyecatch.core.scan.linking import link
from eyecatch.db.index import Index
from eyecatch.db.models.base import PENDING
from eyecatch.db.records.scan import EpisodeRecord, Provenance
from eyecatch.jobs.classify import Judges


def is_stale(episode: EpisodeRecord, origin: Provenance) -> bool:
    """Whether an episode's tracks or names were made by something else than is asked for.

    Without a bundle, names that were decided earlier stay.
    """
    rescanned = episode.state == PENDING or episode.scan_digest != origin.scan_digest
    renamed = origin.bundle_id is not None and episode.bundle_id != origin.bundle_id
    return rescanned or renamed


def decide(index: Index, episode: EpisodeRecord, origin: Provenance, judges: Judges | None) -> None:
    """Link an episode's tracklets to tracks, and decide who each is; nothing is decoded.

    Crops that a bundle has not judged yet are judged from the index.

    Args:
        index: the index.
        episode: one whose chunks are done, or have failed.
        origin: what the rows are made by.
        judges: the bundles at work, or None to decide no names.
    """
    if episode.state == PENDING or episode.scan_digest != origin.scan_digest:
        index.tracks.save(episode.id, link(index.tracks.load_scan(episode.id)))
    if judges is not None:
        judges.identify(episode)
        index.verdicts.save(episode.id, judges.verdicts(episode), origin)
    index.episode_state.update(episode.id, origin)
