"""Everything that is written: by chunk, whole or not at all, and twice the same as once."""

from fractions import Fraction
from io import BytesIO

import numpy as np
import pytest

from eyecatch.core.scan.linking import ChunkEnds
from eyecatch.core.scan.types import Tracklet
from eyecatch.db.models.base import DONE, FAILED, INCOMPLETE, PENDING
from eyecatch.db.records.scan import FileStamp, Provenance
from eyecatch.db.serialization import pack_timeline, pack_vector, pack_vectors

ORIGIN = Provenance("scan-1")


def test_an_episode_comes_back_as_it_was_probed(index, season):
    episode = season.add(index)
    assert episode.video == season.video()
    assert episode.series == "Yu Yu Hakusho"
    assert (episode.frames, episode.end) == (72, season.plan().end)
    assert (episode.state, episode.title) == (PENDING, "S01E01")


def test_chunks_come_back_as_they_were_planned(index, season):
    episode = season.add(index)
    chunks = index.chunks.pending(episode.id, "scan-1")
    for chunk, planned in zip(chunks, season.plan().chunks, strict=True):
        assert chunk.pts.dtype == np.int64
        assert chunk.keyframes.dtype == np.int32
        np.testing.assert_array_equal(chunk.pts, planned.pts)
        np.testing.assert_array_equal(chunk.keyframes, planned.keyframes)
        assert (chunk.index, chunk.start, chunk.stop, chunk.stop_pts, chunk.straight) == (
            planned.index,
            planned.start,
            planned.stop,
            planned.stop_pts,
            planned.straight,
        )


def test_content_is_identity(index, season, dump):
    first = season.add(index)
    stamp = FileStamp("/season/S01E01.mkv", 1000, 1)
    assert index.episodes.digest_of(stamp) == first.digest
    assert index.episodes.digest_of(FileStamp(stamp.path, 1000, 2)) is None
    before = dump()
    season.add(index, plan=season.plan(chunks=9))
    assert dump() == before, "the same again changes no row, and keeps its plan"
    moved = index.episodes.add_file(first.digest, FileStamp("/elsewhere/Hiei arrives.mkv", 1000, 1))
    assert (moved.id, moved.title) == (first.id, "Hiei arrives")
    assert index.episodes.by_digest("digest of another") is None


def test_other_content_at_a_known_path_is_another_episode(index, season):
    first = season.add(index)
    stamp = FileStamp("/season/S01E01.mkv", 2000, 5)
    second = index.episodes.add("other content", stamp, season.video(), season.plan())
    assert second.id != first.id
    assert index.episodes.digest_of(stamp) == "other content"


def test_a_scan_is_read_back_by_its_timelines_and_ends(index, season):
    episode = season.add(index)
    scans = [season.scan(chunk) for chunk in index.chunks.pending(episode.id, "scan-1")]
    for scanned in reversed(scans):
        index.chunks.save(episode.id, scanned, ORIGIN)
    for loaded, scanned in zip(index.tracks.load_ends(episode.id), scans, strict=True):
        expected = ChunkEnds.of(scanned)
        assert (loaded.index, loaded.tracklets) == (expected.index, expected.tracklets)
        for name in ("pts", "held", "change", "first_thumbnail", "last_thumbnail"):
            kept = getattr(scanned.timeline, name)
            np.testing.assert_array_equal(getattr(loaded.timeline, name), kept)
            assert getattr(loaded.timeline, name).dtype == kept.dtype


def test_every_frame_and_crop_of_a_scan_is_a_row(index, season, dump):
    """Each number as it was found, of every tracklet, whatever the database's own types."""
    episode = season.add(index)
    (chunk, *_) = index.chunks.pending(episode.id, "scan-1")
    scanned = season.scan(chunk)
    index.chunks.save(episode.id, scanned, ORIGIN)
    stored = dump()
    ids = [row[0] for row in stored["tracklet"]]
    assert sorted(stored["frame"]) == sorted(
        (id_, frame, int(scanned.timeline.pts[place]), *box, round(score * 1000), held)
        for id_, one in zip(ids, scanned.tracklets, strict=True)
        for frame, box, score in zip(
            one.frames.tolist(), one.boxes.tolist(), one.scores.tolist(), strict=True
        )
        for place in [frame - scanned.timeline.start]
        for held in [bool(scanned.timeline.held[place])]
    )
    assert [row[1:] for row in sorted(stored["crop"])] == [
        (id_, rank, crop.frame, crop.quality, crop.jpeg)
        for id_, one in zip(ids, scanned.tracklets, strict=True)
        for rank, crop in enumerate(one.crops)
    ]


def test_vectors_are_packed_together_as_one_by_one():
    """Also those of a network that names nobody, whose logits have no columns."""
    vectors = np.float32([[1, -0.5], [1e9, 3e-5], [0, 0]])
    assert pack_vectors(vectors) == [pack_vector(one) for one in vectors]
    assert pack_vectors(vectors[:, :0]) == [b"", b"", b""]
    assert pack_vectors(vectors[:0]) == []


