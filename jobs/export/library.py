"""What media libraries read beside episodes: NFO files, and pictures of the characters in them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from eyecatch.core.distinct import file_names
from eyecatch.core.errors import RequestError
from eyecatch.db.index import Index
from eyecatch.db.records.scan import EpisodeRecord
from eyecatch.jobs.export.appearances import EpisodeAppearances
from eyecatch.jobs.export.nfo import NfoActor, NfoError, NfoFacts, new_nfo, with_actors
from eyecatch.jobs.export.outputs import stream

log = logging.getLogger(__name__)

ACTORS: Final = ".actors"
"""The folder in which Kodi looks for pictures of actors: in that of the show, or of the film."""

SHOW: Final = "tvshow.nfo"
"""By which the folder of a show is known."""

NO_THUMBS: Final = "none"
"""For ``thumbs``: no pictures."""


def write_nfo(
    cast: EpisodeAppearances,
    there: bytes | None,
    thumbs: Mapping[str, str],
    aliases: Mapping[str, tuple[str, ...]],
) -> bytes:
    """An episode's NFO with an actor for each character, the longest on screen first.

    Args:
        cast: who is there.
        there: the file to which they are added; None where there is none.
        thumbs: path or URL of each one's picture.
        aliases: other names of each.

    Raises:
        NfoError: it can't be added to.
    """
    actors = [NfoActor(name, thumbs.get(name), aliases.get(name, ())) for name in cast.characters()]
    return new_nfo(_facts(cast.episode), actors) if there is None else with_actors(there, actors)


def _facts(episode: EpisodeRecord) -> NfoFacts:
    """What is known of an episode: players count in whole numbers, and what is no story apart."""
    name = episode.named
    numbers = [name.number, name.last_number]
    if name.special is not None or any(one is not None and one % 1 for one in numbers):
        return NfoFacts(name.title, episode.series)
    first, last = (None if one is None else int(one) for one in numbers)
    return NfoFacts(name.title, episode.series, name.season, first, last)


def write_library(
    index: Index,
    casts: Sequence[EpisodeAppearances],
    files: Sequence[Path | None],
    *,
    thumbs: str | None,
    force: bool,
) -> tuple[list[Path | None], list[Path]]:
    """Write an NFO for each episode, and the pictures; what is there is added to.

    An NFO that can't be added to, such as the note of a release, is left as it is, and that is
    logged. So is a picture that is there, unless ``force`` is given.

    Args:
        index: has the pictures.
        casts: who is in each episode.
        files: the NFO of each; None for standard output, and no pictures.
        thumbs: folder or URL by which the player sees the pictures, or ``NO_THUMBS``; None for
            where they are.
        force: replace pictures that are there.

    Returns:
        The NFO files that were written, and those that were left.

    Raises:
        RequestError: none can be, or one can't be written.
    """
    portraits = {} if thumbs == NO_THUMBS else index.exports.portraits()
    aliases = {one.name: one.aliases for one in index.summaries.characters()}
    written: list[Path | None] = []
    faults: dict[Path, str] = {}
    for cast, file in zip(casts, files, strict=True):
        there = cast.episode.video.path.with_suffix(".nfo")
        there = file if file is not None and file.exists() else there
        pictures = {} if file is None else _pictures(cast, file, portraits)
        try:
            content = there.read_bytes() if there.is_file() else None
            made = write_nfo(cast, content, _seen(pictures, thumbs), aliases)
        except NfoError as fault:
            faults[there] = f"{there} {fault}"
            continue
        for name, picture in pictures.items():
            if force or not picture.exists():
                with stream(picture, force) as opened:
                    opened.write(portraits[name])
        if made != content or there != file:
            with stream(file, force=True) as opened:
                opened.write(made)
        written.append(file)
    if faults and not written:
        raise RequestError(next(iter(faults.values())), "move it away, and run the same again")
    for told in faults.values():
        log.warning("%s; it is left as it is.", told)
    return written, list(faults)


def _pictures(
    cast: EpisodeAppearances, file: Path, portraits: Mapping[str, bytes]
) -> dict[str, Path]:
    """Where the pictures of those who are in an episode are, for an NFO there.

    Kodi looks for a name with underscores; one that no file can have is only told by ``thumb``.
    """
    folder = show_folder(file.absolute().parent) / ACTORS
    stems = file_names([name.replace(" ", "_") for name in portraits])
    names = dict(zip(portraits, stems, strict=True))
    return {one: folder / f"{names[one]}.jpg" for one in cast.characters() if one in names}


def _seen(pictures: Mapping[str, Path], thumbs: str | None) -> dict[str, str]:
    """Where a player sees them."""
    if thumbs is None:
        return {name: str(picture) for name, picture in pictures.items()}
    return {name: f"{thumbs.rstrip('/')}/{picture.name}" for name, picture in pictures.items()}


def show_folder(folder: Path) -> Path:
    """The folder of the show that an episode's folder is of: it, or one of two above, if told."""
    near = (folder, *folder.parents[:2])
    return next((one for one in near if (one / SHOW).is_file()), folder)
