"""The index as the rest of eyecatch sees it: an open database and its repositories."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from eyecatch.core.arguments import Database
from eyecatch.db.connection.opening import open_engine
from eyecatch.db.connection.session import Session, repository
from eyecatch.db.connection.urls import parse_url

if TYPE_CHECKING:
    from eyecatch.db.appearances import Appearances
    from eyecatch.db.bad_files import BadFiles
    from eyecatch.db.bundles import Bundles
    from eyecatch.db.characters import Characters
    from eyecatch.db.detectors import Detectors
    from eyecatch.db.episode_files import EpisodeFiles
    from eyecatch.db.episodes import Episodes
    from eyecatch.db.queries.checkup import Checkup
    from eyecatch.db.queries.exports import Exports
    from eyecatch.db.queries.find import Queries
    from eyecatch.db.queries.fingerprint import Fingerprint
    from eyecatch.db.queries.on_screen import OnScreen
    from eyecatch.db.queries.pages import PageQueries
    from eyecatch.db.queries.summaries import Summaries
    from eyecatch.db.review.actions import Actions
    from eyecatch.db.review.batches import Batches
    from eyecatch.db.review.character_edits import CharacterEdits
    from eyecatch.db.review.checked_faces import CheckedFaces
    from eyecatch.db.review.clarity import Clarity
    from eyecatch.db.review.clusters import Clusters
    from eyecatch.db.review.covers import Covers
    from eyecatch.db.review.episode_names import EpisodeNames
    from eyecatch.db.review.faces import Faces
    from eyecatch.db.review.missed_faces import MissedFaces
    from eyecatch.db.review.named_faces import NamedFaces
    from eyecatch.db.review.propagation import Propagation
    from eyecatch.db.review.removal import Removal
    from eyecatch.db.review.replacement import Replacements
    from eyecatch.db.review.segment_edits import SegmentEdits
    from eyecatch.db.runs import Runs
    from eyecatch.db.scans.attempts import Attempts
    from eyecatch.db.scans.chunks import Chunks
    from eyecatch.db.scans.episode_state import EpisodeState
    from eyecatch.db.scans.predictions import Predictions
    from eyecatch.db.scans.signatures import Signatures
    from eyecatch.db.scans.tracks import Tracks
    from eyecatch.db.segments import Segments
    from eyecatch.db.verdicts import Verdicts


def open_index(
    url: Database | None,
    *,
    create: bool = True,
    filled: bool = False,
    aside: bool = False,
    patience: float = 30.0,
) -> Index:
    """Open an index, bringing an older one up to date.

    Args:
        url: path of an SQLite file, or any SQLAlchemy URL of SQLite or Postgres; None for that of
            ``EYECATCH_DB``, else ``eyecatch.db`` in the present folder.
        create: make an index where there is none; False for those who only ask.
        filled: complain of one without episodes.
        aside: where it may only be read, open a copy that may be written, and goes when it is
            closed; for those who have to write in order to answer.
        patience: seconds to wait while another process writes.

    Raises:
        DatabaseError: it can't be opened, is no index, or was written by a newer version.
        RequestError: it has no episodes, where it is to be ``filled``.
    """
    parsed = parse_url(url)
    index = Index(parsed, open_engine(parsed, create=create, aside=aside, patience=patience))
    if filled:
        try:
            index.summaries.require_episodes()
        except BaseException:
            index.close()
            raise
    return index


class Index(Session):
    """An open index. What it holds is read and written through its repositories.

    Every method of a repository is one transaction, or part of the one that is open::

        with index.transaction():
            index.actions.name_cluster(3, "Hiei")
            pipeline.propagate()

    An index may be shared between threads, and its file or server between processes.
    """

    # What was given: videos, bundles, names
    episodes: cached_property[Episodes] = repository("eyecatch.db.episodes", "Episodes")
    episode_files: cached_property[EpisodeFiles] = repository(
        "eyecatch.db.episode_files", "EpisodeFiles"
    )
    episode_names: cached_property[EpisodeNames] = repository(
        "eyecatch.db.review.episode_names", "EpisodeNames"
    )
    bad_files: cached_property[BadFiles] = repository("eyecatch.db.bad_files", "BadFiles")
    bundles: cached_property[Bundles] = repository("eyecatch.db.bundles", "Bundles")
    detectors: cached_property[Detectors] = repository("eyecatch.db.detectors", "Detectors")
    runs: cached_property[Runs] = repository("eyecatch.db.runs", "Runs")
    characters: cached_property[Characters] = repository("eyecatch.db.characters", "Characters")

    # What was found
    attempts: cached_property[Attempts] = repository("eyecatch.db.scans.attempts", "Attempts")
    chunks: cached_property[Chunks] = repository("eyecatch.db.scans.chunks", "Chunks")
    tracks: cached_property[Tracks] = repository("eyecatch.db.scans.tracks", "Tracks")
    predictions: cached_property[Predictions] = repository(
        "eyecatch.db.scans.predictions", "Predictions"
    )
    verdicts: cached_property[Verdicts] = repository("eyecatch.db.verdicts", "Verdicts")
    appearances: cached_property[Appearances] = repository("eyecatch.db.appearances", "Appearances")
    episode_state: cached_property[EpisodeState] = repository(
        "eyecatch.db.scans.episode_state", "EpisodeState"
    )
    signatures: cached_property[Signatures] = repository(
        "eyecatch.db.scans.signatures", "Signatures"
    )
    segments: cached_property[Segments] = repository("eyecatch.db.segments", "Segments")

    # Faces, and what people do with them
    faces: cached_property[Faces] = repository("eyecatch.db.review.faces", "Faces")
    clusters: cached_property[Clusters] = repository("eyecatch.db.review.clusters", "Clusters")
    covers: cached_property[Covers] = repository("eyecatch.db.review.covers", "Covers")
    clarity: cached_property[Clarity] = repository("eyecatch.db.review.clarity", "Clarity")
    actions: cached_property[Actions] = repository("eyecatch.db.review.actions", "Actions")
    batches: cached_property[Batches] = repository("eyecatch.db.review.batches", "Batches")
    character_edits: cached_property[CharacterEdits] = repository(
        "eyecatch.db.review.character_edits", "CharacterEdits"
    )
    missed_faces: cached_property[MissedFaces] = repository(
        "eyecatch.db.review.missed_faces", "MissedFaces"
    )
    named_faces: cached_property[NamedFaces] = repository(
        "eyecatch.db.review.named_faces", "NamedFaces"
    )
    checked_faces: cached_property[CheckedFaces] = repository(
        "eyecatch.db.review.checked_faces", "CheckedFaces"
    )
    replacements: cached_property[Replacements] = repository(
        "eyecatch.db.review.replacement", "Replacements"
    )
    removal: cached_property[Removal] = repository("eyecatch.db.review.removal", "Removal")
    propagation: cached_property[Propagation] = repository(
        "eyecatch.db.review.propagation", "Propagation"
    )
    segment_edits: cached_property[SegmentEdits] = repository(
        "eyecatch.db.review.segment_edits", "SegmentEdits"
    )

    # What is asked
    queries: cached_property[Queries] = repository("eyecatch.db.queries.find", "Queries")
    summaries: cached_property[Summaries] = repository("eyecatch.db.queries.summaries", "Summaries")
    on_screen: cached_property[OnScreen] = repository("eyecatch.db.queries.on_screen", "OnScreen")
    exports: cached_property[Exports] = repository("eyecatch.db.queries.exports", "Exports")
    pages: cached_property[PageQueries] = repository("eyecatch.db.queries.pages", "PageQueries")
    checkup: cached_property[Checkup] = repository("eyecatch.db.queries.checkup", "Checkup")
    fingerprint: cached_property[Fingerprint] = repository(
        "eyecatch.db.queries.fingerprint", "Fingerprint"
    )
