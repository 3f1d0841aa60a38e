"""What is no face, and faces that people drew: kept over scans, undone, counted rightly."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import sqlalchemy as sa

from eyecatch.core.errors import RequestError
from eyecatch.db.models import Decision, MissedFace
from eyecatch.db.records.review import CheckedCounts, DrawnFace
from eyecatch.db.records.scan import Provenance

on_sqlite = pytest.mark.parametrize("url", ["sqlite"], indirect=True)

MISSED = (800, 300, 80, 90)
"""A box in which no detector of these tests finds a face, until one does."""


@pytest.fixture
def filled(index, season):
    """An episode of three shots, two faces in each: cluster a and cluster b."""
    bundle = index.bundles.add("embedder", "base", [], {})
    episode = season.index(index, names=(None, None)).id
    votes = index.predictions.tracks_to_decide(episode, index.bundles.id_of("bundle-1"))
    looks = {vote.track_id: np.eye(4, dtype=np.float32)[k % 2] for k, vote in enumerate(votes)}
    index.faces.save(episode, looks, bundle)
    seen = index.faces.embeddings(1, bundle)
    kinds = seen.vectors.argmax(axis=1)
    index.clusters.regroup(1, dict(zip(seen.ids.tolist(), (-1 - kinds).tolist(), strict=True)), 2)
    a, b = sorted(row.id for row in index.clusters.waiting())
    return SimpleNamespace(a=a, b=b, bundle=bundle, episode=episode)


def drawn(filled, frame=5, box=MISSED, **other) -> DrawnFace:
    look = np.eye(4, dtype=np.float32)[2]
    given = {"start": 4, "stop": 8, "jpeg": b"a crop", "quality": 0.5} | other
    return DrawnFace(filled.episode, frame, box, embedding=look, bundle_id=filled.bundle, **given)


def scan_again(index, season, filled, digest="scan-2", missed=(), faces=2):
    """Another detector's scan: its boxes lie elsewhere, and it finds faces in ``missed`` too."""
    for chunk in season.plan().chunks:
        scanned = season.scan(chunk, faces)
        for tracklet in scanned.tracklets:
            tracklet.boxes[:] += [5, 3, -4, 2]
        if missed and chunk.index == 0:
            one = season.tracklet(chunk, 0)
            one.boxes[:] = np.array(missed)
            scanned = replace(scanned, tracklets=(*scanned.tracklets, one))
        index.chunks.save(filled.episode, scanned, Provenance(digest))
    linked = season.linked(faces=faces)
    if missed:
        linked.tracks.append(SimpleNamespace(shot=0, start=0, stop=24, tracklets=((0, faces),)))
    index.tracks.save(filled.episode, linked)
    index.episode_state.update(filled.episode, Provenance(digest))


