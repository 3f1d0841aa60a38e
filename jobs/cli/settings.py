"""What files of settings say of the options of a verb that nobody gave; click asks for it.

A value that is given wins, then that of an environment variable, then that of the nearest file.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import click

from eyecatch.core.arguments import DEFAULT_DB
from eyecatch.core.errors import RequestError
from eyecatch.jobs.settings_files import SettingsFile, settings_files

SHARED: Final[Mapping[str, frozenset[str] | None]] = {
    "db": None,
    "detector": None,
    "model": None,
    "series": frozenset({"enrol", "identify", "index", "train"}),
}
"""Keys that hold for all verbs, and for which: None for all that have such an option. A series is
for those that make something; it narrows no question. An index is for those that are about one: to
``adapt`` and ``doctor`` it is something else, and ``identify`` asks it without a model alone; so
it stands in their tables."""


class VerbSettings(Mapping[str, Any]):
    """The defaults of a verb's options by their parameters' names, as click's ``default_map``.

    Those of a group of verbs are by the names of its verbs.

    Args:
        words: the verb; empty for all of eyecatch, ``("export", "frames")`` in a group.
    """

    def __init__(self, words: tuple[str, ...] = ()) -> None:
        self._words = words
        self._found: dict[str, tuple[Any, SettingsFile]] | None = None
        self._db: str | None = None

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - of any option
        context = click.get_current_context()
        if isinstance(context.command, click.Group) and name in context.command.list_commands(
            context
        ):
            return VerbSettings((*self._words, name))
        return self._held()[name][0]

    def __iter__(self) -> Iterator[str]:
        return iter(self._held())

    def __len__(self) -> int:
        return len(self._held())

    def origin(self, name: str) -> SettingsFile | None:
        """The file that has the value of a parameter."""
        return self._held()[name][1] if name in self._held() else None

    def _held(self) -> dict[str, tuple[Any, SettingsFile]]:
        context = click.get_current_context()
        if not self._words or context.resilient_parsing or isinstance(context.command, click.Group):
            return {}
        given = context.params.get("db")
        db = given if isinstance(given, str) else None  # click has marks of its own for "not yet"
        if self._found is None or db != self._db:  # the index is known before all else
            self._found, self._db = {}, db
            for file in settings_files(db):
                for name, value in _values(file, self._words, context.command):
                    self._found.setdefault(name, (value, file))
        return self._found


def _values(
    file: SettingsFile, words: tuple[str, ...], command: click.Command
) -> Iterator[tuple[str, Any]]:
    """What a file says of a verb's options, its own table first."""
    check_keys(file)
    options = settable(command)
    for key, value in file.table(words).items():
        known = _plain(key)
        if known not in options:
            raise unknown(file, key, options, f" of {' '.join(words)}")
        yield options[known].name or "", _value(file, key, value, options[known])
    for key, value in file.values.items():
        if key in SHARED and key in options and _holds(key, words[0], options[key]):
            yield options[key].name or "", _value(file, key, value, options[key])


def check_keys(file: SettingsFile) -> None:
    """RequestError where a file has a key that is neither a verb nor for all of them."""
    context = click.get_current_context().find_root()
    assert isinstance(context.command, click.Group)
    verbs = context.command.list_commands(context)
    for key in file.values:
        if key not in SHARED and key not in verbs:
            raise unknown(file, key, [*SHARED, *verbs], " of all verbs")


def check_all(file: SettingsFile) -> None:
    """RequestError where any verb's table in a file has a key that is none, too."""
    check_keys(file)
    context = click.get_current_context().find_root()
    for verb in file.values.keys() - SHARED.keys():
        _check_table(file, (verb,), _command(context.command, verb))


def _check_table(file: SettingsFile, words: tuple[str, ...], command: click.Command) -> None:
    if isinstance(command, click.Group):
        for name in file.table(words):
            if name not in command.commands:
                raise unknown(file, name, command.commands, f" of {' '.join(words)}")
            _check_table(file, (*words, name), command.commands[name])
    else:
        list(_values(file, words, command))


def _command(group: click.Command, name: str) -> click.Command:
    assert isinstance(group, click.Group)
    found = group.get_command(click.get_current_context(), name)
    assert found is not None
    return found


def default_db() -> str:
    """The index that a verb here would be about, if none is named."""
    given = os.environ.get("EYECATCH_DB")
    of_files = (one.path_of(one.values["db"]) for one in settings_files(None) if "db" in one.values)
    return given or next(of_files, DEFAULT_DB)


def settable(command: click.Command) -> dict[str, click.Option]:
    """The options of a verb that a file may set, by what they are called there."""
    return {
        name.removeprefix("--"): one
        for one in command.params
        if isinstance(one, click.Option) and (not one.is_flag or one.is_bool_flag)
        for name in one.opts
        if name.startswith("--") and name not in {"--help", "--version"}
    }


def unknown(file: SettingsFile, key: str, known: Iterable[str], where: str) -> RequestError:
    """That a key of a file is none, and which is meant."""
    near = difflib.get_close_matches(_plain(key), list(known), n=1)
    advice = f"perhaps it is {near[0]}" if near else "see docs/settings.md"
    return RequestError(f"{file.path}: {key!r} is no setting{where}", advice)


def _holds(key: str, verb: str, option: click.Option) -> bool:
    verbs = SHARED[key]
    return (verbs is None or verb in verbs) and (key != "db" or option.is_eager)


def _plain(key: str) -> str:
    return key.replace("_", "-")


def _value(file: SettingsFile, key: str, value: Any, option: click.Option) -> Any:  # noqa: ANN401
    """A value as click reads it from a command line."""
    several = value if isinstance(value, list) else [value]
    if isinstance(value, list) and not option.multiple:
        raise RequestError(f"{file.path}: {key} is one value, not a list", "write it without [ ]")
    if any(isinstance(one, dict) for one in several):
        raise RequestError(f"{file.path}: {key} is no table", "give it a value")
    if option.is_flag:
        if not isinstance(value, bool):
            raise RequestError(f"{file.path}: {key} is true or false", "write one of them")
        return value
    if any(isinstance(one, bool) for one in several):
        raise RequestError(f"{file.path}: {key} is not just true or false", "give it a value")
    texts = [_text(file, str(one), option) for one in several]
    return texts if option.multiple else texts[0]


def _text(file: SettingsFile, text: str, option: click.Option) -> str:
    choices = getattr(option.type, "choices", None)
    is_path = option.name in {"db", "detector"} or isinstance(option.type, click.Path)
    return file.path_of(text) if is_path and text not in (choices or ()) else text
