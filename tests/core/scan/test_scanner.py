import numpy as np
import pytest

from eyecatch.core import crops
from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.detections import Detections
from eyecatch.core.errors import MediaError, ModelError
from eyecatch.core.scan import spared_frames as module
from eyecatch.core.scan.config import ScanConfig
from eyecatch.core.scan.hash_again import hash_chunk
from eyecatch.core.scan.linking import link
from eyecatch.core.scan.scanner import Scan
from eyecatch.core.video.plan import plan
from eyecatch.core.video.probe import probe


def scanned(path, seconds, detector, **config):
    video = probe(path)
    scan = Scan(ScanConfig(**config), detector)
    return [scan(video, chunk) for chunk in plan(video, seconds).chunks]


def rows(chunks):
    """All that ends up in an index, without the places of the chunks' borders."""
    linked = link(chunks)
    by_index = {chunk.index: chunk for chunk in chunks}
    tracks = [
        (track.shot, track.start, track.stop, [_row(by_index[c].tracklets[t]) for c, t in keys])
        for track in linked.tracks
        for keys in [track.tracklets]
    ]
    pts = np.concatenate([chunk.timeline.pts for chunk in chunks]).tolist()
    held = np.concatenate([chunk.timeline.held for chunk in chunks]).tolist()
    return linked.shots, tracks, pts, held, hashes(chunks)


def hashes(chunks):
    return [
        (frame, value)
        for chunk in chunks
        for frame, value in zip(
            chunk.pictures.frames.tolist(), chunk.pictures.hashes.tolist(), strict=True
        )
    ]


def _row(one):
    return one.frames.tolist(), one.boxes.tolist(), one.scores.tolist(), one.crops


def test_the_rows_are_the_same_however_the_episode_is_cut(film, detector):
    whole = scanned(film, 1e9, detector)
    pieces = scanned(film, 0.1, detector)
    some = scanned(film, 1, detector)
    assert (len(whole), len(pieces)) == (1, 6)
    assert 1 < len(some) < 6
    assert rows(whole) == rows(pieces) == rows(some)


@pytest.mark.parametrize("seconds", [1e9, 0.1])
def test_hashes_that_are_made_later_are_those_of_the_scan(film, detector, seconds):
    video = probe(film)
    chunks = plan(video, seconds).chunks
    config = ScanConfig()
    again = [hash_chunk(video, chunk, config) for chunk in chunks]
    made = [(n, h) for one in again for n, h in zip(one.frames, one.hashes, strict=True)]
    assert made == hashes(scanned(film, seconds, detector))
    assert len(made) > 10
    starts = {chunk.start for chunk in chunks}
    assert starts <= {number for number, _ in made}, "a chunk's first drawing is hashed"


@pytest.mark.parametrize("name", ["film", "one_keyframe"])
def test_a_face_is_one_track_through_a_shot(name, request, detector):
    chunks = scanned(request.getfixturevalue(name), 1e9, detector)
    linked = link(chunks)
    assert [(shot.start, shot.stop) for shot in linked.shots] == [(0, 36), (36, 72), (72, 108)]
    assert [(track.shot, track.start, track.stop) for track in linked.tracks] == [
        (0, 0, 36),
        (1, 36, 72),
        (1, 36, 72),
        (2, 72, 108),
    ]


