"""The index as the rest of eyecatch sees it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from eyecatch.core.scan.types import ScannedChunk
from eyecatch.core.video.types import Plan, Video
from eyecatch.db import characters as names
from eyecatch.db import episodes, runs, verdicts
from eyecatch.db.connection.engine import parse_url
from eyecatch.db.connection.opening import open_engine
from eyecatch.db.frame_times import Clock
from eyecatch.db.ledger import Ledger
from eyecatch.db.people import People
from eyecatch.db.records.scan import (
    CropBatch,
    Embedded,
    EpisodeRecord,
    FileStamp,
    Linked,
    Origin,
    TrackVotes,
    Vectors,
    Verdict,
)
from eyecatch.db.review import decisions
from eyecatch.db.scans import episode_state as settling
from eyecatch.db.scans import predictions as identified
from eyecatch.db.scans import tracks as links


def open_index(url: str, *, create: bool = True, patience: float = 30.0) -> Index:
    """Open an index, bringing an older one up to date.

    Args:
        url: path of an SQLite file, or any SQLAlchemy URL of SQLite or Postgres.
        create: make an index where there is none; False for those who only ask.
        patience: seconds to wait while another process writes.

    Raises:
        DatabaseError: it can't be opened, is no index, or was written by a newer version.
    """
    parsed = parse_url(url)
    return Index(parsed, open_engine(parsed, create=create, patience=patience))


class Index(People, Ledger):
    """An open index: every method is one transaction, all of it or nothing.

    Methods raise DatabaseError when the database can't be read or written. An index may be shared
    between threads, and its file or server between processes.
    """

    # Bundles and characters

    def add_bundle(  # noqa: PLR0913, PLR0917 - each is a column
        self,
        digest: str,
        path: str,
        characters: Sequence[str],
        card: Mapping[str, Any],
        aliases: Mapping[str, Sequence[str]] | None = None,
        network: str | None = None,
    ) -> int:
        """Remember a bundle and its characters' names; returns its id. See ``runs.add_bundle``."""
        with self._write() as connection:
            return runs.add_bundle(
                connection, digest, path, characters, card, aliases or {}, network
            )

    def bundle_id(self, digest: str) -> int | None:
        """The id of a bundle by its digest, or None."""
        with self._read() as connection:
            return runs.bundle_id(connection, digest)

    def add_alias(self, character: str, alias: str) -> None:
        """Give a character another name to be found by; UnknownCharacterError without it."""
        with self._write() as connection:
            names.add_alias(connection, character, alias)

    # Episodes

    def digest_of(self, file: FileStamp) -> str | None:
        """The content's hash of a file that was seen and has not changed, else None."""
        with self._read() as connection:
            return episodes.digest_of(connection, file)

    def episode_by_digest(self, digest: str) -> EpisodeRecord | None:
        """The episode of that content, or None."""
        with self._read() as connection:
            return episodes.episode_by_digest(connection, digest)

    def episode(self, episode_id: int) -> EpisodeRecord:
        """An episode by its id."""
        with self._read() as connection:
            return episodes.episode_by_id(connection, episode_id)

    def files(self, episode_id: int) -> list[FileStamp]:
        """The files in which an episode was seen, the last one first."""
        with self._read() as connection:
            return episodes.files(connection, episode_id)

    def clock(self, episode_id: int) -> Clock:
        """When each frame of an episode begins, exactly."""
        with self._read() as connection:
            return Clock.of(connection, episode_id)

    def add_file(self, digest: str, file: FileStamp) -> EpisodeRecord:
        """Remember that a file holds the content of an episode of the index."""
        with self._write() as connection:
            return episodes.add_file(connection, digest, file)

    def add_episode(
        self, digest: str, file: FileStamp, video: Video, plan: Plan, series: str | None = None
    ) -> EpisodeRecord:
        """Add an episode with its chunks, all pending.

        One of the same content keeps its plan and its rows, and gains the file.
        """
        with self._write() as connection:
            episodes.add_episode(connection, digest, video, plan, series)
            return episodes.add_file(connection, digest, file)

    def settle(self, episode_id: int, origin: Origin) -> str:
        """Say that an episode is linked and decided; returns its state. See ``settling.settle``."""
        with self._write() as connection:
            return settling.settle(connection, episode_id, origin)

    # Crops and what bundles say of them

    def crops_to_identify(
        self, episode_id: int, bundle_id: int, size: int = 1024
    ) -> Iterator[CropBatch]:
        """The crops that a bundle has not judged, in batches; save each before the next or not."""
        after = -1
        while True:
            with self._read() as connection:
                batch = identified.next_crops(connection, episode_id, bundle_id, after, size)
            if not batch.ids:
                return
            yield batch
            after = batch.ids[-1]

    def embedded_crops(self, episode_id: int, bundle_id: int) -> Embedded:
        """The crops that a bundle has not judged, but another one of its network has."""
        with self._read() as connection:
            return identified.embedded_crops(connection, episode_id, bundle_id)

    def save_identified(self, crop_ids: Sequence[int], vectors: Vectors, bundle_id: int) -> None:
        """Keep what a bundle said of crops; what it said of them before stays."""
        with self._write() as connection:
            identified.insert_identified(connection, crop_ids, vectors, bundle_id)

    # Tracks

    def load_scan(self, episode_id: int) -> list[ScannedChunk]:
        """What was found in the chunks that are done, in order, without the crops' JPEGs."""
        with self._read() as connection:
            return links.load_scan(connection, episode_id)

    def save_links(self, episode_id: int, linked: Linked) -> None:
        """The shots and tracks of an episode; equal ones change no row."""
        with self._write() as connection:
            links.save_links(connection, episode_id, linked)

    def tracks_to_decide(self, episode_id: int, bundle_id: int) -> list[TrackVotes]:
        """The tracks that no person decided, with what a bundle said of their crops."""
        with self._read() as connection:
            return identified.tracks_to_decide(connection, episode_id, bundle_id)

    def save_verdicts(
        self, episode_id: int, decided: Mapping[int, Verdict], origin: Origin
    ) -> None:
        """Who each track is, by its id; what a person decided stays, equal ones change no row."""
        with self._write() as connection:
            verdicts.save_verdicts(connection, episode_id, decided, origin)

    def decide(self, track_id: int, character: str | None) -> None:
        """A person says who a track is, or that it is nobody known (None).

        No model, and no later scan, changes that.
        """
        with self._write() as connection:
            decisions.decide(connection, track_id, character)
