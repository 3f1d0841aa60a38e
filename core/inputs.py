"""From the paths a person gives to the videos and images they mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from eyecatch.core import images as stills
from eyecatch.core.errors import MediaError
from eyecatch.core.storage import is_remote, objects, place, readable

# What a folder is searched for; a file that is named outright is tried whatever it is called.
VIDEO_SUFFIXES = frozenset(
    {".avi", ".flv", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".ogm"}
    | {".ogv", ".rm", ".rmvb", ".ts", ".vob", ".webm", ".wmv"}
)


@dataclass(frozen=True, slots=True)
class Sources:
    """The files that a list of paths stands for.

    Attributes:
        files: files to read, each once, folders' files in order of their names.
        faults: one error for each path that stands for no file.
    """

    files: tuple[Path, ...]
    faults: tuple[MediaError, ...]


def videos(paths: Iterable[str | Path]) -> Sources:
    """The videos of files and folders, folders searched to the bottom; a URL may be a pattern.

    Raises:
        RequestError: a URL is of a kind that can't be read here.
    """
    return _sources(paths, VIDEO_SUFFIXES, "videos")


def images(paths: Iterable[str | Path]) -> Sources:
    """The images of files and folders, folders searched to the bottom."""
    return _sources(paths, stills.SUFFIXES, "images")


def media(paths: Iterable[str | Path]) -> Sources:
    """The images and videos of files and folders, folders searched to the bottom."""
    return _sources(paths, stills.SUFFIXES | VIDEO_SUFFIXES, "images or videos")


def _sources(paths: Iterable[str | Path], suffixes: frozenset[str], what: str) -> Sources:
    files: dict[Path, None] = {}
    faults: list[MediaError] = []
    for path in map(place, paths):
        try:
            files.update(dict.fromkeys(_files_of(readable(path), suffixes, what)))
        except OSError as error:
            faults.append(MediaError(str(path), f"can't be read: {error.strerror or error}"))
        except MediaError as error:
            faults.append(error)
    return Sources(tuple(files), tuple(faults))


def _files_of(path: Path, suffixes: frozenset[str], what: str) -> Sequence[Path]:
    if is_remote(path):
        every = objects(path)
        found = None if every is None else [one for one in every if _wanted(one, path, suffixes)]
    else:
        found = sorted(_walk(path, suffixes)) if path.is_dir() else None
    if found is None:
        return [path]
    if not found:
        raise MediaError(str(path), f"no {what} in this folder", "name the files themselves")
    return found


def _walk(folder: Path, suffixes: frozenset[str]) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if _wanted(path, folder, suffixes) and path.is_file():
            yield path


def _wanted(path: Path, folder: Path, suffixes: frozenset[str]) -> bool:
    below = path.parts[len(folder.parts) :]
    return path.suffix.lower() in suffixes and not any(part.startswith(".") for part in below)
