"""The parameters of a verb's function are called as the flags and arguments of its command."""

from __future__ import annotations

import inspect
from typing import get_args, get_overloads, get_type_hints

import click
import pytest

import eyecatch
from eyecatch.jobs.cli import VERBS, cli

PYTHONS_OWN = {"with": "with_kinds"}
"""A flag that is a word of Python's, and what it is called there."""

PRINTING = {"json", "quiet", "help"}
"""Flags of every command on what is printed; ``--format`` is one where there is an ``--json``."""

OTHERWISE = {
    "adapt": {"card": "prints the card of a detector that is there"},
    "collect": {
        "no_group": "group=False",
        **dict.fromkeys(["images", "character", "rating", "least", "most"], "fields of Danbooru"),
    },
    "evaluate-detector": {
        **dict.fromkeys(["weights", "lines"], "fields of DetectorConfig"),
        "db": "without pictures the command is another verb",
    },
    "index": {
        **dict.fromkeys(["ray_address", "gpus"], "fields of RayOptions"),
        **dict.fromkeys(
            ["profile", "watch", "settle", "metrics", "metrics_file"], "of a program that runs on"
        ),
    },
    "name": {"nobody": "None for the character"},
    "render": dict.fromkeys(["soft", "burn"], "how="),
    "unknowns": {"all": "most=None"},
}
"""What else is said in another way from Python, and how."""

OF_DETECTORS = {"cascade"}
"""Files of detectors, which ``detector`` takes."""


def commands():
    for verb in VERBS:
        found = cli.get_command(click.Context(cli), verb)
        if isinstance(found, click.Group):
            yield from ((f"{verb} {name}", one) for name, one in found.commands.items())
        else:
            yield verb, found


COMMANDS = dict(commands())


def flags(command: click.Command) -> dict[str, str]:
    """The names of flags and arguments, and those that they may have where several are taken."""
    found = {}
    for one in command.params:
        names = [name.lstrip("-").replace("-", "_") for name in one.opts if name.startswith("--")]
        for name in names if isinstance(one, click.Option) else [one.name]:
            found[name] = f"{name}{'es' if name.endswith('s') else 's'}" if one.multiple else name
    return found


def parameters(verb: str) -> set[str]:
    """The names of a function's parameters, those of its keywords too."""
    name, _, what = verb.partition(" ")
    function = getattr(eyecatch, name.replace("-", "_"))
    if what:
        (function,) = [
            one for one in get_overloads(function) if what in get_args(get_type_hints(one)["what"])
        ]
    named = dict(inspect.signature(function).parameters)
    extra = [one.name for one in named.values() if one.kind is one.VAR_KEYWORD]
    if not extra:
        return set(named)
    (typed,) = get_args(get_type_hints(function)[extra[0]])
    return set(named) - set(extra) | set(get_type_hints(typed))


@pytest.mark.parametrize("verb", COMMANDS)
def test_parameters_are_called_as_flags(verb):
    asked = flags(COMMANDS[verb])
    excused = PRINTING | OF_DETECTORS | set(OTHERWISE.get(verb, ()))
    if "json" in asked:
        excused |= {"format"}
    known = parameters(verb)
    missing = {
        flag
        for flag, several in asked.items()
        if not {PYTHONS_OWN.get(flag, flag), several} & known
    }
    assert missing - excused == set()


@pytest.mark.parametrize("verb", OTHERWISE)
def test_what_is_said_otherwise_is_a_flag_and_no_parameter(verb):
    assert set(OTHERWISE[verb]) <= set(flags(COMMANDS[verb]))
    assert not set(OTHERWISE[verb]) & parameters(verb)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_says_what_is_wrong_with_its_arguments(verb):
    what = ["frames"] if verb == "export" else []
    with pytest.raises(eyecatch.ArgumentError, match="unexpected keyword argument 'no_such_one'"):
        getattr(eyecatch, verb.replace("-", "_"))(*what, no_such_one=1)
