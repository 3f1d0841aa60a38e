"""Whether an error is the machine's fault, for want of memory or of open files, or a file's."""

from __future__ import annotations

import errno
import re
from pathlib import Path
from typing import Final

from eyecatch.core.errors import MachineError

_FILES: Final = {errno.EMFILE, errno.ENFILE}

_MEMORY: Final = re.compile(
    r"(?i)(out of|insufficient|not enough|allocate).{0,40}\bmemory|bad_alloc|failed to map segment"
)
"""How libraries say it that have no number for it: OpenCV, LiteRT, C++, and who loads libraries."""

ADVICE: Final = "close other programs or raise the limits (ulimit -a), and run the same again"


def shortage(error: BaseException) -> str | None:
    """What an error says that the machine lacks, as a clause; None where it says something else.

    Example:
        >>> from eyecatch.core.errors import MediaError
        >>> shortage(MemoryError())
        'there is not enough memory'
        >>> shortage(OSError(24, "Too many open files"))
        'too many files are open'
        >>> shortage(MediaError("Out of Memory.mkv", "is no video"))
    """
    number = getattr(error, "errno", None)
    if number in _FILES:
        return "too many files are open"
    if isinstance(error, MemoryError) or number == errno.ENOMEM:
        return "there is not enough memory"
    # Who has a number needs no words, which may hold a file's name: an episode "Out of Memory".
    said = getattr(error, "problem", None) or str(error)
    return "there is not enough memory" if number is None and _MEMORY.search(said) else None


def blame_machine(path: Path, error: BaseException) -> None:
    """Nothing, unless an error that came up with a file is the machine's fault.

    Raises:
        MachineError: it is.
    """
    if (lack := shortage(error)) is not None:
        raise MachineError(str(path), f"{lack} to read it", ADVICE) from error
