"""From the paths a person gives to the videos and images they mean."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from eyecatch.core import images as stills
from eyecatch.core.arguments import AnyPath
from eyecatch.core.errors import MediaError
from eyecatch.core.folders import Failed, files_below
from eyecatch.core.storage import is_remote, objects, opened, place, readable

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
        named: those of the files that were named outright, not found in a folder.
    """

    files: tuple[Path, ...]
    faults: tuple[MediaError, ...]
    named: frozenset[Path] = frozenset()


def videos(paths: Iterable[AnyPath]) -> Sources:
    """The videos of files and folders, folders searched to the bottom; a URL may be a pattern.

    Raises:
        RequestError: a URL is of a kind that can't be read here.
    """
    return _sources(paths, VIDEO_SUFFIXES, "videos", there=True)


def images(paths: Iterable[AnyPath]) -> Sources:
    """The images of files and folders, folders searched to the bottom."""
    return _sources(paths, stills.SUFFIXES, "images")


def media(paths: Iterable[AnyPath]) -> Sources:
    """The images and videos of files and folders, folders searched to the bottom."""
    return _sources(paths, stills.SUFFIXES | VIDEO_SUFFIXES, "images or videos")


def _sources(
    paths: Iterable[AnyPath], suffixes: frozenset[str], what: str, *, there: bool = False
) -> Sources:
    """The files of paths; where they have to be ``there``, what isn't is no file but a fault."""
    files: dict[str, Path] = {}
    named: set[Path] = set()
    faults: list[MediaError] = []

    def failed(error: OSError) -> None:
        faults.append(_unread(str(error.filename), error))

    for path in map(place, paths):
        try:
            found = _files_of(readable(path), suffixes, what, failed)
            if found is None and there:
                _check_there(path)
            for file in [path] if found is None else found:
                files.setdefault(_identity(file), file)
            if found is None:
                named.add(path)
        except OSError as error:
            faults.append(_unread(str(path), error))
        except MediaError as error:
            faults.append(error)
    return Sources(tuple(files.values()), tuple(faults), frozenset(named))


def _check_there(path: Path) -> None:
    """MediaError if a path leads to nothing; of this machine with what is called nearly so."""
    if is_remote(path):
        try:
            opened(path).close()
        except FileNotFoundError:
            raise MediaError(str(path), "there is no such file", "check the path") from None
    if is_remote(path) or os.path.lexists(path):
        return
    folder = path.absolute().parent
    beside = [one.name for one in folder.iterdir()] if folder.is_dir() else []
    near = difflib.get_close_matches(path.name, beside, 1)
    advice = f"did you mean {near[0]}?" if near else "check how it is spelt"
    raise MediaError(str(path), "there is no such file or folder", advice)


def _unread(path: str, error: OSError) -> MediaError:
    return MediaError(path, f"can't be read: {error.strerror or error}")


def _identity(file: Path) -> str:
    """The same for a file and for links to it."""
    return str(file) if is_remote(file) else os.path.realpath(file)


def _files_of(
    path: Path, suffixes: frozenset[str], what: str, failed: Failed
) -> Sequence[Path] | None:
    """The files that are wanted of a folder or a pattern; None if it is one file."""

    def wanted(name: str) -> bool:
        return PurePath(name).suffix.lower() in suffixes

    if is_remote(path):
        every = objects(path)
        found = None if every is None else [one for one in every if _is_shown(one, path, wanted)]
    else:
        found = sorted(files_below(path, wanted, failed)) if path.is_dir() else None
    if found is not None and not found:
        raise MediaError(str(path), f"no {what} in this folder", "name the files themselves")
    return found


def _is_shown(path: Path, folder: Path, wanted: Callable[[str], bool]) -> bool:
    below = path.parts[len(folder.parts) :]
    return wanted(path.name) and not any(part.startswith(".") for part in below)
