"""The card of a bundle that was made of the names in an index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from eyecatch.core.identity.bundle_writer import Card
from eyecatch.core.identity.manifest import Contents


@dataclass(frozen=True, slots=True)
class CharacterCount:
    """What a character's prototypes were made of; the attributes are keys of the card.

    Attributes:
        character: the name.
        faces: tracks that people named so.
        pictures: crops of them.
        episodes: in how many episodes they are.
        series: shows they are of, sorted; an episode may be of none.
    """

    character: str
    faces: int
    pictures: int
    episodes: int
    series: tuple[str, ...]


def index_bundle_card(
    contents: Contents,
    characters: Sequence[CharacterCount],
    series: Sequence[str | None],
    nobody: int,
    *,
    metric: bool,
) -> Card:
    """Where a bundle comes from.

    Args:
        contents: of the bundle.
        characters: in its order.
        series: those of the faces; None is no series.
        nobody: pictures of faces that people called nobody, which the calibration was fitted on.
        metric: whether faces are compared by a metric that was learned from them.
    """
    facts: dict[str, Any] = {
        "created_by": contents.created_by,
        "made_of": "the names that people gave in an index",
        "network": {"name": contents.architecture.name, "options": contents.architecture.options},
        "calibration": asdict(contents.calibration),
        "metric": metric,
        "series": [name for name in series if name is not None],
        "data": {
            "faces": sum(one.faces for one in characters),
            "pictures": sum(one.pictures for one in characters),
            "nobody": nobody,
            "characters": [{**asdict(one), "series": list(one.series)} for one in characters],
        },
    }
    return Card(facts, _markdown(contents, characters, facts))


def _markdown(
    contents: Contents, characters: Sequence[CharacterCount], facts: dict[str, Any]
) -> str:
    data, calibration = facts["data"], contents.calibration
    lines = [
        f"# {len(characters)} character{'s' * (len(characters) != 1)} of an index",
        "",
        f"Made by {facts['created_by']} of the names that people gave in an index, without "
        f"training: {data['pictures']} pictures of {data['faces']} faces"
        + (f", of {' and '.join(facts['series'])}" if facts["series"] else "")
        + f"; {data['nobody']} pictures were called nobody.",
        "",
        *(
            ["Faces are compared by a metric that was learned from these.", ""]
            if facts["metric"]
            else []
        ),
        f"Temperature {calibration.temperature:.3f}; a name is given from a confidence of "
        f"{calibration.maybe:.3f} on, and given as sure from {calibration.sure:.3f} on, unless a "
        "character has thresholds of its own.",
        "",
        "| character | faces | pictures | episodes |",
        "|---|---|---|---|",
        *(
            f"| {_cell(one.character)} | {one.faces} | {one.pictures} | {one.episodes} |"
            for one in characters
        ),
    ]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
