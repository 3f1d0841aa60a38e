"""What callers from Python give to a verb: checked by its annotations, before any work is done.

A verb says in its signature what it takes, and is decorated::

    @renamed(form="format")
    @checked
    def verb(names: Names, *, db: Database | None = None, **keywords: Unpack[Keywords]) -> …:
        for name in several(names):

so that one name does where many do, a path may be a string, and a mistake is a sentence.
"""

from __future__ import annotations

import functools
import inspect
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar, get_args, overload
from typing import get_type_hints as hints_of

from eyecatch.core.errors import ArgumentError
from eyecatch.core.fitting import fitting

P = ParamSpec("P")
R = TypeVar("R")

AnyPath = str | os.PathLike[str]
"""A path or a URL as text, or a path."""

Paths = AnyPath | Iterable[AnyPath]
"""One path, or several."""

Names = str | Iterable[str]
"""One name, or several."""

Numbers = int | Iterable[int]
"""One whole number, or several."""

Database = AnyPath
"""The path of an SQLite file, or any SQLAlchemy URL as text."""

DEFAULT_DB: Final = "eyecatch.db"
"""The index of a folder in which no other is named."""


@overload
def several(given: Names) -> tuple[str, ...]: ...


@overload
def several(given: Numbers) -> tuple[int, ...]: ...


@overload
def several(given: Paths) -> tuple[AnyPath, ...]: ...


def several(given: Any) -> tuple[Any, ...]:
    """One or many as many.

    Example:
        >>> several("Hiei"), several(["Hiei", "Kurama"]), several(3)
        (('Hiei',), ('Hiei', 'Kurama'), (3,))
    """
    one = isinstance(given, str | os.PathLike) or not isinstance(given, Iterable)
    return (given,) if one else tuple(given)


def database(given: Database | None) -> str:
    """An index as text; where none is named that of ``EYECATCH_DB``, or of the present folder.

    Raises:
        ArgumentError: it is a URL that became a path, in which a slash is lost.
    """
    if given is None:
        return os.environ.get("EYECATCH_DB") or DEFAULT_DB
    text = os.fspath(given)
    if isinstance(given, str):
        return text
    if re.match(r"[a-z][a-z0-9+]+:[/\\]", text, re.IGNORECASE):
        raise ArgumentError(f"{text} was a URL before it was made a path", "give the URL as text")
    return text


@overload
def path_of(given: AnyPath) -> Path: ...


@overload
def path_of(given: AnyPath | None) -> Path | None: ...


def path_of(given: AnyPath | None) -> Path | None:
    """A path of this machine, or None for none; one that is a path stays what it is."""
    return given if given is None or isinstance(given, Path) else Path(given)


def checked(verb: Callable[P, R]) -> Callable[P, R]:
    """A function whose arguments are what its annotations say, or an ArgumentError is raised.

    What can be gone through only once arrives as a tuple, and numbers of other libraries as
    Python's.
    """
    name, signature = f"{verb.__name__}()", inspect.signature(verb)

    @functools.cache  # annotations are looked up when a verb is first used
    def hints() -> tuple[dict[str, Any], dict[str, Any]]:
        own = hints_of(verb)
        extra = [one for one in signature.parameters.values() if one.kind is one.VAR_KEYWORD]
        more = own.pop(extra[0].name, Any) if extra else None
        return own, ({} if more is None else _keywords_of(more))

    @functools.wraps(verb)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        own, more = hints()
        fixed = [
            one.name for one in signature.parameters.values() if one.kind is not one.VAR_KEYWORD
        ]
        if more is not _ANYTHING:
            _check_known(name, kwargs, [*fixed, *more])
        try:
            bound = signature.bind(*args, **kwargs)
        except TypeError as error:
            raise ArgumentError(f"{name}: {error}", f"see help(eyecatch.{verb.__name__})") from None
        for key, value in bound.arguments.items():
            kind = signature.parameters[key].kind
            if kind is inspect.Parameter.VAR_KEYWORD:
                bound.arguments[key] = _all_fitting(name, more, value)
            elif kind is inspect.Parameter.VAR_POSITIONAL:
                bound.arguments[key] = tuple(fitting(name, key, own[key], one) for one in value)
            else:
                bound.arguments[key] = fitting(name, key, own[key], value)
        return verb(*bound.args, **bound.kwargs)

    return call


def renamed(**names: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A function whose keywords had other names in an earlier version: ``earlier=present``."""

    def decorate(verb: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(verb)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            for earlier in names.keys() & kwargs.keys():
                if names[earlier] in kwargs:
                    problem = f"{verb.__name__}() got {earlier} and {names[earlier]}"
                    raise ArgumentError(problem, f"they mean the same: leave out {earlier}")
                kwargs[names[earlier]] = kwargs.pop(earlier)
            return verb(*args, **kwargs)

        return call

    return decorate


def check_keywords(verb: str, typed: type, keywords: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords of a TypedDict, of a verb whose keywords depend on another argument.

    Raises:
        ArgumentError: one has another name, or another type.
    """
    known = hints_of(typed)
    _check_known(verb, keywords, list(known))
    return _all_fitting(verb, known, keywords)


_ANYTHING: Final[dict[str, Any]] = {}
"""The keywords of a function that takes whatever comes."""


def _keywords_of(extra: Any) -> dict[str, Any]:  # noqa: ANN401 - an annotation
    """The annotations of ``**keywords: Unpack[…]``."""
    typed = get_args(extra)
    return hints_of(typed[0]) if typed else _ANYTHING


def _check_known(verb: str, given: Iterable[str], known: Sequence[str]) -> None:
    for key in given:
        if key not in known:
            import difflib  # noqa: PLC0415 - what is right needn't wait for it

            near = difflib.get_close_matches(key, known, n=1)
            advice = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
            raise ArgumentError(f"{verb} got an unexpected keyword argument {key!r}", advice)


def _all_fitting(verb: str, known: dict[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: fitting(verb, key, known[key], value) if known is not _ANYTHING else value
        for key, value in given.items()
    }
