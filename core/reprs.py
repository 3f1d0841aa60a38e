"""How a record shows itself at a prompt: in a line, whatever it holds."""

from __future__ import annotations

from fractions import Fraction


def brief(record: object, **shown: object) -> str:
    """The text for a record's ``__repr__``.

    Args:
        record: the record.
        shown: what is worth reading of it; times become seconds with three digits.

    Example:
        >>> brief(Fraction(1), seconds=Fraction(1001, 24000), of="S01E01")
        "Fraction(seconds=0.042, of='S01E01')"
    """
    parts = ", ".join(f"{name}={_rounded(value)!r}" for name, value in shown.items())
    return f"{type(record).__name__}({parts})"


def _rounded(value: object) -> object:
    return round(float(value), 3) if isinstance(value, Fraction | float) else value