def test_what_is_no_face_is_in_no_answer(index, filled):
    before = index.appearances.named_share()
    done = index.actions.name_cluster(filled.a, None, no_face=True)
    assert done.message == "set 3 faces aside as no face"
    share = index.appearances.named_share()
    assert share.seconds == pytest.approx(before.seconds / 2)
    assert (share.named, share.aside) == (0, 0)
    assert [row.id for row in index.clusters.waiting()] == [filled.b]
    assert len(index.exports.tracks(filled.episode)) == 3
    assert {row.x // 300 for row in index.exports.frames()} == {1}
    assert {bar.track for bar in index.pages.bars(filled.episode)} == {1, 3, 5}
    assert {row[0] for row in index.pages.boxes(filled.episode, 0, 10**9)} == {1, 3, 5}
    assert index.faces.waiting(filled.a) == index.faces.unsure() == []
    assert list(index.exports.crops(filled.episode, unsure=True)) == []
    assert {fault.table for fault in index.checkup.faults()} == {"crop"}  # these are no JPEGs


def test_no_face_becomes_a_name_and_comes_back(index, filled):
    index.actions.name_cluster(filled.a, None, no_face=True)
    index.actions.unname(filled.a)
    assert len(index.exports.tracks(filled.episode)) == 6
    index.actions.name_cluster(filled.a, "Hiei")
    faces = [face.id for face in index.faces.of_character("Hiei")]
    index.actions.name_faces(faces[:1], None, no_face=True)
    index.actions.name_faces(faces[:2], None)
    assert len(index.exports.tracks(filled.episode)) == 6
    index.actions.undo()
    assert len(index.exports.tracks(filled.episode)) == 5
    index.actions.undo()
    assert {one.id for one in index.faces.of_character("Hiei")} == set(faces)


def test_no_face_outlives_another_detector_and_hides_no_face_beside_it(index, season, filled):
    index.actions.name_cluster(filled.a, None, no_face=True)
    scan_again(index, season, filled)
    assert {row.x // 300 for row in index.exports.frames()} == {1}
    # In its place there is a face now, which overlaps by a third: a box that is right at last.
    scan_again(index, season, filled, "scan-3", missed=(100 + 40, 50, 80, 90), faces=0)
    assert [track.decided_by for track in index.exports.tracks(filled.episode)] == [None]
    scan_again(index, season, filled, "scan-4")
    assert {row.x // 300 for row in index.exports.frames()} == {1}


def test_an_answer_of_an_earlier_version_says_neither(index, filled):
    """It asked for nobody, or no face; what is undone comes back as it was."""
    index.actions.name_cluster(filled.a, None)
    with index.engine.begin() as connection:
        connection.execute(sa.update(Decision).values(no_face=None))
    assert index.checked_faces.of([filled.episode]) == []
    faces = index.faces.embeddings(1, filled.bundle).ids.tolist()
    index.actions.name_faces(faces, "Hiei")
    assert {one.is_face for one in index.checked_faces.of([filled.episode])} == {True}
    index.actions.undo()
    assert index.checked_faces.of([filled.episode]) == []
    assert len(index.exports.tracks(filled.episode)) == 6


def test_a_drawn_face_is_a_face_like_any_other(index, filled):
    done = index.actions.draw(drawn(filled), "Hiei")
    assert (done.message, done.episodes) == ("drew a face that was missed, Hiei", (1,))
    (found,) = index.queries.find(["Hiei"], min_seconds=0)
    assert [(one.start_frame, one.stop_frame) for one in found.ranges] == [(4, 8)]
    rows = [row for row in index.exports.frames() if row.character == "Hiei"]
    assert [(row.frame, row.held) for row in rows] == [(4, False), (5, True), (6, False), (7, True)]
    assert {(row.x, row.y, row.w, row.h, row.score, row.track) for row in rows} == {
        (*MISSED, 1.0, 6)
    }
    (crop,) = index.exports.crops(filled.episode, ["Hiei"])
    assert (crop.frame, crop.jpeg, crop.quality) == (5, b"a crop", 0.5)
    (row,) = index.missed_faces.of(filled.episode)
    assert (row.frame, row.box, row.character) == (5, MISSED, "Hiei")
    assert index.faces.jpeg(row.face) == b"a crop"
    assert [face.id for face in index.faces.of_character("Hiei")] == [row.face]
    assert len(index.faces.embeddings(1, filled.bundle)) == 7
    assert index.faces.episodes_lacking(filled.bundle) == []
    index.actions.unname("Hiei")
    assert [one.character for one in index.missed_faces.of(filled.episode)] == [None]


def test_a_drawn_face_without_a_name_waits_for_one(index, filled):
    index.actions.draw(drawn(filled))
    seen = index.faces.embeddings(1, filled.bundle)
    (face,) = seen.ids[seen.clusters == 0].tolist()
    index.clusters.regroup(1, {face: -1}, 1)
    (cluster,) = [row for row in index.clusters.waiting() if row.id not in {filled.a, filled.b}]
    assert [one.id for one in index.faces.waiting(cluster.id)] == [face]
    assert index.actions.name_cluster(cluster.id, "Hiei").message == "named 1 face Hiei"
    assert index.queries.find(["Hiei"], min_seconds=0)
    index.actions.undo()
    index.actions.undo()
    assert index.clusters.get(cluster.id).faces == 0
    assert len(index.clusters.waiting()) == 2


def test_a_drawn_face_is_undone_and_taken_out(index, filled):
    before = index.fingerprint.compute()
    index.actions.draw(drawn(filled), "Hiei")
    index.actions.undo()
    after = index.fingerprint.compute()
    same = ("track", "tracklet", "frame", "crop", "appearance", "decision", "overruled")
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    index.actions.draw(drawn(filled), "Hiei")
    whole = index.fingerprint.compute()
    (row,) = index.missed_faces.of(filled.episode)
    assert index.actions.remove(row.id).message == "took a drawn face out again"
    assert (
        index.missed_faces.of(filled.episode) == index.queries.find(["Hiei"], min_seconds=0) == []
    )
    assert index.checked_faces.of([filled.episode]) == []
    with pytest.raises(RequestError, match="no drawn face"):
        index.actions.remove(row.id)
    index.actions.undo()
    back = index.fingerprint.compute()
    assert {name for name in back if back[name] != whole[name]} == {"action"}
    assert len(index.queries.find(["Hiei"], min_seconds=0)) == 1


def test_a_drawn_face_outlives_scans_until_one_finds_it(index, season, filled):
    index.actions.draw(drawn(filled), "Hiei")
    scan_again(index, season, filled)
    assert [one.character for one in index.missed_faces.of(filled.episode)] == ["Hiei"]
    (found,) = index.queries.find(["Hiei"], min_seconds=0)
    assert [(one.start_frame, one.stop_frame) for one in found.ranges] == [(4, 8)]
    scan_again(index, season, filled, "scan-3", missed=(805, 310, 70, 85))
    assert index.missed_faces.of(filled.episode) == []
    (found,) = index.queries.find(["Hiei"], min_seconds=0)
    assert [(one.start_frame, one.stop_frame) for one in found.ranges] == [(0, 24)]
    rows = [row for row in index.exports.frames() if row.frame == 5]
    assert [row.character for row in rows].count("Hiei") == 1
    assert len(rows) == 3
    scan_again(index, season, filled, "scan-4")
    assert [one.character for one in index.missed_faces.of(filled.episode)] == ["Hiei"]
    index.actions.undo()
    assert index.queries.find(["Hiei"], min_seconds=0) == []


def test_a_drawn_face_is_in_the_way_of_no_scan(index, season, filled):
    """What a scan found is read back without it, and an equal scan changes nothing."""
    before = index.tracks.load_ends(filled.episode)
    index.actions.draw(drawn(filled), "Hiei")
    after = index.tracks.load_ends(filled.episode)
    assert [len(chunk.tracklets) for chunk in after] == [len(chunk.tracklets) for chunk in before]
    whole = index.fingerprint.compute()
    index.tracks.save(filled.episode, season.linked())
    assert index.fingerprint.compute() == whole
    for chunk in season.plan().chunks:
        scanned = season.scan(chunk)
        predictions = {index.bundles.id_of("bundle-1"): season.vectors(scanned)}
        index.chunks.save(filled.episode, scanned, Provenance("scan-1"), predictions)
    assert index.fingerprint.compute() == whole


def test_a_drawn_face_waits_while_its_chunk_is_not_there(index, season, filled):
    """Nothing else was found in it, so that no track tells of the change."""
    scan_again(index, season, filled, "scan-2", faces=0)
    index.actions.draw(drawn(filled), "Hiei")
    index.chunks.fail(filled.episode, 0, "broken.", Provenance("scan-3"))
    gone = season.linked(faces=0)
    gone.shots.pop(0)
    index.tracks.save(filled.episode, gone)
    assert (
        index.missed_faces.of(filled.episode) == index.queries.find(["Hiei"], min_seconds=0) == []
    )
    scan_again(index, season, filled, "scan-3", faces=0)
    assert index.queries.find(["Hiei"], min_seconds=0)
    scan_again(index, season, filled, "scan-4", faces=0)
    assert index.queries.find(["Hiei"], min_seconds=0)


@on_sqlite
@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"box": (100, 50, 80, 90)}, "there is a box around this face already"),
        ({"box": (1280, 0, 50, 50)}, "not in the picture"),
        ({"box": (10, 10, 0, 50)}, "not in the picture"),
        ({"box": (-50, 0, 50, 50)}, "not in the picture"),
        ({"frame": 999, "start": 999, "stop": 1000}, "frame 999 of this episode is not indexed"),
        ({"episode_id": 7}, "there is no episode 7"),
    ],
)
def test_what_can_t_be_drawn_is_said_and_changes_nothing(index, filled, dump, change, told):
    before = dump()
    with pytest.raises(RequestError, match=told):
        index.actions.draw(replace(drawn(filled), **change), "Hiei")
    assert dump() == before


