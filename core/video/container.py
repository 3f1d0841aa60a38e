"""Opening video files with FFmpeg's libraries; every file that won't open says why."""

from __future__ import annotations

import stat
from pathlib import Path

import av
import av.error
from av.container import InputContainer
from av.video.stream import VideoStream

from eyecatch.core.errors import MediaError
from eyecatch.core.images import is_image
from eyecatch.core.shortage import blame_machine
from eyecatch.core.storage import is_remote, opened, reachable
from eyecatch.core.video.readable_formats import NO_PROTOCOLS, ONLY_ITSELF, is_list
from eyecatch.core.video.types import Video

FREE_CLOCK = {"mpegts", "mpeg"}
"""Formats whose times may start anywhere: players count from the first packet, in others from 0."""


def check_file(path: Path) -> None:
    """Nothing, if ``path`` is a file with content that can be read.

    Raises:
        MediaError: it is missing, a folder, something else than a file, empty, or may not be read.
    """
    try:
        with reachable(path):
            status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise MediaError(str(path), "is a folder, not a video", "name a file in it")
        if not stat.S_ISREG(status.st_mode):
            raise MediaError(str(path), "is not a regular file", "name a video file")
        if status.st_size == 0:
            raise MediaError(str(path), "is empty", "copy or download it again")
        (opened(path) if is_remote(path) else path.open("rb")).close()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise MediaError(str(path), "there is no such file", "check the path") from error
    except PermissionError as error:
        raise MediaError(str(path), "may not be read", "check its permissions") from error
    except OSError as error:
        blame_machine(path, error)
        raise MediaError(str(path), f"can't be read ({error.strerror or error})") from error


def open_container(path: Path) -> InputContainer:
    """The file, opened; to be closed by the caller.

    Raises:
        MediaError: it can't be read, or it is no video.
    """
    check_file(path)
    try:
        # Titles in old encodings must not stop a file from being indexed.
        if is_remote(path):
            file = opened(path)
            container = av.open(file, "r", options=NO_PROTOCOLS, metadata_errors="replace")
        else:
            # "file:" keeps FFmpeg from reading a protocol into a name such as "Ep: 1.mkv".
            container = av.open(f"file:{path}", options=ONLY_ITSELF, metadata_errors="replace")
    except (av.error.FFmpegError, ValueError) as error:
        blame_machine(path, error)
        raise _open_error(path, error) from error
    if container.format.name.endswith("_pipe"):
        container.close()
        raise MediaError(str(path), "is a picture, not a video", "name a video file")
    return container


def has_free_clock(container: InputContainer) -> bool:
    """Whether times may start anywhere, as they do in broadcasts and on DVDs, and not at 0."""
    return container.format.name in FREE_CLOCK


def video_stream(container: InputContainer, video: Video) -> VideoStream:
    """The stream of ``video`` in its container, opened anew.

    Raises:
        MediaError: the file is no longer the one that was probed.
    """
    for stream in container.streams.video:
        if stream.index == video.stream:
            return stream
    raise MediaError(str(video.path), "has changed since it was looked at", "index it again")


def _open_error(path: Path, error: Exception) -> MediaError:
    with opened(path) if is_remote(path) else path.open("rb") as file:
        head = file.read(1024)
    if head[4:8] == b"ftyp":  # ISO/IEC 14496-12: an MP4 says so here
        problem = "is an MP4 without its index (moov): it was cut short before it was finished"
        return MediaError(str(path), problem, "copy or download it again")
    if isinstance(error, av.error.EOFError):
        return MediaError(str(path), "ends before its first frame", "copy or download it again")
    if is_list(head):
        problem = "is a list of other files, and what a file names isn't opened"
        return MediaError(str(path), problem, "name the videos themselves")
    if is_image(path):
        return MediaError(str(path), "is a picture, not a video", "name a video file")
    return MediaError(str(path), "is not a video that FFmpeg knows", "check what is in it")
