"""What those rely on who look for openings and recaps in drawn seasons: that the truth is true."""

import csv
from collections import Counter
from fractions import Fraction
from itertools import pairwise

import av
import numpy as np
import pytest

from eyecatch.core.errors import RequestError
from eyecatch.core.segments.kinds import KINDS, LEFT_OUT
from eyecatch.core.synthetic.broadcast import draw_broadcast, write_broadcast
from eyecatch.core.synthetic.cast import CAST
from eyecatch.core.synthetic.passages import BLACK, play_passages, true_segments
from eyecatch.core.synthetic.programme import PLAIN, BroadcastOptions
from eyecatch.core.synthetic.reencode import PAL, Reencoding, followed, reencode
from eyecatch.core.synthetic.season import NTSC_FILM
from eyecatch.core.synthetic.soundtrack import RATE, Sound, heard

SMALL = (160, 90)


def season(episodes=12, seconds=40.0, seed=1, **options):
    return write_broadcast(
        episodes=episodes, seconds=seconds, seed=seed, options=BroadcastOptions(**options)
    )


def of_kind(kind, passages):
    return [one for one in passages if one.kind == kind]


def pictures(passages):
    """Each frame as drawn, as bytes."""
    return [frame.picture.tobytes() for frame in play_passages(passages, SMALL)]


def rows(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """Four episodes with everything that so few can have, the later two larger."""
    return draw_broadcast(
        tmp_path_factory.mktemp("broadcast"), episodes=4, seconds=14.0, size=SMALL, seed=2,
        options=BroadcastOptions(
            opening=5.0, ending=4.0, eyecatch=1.0, dubbed=(1,), second_size=(320, 180)
        ),
    )  # fmt: skip


def test_the_same_seed_writes_the_same_season_and_another_seed_another():
    assert season(seed=4) == season(seed=4)
    assert season(seed=4) != season(seed=5)


@pytest.mark.parametrize("seed", range(4))
def test_a_season_has_everything(seed):
    episodes = season(seed=seed)
    kinds = Counter(kind for one in episodes for kind in {p.kind for p in one})
    assert kinds["opening"] == 10  # neither the first episode nor one other
    assert kinds["ending"] == kinds["eyecatch"] == 12
    assert kinds["preview"] == 10  # neither the last one nor the one before the clip show
    assert kinds["recap"] >= 2
    assert kinds["reused"] >= 4
    assert kinds["story"] == 11
    openings = [of_kind("opening", one)[0] for one in episodes if of_kind("opening", one)]
    songs = Counter(one.sounds[0].seed for one in openings if one.sounds[0].style == "song")
    assert len(songs) == 2
    assert [one.sounds[0].style for one in openings].count("silence") == 1
    lengths = Counter(one.frames for one in openings)
    assert sorted(lengths.values()) == [1, 9]
    assert min(lengths, key=lambda n: lengths[n]) == round(0.6 * max(lengths))


def test_the_first_episode_ends_with_its_opening():
    first, second, *_ = season(no_opening=False, short_opening=False, clip_show=False)
    assert of_kind("opening", first) == []
    assert of_kind("ending", first)[0].shots == of_kind("opening", second)[0].shots


@pytest.mark.parametrize("seed", range(3))
def test_everybody_is_in_the_opening_and_the_story_lacks_somebody(seed):
    for passages in season(seed=seed, short_opening=False, clip_show=False, reused=False):
        for one in of_kind("opening", passages):
            assert {a.who.name for s in one.shots for a in s.actors} == {c.name for c in CAST}
            assert all(s.pan or s.actors for s in one.shots)
        cast = {a.who.name for p in of_kind("story", passages) for s in p.shots for a in s.actors}
        assert len(cast & {c.name for c in CAST}) < len(CAST)


def test_credits_differ_from_episode_to_episode_over_the_same_drawings():
    one, other = season(episodes=2, sponsors=False, opening_as_ending=False)
    for kind in ("opening", "ending"):
        (a,), (b,) = of_kind(kind, one), of_kind(kind, other)
        assert a.shots == b.shots
        assert a.sounds == b.sounds
        assert a.captions != b.captions
        alike = np.mean([x == y for x, y in zip(pictures([a]), pictures([b]), strict=True)])
        assert alike < 0.2


def test_a_plain_season_is_only_what_is_asked_for():
    for passages in write_broadcast(episodes=3, seconds=20.0, options=PLAIN):
        assert [one.kind for one in passages] == ["opening", "story", "eyecatch", "story", "ending"]


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "step"), [("recap", -1), ("preview", 1), ("reused", -1)])
def test_excerpts_show_exactly_frames_of_their_source(kind, step):
    episodes = season(episodes=6, seconds=24.0, clip_show=False, credits=False)
    seen = 0
    for k, passages in enumerate(episodes):
        for excerpt in of_kind(kind, passages):
            if excerpt.sounds[0].start > 900:
                continue  # a stock shot, which is no excerpt
            others = [k + step] if kind != "reused" else list(range(k))
            source = {p for n in others for p in pictures(of_kind("story", episodes[n]))}
            assert set(pictures([excerpt])) <= source
            seen += 1
    assert seen


def test_excerpts_sound_as_their_source():
    story = Sound("story", 7, seconds=31.0, score=1)
    whole, part = heard([story]), heard([story.part(9.0, 12.0)])
    assert np.array_equal(part, whole[9 * RATE : 12 * RATE])


