"""From the paths a person gives to the videos and images they mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from eyecatch.core import stills
from eyecatch.core.errors import MediaError

# What a folder is searched for; a file that is named outright is tried whatever it is called.
VIDEO_SUFFIXES = frozenset(
    {".avi", ".flv", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".ogm"}
    | {".ogv", ".rm", ".rmvb", ".ts", ".vob", ".webm", ".wmv"}
)


@dataclass(frozen=True, slots=True)
class Sources:
    """What a list of paths came to.

    Attributes:
        files: files to read, each once, folders' files in order of their names.
        faults: one error for each path that came to nothing.
    """

    files: tuple[Path, ...]
    faults: tuple[MediaError, ...]


def videos(paths: Iterable[Path]) -> Sources:
    """The videos of files and folders, folders searched to the bottom."""
    return _sources(paths, VIDEO_SUFFIXES, "videos")


def images(paths: Iterable[Path]) -> Sources:
    """The images of files and folders, folders searched to the bottom."""
    return _sources(paths, stills.SUFFIXES, "images")


def media(paths: Iterable[Path]) -> Sources:
    """The images and videos of files and folders, folders searched to the bottom."""
    return _sources(paths, stills.SUFFIXES | VIDEO_SUFFIXES, "images or videos")


def _sources(paths: Iterable[Path], suffixes: frozenset[str], what: str) -> Sources:
    files: dict[Path, None] = {}
    faults: list[MediaError] = []
    for path in paths:
        try:
            files.update(dict.fromkeys(_files_of(path, suffixes, what)))
        except OSError as error:
            faults.append(MediaError(str(path), f"can't be read: {error.strerror}"))
        except MediaError as error:
            faults.append(error)
    return Sources(tuple(files), tuple(faults))


def _files_of(path: Path, suffixes: frozenset[str], what: str) -> Sequence[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(_walk(path, suffixes))
    if not found:
        raise MediaError(str(path), f"no {what} in this folder", "name the files themselves")
    return found


def _walk(folder: Path, suffixes: frozenset[str]) -> Iterator[Path]:
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.suffix.lower() in suffixes and not hidden and path.is_file():
            yield path
