"""What callers give to a verb, checked by its annotations; see also ``tests/test_flags.py``."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal, TypedDict, Unpack

import numpy as np
import pytest
from upath import UPath

from eyecatch.core.arguments import (
    Database,
    Names,
    Numbers,
    Paths,
    check_keywords,
    checked,
    database,
    path_of,
    renamed,
    several,
)
from eyecatch.core.errors import ArgumentError, EyecatchError


class Keywords(TypedDict, total=False):
    seconds: float
    kinds: Names
    most: int | None
    force: bool
    device: Literal["cpu", "gpu"]
    listener: Callable[[int], None]


@renamed(shortest="seconds")
@checked
def verb(
    paths: Paths,
    *faces: int,
    names: Names = (),
    numbers: Numbers = (),
    boxes: Sequence[tuple[int, int]] = (),
    db: Database | None = None,
    **keywords: Unpack[Keywords],
) -> dict[str, Any]:
    return {"paths": several(paths), "faces": faces, "names": several(names), **keywords}


def test_what_is_right_arrives_as_it_is():
    found = verb("season", 3, 4, names="Hiei", kinds=["opening"], most=None, force=True)
    assert found == {
        "paths": ("season",),
        "faces": (3, 4),
        "names": ("Hiei",),
        "kinds": ("opening",),
        "most": None,
        "force": True,
    }


@pytest.mark.parametrize(
    "paths",
    ["season", Path("season"), UPath("memory://season"), os.scandir],
    ids=["text", "path", "url", "entry"],
)
def test_one_path_of_any_kind_is_one(paths, tmp_path):
    if paths is os.scandir:
        (tmp_path / "season").touch()
        (paths,) = os.scandir(tmp_path)
    assert verb(paths)["paths"] == (paths,)
    assert verb([paths, "b"])["paths"] == (paths, "b")


def test_what_can_be_gone_through_once_is_gone_through_once():
    assert verb(one for one in ["a", "b"])["paths"] == ("a", "b")
    assert verb({"a"}, names={"Hiei": 1}.keys())["names"] == ("Hiei",)


def test_numbers_of_others_become_ours():
    found = verb("a", np.int64(3), seconds=Fraction(1, 2), most=np.int32(4))
    assert (found["faces"], found["seconds"], found["most"]) == ((3,), 0.5, 4)
    assert [type(found[key]) for key in ("seconds", "most")] == [float, int]
    assert type(verb("a", seconds=3)["seconds"]) is float


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"paths": None}, "takes paths as a path or a list of paths, not None (NoneType)."),
        ({"paths": [3]}, "takes paths as a path or a list of paths, not [3] (list)."),
        (
            {"paths": ""},
            "takes paths as a path or a list of paths, and it is empty; is the variable",
        ),
        ({"paths": ["a", ""]}, "takes paths as a path or a list of paths, and it is empty;"),
        ({"db": ""}, "takes db as a path or None, and it is empty; is the variable set that it"),
        ({"names": 3}, "takes names as text or a list of text, not 3 (int)."),
        ({"paths": np.zeros((2, 2))}, "a list of paths, not (array([0., 0.]), array([0., 0.]))"),
        ({"device": np.zeros((2, 2))}, "takes device as 'cpu' or 'gpu', not array([[0., 0"),
        ({"names": b"H"}, "takes names as text or a list of text, not b'H' (bytes)."),
        ({"names": ["Hiei", None]}, "a list of text, not ['Hiei', None] (list)."),
        (
            {"numbers": "12"},
            "numbers as a whole number or a list of whole numbers, not '12' (str).",
        ),
        ({"db": 5}, "takes db as a path or None, not 5 (int)."),
        ({"seconds": "5"}, "takes seconds as a number, not '5' (str)."),
        ({"seconds": True}, "takes seconds as a number, not True (bool)."),
        ({"seconds": float("nan")}, "takes seconds as a number, not nan (float)."),
        ({"seconds": float("-inf")}, "takes seconds as a number, not -inf (float)."),
        ({"most": 1.5}, "takes most as a whole number or None, not 1.5 (float)."),
        ({"force": 1}, "takes force as True or False, not 1 (int)."),
        ({"device": "tpu"}, "takes device as 'cpu' or 'gpu', not 'tpu' (str)."),
        ({"listener": "print"}, "takes listener as a function, not 'print' (str)."),
        ({"secnods": 5}, "unexpected keyword argument 'secnods'; did you mean seconds?"),
        ({"xyz": 5}, "unexpected keyword argument 'xyz'; there are paths, faces, names, numbers,"),
        ({"seconds": 1, "shortest": 1}, "verb() got shortest and seconds; they mean the same"),
    ],
)
def test_a_mistake_is_a_sentence(given, sentence):
    with pytest.raises(EyecatchError) as caught:
        verb(**{"paths": "season", **given})
    assert sentence in str(caught.value)
    assert str(caught.value).startswith("verb() ")
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, TypeError)


def test_what_is_missing_is_said():
    with pytest.raises(ArgumentError, match=r"verb\(\): missing a required argument: 'paths'"):
        verb()


def test_an_earlier_name_does():
    assert verb("a", shortest=2)["seconds"] == 2.0


def test_keywords_that_depend_on_another_argument():
    assert check_keywords("verb()", Keywords, {"seconds": 1}) == {"seconds": 1.0}
    with pytest.raises(ArgumentError, match="did you mean seconds"):
        check_keywords("verb()", Keywords, {"second": 1})


def test_an_index_is_text_a_path_or_the_usual_one(monkeypatch):
    monkeypatch.delenv("EYECATCH_DB", raising=False)
    assert database(None) == "eyecatch.db"
    monkeypatch.setenv("EYECATCH_DB", "postgresql://here/season")
    assert database(None) == "postgresql://here/season"
    assert database(Path("season.db")) == database("season.db") == "season.db"
    with pytest.raises(ArgumentError, match="give the URL as text"):
        database(Path("postgresql://here/season"))


def test_paths_and_none():
    assert path_of(None) is None
    assert path_of("a/b") == Path("a/b")