def test_sounds_are_as_long_as_pictures_and_differ():
    for passages in season(episodes=3, seconds=12.0):
        samples = heard([sound for one in passages for sound in one.sounds])
        frames = sum(one.frames for one in passages)
        assert len(samples) == pytest.approx(frames / float(NTSC_FILM) * RATE, abs=2)
        assert np.abs(samples).max() < 1.5
    songs = [heard([Sound("song", seed, seconds=3.0)]) for seed in range(3)]
    stories = [heard([Sound("story", 1, seconds=3.0, dub=dub)]) for dub in range(2)]
    for one, other in pairwise([*songs, *stories]):
        assert abs(np.corrcoef(one, other)[0, 1]) < 0.5
    assert not heard([Sound("silence", seconds=1.0)]).any()


def test_a_clip_show_is_a_recap_as_a_whole():
    episodes = season(no_opening=False, short_opening=False, silent_opening=False)
    (show,) = [one for one in episodes if not of_kind("story", one)]
    assert len(of_kind("recap", show)) == 2
    assert sum(one.frames for one in of_kind("recap", show)) > 20 * float(NTSC_FILM)


def test_black_stands_between_parts_and_never_within_the_story():
    for passages in season(episodes=3, black=0.5, reused=False):
        for before, after in pairwise(passages):
            assert BLACK in {before.kind, after.kind} or before.kind == after.kind == "story"
        for one in of_kind(BLACK, passages):
            assert not any(any(picture) for picture in pictures([one]))


def test_true_segments_are_in_order_and_those_that_meet_are_one():
    for passages in season(opening_as_ending=False):
        found = true_segments("e", passages, NTSC_FILM)
        frames = sum(one.frames for one in passages)
        assert {one.kind for one in found} <= set(KINDS)
        for before, after in pairwise(found):
            assert before.stop_frame <= after.start_frame
            assert before.stop_frame < after.start_frame or before.kind != after.kind
        for one in found:
            assert 0 <= one.start_frame < one.stop_frame <= frames
            assert one.stop == pytest.approx(one.stop_frame / float(NTSC_FILM), abs=1e-3)


def test_files_have_the_frames_and_the_sound_of_the_truth(drawn):
    table = rows(drawn.segments)
    assert list(table[0]) == ["episode", "kind", "start", "stop", "start_frame", "stop_frame"]
    assert {row["episode"] for row in table} == {path.name for path in drawn.episodes}
    for k, (path, passages) in enumerate(zip(drawn.episodes, drawn.passages, strict=True)):
        with av.open(str(path)) as file:
            video = file.streams.video[0]
            assert (video.width, video.height) == ((320, 180) if k >= 2 else SMALL)
            assert len(file.streams.audio) == 1
            assert sum(1 for _ in file.decode(video)) == sum(one.frames for one in passages)


def test_casts_count_the_story_only(drawn):
    spans = [
        (row["episode"], int(row["start_frame"]), int(row["stop_frame"]))
        for row in rows(drawn.segments) if row["kind"] in LEFT_OUT
    ]  # fmt: skip
    story = {
        (row["episode"], row["label"]) for row in rows(drawn.truth)
        if not any(e == row["episode"] and a <= int(row["frame"]) < b for e, a, b in spans)
    }  # fmt: skip
    for row in rows(drawn.casts):
        cast = {name for name in drawn.characters if row[name] == "1"}
        assert cast == {label for episode, label in story if episode == row["episode"]} - {
            "unknown"
        }


def test_a_release_at_another_speed_keeps_its_frames_and_moves_its_segments(drawn, tmp_path):
    how = Reencoding(speed=PAL, crop=0.04, logo=True, size=(192, 108), loudness=-6.0)
    reencode(drawn.episodes[0], tmp_path / "pal.mkv", how)
    truth = true_segments("pal.mkv", drawn.passages[0], NTSC_FILM)
    with av.open(str(tmp_path / "pal.mkv")) as file:
        video = file.streams.video[0]
        assert (video.width, video.height) == (192, 108)
        times = [float(frame.time or 0) for frame in file.decode(video)]
        assert float(video.average_rate or 0) == pytest.approx(25, abs=0.01)
    assert len(times) == sum(one.frames for one in drawn.passages[0])
    for one in followed(truth, how):
        assert times[one.start_frame] == pytest.approx(one.start, abs=0.002)
    with av.open(str(tmp_path / "pal.mkv")) as file:
        last = max(float(frame.time or 0) for frame in file.decode(audio=0))
    assert last == pytest.approx(times[-1], abs=0.2)


def test_a_release_may_be_silent(drawn, tmp_path):
    reencode(drawn.episodes[0], tmp_path / "e.mkv", Reencoding(silent=True))
    with av.open(str(tmp_path / "e.mkv")) as file:
        assert not file.streams.audio


@pytest.mark.parametrize(
    "how", [{"seconds": 1.0}, {"episodes": 0}, {"rate": Fraction(0)}, {"seed": -1}]
)
def test_seasons_that_cannot_be_drawn_are_refused(how, tmp_path):
    with pytest.raises(RequestError, match="can't be drawn"):
        draw_broadcast(tmp_path, **how)


@pytest.mark.parametrize("seed", range(8))
def test_no_opening_has_the_sponsors_after_it_each_time(seed):
    after = [
        (one.sounds[0].seed, next_.kind)
        for passages in season(seed=seed, seconds=10.0, silent_opening=False)
        for one, next_ in pairwise(passages) if one.kind == "opening"
    ]  # fmt: skip
    songs = {song for song, _ in after}
    assert {song for song, kind in after if kind != "eyecatch"} == songs
    assert sum(kind == "eyecatch" for _, kind in after) >= 2
