"""What a person may have meant by a verb or an option that is none, or stands in a wrong place."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from click.core import ParameterSource
from click.exceptions import NoSuchOption

from eyecatch.jobs.cli.settings import VerbSettings


def explained(error: click.ClickException, arguments: Sequence[str]) -> click.ClickException:
    """The same error, in words that say what to do.

    Args:
        error: what click says.
        arguments: the command line.
    """
    context = getattr(error, "ctx", None)
    if context is None:
        return error
    if isinstance(error, NoSuchOption):
        option, root = error.option_name, context.find_root()
        said = _before_its_verb(option, context, arguments)
        said = said or _after_its_verb(option, root, context)
        return error if said is None else click.UsageError(said, context)
    text = error.format_message()
    said = text
    if text.startswith("Got unexpected extra arg") and _takes_a_name(context.command):
        said += "; a name of several words goes into quotes"
    for kind in ("float range", "integer range", "float", "integer"):  # not everybody's words
        said = said.replace(f"is not a valid {kind}.", "is no such number.")
    if (file := _file_of(error, context)) is not None:
        said = f"{file}: {said}"
    return error if said == text else click.UsageError(said, context)


def refuse_empty(arguments: Sequence[str]) -> None:
    """UsageError where an argument is empty; only ``--with`` may be given nothing.

    So may be what an episode is called, where ``episode`` takes it away.
    """
    names = {"--series", "--season", "--number", "--title", "--special"}
    may_be = {"--with"} | (names if "episode" in arguments else set())
    for before, word in zip(("", *arguments), arguments, strict=False):
        if not word and before not in may_be:
            after = f" after {before}" if before else ""
            problem = f"An argument{after} is empty: is the variable set that it comes from?"
            raise click.UsageError(problem)


def _before_its_verb(option: str, context: click.Context, arguments: Sequence[str]) -> str | None:
    group = context.command
    if not isinstance(group, click.Group):
        return None
    names = group.list_commands(context)
    given = arguments[: arguments.index("--")] if "--" in arguments else arguments
    verb = next((word for word in given if word in names), None)
    command = None if verb is None else group.get_command(context, verb)
    if command is None or option not in _options(command):
        return None
    line = f"{context.command_path} {verb} … {option}"
    return f"{option!r} is an option of {verb}: put it behind the verb, as in {line}"


def _after_its_verb(option: str, root: click.Context, context: click.Context) -> str | None:
    if context is root or option not in _options(root.command):
        return None
    verb = context.command_path.removeprefix(root.command_path).strip()
    line = f"{root.command_path} {option} … {verb}"
    return f"{option!r} is an option of eyecatch itself: put it before the verb, as in {line}"


def _file_of(error: click.ClickException, context: click.Context) -> Path | None:
    """The file of settings in which the value stands that click complains of."""
    name = getattr(getattr(error, "param", None), "name", None)
    if name is None or not isinstance(context.default_map, VerbSettings):
        return None
    if context.get_parameter_source(name) is not ParameterSource.DEFAULT_MAP:
        return None
    with context.scope(cleanup=False):
        file = context.default_map.origin(name)
    return None if file is None else file.path


def _takes_a_name(command: click.Command) -> bool:
    return any("NAME" in (one.metavar or one.name or "").upper() for one in command.params)


def _options(command: click.Command) -> set[str]:
    return {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
