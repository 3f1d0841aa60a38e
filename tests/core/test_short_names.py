"""What episodes are called where there is little room."""

from __future__ import annotations

from types import SimpleNamespace

from eyecatch.core.episode_name import NO_NAME, EpisodeName
from eyecatch.core.short_names import labels, short


def titled(*titles):
    return [SimpleNamespace(title=title, named=NO_NAME) for title in titles]


def named(**names):
    return [SimpleNamespace(title=title, named=name) for title, name in names.items()]


def test_episodes_whose_names_nobody_read_are_told_apart_by_their_files():
    assert short(titled("[Grp] Show_S01E01 [1080p]", "[Grp] Show_s01e02 [1080p]")) == [
        "S01E01", "S01E02",
    ]  # fmt: skip
    assert short(titled("Show - 08 (BD)", "Show - 09 (BD)", "Show - 10 (BD)")) == ["08", "09", "10"]
    assert short(titled("Film")) == ["Film"]
    assert short(titled("Show", "Show 2")) == ["Show", "2"]


def test_labels_tell_episodes_apart_and_the_show_where_there_are_two():
    one, two = EpisodeName("Show", 1, 3), EpisodeName("Show", special="NCOP", number=1)
    film, other = EpisodeName("Show"), EpisodeName("Other", 1, 3)
    assert short(named(a=one, b=two, c=film)) == ["S01E03", "NCOP1", "c"]
    assert short(named(a=one, b=other)) == ["Show S01E03", "Other S01E03"]
    assert labels(named(a=one, b=one)) == [None, None], "two releases of one episode"