def test_boxes_are_where_the_faces_are_on_every_frame(film, detector):
    for tracklet in scanned(film, 1e9, detector)[0].tracklets:
        assert tracklet.boxes.dtype == np.int32
        for frame, (x, y, w, h) in zip(tracklet.frames, tracklet.boxes, strict=True):
            red = abs(y + h / 2 - 90) < 4
            centre = (60 + 4 * (frame % 36 // 2), 90, 48) if red else (250, 60, 36)
            assert np.abs(np.subtract((x + w / 2, y + h / 2, w), centre)).max() < 6


def test_held_frames_repeat_what_was_seen_and_no_keyframe_is_held(film, detector):
    looked = []
    detect = detector.detect
    detector.detect = lambda pictures: looked.append(len(pictures)) or detect(pictures)
    (chunk,) = scanned(film, 1e9, detector)
    assert not chunk.timeline.held[::20].any()
    assert chunk.timeline.held.sum() >= 45
    assert 6 <= sum(looked) < (~chunk.timeline.held).sum() * 0.75
    for tracklet in chunk.tracklets:
        held = chunk.timeline.held[tracklet.frames[1:]]
        same = (tracklet.boxes[1:] == tracklet.boxes[:-1]).all(axis=1)
        assert (same | (tracklet.scores[1:] == 0) | (tracklet.scores[:-1] == 0))[held].all()


@pytest.mark.parametrize("name", ["film", "one_keyframe"])
def test_few_looks_find_what_looking_at_every_drawing_finds(name, request, detector):
    film = request.getfixturevalue(name)
    (all_,), (few,) = (scanned(film, 1e9, detector, every=n) for n in (1, 6))
    assert few.timeline.held.tolist() == all_.timeline.held.tolist()
    assert len(few.tracklets) == len(all_.tracklets)
    for one, other in zip(few.tracklets, all_.tracklets, strict=True):
        assert one.frames.tolist() == other.frames.tolist()
        assert np.abs(one.boxes - other.boxes).max() <= 4


def test_every_tracklet_has_crops_of_frames_that_were_looked_at(film, detector):
    (chunk,) = scanned(film, 1e9, detector)
    for tracklet in chunk.tracklets:
        assert 1 <= len(tracklet.crops) <= 3
        qualities = [crop.quality for crop in tracklet.crops]
        assert qualities == sorted(qualities, reverse=True)
        for crop in tracklet.crops:
            assert tracklet.scores[crop.frame - tracklet.frames[0]] > 0
            assert not chunk.timeline.held[crop.frame]
            middle = crops.decode(crop.jpeg)[70, 64].astype(int)
            assert max(middle[1], middle[2]) - middle[0] > 100


def test_a_face_that_is_missed_for_a_while_is_interpolated(one_keyframe, detector):
    (chunk,) = scanned(one_keyframe, 1e9, detector)
    frames = {frame for one in chunk.tracklets for frame in one.frames[one.scores == 0].tolist()}
    # The flash is suspected of being a cut, so nothing is followed across it within the scan.
    assert frames <= {50, 51}
    detect, calls = detector.detect, []

    def blinking(pictures):
        calls.append(1)
        return [Detections.none()] if len(calls) in {4, 5} else detect(pictures)

    detector.detect = blinking
    (chunk,) = scanned(one_keyframe, 1e9, detector, every=1)
    first = chunk.tracklets[0]
    assert (first.frames[0], first.frames[-1]) == (0, 35)
    missed = first.frames[first.scores == 0]
    assert len(missed) == 4
    centres = first.boxes[missed, 0] + first.boxes[missed, 2] / 2
    assert np.abs(centres - (60 + 4 * (missed // 2))).max() < 6


def test_what_comes_before_a_break_is_kept(film, detector, monkeypatch):
    decode = module.decode

    def breaks(video, chunk, **options):
        for frame in decode(video, chunk, **options):
            if frame.number == 30:
                raise MediaError("film.mkv", "decoding stopped at 1.25 s")
            yield frame

    whole = scanned(film, 1e9, detector)
    monkeypatch.setattr(module, "decode", breaks)
    (chunk,) = scanned(film, 1e9, detector)
    assert chunk.broken == "film.mkv: decoding stopped at 1.25 s."
    assert chunk.timeline.pts.tolist() == whole[0].timeline.pts[:30].tolist()
    assert chunk.tracklets[-1].frames[-1] == 29


@pytest.mark.parametrize("lost", [{7}, {8, 9, 10}, {20}, {38, 39, 40, 41}, {106, 107}])
def test_damaged_frames_keep_their_rows_however_the_episode_is_cut(
    lost, film, detector, monkeypatch
):
    decode = module.decode
    monkeypatch.setattr(
        module,
        "decode",
        lambda *of, **options: (f for f in decode(*of, **options) if f.number not in lost),
    )
    whole, pieces = scanned(film, 1e9, detector), scanned(film, 0.1, detector)
    assert len(whole[0].timeline.pts) == 108
    assert not whole[0].timeline.held[::20].any()
    assert rows(whole) == rows(pieces)
    assert [shot.start for shot in link(whole).shots] == [0, 36, 72] or 36 in lost


def test_a_chunk_without_a_frame_that_decodes(film, detector, monkeypatch):
    monkeypatch.setattr(module, "decode", lambda *_, **__: iter(()))
    chunks = scanned(film, 0.1, detector)
    assert [chunk.tracklets for chunk in chunks] == [()] * 6
    assert [(shot.start, shot.stop) for shot in link(chunks).shots] == [(0, 108)]


def test_the_detector_is_loaded_on_use_only(film, tmp_path):
    scan = Scan(ScanConfig(DetectorConfig("cascade", model=str(tmp_path / "absent.xml"))))
    video = probe(film)
    with pytest.raises(ModelError, match="no cascade file"):
        scan(video, plan(video).chunks[0])
