"""``eyecatch.to_dict``: any answer as plain dicts and lists, for JSON and data frames."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from fractions import Fraction
from pathlib import PurePath
from typing import Any, Final

from eyecatch.jobs import rows

# By the names of classes, so that none is loaded for it.
_ROWS: Final[Mapping[str, Callable[[Any], rows.Row]]] = {
    "CharacterSummary": rows.character_row,
    "Cluster": rows.cluster_row,
    "EpisodeRecord": rows.record_row,
    "EpisodeSegment": rows.segment_row,
    "EpisodeStatus": rows.status_row,
    "EpisodeSummary": rows.episode_row,
    "FaceRow": rows.face_row,
    "FileFault": rows.bad_file_row,
    "Found": rows.found_row,
    "Range": rows.range_row,
    "RunRecord": rows.run_row,
    "Unknowns": rows.unknowns_row,
}


def to_dict(answer: Any) -> Any:  # noqa: ANN401 - of a record a dict, of several a list
    """An answer of any verb as JSON has it: a record as a dict, several as a list of dicts.

    What a verb prints with ``--json`` has the keys of ``docs/json.md``; other records have those of
    their attributes. Times are seconds, paths are text.

    Args:
        answer: what a verb returned, or a part of it.

    Example:
        >>> import eyecatch
        >>> found = eyecatch.find("Mizore", db="season.db")
        >>> [(row["episode"], row["characters"]) for row in eyecatch.to_dict(found)]
        [('Lantern_Street_S01E01.mkv', ['Mizore'])]
    """
    if (row := _ROWS.get(type(answer).__name__)) is not None:
        return row(answer)
    own = getattr(answer, "to_json", None) or getattr(answer, "as_dict", None)
    return _plain(answer) if own is None else own()


def _plain(value: Any) -> Any:  # noqa: ANN401 - anything
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: to_dict(getattr(value, one.name)) for one in fields(value)}
    if hasattr(value, "_asdict"):  # a named tuple
        return to_dict(value._asdict())
    if isinstance(value, Mapping):
        return {str(name): to_dict(one) for name, one in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return [to_dict(one) for one in value]
    return _plain_scalar(value)


def _plain_scalar(value: Any) -> Any:  # noqa: ANN401 - text, a number or None
    if isinstance(value, Fraction):
        return float(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return str(value) if isinstance(value, PurePath) else value
