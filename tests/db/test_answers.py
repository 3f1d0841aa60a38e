"""What the index answers, against episodes whose truth is known."""

from fractions import Fraction
from itertools import pairwise

import pytest

from eyecatch.core.errors import RequestError, UnknownCharacterError
from eyecatch.db.index import open_index
from eyecatch.db.models.base import DONE
from eyecatch.db.ranges import TrackSpan, joined
from eyecatch.db.records.scan import Provenance


def _seconds(pts: int) -> Fraction:
    return Fraction(pts, 1000)


def _decide(index, season, episode, verdicts):
    """Give verdicts to tracks by their number; None leaves a track undecided."""
    bundle = index.bundles.id_of("bundle-1")
    votes = index.predictions.tracks_to_decide(episode.id, bundle)
    decided = {v.track_id: verdict for v, verdict in zip(votes, verdicts, strict=True) if verdict}
    index.verdicts.save(episode.id, decided, Provenance("scan-1", None, bundle))


def test_find_says_when_exactly(index, season):
    episode = season.index(index)
    hiei, kurama, nobody = (season.verdict(name) for name in ("Hiei", "Kurama", None))
    _decide(index, season, episode, [hiei, kurama, nobody, kurama, hiei, nobody])
    plan = season.plan()
    begin = [int(chunk.pts[0]) for chunk in plan.chunks]
    (found,) = index.queries.find(["Hiei"], min_seconds=0)
    assert found.episode == index.episodes.get(episode.id)
    assert found.characters == ("Hiei",)
    assert [(one.start_frame, one.stop_frame) for one in found.ranges] == [(0, 24), (48, 72)]
    assert [(one.start, one.stop) for one in found.ranges] == [
        (_seconds(begin[0]), _seconds(begin[1])),
        (_seconds(begin[2]), plan.end),
    ]
    assert (found.first, found.last) == (_seconds(begin[0]), plan.end)
    assert found.screen_time == plan.end - _seconds(begin[2]) + _seconds(begin[1] - begin[0])
    (kurama_found,) = index.queries.find(["Kurama"], min_seconds=0)
    assert [(one.start_frame, one.stop_frame) for one in kurama_found.ranges] == [(0, 48)]


def test_together_is_where_all_are_on_screen_at_once(index, season):
    first = season.index(index)
    _decide(index, season, first, list(map(season.verdict, ["Hiei", "Kurama", *["Yusuke"] * 4])))
    second = season.index(index, "S01E02.mkv")
    _decide(index, season, second, list(map(season.verdict, ["Hiei"] * 2 + ["Kurama"] * 4)))
    (found,) = index.queries.find(["hiei", "KURAMA"], together=True, min_seconds=0)
    assert found.episode.id == first.id
    assert found.characters == ("Hiei", "Kurama")
    assert [(one.start_frame, one.stop_frame) for one in found.ranges] == [(0, 24)]
    assert index.queries.find(["Hiei", "Yusuke"], together=True, min_seconds=0) == []
    each = [
        (one.episode.title, *one.characters)
        for one in index.queries.find(["Kurama", "Hiei"], min_seconds=0)
    ]
    assert each == [
        ("S01E01", "Kurama"),
        ("S01E01", "Hiei"),
        ("S01E02", "Kurama"),
        ("S01E02", "Hiei"),
    ]


def test_what_counts_can_be_limited(index, season):
    episode = season.index(index)
    sure, faint = season.verdict("Hiei", 0.9), season.verdict("Hiei", 0.6)
    maybe = season.verdict("Hiei", 0.5, unsure=True)
    _decide(index, season, episode, [sure, None, None, None, maybe, None])
    assert [len(found.ranges) for found in index.queries.find(["Hiei"], min_seconds=0)] == [1]
    assert [
        len(found.ranges) for found in index.queries.find(["Hiei"], unsure=True, min_seconds=0)
    ] == [2]
    _decide(index, season, episode, [sure, None, maybe, None, faint, None])
    (found,) = index.queries.find(["Hiei"], unsure=True, min_seconds=0)
    assert [(one.start_frame, one.stop_frame) for one in found.ranges] == [(0, 72)]
    assert [
        one.start_frame
        for one in index.queries.find(["Hiei"], min_confidence=0.7, min_seconds=0)[0].ranges
    ] == [0]
    assert index.queries.find(["Hiei"], min_confidence=0.95, min_seconds=0) == []
    time = index.queries.find(["Hiei"], min_seconds=0)[0].screen_time
    assert index.queries.find(["Hiei"], min_seconds=float(time) + 0.01) == []
    assert len(index.queries.find(["Hiei"], min_seconds=0.98)) == 1


