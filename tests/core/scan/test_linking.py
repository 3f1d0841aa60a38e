from itertools import pairwise

import numpy as np

from eyecatch.core.scan.linking import link
from eyecatch.core.scan.types import ScannedChunk, Timeline, Tracklet


def look(value):
    return np.full((36, 64, 3), value, np.uint8)


def chunk(index, start, stop, tracklets=(), *, cuts=(), looks=(10, 10)):
    change = np.zeros(stop - start, np.float32)
    change[0] = np.nan
    change[[cut - start for cut in cuts]] = 0.3
    timeline = Timeline(
        start,
        np.arange(start, stop, dtype=np.int64) * 10,
        np.zeros(stop - start, bool),
        change,
        look(looks[0]),
        look(looks[1]),
    )
    return ScannedChunk(index, timeline, tuple(tracklets))


def tracklet(start, stop, x=100, y=50, side=40):
    """As it comes back from an index: without the crops."""
    n = stop - start
    boxes = np.tile(np.int32([x, y, side, side]), (n, 1))
    return Tracklet(np.arange(start, stop, dtype=np.int32), boxes, np.ones(n, np.float32), ())


def ranges(linked):
    return [(track.start, track.stop, track.tracklets) for track in linked.tracks]


def test_nothing_is_linked_to_nothing():
    assert link([]).shots == link([]).tracks == ()


def test_a_face_goes_on_across_keyframes_and_chunks():
    chunks = [
        chunk(0, 0, 50, [tracklet(0, 25), tracklet(25, 50)]),
        chunk(1, 50, 90, [tracklet(53, 90, x=110)]),
    ]
    linked = link(chunks)
    assert ranges(linked) == [(0, 90, ((0, 0), (0, 1), (1, 0)))]
    assert link(chunks[::-1]) == linked
    assert (linked.shots[0].start_pts, linked.shots[0].last_pts) == (0, 890)


def test_no_track_crosses_a_cut_inside_a_chunk_or_at_its_border():
    inside = link([chunk(0, 0, 60, [tracklet(0, 30), tracklet(30, 60)], cuts=[30])])
    assert [(shot.start, shot.stop) for shot in inside.shots] == [(0, 30), (30, 60)]
    assert [track.shot for track in inside.tracks] == [0, 1]
    chunks = [
        chunk(0, 0, 30, [tracklet(0, 30)], looks=(10, 10)),
        chunk(1, 30, 60, [tracklet(30, 60)], looks=(90, 90)),
    ]
    border = link(chunks)
    assert [(shot.start, shot.stop) for shot in border.shots] == [(0, 30), (30, 60)]
    assert [track.shot for track in border.tracks] == [0, 1]


def test_faces_apart_overlapping_or_long_gone_are_not_one():
    apart = link([chunk(0, 0, 60, [tracklet(0, 30), tracklet(30, 60, x=300)])])
    overlapping = link([chunk(0, 0, 60, [tracklet(0, 31), tracklet(30, 60)])])
    gone = link([chunk(0, 0, 90, [tracklet(0, 30), tracklet(60, 90)])])
    assert [len(one.tracks) for one in (apart, overlapping, gone)] == [2, 2, 2]


def test_of_two_faces_each_goes_on_as_itself():
    left, right = tracklet(0, 30, x=100), tracklet(0, 30, x=130)
    later = [tracklet(30, 60, x=112), tracklet(30, 60, x=141)]
    linked = link([chunk(0, 0, 60, [left, right, *later])])
    assert ranges(linked) == [(0, 60, ((0, 0), (0, 2))), (0, 60, ((0, 1), (0, 3)))]


def test_a_missing_or_broken_chunk_ends_the_shot():
    missing = link([chunk(0, 0, 30, [tracklet(0, 30)]), chunk(2, 35, 60, [tracklet(35, 60)])])
    assert [(shot.start, shot.stop) for shot in missing.shots] == [(0, 30), (35, 60)]
    assert [track.shot for track in missing.tracks] == [0, 1]


def test_any_scan_gives_shots_that_hold_every_frame_and_tracks_that_hold_every_tracklet():
    rng = np.random.default_rng(5)
    starts = np.sort(rng.choice(4000, 300, replace=False))
    members = [
        tracklet(start, start + rng.integers(1, 60), x=rng.integers(0, 900)) for start in starts
    ]
    linked = link([chunk(0, 0, 4100, members, cuts=np.arange(100, 4000, 97).tolist())])
    assert all(a.stop == b.start for a, b in pairwise(linked.shots))
    assert (linked.shots[0].start, linked.shots[-1].stop) == (0, 4100)
    keys = [key for track in linked.tracks for key in track.tracklets]
    assert sorted(keys) == [(0, place) for place in range(300)]
    for track in linked.tracks:
        parts = [members[place] for _, place in track.tracklets]
        assert all(a.frames[-1] < b.frames[0] for a, b in pairwise(parts))
        assert all(
            linked.shots[track.shot].start <= part.frames[0] < linked.shots[track.shot].stop
            for part in parts
        )
