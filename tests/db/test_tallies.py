"""Sums that lists show are those of what is there; lists may be asked for in parts."""

import pytest
import sqlalchemy as sa

from eyecatch.core.errors import RequestError
from eyecatch.core.paging import Page
from eyecatch.core.segments.types import FoundSegment
from eyecatch.db.connection.urls import parse_url
from eyecatch.db.index import open_index
from eyecatch.db.queries import roles, summaries


@pytest.fixture
def episodes(index, season):
    """Three of 72 frames, in all of which Hiei and Kurama are; one has an opening and a recap."""
    ids = [season.index(index, f"S01E0{n}.mkv").id for n in (1, 2, 3)]
    parts = [("opening", 5, 30), ("recap", 30, 40)]
    found = [FoundSegment(0, kind, start, stop, 0.9, None) for kind, start, stop in parts]
    index.segments.keep_found({ids[1]: found})
    return ids


def answers(index):
    return index.summaries.episodes(), index.summaries.characters()


def counted(index):
    """The same from the ranges, as other questions are answered."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(roles, "is_kept", lambda _: False)
        patch.setattr(summaries, "is_kept", lambda _: False)
        return answers(index)


def test_kept_sums_are_those_of_the_ranges(index, episodes, season):
    def agree():
        assert answers(index) == counted(index)
        assert not [one for one in index.checkup.faults() if one.table == "appearance"]

    agree()
    (hiei, *_) = index.summaries.characters()
    assert [(one.segment, one.episodes) for one in hiei.left_out] == [("opening", 1), ("recap", 1)]
    assert (hiei.episodes, hiei.glimpses) == (3, 1), "five frames before it are a glimpse"
    index.character_edits.merge("Hiei", ["Kurama"])
    agree()
    index.actions.undo()
    agree()
    index.segments.keep_found({episodes[1]: []})
    agree()
    index.removal.episode(episodes[0])
    agree()


def test_an_older_index_gets_its_sums(url, index, episodes, dump):
    before = dump()["role_tally"]
    assert len({row[1] for row in before}) > 1, "of several kinds"
    index.close()
    engine = sa.create_engine(parse_url(url))
    with engine.begin() as connection:
        for index_name in ("ix_chunk_odd", "ix_track_unsure"):
            connection.exec_driver_sql(f"DROP INDEX {index_name}")
        connection.exec_driver_sql("DROP TABLE role_tally")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0008'")
    engine.dispose()
    with open_index(url, create=False) as opened:
        assert dump()["role_tally"] == before
        assert answers(opened) == counted(opened)


def test_parts_of_lists_make_the_whole(index, episodes):
    for ask in (index.summaries.episodes, index.summaries.status, index.summaries.characters):
        whole = ask()
        assert len(whole) > 2
        parts = [ask(page=Page(2, first)) for first in range(0, len(whole) + 2, 2)]
        assert [one for part in parts for one in part] == whole
        assert ask(page=Page(0)) == []
    with pytest.raises(RequestError, match="less than nothing"):
        Page(-1)