def test_a_series_alone_can_be_asked_for(index, season):
    season.index(index)
    season.index(index, "Guest.mkv", series="Other Show")
    assert [one.episode.series for one in index.queries.find(["Hiei"], min_seconds=0)] == [
        "Other Show",
        "Yu Yu Hakusho",
    ]
    assert [
        one.episode.series
        for one in index.queries.find(["hiei"], series="other show", min_seconds=0)
    ] == ["Other Show"]
    with pytest.raises(RequestError, match="no series is called 'Othr Show'; did you mean Other"):
        index.queries.find(["Hiei"], series="Othr Show", min_seconds=0)


def test_a_name_is_found_as_people_spell_it(index, season):
    season.index(index, names=("Hiei", "Yusuke Urameshi"))
    season.add_alias(index, "Yusuke Urameshi", "浦飯幽助")
    season.add_alias(index, "Yusuke Urameshi", "浦飯幽助")
    for spelt in ("Yusuke Urameshi", "yusuke urameshi", "浦飯幽助", "\uff28\uff49\uff45\uff49"):
        assert len(index.queries.find([spelt], min_seconds=0)) == 1
    with pytest.raises(UnknownCharacterError) as error:
        index.queries.find(["Hieii"], min_seconds=0)
    assert error.value.nearest[0] == "Hiei"
    with pytest.raises(UnknownCharacterError) as error:
        index.queries.find(["Urameshi"], min_seconds=0)
    assert error.value.nearest == ("Yusuke Urameshi",)
    with pytest.raises(UnknownCharacterError, match="no character is called 'Totoro'"):
        index.bundles.add("no such name", "", [], {}, {"Totoro": ["T"]})


def test_where_nobody_has_a_name_it_is_said_how_they_get_one(index):
    with pytest.raises(
        UnknownCharacterError, match="no character is named yet: index with --model"
    ):
        index.queries.find(["Hiei"], min_seconds=0)


def test_names_of_any_kind_are_kept(index, season):
    name = "O'Brien \"%_\\; DROP TABLE — 飛影 🔥"
    season.index(index, names=("Hiei", name))
    assert index.queries.find([name], min_seconds=0)[0].characters == (name,)


def test_a_known_character_who_is_nowhere_is_no_error(index, season):
    season.index(index)
    assert index.queries.find(["Yusuke"], min_seconds=0) == []


def test_episodes_and_characters(index, season):
    season.index(index, "S01E02.mkv")
    season.index(index, "S01E01.mkv", names=("Hiei", "Hiei"))
    season.add(index, "S01E03.mkv")
    summaries = index.summaries.episodes(min_seconds=0)
    assert [one.episode.title for one in summaries] == ["S01E01", "S01E02", "S01E03"]
    casts = [[(role.character, role.faces) for role in one.cast] for one in summaries]
    assert casts == [[("Hiei", 144)], [("Hiei", 72), ("Kurama", 72)], []]
    whole = season.plan().end - _seconds(500)
    listed = index.summaries.characters(min_seconds=0)
    characters = {one.name: (one.episodes, one.screen_time) for one in listed}
    assert characters == {"Hiei": (2, 2 * whole), "Kurama": (1, whole), "Yusuke": (0, 0)}
    assert listed[0].name == "Hiei"


def test_status_says_what_failed_and_why(index, season):
    done = season.index(index)
    episode = season.add(index, "S01E02.mkv")
    index.chunks.fail(episode.id, 1, "S01E02.mkv: it breaks off.", Provenance("scan-1"))
    index.chunks.fail(episode.id, 1, "S01E02.mkv: it broke again.", Provenance("scan-1"))
    first, second = index.summaries.status()
    assert (first.episode.state, first.pending, first.done, first.failed) == (DONE, 0, 3, 0)
    assert first.episode.id == done.id
    assert (second.pending, second.done, second.failed) == (2, 0, 1)
    (fault,) = second.faults
    assert (fault.chunk, fault.attempts, fault.error) == (1, 2, "S01E02.mkv: it broke again.")


