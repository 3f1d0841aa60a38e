"""Standard output and standard error, whatever they are: full, closed, or without most letters.

An answer that can't be written is a sentence and status 1. A message that can't be written stops
nothing: the work goes on without it.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from eyecatch.core.errors import RequestError


def set_up_streams() -> None:
    """Make sure that there are three, and that each letter can be written to them.

    A stream that was closed (``2>&-``) is replaced, so that no file of ours gets its number: what
    native code says there would be written into it. Letters that a stream doesn't have, such as
    Japanese ones in ASCII, are written as escapes.
    """
    for number, way in enumerate((os.O_RDONLY, os.O_RDONLY, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:  # closed, so it is the lowest free number, which is given out first
            os.set_inheritable(os.open(os.devnull, way), True)
    sys.stdout = _usable(sys.stdout, 1)
    sys.stderr = _usable(sys.stderr, 2)


def _usable(stream: TextIO | None, number: int) -> TextIO:
    if stream is None:  # what was closed when Python began
        return open(number, "w", encoding="utf-8", errors="backslashreplace", closefd=False)
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
    return stream


def has_all_letters(stream: TextIO) -> bool:
    """Whether every letter can be written to it as it is."""
    return (stream.encoding or "").lower().replace("-", "") in {"utf8", "utf16", "utf32"}


@contextmanager
def answering() -> Iterator[TextIO]:
    """Standard output to write an answer to; a sentence if it can't be written.

    Raises:
        RequestError: it is full, closed, or fails otherwise.
        SystemExit: whoever reads it has seen enough, as ``head`` does.
    """
    try:
        yield sys.stdout
        sys.stdout.flush()
    except BrokenPipeError:
        _drop(sys.stdout)
        sys.exit(141)  # what a shell says of a program that ended so: 128 + SIGPIPE
    except OSError as error:
        raise _unwritable(error) from error


_SHORT = ("failed to map segment", "cannot allocate memory", "can't start new thread")
"""What Python and the system's loader say where there is too little of something."""


def is_refusal(error: Exception) -> bool:
    """Whether the machine refused something, rather than that something is wrong with us."""
    return isinstance(error, MemoryError | OSError) or _is_short(error)


def _is_short(error: Exception) -> bool:
    said = str(error).lower() if isinstance(error, ImportError | RuntimeError) else ""
    return isinstance(error, MemoryError) or any(words in said for words in _SHORT)


def refusal(error: Exception) -> RequestError:
    """What the machine refused to a verb, as a sentence; the verb could do nothing about it."""
    if _is_short(error):
        return RequestError(
            "there is not enough memory, or a limit of this shell is too low",
            "close other programs, or see: ulimit -a",
        )
    try:
        sys.stdout.flush()
    except OSError as unwritten:
        return _unwritable(unwritten)
    path, why = getattr(error, "filename", None), getattr(error, "strerror", None)
    return RequestError(f"{f'{path}: ' if path else ''}the system refuses it ({why or error})")


def _unwritable(error: OSError) -> RequestError:
    _drop(sys.stdout)
    problem = f"standard output can't be written ({error.strerror})"
    return RequestError(problem, "send it elsewhere, or make room there")


@contextmanager
def telling(stream: TextIO | None = None) -> Iterator[TextIO]:
    """Standard error to write a message to, which is lost if that can't be written.

    Args:
        stream: it, where something else stands in its place.
    """
    stream = stream or sys.stderr
    try:
        yield stream
        stream.flush()
    except OSError:
        _drop(stream)


class Screen(io.TextIOBase):
    """A terminal for rich to draw on; what is drawn is lost once the terminal is gone.

    Args:
        stream: standard error, in whose place rich puts itself meanwhile.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    @property
    def encoding(self) -> str:  # type: ignore[override]  # typeshed has it as an attribute
        """Of its letters."""
        return self._stream.encoding

    def isatty(self) -> bool:
        """Whether it is a terminal still."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """Its number, by which rich finds out how wide it is."""
        return self._stream.fileno()

    def write(self, text: str) -> int:
        """Draw something."""
        with telling(self._stream) as stream:
            stream.write(text)
        return len(text)


def _drop(stream: TextIO) -> None:
    """Let nothing more reach a stream that fails, else Python would complain at its exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
