"""Chapters of the file's maker: what their titles say, and when they win."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eyecatch.core.segments.chapter_hints import kind_of, with_chapters
from eyecatch.core.segments.types import ChapterMark, FoundSegment
from tests.core.segments.films import RATE, film, signature


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("OP", "opening"),
        ("Opening 2", "opening"),
        ("Opening Theme", "opening"),
        ("NCOP1", "opening"),
        ("オープニングテーマ", "opening"),
        ("ED", "ending"),
        ("Ending", "ending"),
        ("End Credits", "ending"),
        ("エンディング", "ending"),
        ("Eyecatch", "eyecatch"),
        ("アイキャッチA", "eyecatch"),
        ("Recap", "recap"),
        ("Previously on Lantern Street", "recap"),
        ("前回のあらすじ", "recap"),
        ("Preview", "preview"),
        ("[Next Episode Preview]", "preview"),
        ("次回予告", "preview"),
        ("Part A", None),
        ("Chapter 01", None),
        ("Operation Sunrise", None),
        ("Edward", None),
        ("", None),
        ("Aパート", None),
    ],
)
def test_titles_say_what_a_chapter_is(title, kind):
    assert kind_of(title) == kind


def told(segment, *chapters):
    whole = replace(signature(film(100, 1)), chapters=tuple(ChapterMark(*one) for one in chapters))
    (one,) = with_chapters([segment], [whole])
    return one.kind, one.start, one.stop


FOUND = FoundSegment(0, "ending", round(80 * RATE), round(95 * RATE), 0.9, 0)


def test_a_chapter_that_agrees_says_what_it_is():
    assert told(FOUND, (80.1, 94.8, "Opening")) == ("opening", FOUND.start, FOUND.stop)


def test_where_a_chapter_goes_on_it_is_believed():
    assert told(FOUND, (80, 98, "ED")) == ("ending", FOUND.start, round(98 * RATE))


@pytest.mark.parametrize("chapter", [(10, 25, "Opening"), (60, 99, "Opening"), (80, 95, "Part B")])
def test_a_chapter_that_does_not_agree_or_says_nothing_changes_nothing(chapter):
    assert told(FOUND, chapter) == FOUND[1:4]
