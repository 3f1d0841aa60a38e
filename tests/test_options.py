"""The keywords of verbs: in a dataclass, in a TypedDict for type checkers, in the docstring.

A verb is a function ``def verb(…, **keywords: Unpack[Keywords])`` that begins with
``options = Options(**keywords)``.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
from typing import get_type_hints, is_typeddict

import pytest

import eyecatch
from eyecatch.training.classifier.options import TrainKeywords, TrainOptions
from eyecatch.training.collection.options import CollectKeywords, CollectOptions
from eyecatch.training.enrolment.options import EnrolKeywords, EnrolOptions

VERBS = [
    (eyecatch.train, TrainOptions, TrainKeywords),
    (eyecatch.enrol, EnrolOptions, EnrolKeywords),
    (eyecatch.collect, CollectOptions, CollectKeywords),
]

each_verb = pytest.mark.parametrize(
    ("verb", "options", "keywords"), VERBS, ids=[verb.__name__ for verb, _, _ in VERBS]
)


@each_verb
def test_type_checkers_know_every_field_and_its_type(verb, options, keywords):
    assert is_typeddict(keywords)
    assert not keywords.__required_keys__
    assert get_type_hints(keywords) == get_type_hints(options)
    (extra,) = (p for p in inspect.signature(verb).parameters.values() if p.kind is p.VAR_KEYWORD)
    assert extra.annotation == f"Unpack[{keywords.__name__}]"


@each_verb
def test_options_are_frozen_keywords_with_defaults(verb, options, keywords):
    made = options()
    for field in dataclasses.fields(options):
        assert field.kw_only
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(made, field.name, None)
    assert not hasattr(made, "__dict__")


@each_verb
def test_help_explains_every_keyword_in_the_order_of_the_fields(verb, options, keywords):
    explained = re.findall(r"^            (\w+): ", verb.__doc__.partition("**")[2], re.MULTILINE)
    assert explained == [field.name for field in dataclasses.fields(options)]


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
