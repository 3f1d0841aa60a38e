"""With which status a verb ends, for scripts: all verbs that work on several files agree."""

from __future__ import annotations

from typing import Final

DONE: Final = 0
"""All that was asked was done."""

NOTHING: Final = 1
"""Nothing could be done; so end all errors too."""

PARTLY: Final = 3
"""Done, but for some files that could not be. (2 is a command line that can't be understood.)"""


def status_of(done: int, faults: int) -> int:
    """The status where so much was done, and so much could not be.

    Example:
        >>> status_of(4, 0), status_of(0, 0), status_of(3, 1), status_of(0, 4)
        (0, 0, 3, 1)
    """
    if not faults:
        return DONE
    return PARTLY if done else NOTHING
