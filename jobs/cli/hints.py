"""Commands in sentences, such that they work where they are printed.

What is said to a person names commands as ``eyecatch find``. Where no ``eyecatch`` is on the PATH,
or another one, that would be of no use: the program that runs is named instead. And whoever named
an index is told commands that name it too.
"""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from collections.abc import Callable, Collection, Sequence
from contextvars import ContextVar
from functools import cache
from pathlib import Path

_HINTS = ContextVar[Callable[[str], str]]("_HINTS", default=str)
"""What makes the commands in a text such as work here."""


def set_up_hints(verbs: Collection[str], asking: Collection[str], arguments: Sequence[str]) -> None:
    """Take from a command line what commands in sentences have to name.

    Args:
        verbs: all there are.
        asking: those of them that are about an index.
        arguments: the command line.
    """
    index = _db(arguments)
    command = re.compile(rf"(?<![\w/.-])eyecatch ({'|'.join(verbs)})(?![\w-])")

    def spelt(found: re.Match[str]) -> str:
        rest = re.split(r"[.;,()\n]", found.string[found.end() :], maxsplit=1)[0]
        usage = rest.startswith((" [OPTIONS]", " --help"))
        lacking = index and found[1] in asking and "--db" not in rest and not usage
        return f"{program()} {found[1]}" + (f" --db {index}" if lacking else "")

    _HINTS.set(lambda text: command.sub(spelt, text))


def runnable(text: str) -> str:
    """A text in which commands of ours are such as work here.

    Example:
        >>> set_up_hints(["find"], ["find"], ["characters", "--db", "season 1.db"])
        >>> runnable("ask: eyecatch find Hiei").replace(program(), "eyecatch")
        "ask: eyecatch find --db 'season 1.db' Hiei"
    """
    return _HINTS.get()(text)


def _db(arguments: Sequence[str]) -> str:
    """The index that was named, as a shell reads it; empty where none was, or one with a secret."""
    named = ""
    for number, word in enumerate(arguments):
        if word == "--db" and number + 1 < len(arguments):
            named = arguments[number + 1]
        elif word.startswith("--db="):
            named = word.removeprefix("--db=")
    return "" if without_password(named) != named else shlex.quote(named) if named else ""


def without_password(text: str) -> str:
    """A text in which the passwords of URLs are stars.

    Example:
        >>> without_password("postgresql://me:secret@host/shows")
        'postgresql://me:***@host/shows'
    """
    return re.sub(r"(://[^:/@\s]*):[^/\s]*@", r"\1:***@", text)


@cache
def program() -> str:
    """What to type for the program that runs: ``eyecatch`` where the shell finds that by it."""
    running = Path(sys.argv[0])
    found = shutil.which("eyecatch")
    if running.name == "__main__.py" and running.parent.name == "eyecatch":
        beside = Path(sys.executable).parent / "eyecatch"
        if not beside.exists():
            return f"{shlex.quote(_near(Path(sys.executable)))} -m eyecatch"
        running = beside
    elif running.name != "eyecatch":  # called from a program in Python
        return "eyecatch"
    if found is not None and Path(found).resolve() == running.resolve():
        return "eyecatch"
    return shlex.quote(_near(running))


def _near(path: Path) -> str:
    """A path as it is typed here: below the current folder without what leads there."""
    path = path.absolute()
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
