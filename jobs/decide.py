"""From the chunks of an episode to its shots, its tracks and who they are."""

from __future__ import annotations

from eyecatch.core.identity.bundle import Bundle
from eyecatch.core.identity.identify import Identify
from eyecatch.core.identity.vote import vote
from eyecatch.core.scan.link import link
from eyecatch.db.index import Index
from eyecatch.db.records import EpisodeRecord, Origin
from eyecatch.db.states import PENDING


def is_stale(episode: EpisodeRecord, origin: Origin) -> bool:
    """Whether an episode's tracks or names were made by something else than is asked for.

    Without a bundle, names that were decided earlier stay.
    """
    rescanned = episode.state == PENDING or episode.scan_digest != origin.scan_digest
    renamed = origin.bundle_id is not None and episode.bundle_id != origin.bundle_id
    return rescanned or renamed


def decide(
    index: Index, episode: EpisodeRecord, origin: Origin, classifier: Identify | None
) -> None:
    """Link an episode's tracklets to tracks, and decide who each is; nothing is decoded.

    Crops that the bundle has not judged yet are judged from the index.

    Args:
        index: the index.
        episode: one whose chunks are done, or have failed.
        origin: what the rows are made by.
        classifier: the bundle at work, or None to decide no names.
    """
    if episode.state == PENDING or episode.scan_digest != origin.scan_digest:
        index.save_links(episode.id, link(index.load_scan(episode.id)))
    if classifier is not None and origin.bundle_id is not None:
        _identify(index, episode.id, origin.bundle_id, classifier)
        _name(index, episode.id, origin, classifier.bundle)
    index.settle(episode.id, origin)


def _identify(index: Index, episode_id: int, bundle_id: int, classifier: Identify) -> None:
    for batch in index.crops_to_identify(episode_id, bundle_id):
        index.save_identified(batch.ids, classifier(batch.jpegs), bundle_id)


def _name(index: Index, episode_id: int, origin: Origin, bundle: Bundle) -> None:
    assert origin.bundle_id is not None
    verdicts = {
        track.track_id: vote(track.logits, track.weights, bundle.calibration, bundle.names)
        for track in index.tracks_to_decide(episode_id, origin.bundle_id)
    }
    index.save_verdicts(episode_id, verdicts, origin)