def test_every_face_of_every_frame_in_order(index, season):
    episode = season.index(index, "S01E02.mkv")
    season.index(index, "S01E01.mkv")
    rows = list(index.exports.frames())
    assert len(rows) == 2 * 72 * 2
    assert [row.episode for row in rows] == ["S01E01.mkv"] * 144 + ["S01E02.mkv"] * 144
    of_one = list(index.exports.frames(episode.id))
    assert all((a.frame, a.x) < (b.frame, b.x) for a, b in pairwise(of_one))
    pts = [pts for chunk in season.plan().chunks for pts in chunk.pts.tolist()]
    assert [row.time for row in of_one[::2]] == [_seconds(one) for one in pts]
    row = of_one[1]
    assert (row.frame, row.track, row.character, row.confidence) == (0, 1, "Kurama", 0.9)
    assert (row.x, row.y, row.w, row.h, row.score, row.held) == (400, 50, 80, 90, 0.875, False)
    assert of_one[2].held
    assert [row.score for row in of_one if row.frame == 12] == [0, 0]


def test_frames_without_tracks_or_with_unsure_ones_have_no_name(index, season):
    episode = season.add(index)
    index.chunks.save(episode.id, season.scan(season.plan().chunks[0]), Provenance("scan-1"))
    assert {(row.track, row.character, row.confidence) for row in index.exports.frames()} == {
        (None, None, None)
    }
    episode = season.index(index, "S01E02.mkv")
    maybe = season.verdict("Hiei", 0.6, unsure=True)
    _decide(index, season, episode, [maybe] + [None] * 5)
    assert {row.character for row in index.exports.frames(episode.id)} == {None}
    assert {row.character for row in index.exports.frames(episode.id, unsure=True)} == {
        None,
        "Hiei",
    }


def test_an_empty_index_answers(index):
    assert (
        index.summaries.episodes(min_seconds=0)
        == index.summaries.characters(min_seconds=0)
        == index.summaries.status()
        == index.runs.list_all()
        == []
    )
    assert list(index.exports.frames()) == []
    with pytest.raises(UnknownCharacterError):
        index.queries.find(["Hiei"], min_seconds=0)


@pytest.mark.parametrize(
    ("spans", "ranges"),
    [
        ([(0, 10, 1), (20, 30, 1)], [(0, 30)]),  # a gap of ten in one shot
        ([(0, 10, 1), (21, 30, 1)], [(0, 10), (21, 30)]),  # a gap of eleven
        ([(0, 10, 1), (20, 30, 2)], [(0, 10), (20, 30)]),  # a gap over a cut
        ([(0, 10, 1), (10, 30, 2)], [(0, 30)]),  # on both sides of a cut
        ([(0, 30, 1), (5, 10, 1), (30, 31, 2)], [(0, 31)]),  # one inside the other
    ],
)
def test_tracks_join_inside_a_shot_and_where_they_touch(spans, ranges):
    tracks = [TrackSpan(1, False, a, b, a, b, 0.9, b - a, shot) for a, b, shot in spans]
    assert [(one.start, one.stop) for one in joined(tracks, Fraction(10))] == ranges


def test_a_row_of_a_frame_is_small(tmp_path, season):
    """Under 60 bytes with its share of everything but pictures and timelines, on SQLite."""
    with open_index(str(tmp_path / "a.db")) as index:
        episode = season.add(index, plan=season.plan(chunks=6, frames=1440))
        for chunk in index.chunks.pending(episode.id, "scan-1"):
            index.chunks.save(episode.id, season.scan(chunk), Provenance("scan-1"))
        with index.reading() as connection:
            # A page is 4096 bytes; a table that is its own index counts whole pages of rows.
            rows = connection.exec_driver_sql("SELECT count(*) FROM frame").scalar_one()
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    assert rows == 17280
    assert pages * 4096 / rows < 60
