"""What can go wrong, as one tree.

::

    EyecatchError
    ├── RequestError              what was asked can't be done: an option, a folder, a name
    │   ├── ArgumentError         a function was given something else; a TypeError too
    │   └── UnknownCharacterError
    ├── MediaError                a picture or a video that can't be used
    ├── MachineError              memory or open files that the machine has too little of
    ├── ModelError                a bundle, a cascade or weights that can't be used
    └── DatabaseError             an index that can't be opened, read or written
        └── DatabaseGoneError     its server went away; it may come back

Errors cross process boundaries, so each keeps its raw values as positional arguments and
formats them in ``__str__``: one sentence of what is wrong and with which file, then what to do.
"""

from __future__ import annotations

from collections.abc import Sequence

from eyecatch.core.file_names import shown


class EyecatchError(Exception):
    """Anything eyecatch says to its user instead of a traceback."""


def _sentence(problem: str, advice: str) -> str:
    """Two clauses as one sentence; advice may be a question."""
    whole = f"{problem}; {advice}" if advice else problem
    return shown(whole if whole.endswith("?") else f"{whole}.")


class RequestError(EyecatchError):
    """What was asked can't be done.

    Args:
        problem: what is wrong, as a clause without a full stop.
        advice: what to do about it, as a clause without a full stop; may be empty.
    """

    def __init__(self, problem: str, advice: str = "") -> None:
        super().__init__(problem, advice)
        self.problem = problem
        self.advice = advice

    def __str__(self) -> str:
        return _sentence(self.problem, self.advice)


class ArgumentError(RequestError, TypeError):
    """A verb's function was given an argument of another type or name; arguments as for the above.

    A TypeError too, as Python's own functions raise it.
    """


class UnknownCharacterError(RequestError):
    """No character of that name; the nearest names are offered.

    Args:
        name: the name that was asked for.
        nearest: names that exist and are spelt alike, best first.
        advice: what to do where none is.
    """

    def __init__(self, name: str, nearest: Sequence[str] = (), advice: str = "") -> None:
        offer = f"did you mean {' or '.join(nearest)}?" if nearest else advice
        super().__init__(f"no character is called {name!r}", offer)
        self.args = (name, tuple(nearest), advice)
        self.name = name
        self.nearest = tuple(nearest)


class _FileError(EyecatchError):
    def __init__(self, path: str, problem: str, advice: str = "") -> None:
        super().__init__(path, problem, advice)
        self.path = path
        self.problem = problem
        self.advice = advice

    def __str__(self) -> str:
        return _sentence(f"{self.path}: {self.problem}", self.advice)


class MediaError(_FileError):
    """A picture or a video that can't be used.

    Args:
        path: the file.
        problem: what is wrong with it, as a clause.
        advice: what to do about it, as a clause; may be empty.
    """


class MachineError(_FileError):
    """What the machine lacks to read a file: it says nothing of the file, which is read next time.

    Arguments as for MediaError.
    """


class ModelError(_FileError):
    """A bundle, a cascade or weights that can't be used; arguments as for MediaError."""


class DatabaseError(_FileError):
    """An index that can't be opened, read or written; ``path`` is its URL without a password."""


class DatabaseGoneError(DatabaseError):
    """The server of an index went away, or does not answer; what was committed is kept."""
