"""The formats of which every episode has a file of its own."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from pathlib import Path

from eyecatch.core.errors import RequestError
from eyecatch.db.records import EpisodeRecord
from eyecatch.jobs.exports.cast import Cast

# Each format, its module and function, and the ending of its files. Modules are loaded when used:
# OpenTimelineIO takes half a second.
_HOMES = {
    "vtt": ("subtitles", "write_vtt", ".vtt"),
    "ass": ("subtitles", "write_ass", ".ass"),
    "ffmetadata": ("chapters", "write_ffmetadata", ".ffmetadata"),
    "chapters": ("chapters", "write_matroska", ".xml"),
    "edl": ("edl", "write", ".edl"),
    "otio": ("otio", "write", ".otio"),
    "nfo": ("sidecar", "write_nfo", ".nfo"),
    "xray": ("sidecar", "write_xray", ".xray.json"),
}

FORMS = tuple(_HOMES)


def writer(form: str) -> Callable[[Cast], str]:
    """The function that writes an episode's appearances as text."""
    module, name, _ = _HOMES[form]
    function: Callable[[Cast], str] = getattr(
        importlib.import_module(f"eyecatch.jobs.exports.{module}"), name
    )
    return function


def targets(episodes: Sequence[EpisodeRecord], out: Path, suffix: str) -> list[Path]:
    """A file for each episode.

    Args:
        episodes: which.
        out: a file, if its name ends as the format's files do, for one episode only; else a folder,
            whose files are called like the episodes.
        suffix: how the format's files end.

    Raises:
        RequestError: the episodes would share a file.
    """
    if out.suffix.lower() == Path(f"name{suffix}").suffix and not out.is_dir():
        if len(episodes) > 1:
            problem = f"{out} is one file, but there are {len(episodes)} episodes"
            raise RequestError(problem, "name a folder with --out, or one episode")
        return [out]
    files = [out / f"{episode.title}{suffix}" for episode in episodes]
    twice = next((one for one in files if files.count(one) > 1), None)
    if twice is not None:
        raise RequestError(f"two episodes are called {twice.stem}", "export them one by one")
    return files


def suffix(form: str) -> str:
    """How the files of a format end."""
    return _HOMES[form][2]
