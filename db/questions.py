"""What may be asked of an index; ``db.index`` adds what is written to it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from types import TracebackType
from typing import Self

from sqlalchemy.engine import URL, Connection, Engine

from eyecatch.db import characters as names
from eyecatch.db import episodes as bad_files
from eyecatch.db import runs
from eyecatch.db.connection.engine import parse_url
from eyecatch.db.connection.errors import one_sentence
from eyecatch.db.connection.locks import is_alive
from eyecatch.db.connection.opening import open_engine
from eyecatch.db.queries import exports as crops
from eyecatch.db.queries import exports as frames
from eyecatch.db.queries import exports as tracks
from eyecatch.db.queries import find, pages
from eyecatch.db.queries import summaries as reports
from eyecatch.db.queries.fingerprint import Content, fingerprint
from eyecatch.db.records.answers import (
    CharacterSummary,
    CropRow,
    EpisodeStatus,
    EpisodeSummary,
    FileFault,
    Found,
    FrameRow,
    RunRecord,
    TrackRow,
)
from eyecatch.db.records.review import Bar, Counts, Part
from eyecatch.db.records.scan import EpisodeRecord


def open_questions(url: str, *, patience: float = 30.0) -> Questions:
    """Open an index to ask it, without what writes to it; see ``db.index.open_index``."""
    parsed = parse_url(url)
    return Questions(parsed, open_engine(parsed, create=False, patience=patience))


class Questions:
    """The part of an open index that reads and answers."""

    def __init__(self, url: URL, engine: Engine) -> None:
        self._url = url
        self._engine = engine

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with one_sentence(self._url), self._engine.begin() as connection:
            yield connection

    def find(  # noqa: PLR0913 - each is one plain wish of the caller's
        self,
        wanted: Sequence[str],
        *,
        together: bool = False,
        min_seconds: float = 0,
        min_confidence: float = 0,
        unsure: bool = False,
        series: str | None = None,
    ) -> list[Found]:
        """Which episodes feature characters, and from when to when.

        Args:
            wanted: names or aliases, in any case; at least one.
            together: only where all of them are on screen at once; else each by itself.
            min_seconds: least time on screen in an episode.
            min_confidence: least confidence of an appearance.
            unsure: appearances whose name is unsure count too.
            series: only in episodes of this show.

        Returns:
            By series, file name and then in the order of ``wanted``.

        Raises:
            UnknownCharacterError: no character has that name.
            RequestError: no series has that name.
        """
        with self._read() as connection:
            limits = find.Limits(min_seconds, min_confidence, unsure, series)
            return find.find(connection, wanted, limits, together=together)

    def episodes(self) -> list[EpisodeSummary]:
        """All episodes with their cast, by series and file name."""
        with self._read() as connection:
            return reports.episode_summaries(connection)

    def characters(self) -> list[CharacterSummary]:
        """All characters, longest on screen first."""
        with self._read() as connection:
            return reports.character_summaries(connection)

    def status(self, wanted: Collection[int] | None = None) -> list[EpisodeStatus]:
        """How far each episode has come, and what went wrong; of all, or of these ids."""
        with self._read() as connection:
            return reports.statuses(connection, wanted)

    def fingerprint(self) -> dict[str, Content]:
        """What the index holds, to compare it with another; see ``db.queries.fingerprint``."""
        with self._read() as connection:
            return fingerprint(connection)

    def bad_files(self) -> list[FileFault]:
        """Files of which no episode could be made, by path."""
        with self._read() as connection:
            return bad_files.list_bad(connection)

    def runs(self) -> list[RunRecord]:
        """All runs, the first one first."""
        with self._read() as connection:
            return runs.list_runs(connection, partial(is_alive, self._url, connection))

    def frames(self, episode_id: int | None = None, *, unsure: bool = False) -> Iterator[FrameRow]:
        """Every face of every frame of an episode, or of all; as it was when the iterator began.

        Rows come by episode, frame and left edge; memory stays small however many there are.
        ``unsure``: say the names of unsure tracks too.
        """
        with self._read() as connection:
            yield from frames.frame_rows(connection, episode_id, unsure=unsure)

    def tracks(self, episode_id: int) -> list[TrackRow]:
        """The tracks of an episode and who they were decided to be, in order."""
        with self._read() as connection:
            return tracks.track_rows(connection, episode_id)

    def called(self, name: str) -> str:
        """A character's own name, by that or an alias, in any case; UnknownCharacterError."""
        with self._read() as connection:
            return next(iter(names.find_characters(connection, name).values()))

    def crops(
        self, episode_id: int, characters: Collection[str] = (), *, unsure: bool = False
    ) -> Iterator[CropRow]:
        """The stored crops of named faces of an episode, by track and frame.

        Args:
            episode_id: the episode.
            characters: only these, by their own names; all if empty.
            unsure: those of unsure tracks too.
        """
        with self._read() as connection:
            yield from crops.crop_rows(connection, episode_id, characters, unsure=unsure)

    # What pages show: a part of it, quickly, however much there is

    def counts(self) -> Counts:
        """How much there is."""
        with self._read() as connection:
            return pages.counts(connection)

    def episode_page(self, first: int, count: int, words: str = "") -> list[EpisodeRecord]:
        """Some episodes, by series and path; with ``words`` in their path, if there are any."""
        with self._read() as connection:
            return pages.episode_page(connection, first, count, words)

    def episode_or_none(self, episode_id: int) -> EpisodeRecord | None:
        """An episode by its id, or None."""
        with self._read() as connection:
            return pages.episode_or_none(connection, episode_id)

    def parts(self, episode_ids: Sequence[int]) -> list[Part]:
        """Who is in some episodes, for how long."""
        with self._read() as connection:
            return pages.parts(connection, episode_ids)

    def names(self, words: str = "", most: int = 500) -> list[tuple[int, str]]:
        """Ids and names of characters, by name; with ``words`` in it, if there are any."""
        with self._read() as connection:
            return pages.names(connection, words, most)

    def bars(self, episode_id: int) -> list[Bar]:
        """The tracks of an episode as its timeline shows them."""
        with self._read() as connection:
            return pages.bars(connection, episode_id)

    def boxes(
        self, episode_id: int, start_pts: int, stop_pts: int
    ) -> list[tuple[int, int, int, int, int, int]]:
        """(track, pts, x, y, w, h) of each face on screen from a pts to another."""
        with self._read() as connection:
            return pages.boxes(connection, episode_id, start_pts, stop_pts)
