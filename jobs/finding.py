"""What ``eyecatch doctor`` finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked.

    Attributes:
        what: its name.
        found: what there is.
        so: what this means for eyecatch; may be empty.
        fine: False where something is missing that a verb needs.
    """

    what: str
    found: str
    so: str = ""
    fine: bool = True
