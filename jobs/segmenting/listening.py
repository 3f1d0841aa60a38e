"""What is heard in an episode, and its chapters: read once, and kept in the index."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from eyecatch.core.errors import MediaError
from eyecatch.core.segments.types import ChapterMark, SoundHashes
from eyecatch.core.video.chapter_marks import chapter_marks
from eyecatch.core.video.sound import sound_hashes
from eyecatch.db.index import Index
from eyecatch.db.records.scan import EpisodeRecord, FileStamp
from eyecatch.jobs.found_file import found_file
from eyecatch.jobs.origins import with_clock


@dataclass(frozen=True, slots=True)
class Recording:
    """An episode that nobody has listened to.

    Attributes:
        episode: as the index knows it.
        path: where it is now.
        end: seconds at which it ends as planned, wherever an earlier scan broke off.
        jumps: its clock begins again in it (``Chunk.straight``).
    """

    episode: EpisodeRecord
    path: Path
    end: Fraction
    jumps: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of listening to one."""

    recording: Recording
    sound: SoundHashes
    chapters: tuple[ChapterMark, ...]


def listen(index: Index, episode: EpisodeRecord) -> None:
    """Keep the sound's hashes and the chapters of an episode, unless they are kept already.

    Raises:
        MediaError: its file is gone, has changed, or can't be read now.
        RequestError: there is no ffmpeg that hashes sound.
    """
    if index.signatures.lacks_sound(episode.id):
        path = found_file(index, episode)
        keep(index, hear(recording(index, with_clock(index, episode), path)))


def recording(index: Index, episode: EpisodeRecord, path: Path | None = None) -> Recording:
    """What is needed to listen to an episode; at the path where it was last seen, if none is given.

    This is all of it that reads the index; to listen is for any thread.
    """
    clock = index.chunks.frame_times(episode.id)
    end = max(clock.end * episode.video.time_base, episode.end)
    return Recording(episode, path or episode.video.path, end, clock.straight)


def hear(recording: Recording, stopped: Callable[[], bool] = lambda: False) -> Heard:
    """Read the sound and the chapters of an episode's file.

    Args:
        recording: the episode.
        stopped: is asked now and then whether to give up.

    Raises:
        MediaError: the file is gone, takes too long, or ``stopped`` said so.
        RequestError: there is no ffmpeg that hashes sound.
    """
    episode, path = recording.episode, recording.path
    end = recording.end
    sound = sound_hashes(path, episode.origin, end, jumps=recording.jumps, stopped=stopped)
    return Heard(recording, sound, chapter_marks(path, end))


def keep(index: Index, heard: Heard) -> None:
    """Store what was heard, unless the file holds something else now or another job did it.

    Done twice it is the same as done once.
    """
    episode = heard.recording.episode
    if _is_same(index, heard.recording) and index.signatures.lacks_sound(episode.id):
        index.signatures.save_sound(episode.id, heard.sound, heard.chapters)


def _is_same(index: Index, recording: Recording) -> bool:
    """Whether a file still holds the episode; one that is away now, or elsewhere, held it."""
    try:
        stamp = FileStamp.of(recording.path)
    except (OSError, MediaError):
        return True
    return index.episodes.digest_of(stamp) == recording.episode.digest
