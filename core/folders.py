"""What is below a folder: links are followed, and what eyecatch wrote itself is passed over."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from eyecatch.core.files import CARD

COLLECTED: Final = ".looked-at"
"""A file of every folder that ``collect`` wrote; see ``training.collection.manifest``."""

PROXIES: Final = ".proxies"
"""What follows an index's name in that of its folder of copies for browsers."""

Failed = Callable[[OSError], None]
"""Is called with each folder that can't be read."""


def silent(_: OSError) -> None:
    """A ``Failed`` that says nothing."""


def files_below(
    folder: Path, wanted: Callable[[str], bool], failed: Failed = silent, *, ours: bool = False
) -> Iterator[Path]:
    """The files of a folder, to the bottom; no hidden ones, and none of hidden folders.

    Links to folders and files are followed. Each folder and each file comes once, by its own path
    where that is below ``folder``; so links that lead in a circle do no harm. A link that leads
    nowhere is among the files: what opens it says so.

    Args:
        folder: where to look; whatever it is.
        wanted: whether a file of that name is.
        failed: called with what can't be read.
        ours: what eyecatch wrote is wanted too, as data to train on is.
    """
    seen: set[str] = set()
    later, links = [folder], list[Path]()
    while later:
        for top, folders, names in os.walk(later.pop(0), onerror=failed):
            place, real = Path(top), os.path.realpath(top)
            if real in seen or (place != folder and not ours and _is_ours(place, names)):
                folders.clear()
                continue
            seen.add(real)
            below = sorted(place / one for one in folders if not one.startswith("."))
            later += [one for one in below if one.is_symlink()]
            folders[:] = [one.name for one in below if not one.is_symlink()]
            for name in names:
                path = place / name
                if name.startswith(".") or not wanted(name):
                    continue
                if path.is_symlink():
                    links.append(path)
                elif path.is_file():
                    seen.add(f"{real}/{name}")
                    yield path
    for path in sorted(links):
        real = os.path.realpath(path)
        if real not in seen and (path.is_file() or not path.exists()):
            seen.add(real)
            yield path


def _is_ours(folder: Path, names: Sequence[str]) -> bool:
    """Whether eyecatch wrote a folder: a data set, collected faces, copies for browsers."""
    if folder.name.endswith(PROXIES) and folder.with_suffix("").is_file():
        return True  # its index is beside it
    return CARD in names or COLLECTED in names
