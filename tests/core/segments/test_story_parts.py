"""An episode in named parts, and what becomes of the names that its maker gave."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from eyecatch.core.segments.kinds import KINDS, STORY
from eyecatch.core.segments.merged_chapters import merged
from eyecatch.core.segments.story_parts import NamedPart, Stretch, named_parts

END = Fraction(1440)

BROADCAST = [
    Stretch("recap", Fraction(0), Fraction(30)),
    Stretch("opening", Fraction(90), Fraction(180)),
    Stretch("reused", Fraction(300), Fraction(310)),
    Stretch("eyecatch", Fraction(700), Fraction(705)),
    Stretch("ending", Fraction(1300), Fraction(1390)),
    Stretch("preview", Fraction(1391), Fraction(1440)),
]


def parts(*named):
    return [NamedPart(Fraction(start), Fraction(stop), title) for start, stop, title in named]


NAMED = parts(
    (0, 30, "Recap"),
    (30, 90, "Part A"),
    (90, 180, "Opening"),
    (180, 700, "Part B"),
    (700, 705, "Eyecatch"),
    (705, 1300, "Part C"),
    (1300, 1391, "Ending"),  # the second of black after it too
    (1391, 1440, "Preview"),
)


def test_segments_have_their_kinds_names_and_story_has_letters():
    assert named_parts(BROADCAST, END) == NAMED


def test_an_episode_of_story_alone_is_one_part():
    assert named_parts([], END) == parts((0, 1440, "Part A"))
    assert named_parts(BROADCAST[2:3], END) == parts((0, 1440, "Part A"))
    assert named_parts([], Fraction(0)) == []


def test_black_before_the_opening_is_the_openings():
    found = named_parts([Stretch("opening", Fraction(1), Fraction(90))], END)
    assert found == parts((0, 90, "Opening"), (90, 1440, "Part A"))


def test_of_two_at_once_the_later_one_is_named():
    both = [Stretch("recap", Fraction(0), END), Stretch("opening", Fraction(60), Fraction(150))]
    titles = [one.title for one in named_parts(both, END)]
    assert titles == ["Recap", "Opening", "Recap"]


def test_letters_go_on_after_z():
    many = [Stretch("eyecatch", Fraction(10 * k), Fraction(10 * k + 5)) for k in range(1, 30)]
    titles = [one.title for one in named_parts(many, Fraction(1000)) if one.title[0] == "P"]
    assert titles[25:28] == ["Part Z", "Part AA", "Part AB"]


times = st.fractions(-10, 2000, max_denominator=24000)
stretches = st.lists(st.builds(Stretch, st.sampled_from([*KINDS, STORY]), times, times), max_size=9)
titles = st.sampled_from(["", "OP", "Chapter 01", "本編"])


def covers(found, end):
    assert [one.start for one in found] == [Fraction(0), *(one.stop for one in found[:-1])]
    assert found[-1].stop == end
    assert all(one.start < one.stop for one in found)


@given(stretches, st.lists(st.tuples(times, titles), max_size=9))
def test_parts_cover_an_episode_without_a_gap(segments, marks):
    found = named_parts(segments, END)
    covers(found, END)
    starts = sorted({max(time, Fraction(0)) for time, _ in marks if time < END})
    maker = [
        NamedPart(start, stop, title)
        for start, stop, (_, title) in zip(starts, [*starts[1:], END], marks, strict=False)
    ]
    both = merged(maker, found)
    covers(both, END)
    named = {(one.start, one.title) for one in maker if one.title in ("OP", "本編")}
    assert {start for start, _ in named} <= {one.start for one in both}


def test_where_nobody_named_anything_names_are_ours():
    assert merged([], NAMED) == NAMED
    unnamed = parts((0, 700, "Chapter 01"), (700, 1440, ""))
    assert merged(unnamed, NAMED) == NAMED


def test_the_makers_names_stay_and_ours_fill():
    maker = parts(
        (0, Fraction("29.5"), "前回"), (Fraction("29.5"), 700, "Aパート"), (700, 1440, "Bパート")
    )
    assert merged(maker, NAMED) == parts(
        (0, Fraction("29.5"), "前回"),
        (Fraction("29.5"), 90, "Aパート"),
        (90, 180, "Opening"),
        (180, 700, "Aパート"),
        (700, 705, "Eyecatch"),
        (705, 1300, "Bパート"),
        (1300, 1391, "Ending"),
        (1391, 1440, "Preview"),
    )


def test_what_the_maker_named_has_his_name_alone():
    maker = parts((0, 90, "Avant"), (90, 181, "OP"), (181, 1440, "Story"))
    assert [one.title for one in merged(maker, NAMED)][1:4] == ["Avant", "OP", "Story"]


def test_chapters_of_one_name_are_still_two():
    maker = parts((0, 600, "Talk"), (600, 1440, "Talk"))
    assert merged(maker, named_parts([], END)) == maker
