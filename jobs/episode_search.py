"""Which episode a person means: by a path, a file's name, ``S01E03``, or a part of its name."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from eyecatch.core.arguments import AnyPath
from eyecatch.core.errors import DatabaseError, MediaError, RequestError
from eyecatch.core.file_names import shown
from eyecatch.core.names import folded
from eyecatch.core.storage import is_remote, place
from eyecatch.db.index import Index
from eyecatch.db.records.scan import EpisodeRecord, FileStamp

_NUMBER: Final = r"(?P<number>\d{1,4}(?:\.\d)?)"
_LETTERED: Final = tuple(
    re.compile(rf"(?:(?P<series>.+?)[\s_-]+)?{form}", re.IGNORECASE)
    for form in (
        rf"(?:s(?P<season>\d{{1,2}})\s?)?(?:e|ep|episode)[\s.]?{_NUMBER}",
        rf"(?P<season>\d{{1,2}})x{_NUMBER}",
    )
)
"""Ways to write an episode's number that mean nothing else."""

_PLAIN: Final = (re.compile(rf"(?:(?P<series>.+?)[\s_-]+)?#?{_NUMBER}"),)
"""A number that only may be an episode's."""

_Step = Callable[[str, Sequence[EpisodeRecord]], list[EpisodeRecord]]
"""Which episodes are called so, in one way of calling them."""

_LISTED: Final = 5
"""Candidates that a sentence has room for."""


def called(
    index: Index, name: AnyPath, episodes: Sequence[EpisodeRecord], *, partly: bool = True
) -> list[EpisodeRecord]:
    """The episodes that a person means by a name; a path comes first, then what is said exactly.

    Args:
        index: where they are; that a file is at a path is remembered.
        name: a path to a file of that content, or at which it was once; a file's name, with or
            without its suffix; ``S01E03``, ``1x03``, ``E03``, ``3`` or ``NCOP1``, with the show
            before it or not; or a part of a name.
        episodes: all of the index.
        partly: also by a number without a letter, or by a part of a name.

    Returns:
        One, or those that a file's name is the same of.

    Raises:
        RequestError: there is none, or what is no file's name may mean several.
    """
    name = str(name)
    if found := _at(index, name, episodes) or _by_file_name(name, episodes):
        return found
    labelled = _with_labels(episodes)
    steps: list[_Step] = [_by_label, partial(_by_number, _LETTERED)]
    if partly:
        steps += [partial(_by_number, _PLAIN), _by_part]
    for step in steps:
        if found := step(name, labelled):
            return [_only(name, found)]
    near = difflib.get_close_matches(name, [one.name for one in episodes], n=3, cutoff=0.5)
    advice = f"the nearest are {', '.join(near)}" if near else "see: eyecatch episodes"
    raise RequestError(f"no episode is called {name!r}", advice)


def _at(index: Index, name: str, episodes: Sequence[EpisodeRecord]) -> list[EpisodeRecord]:
    """The episode whose content is, or once was, in the file at a path."""
    path = place(name)
    there = not is_remote(path) and path.is_file()
    digest = _digest(index, path) if there else None
    if digest is None:
        digest = index.episode_files.digest_at(str(path.absolute()))
    if there and digest is None and path.name != name:
        problem = f"the content of {path} is not in the index"
        raise RequestError(problem, f"fill it with: eyecatch index {path}")
    return [one for one in episodes if one.digest == digest]


def _digest(index: Index, path: Path) -> str | None:
    """The digest of a file's content, if an episode is of it; the index remembers the file."""
    from eyecatch.core.video.content_hash import content_hash  # noqa: PLC0415 - loads PyAV

    try:
        stamp = FileStamp.of(path)
        known = index.episodes.digest_of(stamp)
        if known is not None:
            return known
        if not index.episode_files.has_size(stamp.size):
            return None
        digest = content_hash(path)
    except (OSError, MediaError):
        return None
    if index.episodes.by_digest(digest) is None:
        return None
    with suppress(DatabaseError):  # one that can't be written is asked again next time
        index.episodes.add_file(digest, stamp)
    return digest


def _by_file_name(name: str, episodes: Sequence[EpisodeRecord]) -> list[EpisodeRecord]:
    plain, path = _plain(name), _plain(str(place(name).absolute()))
    for found in (
        [one for one in episodes if name in (one.video.path.name, one.video.path.stem)],
        [one for one in episodes if plain in map(_plain, (one.name, one.title))],
        [one for one in episodes if path == _plain(str(one.video.path))],
    ):
        if found:
            return found
    return []


def _plain(name: str) -> str:
    """A name as people type what they see: one disk keeps が as one letter, another as two."""
    return unicodedata.normalize("NFC", shown(name))


def _with_labels(episodes: Sequence[EpisodeRecord]) -> list[EpisodeRecord]:
    """The same, with what their files' names say where nobody looked at those yet."""
    if all(one.named_by for one in episodes):
        return list(episodes)
    from eyecatch.core.name_parsing import parsed_name  # noqa: PLC0415 - of earlier indexes alone

    return [
        one if one.named_by else replace(one, named=parsed_name(str(one.video.path)))
        for one in episodes
    ]


def _by_label(name: str, episodes: Sequence[EpisodeRecord]) -> list[EpisodeRecord]:
    """Those that are called so for short, with the show before it or not."""
    wanted = _tight(name)
    return [
        one
        for one in episodes
        if (label := one.named.label) is not None
        and wanted in {_tight(label), _tight(f"{one.named.series or ''}{label}")}
    ]


def _by_number(
    forms: Sequence[re.Pattern[str]], name: str, episodes: Sequence[EpisodeRecord]
) -> list[EpisodeRecord]:
    """Those of that number, of the story; without a season of any, and S1 is what has none."""
    for form in forms:
        if said := form.fullmatch(name.strip()):
            number, parts = float(said["number"]), said.groupdict()
            season, series = parts.get("season"), parts["series"]
            found = [
                one
                for one in episodes
                if one.named.special is None
                and one.named.number is not None
                and one.named.number <= number <= (one.named.last_number or one.named.number)
                and (
                    season is None
                    or (one.named.season if one.named.season is not None else 1) == int(season)
                )
                and (series is None or _tight(series) in _tight(one.named.series or ""))
            ]
            if found:
                return found
    return []


def _by_part(name: str, episodes: Sequence[EpisodeRecord]) -> list[EpisodeRecord]:
    """Those in whose file's name, or title, it is."""
    wanted = folded(name)
    return [
        one
        for one in episodes
        if len(wanted) > 1
        and (wanted in folded(one.name) or wanted in folded(one.named.title or ""))
    ]


def _tight(name: str) -> str:
    return re.sub(r"[\s_.-]+", "", folded(name))


def _only(name: str, found: Sequence[EpisodeRecord]) -> EpisodeRecord:
    if len(found) == 1:
        return found[0]
    listed = ", ".join(one.name for one in found[:_LISTED])
    more = f" and {len(found) - _LISTED} more" if len(found) > _LISTED else ""
    raise RequestError(f"{name!r} may be {listed}{more}", "name one of them in full, or its path")
