"""Of which series new files are where nobody says it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from eyecatch.jobs.indexing.series_by_names import series_by_names


def chosen(known, *new):
    """The series of new files in an index that has others, and how many sentences say why not."""
    names = SimpleNamespace(series_by_path=lambda: known)
    series, notes = series_by_names(SimpleNamespace(episode_names=names), list(map(Path, new)))
    return [series[Path(path)] for path in new], len(notes)


@pytest.mark.parametrize(
    ("known", "new", "series", "notes"),
    [
        ({}, ["/a/Show - 01.mkv", "/a/[B] Show - 02v2 [720p].mkv"], ["Show"] * 2, 0),
        ({}, ["/a/show - 01.mkv", "/a/Show - 02.mkv", "/a/Show - 03.mkv"], ["Show"] * 3, 0),
        ({}, ["/Show/Season 1/01.mkv", "/Show/Season 2/Show S02E01.mkv"], ["Show"] * 2, 0),
        ({}, ["/a/Show - 01.mkv", "/a/Show - NCOP1.mkv", "/a/Show Film.mkv"], ["Show"] * 3, 0),
        ({}, ["/a/Show - 01.mkv", "/b/Other - 01.mkv"], ["Show", "Other"], 0),
        # They don't agree: which are one show is for a person to say
        ({}, ["/a/Show - 01.mkv", "/a/Other - 01.mkv"], [None, None], 1),
        ({}, ["/a/Show Begins 01.mkv", "/a/Show Ends 02.mkv"], [None, None], 1),
        ({}, ["/a/Show - 01.mkv", "/a/Akira (1988).mkv"], [None, None], 1),
        # A file without a number tells of none
        ({}, ["/a/Akira (1988).mkv"], [None], 0),
        ({}, ["/a/holiday.mp4", "/b/first.mkv"], [None, None], 0),
        # As others are that are called alike
        ({"/a/Show - 01.mkv": "Show!"}, ["/a/Show - 02.mkv"], ["Show!"], 0),
        ({"/a/Show - 01.mkv": "Show!"}, ["/b/Show S2 - 01.mkv"], ["Show!"], 0),
        ({"/a/yyh_01.mkv": "Yu Yu Hakusho"}, ["/a/yyh_02.mkv"], ["Yu Yu Hakusho"], 0),
        ({"/a/x.mkv": "SHOW"}, ["/b/Show - 01.mkv"], ["SHOW"], 0),
        ({"/a/Show - 01.mkv": "Show"}, ["/a/Show The Lantern 02.mkv"], ["Show"], 0),
        ({"/a/Show - 01.mkv": "Show"}, ["/a/Other - 02.mkv"], [None], 1),
        ({"/a/Show - 01.mkv": "A", "/b/Show - 02.mkv": "B"}, ["/c/Show - 03.mkv"], [None], 1),
        # An index in which episodes are of none goes on as it is
        ({"/a/Show - 01.mkv": None}, ["/a/Show - 02.mkv"], [None], 0),
        ({"/a/Show - 01.mkv": None}, ["/b/Other - 01.mkv"], [None], 0),
        ({"/a/Show - 01.mkv": None}, ["/b/Other - 01.mkv", "/b/Third - 01.mkv"], [None, None], 0),
    ],
)
def test_names_say_it_where_nothing_contradicts(known, new, series, notes):
    assert chosen(known, *new) == (series, notes)


def test_what_is_indexed_is_not_asked_again():
    assert chosen({"/a/Show - 01.mkv": "Show", "/a/x": None}, "/a/Show - 01.mkv") == ([None], 0)
