"""Whether a value is what an annotation says, and what to say where it isn't."""

from __future__ import annotations

import math
import os
import reprlib
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from numbers import Integral, Real
from typing import Any, Final, Literal, Union, get_args, get_origin

from eyecatch.core.errors import ArgumentError

_UNIONS: Final = (Union, types.UnionType)
_SEVERAL: Final = (Iterable, Sequence)
_WORDS: Final[Mapping[Any, str]] = {
    str: "text",
    bool: "True or False",
    int: "a whole number",
    float: "a number",
    type(None): "None",
    os.PathLike: "a path",
}
_PATHS: Final = {"text", "a path"}


def fitting(verb: str, name: str, hint: object, value: Any) -> Any:  # noqa: ANN401 - any type
    """An argument as its annotation says.

    Args:
        verb: of which function, such as ``find()``.
        name: of the argument.
        hint: its annotation.
        value: what was given.

    Raises:
        ArgumentError: it is of another type; the sentence says which are expected.
    """
    if isinstance(value, Iterable) and not isinstance(value, Sequence | Mapping | os.PathLike):
        several_fit = any(get_origin(one) in _SEVERAL for one in _members(hint))
        value = tuple(value) if several_fit else value
    if _is_empty_path(hint, value):  # pathlib takes it for the present folder
        problem = f"{verb} takes {name} as {expected(hint)}, and it is empty"
        raise ArgumentError(problem, "is the variable set that it comes from?")
    for member in _members(hint):
        fits, made = _fits(member, value)
        if fits:
            return made
    shown = f"{' '.join(reprlib.repr(value).split())} ({type(value).__name__})"
    raise ArgumentError(f"{verb} takes {name} as {expected(hint)}, not {shown}")


def expected(hint: object) -> str:
    """An annotation in words.

    Example:
        >>> expected(str | Iterable[str]), expected(float | None)
        ('text or a list of text', 'a number or None')
    """
    words = list(dict.fromkeys(map(_word, _members(hint))))
    if set(words) >= _PATHS:
        words.remove("text")
    return " or ".join(words)


def _members(hint: object) -> tuple[object, ...]:
    return get_args(hint) if get_origin(hint) in _UNIONS else (hint,)


def _is_empty_path(hint: object, value: object) -> bool:
    kinds = {get_origin(one) or one for one in _members(hint)}
    if isinstance(value, str):
        return os.PathLike in kinds and not value
    several_kinds = [get_args(one)[0] for one in _members(hint) if get_origin(one) in _SEVERAL]
    parts = value if several_kinds and isinstance(value, Sequence) else ()
    return any(_is_empty_path(kind, part) for kind in several_kinds for part in parts)


def _fits(hint: Any, value: Any) -> tuple[bool, Any]:  # noqa: ANN401 - any type
    """Whether a value is of one type, and the value as one of it."""
    origin = get_origin(hint) or hint
    if hint in {int, float}:
        fits = isinstance(value, Integral if hint is int else Real) and not isinstance(value, bool)
        fits = fits and math.isfinite(value)  # of NaN every comparison is false
        return fits, hint(value) if fits else value
    if origin in _SEVERAL:
        if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
            return False, value
        parts = [_fits_any(get_args(hint)[0], one) for one in value]
        return all(fits for fits, _ in parts), tuple(made for _, made in parts)
    return _is_one(origin, get_args(hint), value), value


def _is_one(origin: Any, parameters: tuple[object, ...], value: object) -> bool:  # noqa: ANN401
    if origin is Literal:
        return isinstance(value, str) and value in parameters
    if origin is Callable:
        return callable(value)
    if origin is os.PathLike and type(value).__module__.startswith("upath."):
        return True  # a URL as a path, which has no name on this machine
    try:
        return isinstance(value, origin)
    except TypeError:  # a protocol that can't be asked
        return True


def _fits_any(hint: object, value: Any) -> tuple[bool, Any]:  # noqa: ANN401 - any type
    found = (_fits(member, value) for member in _members(hint))
    return next((one for one in found if one[0]), (False, value))


def _word(hint: Any) -> str:  # noqa: ANN401 - any type
    origin = get_origin(hint) or hint
    if origin in _SEVERAL:
        one = expected(get_args(hint)[0])
        plural = {"a path": "paths", "a whole number": "whole numbers", "text": "text"}
        return f"a list of {plural.get(one, one)}"
    if origin is Literal:
        return " or ".join(map(repr, get_args(hint)))
    if origin is Callable:
        return "a function"
    if isinstance(origin, type) and issubclass(origin, os.PathLike):
        return "a path"
    name = getattr(origin, "__name__", str(origin))
    return _WORDS.get(origin, f"an {name}" if name[0] in "AEIOU" else f"a {name}")