def test_a_chunk_saved_twice_is_a_chunk_saved_once(index, season, dump):
    episode = season.add(index)
    scanned = season.scan(season.plan().chunks[1])
    index.chunks.save(episode.id, scanned, ORIGIN)
    before = dump()
    index.chunks.save(episode.id, scanned, ORIGIN)
    assert dump() == before
    assert [chunk.index for chunk in index.chunks.pending(episode.id, "scan-1")] == [0, 2]


def test_a_crash_while_saving_leaves_nothing_half_written(index, season, dump):
    episode = season.add(index)
    good = season.scan(season.plan().chunks[0])
    crops = good.tracklets[1].crops
    bad = Tracklet(
        good.tracklets[1].frames, good.tracklets[1].boxes, good.tracklets[1].scores, (*crops, None)
    )
    before = dump()
    with pytest.raises(AttributeError):
        index.chunks.save(
            episode.id, type(good)(0, good.timeline, (good.tracklets[0], bad)), ORIGIN
        )
    vectors = season.vectors(season.scan(season.plan().chunks[0], faces=1))
    with pytest.raises(ValueError, match="equal numbers"):
        index.chunks.save(episode.id, good, Provenance("scan-1", None, 1), {1: vectors})
    assert dump() == before


def test_another_scan_makes_a_chunk_pending_again_and_replaces_its_rows(index, season, dump):
    episode = season.index(index)
    assert index.chunks.pending(episode.id, "scan-1") == []
    again = index.chunks.pending(episode.id, "scan-2")
    assert len(again) == 3
    scanned = season.scan(again[0], faces=1)
    index.chunks.save(episode.id, scanned, Provenance("scan-2"))
    assert [len(chunk.tracklets) for chunk in index.tracks.load_ends(episode.id)] == [1, 2, 2]
    assert index.episodes.get(episode.id).state == PENDING
    assert len(dump()["crop"]) == 10


def test_a_failed_chunk_waits_to_be_asked_for(index, season):
    episode = season.add(index)
    index.chunks.fail(episode.id, 1, "S01E01.mkv: no such luck.", ORIGIN)
    assert [c.index for c in index.chunks.pending(episode.id, "scan-1")] == [0, 2]
    again = index.chunks.pending(episode.id, "scan-1", retry_failed=True)
    assert [c.index for c in again] == [0, 1, 2]
    index.chunks.save(episode.id, season.scan(again[1]), ORIGIN)
    assert [c.index for c in index.chunks.pending(episode.id, "scan-1", retry_failed=True)] == [
        0,
        2,
    ]


def test_the_state_of_an_episode_follows_from_its_chunks(index, season):
    episode = season.add(index)
    assert index.episode_state.update(episode.id, ORIGIN) == PENDING
    plan = season.plan()
    for chunk in plan.chunks:
        index.chunks.save(episode.id, season.scan(chunk), ORIGIN)
    assert index.episode_state.update(episode.id, ORIGIN) == DONE
    for chunk in plan.chunks:
        index.chunks.fail(episode.id, chunk.index, "gone", Provenance("scan-2"))
    assert index.episode_state.update(episode.id, ORIGIN) == FAILED


def test_an_incomplete_episode_says_when_it_ends(index, season):
    plan = season.plan()
    short = season.add(index, "short.mkv", season.plan(complete=False))
    broken = season.add(index, "broken.mkv")
    failed = season.add(index, "failed.mkv")
    for chunk in plan.chunks[:2]:
        for episode in (short, broken, failed):
            index.chunks.save(episode.id, season.scan(chunk), ORIGIN)
    index.chunks.save(short.id, season.scan(plan.chunks[2]), ORIGIN)
    scanned = season.scan(plan.chunks[2])
    timeline = scanned.timeline
    cut = type(timeline)(
        timeline.start, timeline.pts[:2], timeline.held[:2], timeline.change[:2],
        timeline.first_thumbnail, timeline.last_thumbnail,
    )  # fmt: skip
    index.chunks.save(broken.id, type(scanned)(2, cut, (), "the data break off"), ORIGIN)
    index.chunks.fail(failed.id, 2, "it can't be decoded", ORIGIN)
    states = [index.episode_state.update(episode.id, ORIGIN) for episode in (short, broken, failed)]
    assert states == [INCOMPLETE] * 3
    assert index.episodes.get(short.id).end == plan.end
    begun = int(plan.chunks[2].pts[0])
    assert index.episodes.get(failed.id).end == Fraction(begun, 1000)
    assert index.episodes.get(broken.id).end == Fraction(begun + 40 + 40, 1000)


def test_an_episode_without_faces_is_done(index, season, dump):
    episode = season.add(index)
    for chunk in season.plan().chunks:
        index.chunks.save(episode.id, season.scan(chunk, faces=0), ORIGIN)
    index.tracks.save(episode.id, season.linked(faces=0))
    assert index.predictions.tracks_to_decide(episode.id, 1) == []
    index.verdicts.save(episode.id, {}, ORIGIN)
    assert index.episode_state.update(episode.id, ORIGIN) == DONE
    assert dump()["frame"] == []


def test_a_timeline_bears_the_names_that_it_always_had(season):
    """An index that an earlier version left half done is finished by them."""
    blob = pack_timeline(season.scan(season.plan().chunks[0]).timeline)
    with np.load(BytesIO(blob), allow_pickle=False) as stored:
        names = {"start", "pts", "held", "change", "first_look", "last_look"}
        assert set(stored.files) == names
