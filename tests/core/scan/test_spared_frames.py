"""Frames that are left undecoded change nothing of what is found."""

import numpy as np
import pytest

from eyecatch.core.scan import spared_frames as module
from eyecatch.core.scan.config import ScanConfig
from eyecatch.core.scan.scanner import Scan
from eyecatch.core.video.plan import plan
from eyecatch.core.video.probe import probe
from eyecatch.core.video.sparing import Sparing
from tests.core.scan.conftest import drawing, write


@pytest.fixture(scope="module")
def still(tmp_path_factory):
    """144 frames, keyframes at 60 and 120: long held drawings, a run on twos, a cut at 100."""
    steps = [0] * 40 + [n // 2 for n in range(40)] + [20] * 20
    pictures = [drawing(0, step) for step in steps] + [drawing(1, 3)] * 44
    return write(tmp_path_factory.mktemp("still") / "still.mkv", pictures, 60)


class Watched:
    """Scans a file, and counts the frames that were left out and those decoded after all."""

    def __init__(self, monkeypatch):
        self.spared = self.redone = 0
        left_out, again = module._left_out, module._decoded_after_all

        def counted(*of):
            found = left_out(*of)
            self.spared += len(found)
            return found

        def repeated(*of):
            for frame in again(*of):
                self.redone += 1
                yield frame

        monkeypatch.setattr(module, "_left_out", counted)
        monkeypatch.setattr(module, "_decoded_after_all", repeated)

    def scan(self, path, detector, seconds=1e9):
        self.spared = self.redone = 0
        video = probe(path)
        scan = Scan(ScanConfig(), detector)
        return [scan(video, chunk) for chunk in plan(video, seconds).chunks]


@pytest.fixture
def watched(monkeypatch):
    return Watched(monkeypatch)


def never(*_):
    return False


def always(sparing, packet):
    """Guesses for every packet that its frame repeats a drawing."""
    sparing.spared.add(packet.pts)
    return True


def rows(chunks):
    """All that was found but for how much held frames differ."""
    found = []
    for chunk in chunks:
        held = chunk.timeline.held
        found += [held.tolist(), chunk.timeline.pts.tolist(), chunk.damage]
        found.append(chunk.timeline.change[~held][1:].round(3).tolist())
        found.append([(*one.frames, one.boxes.tolist(), one.crops) for one in chunk.tracklets])
        found.append((chunk.pictures.frames.tolist(), chunk.pictures.hashes.tolist()))
    return found


def test_held_frames_are_left_out_and_the_rows_are_the_same(still, detector, watched, monkeypatch):
    found = rows(watched.scan(still, detector))
    assert watched.spared > 20
    pieces = watched.scan(still, detector, 0.1)
    assert len(pieces) == 3
    monkeypatch.setattr(Sparing, "may_leave_out", never)
    assert found == rows(watched.scan(still, detector))
    assert rows(pieces) == rows(watched.scan(still, detector, 0.1))
    assert watched.spared == 0


def test_a_wrong_guess_costs_time_and_no_row(still, detector, watched, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(Sparing, "may_leave_out", never)
        right = rows(watched.scan(still, detector))
    monkeypatch.setattr(Sparing, "may_leave_out", always)
    assert rows(watched.scan(still, detector)) == right
    assert watched.spared > 40
    assert watched.redone > 0


def test_a_frame_after_which_decoding_ends_is_no_guess(still, detector, watched, monkeypatch):
    """The last frames that come are followed by none that could vouch for those left out."""
    decode = module.decode

    def short(video, chunk, **options):
        last = 130 if options.get("sparing") else chunk.stop
        return (frame for frame in decode(video, chunk, **options) if frame.number < last)

    monkeypatch.setattr(Sparing, "may_leave_out", always)
    monkeypatch.setattr(module, "decode", short)
    (chunk,) = watched.scan(still, detector)
    assert len(chunk.timeline.pts) == 144
    assert watched.redone > 0
    assert all(start >= 130 for start, _ in chunk.damage)


class Packet:
    is_corrupt = False

    def __init__(self, pts, size):
        self.pts, self.size = pts, size


def guesses(sparing, packets):
    return [sparing.may_leave_out(Packet(*one)) for one in packets]


@pytest.fixture
def sparing(still):
    video = probe(still)
    (chunk,) = plan(video, 1e9).chunks
    return Sparing(video, chunk), chunk.pts.tolist()


def group(pts, first, large, small):
    """A frame that others refer to, four on, and the three before it."""
    return [(pts[first + 4], large), *((pts[first + n], small) for n in (2, 1, 3))]


def test_what_is_small_is_learned_from_frames_that_were_held(sparing):
    sparing, pts = sparing
    assert guesses(sparing, [(pts[0], 9000), *group(pts, 0, 500, 90)]) == [False] * 5
    for number in range(5):
        sparing.tell(pts[number], number > 0)
    assert guesses(sparing, group(pts, 4, 500, 90)) == [False, True, True, True]
    assert guesses(sparing, group(pts, 8, 501, 90)) == [False] * 4
    assert guesses(sparing, group(pts, 12, 400, 91)) == [False] * 4
    assert sparing.spared == {pts[5], pts[6], pts[7]}


def test_nothing_is_learned_from_frames_with_a_new_drawing(sparing):
    sparing, pts = sparing
    guesses(sparing, [(pts[0], 9000), *group(pts, 0, 500, 90)])
    for number in range(5):
        sparing.tell(pts[number], number != 2)
    assert guesses(sparing, group(pts, 4, 500, 90)) == [False] * 4


@pytest.mark.parametrize("how", ["distrust", "give_up", "keyframe", "corrupt"])
def test_when_nothing_more_is_left_out(sparing, how):
    sparing, pts = sparing
    guesses(sparing, [(pts[0], 9000), *group(pts, 0, 500, 90)])
    for number in range(5):
        sparing.tell(pts[number], number > 0)
    if how == "keyframe":
        assert guesses(sparing, [(pts[60], 9000), *group(pts, 60, 500, 90)]) == [False] * 5
    elif how == "corrupt":
        bad = Packet(pts[8], 500)
        bad.is_corrupt = True
        assert not sparing.may_leave_out(bad)
        assert guesses(sparing, group(pts, 8, 500, 90)) == [False] * 4
    else:
        getattr(sparing, how)()
        assert guesses(sparing, group(pts, 4, 500, 90)) == [False] * 4


def test_a_part_of_a_chunk_has_its_frames(still):
    video = probe(still)
    (chunk,) = plan(video, 1e9).chunks
    part = chunk.part(60, 130)
    assert (part.start, part.stop, part.keyframes.tolist()) == (60, 130, [60, 120])
    assert part.pts.tolist() == chunk.pts[60:130].tolist()
    assert part.stop_pts == chunk.pts[130]
    frames = [frame.number for frame in module.decode(video, part)]
    assert frames == list(range(60, 130))
    assert np.array_equal(chunk.part(0, 144).pts, chunk.pts)
