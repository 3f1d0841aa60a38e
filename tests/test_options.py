"""The keywords of verbs: in a dataclass, in a TypedDict for type checkers, in the docstring.

A verb is a function ``def verb(…, **keywords: Unpack[Keywords])`` that begins with
``options = Options(**keywords)``.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
from typing import get_args, get_overloads, get_type_hints, is_typeddict

import click
import pytest

import eyecatch
from eyecatch.db.queries.find import Queries
from eyecatch.jobs.adapting.options import AdaptKeywords, AdaptOptions
from eyecatch.jobs.cli import cli
from eyecatch.jobs.clips.options import ClipKeywords, ClipOptions
from eyecatch.jobs.demo import DemoKeywords, DemoOptions
from eyecatch.jobs.export import options as exports
from eyecatch.jobs.indexing.options import IndexKeywords, IndexOptions
from eyecatch.jobs.queries import FindKeywords
from eyecatch.jobs.render.options import (
    EncodingKeywords,
    EncodingOptions,
    RenderKeywords,
    RenderOptions,
)
from eyecatch.training.classifier.options import TrainKeywords, TrainOptions
from eyecatch.training.collection.options import CollectKeywords, CollectOptions
from eyecatch.training.enrolment.options import EnrolKeywords, EnrolOptions

VERBS = [
    (eyecatch.adapt, AdaptOptions, AdaptKeywords),
    (eyecatch.clips, ClipOptions, ClipKeywords),
    (eyecatch.demo, DemoOptions, DemoKeywords),
    (eyecatch.index, IndexOptions, IndexKeywords),
    (eyecatch.render, RenderOptions, RenderKeywords),
    (eyecatch.train, TrainOptions, TrainKeywords),
    (eyecatch.enrol, EnrolOptions, EnrolKeywords),
    (eyecatch.collect, CollectOptions, CollectKeywords),
]
EXPORTS = {
    "frames": (exports.ExportOptions, exports.ExportKeywords),
    "appearances": (exports.AppearanceOptions, exports.AppearanceKeywords),
    "segments": (exports.SegmentOptions, exports.SegmentKeywords),
    "dataset": (exports.DatasetOptions, exports.DatasetKeywords),
    "sheet": (exports.SheetOptions, exports.SheetKeywords),
    "bundle": (exports.BundleOptions, exports.BundleKeywords),
}
PAIRS = [
    *((options, keywords) for _, options, keywords in VERBS),
    *EXPORTS.values(),
    (EncodingOptions, EncodingKeywords),
]

each_verb = pytest.mark.parametrize(
    ("verb", "options", "keywords"), VERBS, ids=[verb.__name__ for verb, _, _ in VERBS]
)
each_pair = pytest.mark.parametrize(
    ("options", "keywords"), PAIRS, ids=[options.__name__ for options, _ in PAIRS]
)


def unpacked(function):
    """The TypedDict of a function's keywords."""
    (extra,) = (
        p for p in inspect.signature(function).parameters.values() if p.kind is p.VAR_KEYWORD
    )
    (keywords,) = get_args(get_type_hints(function)[extra.name])
    return keywords


def explained(function):
    """The keywords that a docstring explains, in its order."""
    return re.findall(r"^            (\w+): ", function.__doc__.partition("**")[2], re.MULTILINE)


@each_pair
def test_type_checkers_know_every_field_and_its_type(options, keywords):
    assert is_typeddict(keywords)
    assert not keywords.__required_keys__
    types = get_type_hints(options)
    assert get_type_hints(keywords) == {f.name: types[f.name] for f in dataclasses.fields(options)}


@each_pair
def test_options_are_frozen_keywords_with_defaults(options, keywords):
    made = options()
    for field in dataclasses.fields(options):
        assert field.kw_only
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(made, field.name, None)
    assert not hasattr(made, "__dict__")


@each_verb
def test_a_verb_is_typed_by_its_keywords_and_nothing_twice(verb, options, keywords):
    assert unpacked(verb) is keywords
    assert not set(inspect.signature(verb).parameters) & set(get_type_hints(keywords))


@each_verb
def test_help_explains_every_keyword_in_the_order_of_the_fields(verb, options, keywords):
    assert explained(verb) == [field.name for field in dataclasses.fields(options)]


@each_verb
def test_a_wrong_keyword_is_a_type_error_before_any_work(verb, options, keywords, tmp_path):
    needed = [
        p
        for p in inspect.signature(verb).parameters.values()
        if p.default is p.empty and p.kind is not p.VAR_KEYWORD
    ]
    given = {p.name: tmp_path / "absent" for p in needed}
    with pytest.raises(TypeError, match="unexpected keyword argument 'epohcs'"):
        verb(**given, epohcs=3)


def test_exports_are_typed_each_by_its_own_keywords():
    typed = {
        get_args(get_type_hints(one)["what"])[0]: unpacked(one)
        for one in get_overloads(eyecatch.export)
    }
    assert typed == {what: keywords for what, (_, keywords) in EXPORTS.items()}
    every = dict.fromkeys(
        field.name for options, _ in EXPORTS.values() for field in dataclasses.fields(options)
    )
    assert explained(eyecatch.export) == list(every)


@pytest.mark.parametrize("what", EXPORTS)
def test_a_wrong_keyword_of_an_export_is_a_type_error_too(what):
    with pytest.raises(TypeError, match="unexpected keyword argument 'epohcs'"):
        eyecatch.export(what, epohcs=3)


def test_find_takes_what_the_index_can_be_asked():
    asked = inspect.signature(Queries.find).parameters.values()
    types = get_type_hints(Queries.find)
    keywords = {one.name: types[one.name] for one in asked if one.kind is one.KEYWORD_ONLY}
    assert keywords == get_type_hints(FindKeywords)
    assert unpacked(eyecatch.find) is FindKeywords
    assert explained(eyecatch.find) == list(keywords)


@pytest.mark.parametrize(
    ("command", "keywords"),
    [
        (["clips"], ClipKeywords),
        (["find"], FindKeywords),
        (["render"], RenderKeywords),
        *((["export", what], keywords) for what, (_, keywords) in EXPORTS.items()),
    ],
    ids=lambda value: value[-1] if isinstance(value, list) else "",
)
def test_a_command_hands_on_every_keyword(command, keywords):
    """What click passes to it is what its function names, and all keywords of the verb."""
    found: click.Command | None = cli
    for name in command:
        assert isinstance(found, click.Group)
        found = found.get_command(click.Context(found), name)
    assert found is not None
    assert found.callback is not None
    named = inspect.signature(found.callback).parameters
    (extra,) = (p for p in named.values() if p.kind is p.VAR_KEYWORD)
    assert extra.annotation == f"Unpack[{keywords.__name__}]"
    assert {one.name for one in found.params} - set(named) == set(get_type_hints(keywords))
