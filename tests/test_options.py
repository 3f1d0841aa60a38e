"""The options of a verb: a frozen class, and the keywords it is made from, are the same."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from typing import Any, NamedTuple, get_args, get_overloads, get_type_hints

import click
import pytest

import eyecatch
from eyecatch.db.queries.find import Queries
from eyecatch.jobs.cli import cli
from eyecatch.jobs.clips.options import ClipKeywords, ClipOptions
from eyecatch.jobs.demo import DemoKeywords, DemoOptions
from eyecatch.jobs.export.options import (
    AppearanceKeywords,
    AppearanceOptions,
    DatasetKeywords,
    DatasetOptions,
    ExportKeywords,
    ExportOptions,
    SheetKeywords,
    SheetOptions,
)
from eyecatch.jobs.indexing.options import IndexKeywords, IndexOptions
from eyecatch.jobs.queries import FindKeywords
from eyecatch.jobs.render.options import (
    EncodingKeywords,
    EncodingOptions,
    RenderKeywords,
    RenderOptions,
)


class Verb(NamedTuple):
    """A verb, its class of options and its keywords."""

    name: str
    options: type[Any]
    keywords: type[Any]


VERBS = [
    Verb("clips", ClipOptions, ClipKeywords),
    Verb("demo", DemoOptions, DemoKeywords),
    Verb("index", IndexOptions, IndexKeywords),
    Verb("render", RenderOptions, RenderKeywords),
]
EXPORTS = [
    Verb("frames", ExportOptions, ExportKeywords),
    Verb("appearances", AppearanceOptions, AppearanceKeywords),
    Verb("dataset", DatasetOptions, DatasetKeywords),
    Verb("sheet", SheetOptions, SheetKeywords),
]
SHARED = [Verb("encoding", EncodingOptions, EncodingKeywords)]


def unpacked(function: Callable[..., Any]) -> type[Any]:
    """The typed dictionary of a function's ``**options``."""
    (keywords,) = get_args(get_type_hints(function)["options"])
    return keywords


@pytest.mark.parametrize("verb", VERBS + EXPORTS + SHARED, ids=lambda verb: verb.name)
def test_class_and_keywords_have_the_same_names_and_types(verb):
    fields = {field.name for field in dataclasses.fields(verb.options)}
    types = get_type_hints(verb.options)
    assert {name: types[name] for name in fields} == get_type_hints(verb.keywords)
    assert not verb.keywords.__required_keys__


@pytest.mark.parametrize("verb", VERBS + EXPORTS + SHARED, ids=lambda verb: verb.name)
def test_class_is_frozen_has_slots_and_defaults_and_says_what_each_field_means(verb):
    made = verb.options()
    for field in dataclasses.fields(made):
        assert field.kw_only
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(made, field.name, None)
    assert not hasattr(made, "__dict__")
    described = "".join(one.__doc__ or "" for one in verb.options.__mro__)
    for field in dataclasses.fields(made):
        assert f"        {field.name}: " in described, field.name


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_verb_takes_the_keywords_flat_and_names_them(verb):
    function = getattr(eyecatch, verb.name)
    assert unpacked(function) is verb.keywords
    own = set(inspect.signature(function).parameters)
    names = set(get_type_hints(verb.keywords))
    assert not own & names
    for name in names:
        assert f"``{name}``" in function.__doc__, name
    with pytest.raises(TypeError, match="no_such_option"):
        function("x", no_such_option=1)


def test_exports_are_typed_each_with_its_own_keywords():
    typed = {
        get_args(get_type_hints(one)["what"])[0]: unpacked(one)
        for one in get_overloads(eyecatch.export)
    }
    assert typed == {verb.name: verb.keywords for verb in EXPORTS}


def test_find_takes_what_the_index_can_be_asked():
    asked = inspect.signature(Queries.find).parameters.values()
    types = get_type_hints(Queries.find)
    keywords = {one.name: types[one.name] for one in asked if one.kind is one.KEYWORD_ONLY}
    assert keywords == get_type_hints(FindKeywords)
    assert unpacked(eyecatch.find) is FindKeywords
    for name in keywords:
        assert f"``{name}``" in (eyecatch.find.__doc__ or ""), name


@pytest.mark.parametrize(
    ("name", "keywords"),
    [
        *((verb.name, verb.keywords) for verb in (VERBS[0], VERBS[3], *EXPORTS)),
        ("find", FindKeywords),
    ],
)
def test_command_hands_on_every_keyword(name, keywords):
    """What click passes to a command is what its function names, and all the verb's keywords."""
    context = click.Context(cli)
    found = cli.get_command(context, name)
    if found is None:
        exports = cli.get_command(context, "export")
        assert isinstance(exports, click.Group)
        found = exports.get_command(context, name)
    assert found is not None
    assert found.callback is not None
    own = {
        parameter
        for parameter, one in inspect.signature(found.callback).parameters.items()
        if one.kind is not one.VAR_KEYWORD
    }
    names = set(get_type_hints(keywords))
    assert {one.name for one in found.params} - own == names - own
