"""The part of a bundle's card that lists characters enrolled without training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from eyecatch.core.identity.bundle import Bundle
from eyecatch.core.identity.bundle_writer import Card

KEY = "enrolled"
HEADING = "\n## Enrolled without training\n\n"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A character, or a variant of one, that was enrolled; the attributes are keys of the card.

    Attributes:
        character: its name.
        pictures: how many it was made of.
        variant: a costume or form of a character that the bundle knew.
        notes: warnings about them, one sentence each.
    """

    character: str
    pictures: int
    variant: bool
    notes: tuple[str, ...]


def with_entry(bundle: Bundle, entry: Enrolment) -> Card:
    """The card of a bundle with one more entry."""
    return _card(bundle, [*_entries(bundle), {**asdict(entry), "notes": list(entry.notes)}])


def without_entries(bundle: Bundle, character: str) -> Card:
    """The card of a bundle without the entries of a character."""
    return _card(bundle, [one for one in _entries(bundle) if one.get("character") != character])


def unchanged(bundle: Bundle) -> Card:
    """The card of a bundle as it is."""
    return Card(bundle.card, bundle.card_text)


def _entries(bundle: Bundle) -> list[Mapping[str, Any]]:
    entries = bundle.card.get(KEY, [])
    # A card from elsewhere may hold anything.
    return [one for one in entries if isinstance(one, dict)] if isinstance(entries, list) else []


def _card(bundle: Bundle, entries: Sequence[Mapping[str, Any]]) -> Card:
    facts = {key: value for key, value in bundle.card.items() if key != KEY}
    text = bundle.card_text.partition(HEADING)[0]
    if not entries:
        return Card(facts, text)
    lines = [
        f"| {_cell(one.get('character'))} | {one.get('pictures')} | "
        f"{'a variant' if one.get('variant') else ''} |"
        for one in entries
    ]
    table = "\n".join(["| character | pictures | |", "|---|---|---|", *lines])
    return Card({**facts, KEY: list(entries)}, f"{text}{HEADING}{table}\n")


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|")
