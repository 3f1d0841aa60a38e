"""The formats of which every episode has a file of its own."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from pathlib import Path

from eyecatch.core.errors import RequestError
from eyecatch.jobs.export.appearances import Cast

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


def writer(form: str) -> Callable[[Cast], str]:
    """The function that writes an episode's appearances as text."""
    module, name, _ = _HOMES[form]
    function: Callable[[Cast], str] = getattr(
        importlib.import_module(f"eyecatch.jobs.export.{module}"), name
    )
    return function


def targets(names: Sequence[str], out: Path, suffix: str) -> list[Path]:
    """A file for each name.

    Args:
        names: of episodes or characters; at least one.
        out: a file, if it ends as the files shall, for one name only; else a folder for them.
        suffix: how the files end.

    Raises:
        RequestError: they would share a file.
    """
    if out.suffix.lower() == Path(f"name{suffix}").suffix and not out.is_dir():
        if len(names) > 1:
            problem = f"{out} is one file, but there are {len(names)} to write"
            raise RequestError(problem, "name a folder with --out, or ask for one")
        return [out]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise RequestError(f"two are called {twice}", "export them one by one")
    return [out / f"{name}{suffix}" for name in names]


def suffix(form: str) -> str:
    """How the files of a format end."""
    return _HOMES[form][2]
