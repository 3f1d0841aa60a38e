"""Names of characters, as people spell them."""

from __future__ import annotations

import unicodedata

from eyecatch.core.errors import RequestError
from eyecatch.core.file_names import shown

LONGEST = 200
"""Letters of a name; a folder's name can't have more than 255 bytes."""


def folded(name: str) -> str:
    """The name without what people spell differently: case, width of letters, spaces around it."""
    return unicodedata.normalize("NFKC", shown(name)).casefold().strip()


def has_controls(text: str) -> bool:
    """Whether there are control characters in a text, or bytes that are no UTF-8."""
    return any(unicodedata.category(letter) in ("Cc", "Cs") for letter in text)


def check_name(name: str) -> None:
    """Makes sure that this can be the name of somebody, and spoils no list and no label.

    Raises:
        ValueError: it is empty, very long, or has control characters in it.
    """
    if not name.strip():
        raise ValueError("a name has to have letters")
    if len(name) > LONGEST:
        raise ValueError(f"a name may have {LONGEST} letters, not {len(name)}")
    if has_controls(name):
        raise ValueError(f"the name {name!r} has characters in it that are no letters")


def require_name(name: str, advice: str = "use another name") -> None:
    """As ``check_name``, for a name that a person gives, before any work is done with it.

    Args:
        name: of a character or a series.
        advice: what to do about it, as a clause.

    Raises:
        RequestError: it can't be a name.
    """
    try:
        check_name(name)
    except ValueError as error:
        raise RequestError(str(error), advice) from None
