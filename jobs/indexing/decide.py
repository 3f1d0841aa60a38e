"""From the chunks of an episode to its shots, its tracks and who they are."""

from __future__ import annotations

from eyecatch.core.scan.linking import link_ends
from eyecatch.db.index import Index
from eyecatch.db.models.base import PENDING
from eyecatch.db.records.scan import EpisodeRecord, Provenance
from eyecatch.jobs.classify import Classifier


def is_stale(episode: EpisodeRecord, provenance: Provenance) -> bool:
    """Whether an episode's tracks or names are not as asked for, or people's names have to follow.

    Without a bundle, names that were decided earlier stay.
    """
    rescanned = episode.state == PENDING or episode.scan_digest != provenance.scan_digest
    renamed = provenance.bundle_id is not None and episode.bundle_id != provenance.bundle_id
    return rescanned or renamed or episode.names_due


def decide(
    index: Index, episode: EpisodeRecord, provenance: Provenance, classifier: Classifier | None
) -> None:
    """Link an episode's tracklets to tracks, and decide who each is; nothing is decoded.

    Crops that a bundle has not classified yet are classified from the index.

    Args:
        index: the index.
        episode: one whose chunks are done, or have failed.
        provenance: what the rows are made by.
        classifier: the bundles at work, or None to decide no names.
    """
    if episode.state == PENDING or episode.scan_digest != provenance.scan_digest:
        index.tracks.save(episode.id, link_ends(index.tracks.load_ends(episode.id)))
    index.replacements.follow(episode.id)
    if classifier is not None:
        classifier.identify(episode)
        index.verdicts.save(episode.id, classifier.verdicts(episode), provenance)
    index.episode_state.update(episode.id, provenance)