@on_sqlite
def test_a_better_box_is_drawn_where_one_is_no_face(index, season, filled):
    index.actions.name_cluster(filled.a, None, no_face=True)
    index.actions.draw(drawn(filled, box=(120, 50, 80, 90)), "Hiei")
    assert len(index.queries.find(["Hiei"], min_seconds=0)) == 1
    scan_again(index, season, filled)
    (row,) = index.missed_faces.of(filled.episode)
    assert row.character == "Hiei"
    assert len(index.exports.tracks(filled.episode)) == 4


def test_what_people_said_of_faces_is_known(index, season, filled):
    assert index.checked_faces.of([filled.episode]) == []
    index.actions.name_cluster(filled.a, None, no_face=True)
    (face, *_) = index.faces.waiting(filled.b)
    index.actions.name_faces([face.id], None)
    index.actions.draw(drawn(filled))
    checked = index.checked_faces.of([filled.episode])
    wrong = [one for one in checked if not one.is_face]
    assert [one.frame for one in wrong] == [0, 1, 24, 25, 48, 49]  # of the crops of each track
    assert wrong[1].box == (101, 50, 80, 90)
    assert wrong[1].pts == 540
    shot = 24 * (face.track // 2)
    right = sorted((one.frame, one.drawn) for one in checked if one.is_face)
    assert right == sorted([(shot, False), (shot + 1, False), (5, True)])
    assert [one.box for one in checked if one.drawn] == [MISSED]
    assert index.checked_faces.counts(filled.episode) == CheckedCounts(1, 1, 3, 0)
    scan_again(index, season, filled, missed=(805, 310, 70, 85), faces=0)
    assert index.checked_faces.counts(filled.episode) == CheckedCounts(1, 1, 0, 3)
    again = index.checked_faces.of([filled.episode])
    assert len([one for one in again if not one.is_face]) == 3  # of each the box that was called so
    assert [one.box for one in again if one.drawn] == [MISSED]
    assert index.checked_faces.of([]) == index.checked_faces.of([99]) == []


@on_sqlite
def test_an_episode_that_is_forgotten_takes_its_drawn_faces_along(index, filled):
    index.actions.draw(drawn(filled), "Hiei")
    with index.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM episode")
        assert connection.scalar(sa.select(sa.func.count()).select_from(MissedFace)) == 0
