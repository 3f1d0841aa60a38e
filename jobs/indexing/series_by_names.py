"""The series of new files where nobody says it: what their names say, if they agree.

A series decides whose faces are compared, so a wrong guess would cost more than none. Files are of
the series of which others are that are called alike. Files of a folder that don't agree are of
none, and so is all that is new in an index in which episodes are of none: it goes on as it is,
unless all its files tell of one show, so that nothing is split.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from eyecatch.core.name_parsing import parsed_name
from eyecatch.core.names import folded
from eyecatch.db.index import Index

Known = Mapping[str, Collection[str | None]]
"""Of which series those are whose names say a show, by that, folded."""


def series_by_names(
    index: Index, files: Sequence[Path]
) -> tuple[dict[Path, str | None], list[str]]:
    """The series of each file, None for none, and a sentence for each folder that disagrees.

    Args:
        index: an open index; what it has stays of its series, whatever is said here.
        files: all of one call.
    """
    chosen: dict[Path, str | None] = dict.fromkeys(files)
    by_path = index.episode_names.series_by_path()
    folders: defaultdict[Path, list[Path]] = defaultdict(list)
    for file in files:
        if str(file.absolute()) not in by_path:
            folders[file.absolute().parent].append(file)
    known = _known(by_path) if folders else {}
    notes = []
    for folder, some in folders.items():
        beside = {series for path, series in by_path.items() if Path(path).parent == folder}
        shows = _shows(some)
        if len(shows) == 1 and None not in beside:
            (show,) = shows
            series = _series(show, shows[show], known, set(by_path.values()), beside)
            if series is not None:
                chosen |= dict.fromkeys(some, series)
                known.setdefault(show, set()).add(series)
                continue
        if None in by_path.values() or not shows:
            continue  # nothing is said of what was never asked for
        told = sorted({*shows.values(), *(one for one in beside if one)})
        notes.append(
            f"{folder}: its files are of no series, as their names tell of {len(told)} "
            f"({', '.join(told[:3])}{', …' if len(told) > 3 else ''}); --series says which, and "
            "eyecatch episode of one that is indexed."
        )
    return chosen, notes


def join_by_names(index: Index) -> str | None:
    """Make an index of no series that of the show of which all its files tell.

    Returns:
        The series; None where they don't agree, some are of one, or a person said what any of them
        is called: then nothing is changed.
    """
    paths, told = index.episode_names.of_no_series(), set[str]()
    for path in paths:
        name = parsed_name(path)
        if name.series is None:
            return None
        if name.label is not None:
            told.add(folded(name.series))
        if len(told) > 1:
            return None
    shows = list(_shows(list(map(Path, paths))).values())
    if len(shows) != 1:
        return None
    index.episode_names.join(shows[0])
    return shows[0]


def _known(by_path: Mapping[str, str | None]) -> dict[str, set[str | None]]:
    known: dict[str, set[str | None]] = {}
    for path, series in by_path.items():
        if said := parsed_name(path).series:
            known.setdefault(folded(said), set()).add(series)
        if series is not None:
            known.setdefault(folded(series), set()).add(series)
    return known


def _shows(files: Sequence[Path]) -> dict[str, str]:
    """The shows of a folder's files, as they are spelt most often, by their folded names.

    A file without a number may be of a show whose name it begins with; alone it tells of none.
    """
    spelt: dict[str, Counter[str]] = {}
    unnumbered = []
    for file in files:
        name = parsed_name(str(file.absolute()))
        if name.series is None:
            continue
        if name.label is None:
            unnumbered.append(name.series)
        else:
            spelt.setdefault(folded(name.series), Counter())[name.series] += 1
    if spelt:
        for series in unnumbered:
            if not any(folded(series).startswith(show) for show in spelt):
                spelt.setdefault(folded(series), Counter())[series] += 1
    return {
        show: min(how.items(), key=lambda one: (-one[1], one[0]))[0] for show, how in spelt.items()
    }


def _series(
    show: str,
    spelt: str,
    known: Known,
    every: Collection[str | None],
    beside: Collection[str | None],
) -> str | None:
    """The series of a folder's files, which tell of one show; None where it isn't certain."""
    if beside:
        (series, *others) = beside
        alike = series is not None and (
            series in known.get(show, ())
            or folded(series).startswith(show)
            or show.startswith(folded(series))
        )
        return series if alike and not others else None
    if show in known:
        (series, *others) = known[show]
        return None if others else series
    return None if None in every else spelt
