"""What one action of a person changes in the index, and how it is undone.

A change is stored in terms of faces, clusters and characters. A new detector, a new bundle or a
moved file replaces none of them, so an action can be undone after any of these. Of segments, which
a search replaces, it holds whole rows: see ``db.review.segment_changes``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from more_itertools import batched
from sqlalchemy import delete, insert, select, tuple_, update
from sqlalchemy.engine import Connection

from eyecatch.db.appearances import refresh_appearances
from eyecatch.db.connection.bulk import BATCH
from eyecatch.db.models import Apart, Appearance, Cluster, Episode, Face, Track, Unlike
from eyecatch.db.review.change import Change
from eyecatch.db.review.character_changes import (
    CharacterState,
    as_models_said,
    store_states,
)
from eyecatch.db.review.clusters import count_clusters, move_faces, update_centres
from eyecatch.db.review.decisions import (
    FaceLabel,
    Spot,
    add_decisions,
    label_tracks,
    labels_of,
    remove_decisions,
)
from eyecatch.db.review.missed_faces import bring_back, episodes_of, faces_at, take_out
from eyecatch.db.review.segment_changes import SegmentState, restore_states
from eyecatch.db.verdicts import hide_forgotten, restore

Pair = tuple[int, int]


def label_faces(
    connection: Connection, faces: Sequence[int], label: FaceLabel, change: Change
) -> None:
    """FaceLabel faces with a character, as nobody, or as no faces."""
    before = remember_labels(connection, faces, change)
    known = _known(connection, faces)
    remove_decisions(connection, [spot for face, (spot, _) in known.items() if face in before])
    add_decisions(connection, {spot: label for spot, _ in known.values()})
    tracks = {track: label for _, track in known.values() if track is not None}
    change.cast |= _called(connection, tracks)
    label_tracks(connection, tracks)
    if label.character_id is not None:
        change.cast.add(label.character_id)


def unlabel_faces(connection: Connection, faces: Sequence[int], change: Change) -> None:
    """Remove people's labels from faces."""
    remember_labels(connection, faces, change)
    _unlabel(connection, faces, change)


def move_to(connection: Connection, clusters: Mapping[int, int], change: Change) -> None:
    """Move faces to clusters."""
    for batch in batched(clusters, BATCH):
        rows = connection.execute(select(Face.id, Face.cluster_id).where(Face.id.in_(batch)))
        change.moved += [(face, old) for face, old in rows]
    move_faces(connection, clusters)


def mark_edited(connection: Connection, clusters: Collection[int], change: Change) -> None:
    """Mark clusters as merged or split by a person."""
    mine = Cluster.id.in_(clusters)
    change.touched += connection.scalars(select(Cluster.id).where(mine, ~Cluster.touched))
    connection.execute(update(Cluster).where(mine).values(touched=True))


def add_cannot_links(connection: Connection, pairs: Collection[Pair], change: Change) -> None:
    """Store that clusters cannot link."""
    wanted = {(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]}
    fresh = sorted(wanted - _stored(connection, wanted))
    change.parted += fresh
    _insert_cannot_links(connection, fresh)


def remove_cannot_links(connection: Connection, pairs: Collection[Pair], change: Change) -> None:
    """Store that clusters may link again."""
    change.joined += sorted(pairs)
    _delete_cannot_links(connection, pairs)


def deny(connection: Connection, pairs: Collection[Pair], change: Change) -> None:
    """Store that faces are not these characters."""
    faces = {face for face, _ in pairs}
    rows = connection.execute(
        select(Unlike.face_id, Unlike.character_id).where(Unlike.face_id.in_(faces))
    )
    known = {(face, character) for face, character in rows}
    fresh = sorted(set(pairs) - known)
    change.denied += fresh
    if fresh:
        connection.execute(
            insert(Unlike), [{"face_id": face, "character_id": who} for face, who in fresh]
        )


def retract(connection: Connection, pairs: Collection[Pair], change: Change) -> None:
    """Store no more that faces are not these characters."""
    change.undenied += pairs
    _delete_denials(connection, pairs)


def put_back(connection: Connection, before: Mapping[str, Any]) -> Change:
    """Restore what was so before a change; what was done to other faces stays."""
    stored: dict[str, Any] = {n: [_tuple(one) for one in value] for n, value in before.items()}
    change = Change(**stored)
    change.segments_before = [SegmentState(*one) for one in change.segments_before]
    change.segments_after = [SegmentState(*one) for one in change.segments_after]
    if "either" not in before:  # of an earlier version
        change.either = [face for face, character in change.said if character is None]
    change.characters = [CharacterState(*one) for one in change.characters]
    store_states(connection, change.characters)
    bring_back(connection, change.removed)
    _unlabel(connection, change.unsaid, change)
    _label_again(connection, change)
    left = _clusters_of(connection, [face for face, _ in change.moved])
    move_faces(connection, dict(change.moved))
    update_centres(connection, left)
    _delete_cannot_links(connection, change.parted)
    _insert_cannot_links(connection, change.joined)
    take_out(connection, change.drawn)
    _delete_denials(connection, change.denied)
    deny(connection, change.undenied, Change())
    if change.recast:
        as_models_said(connection, change.recast)
        hide_forgotten(connection)
    connection.execute(update(Cluster).where(Cluster.id.in_(change.touched)).values(touched=False))
    _restore_segments(connection, change)
    return change


def _restore_segments(connection: Connection, change: Change) -> None:
    there = restore_states(connection, change.segments_before, change.segments_after)
    known = {one.episode_id for one in (*change.segments_before, *change.segments_after)}
    # Of the others a later search learned what is undone.
    refresh_appearances(connection, *(there - known))
    # Those of episodes that are gone are no change any more
    change.segments_before = [one for one in change.segments_before if one.episode_id in there]
    change.segments_after = [one for one in change.segments_after if one.episode_id in there]


def _label_again(connection: Connection, change: Change) -> None:
    """Give faces the labels back that they had."""
    no_face = dict.fromkeys(change.no_face, True) | dict.fromkeys(change.either)
    by_label: dict[FaceLabel, list[int]] = {}
    for face, character in change.said:
        by_label.setdefault(FaceLabel(character, no_face.get(face, False)), []).append(face)
    for label, faces in by_label.items():
        again = Change()
        label_faces(connection, faces, label, again)
        change.cast |= again.cast


def refresh(connection: Connection, change: Change) -> list[int]:
    """Refresh what is derived from what a change touched; returns the ids of its episodes."""
    faces = {*change.unsaid, *dict(change.said), *dict(change.moved), *dict(change.denied)}
    missed = [*change.drawn, *change.removed]
    faces.update(of_missed := faces_at(connection, missed))
    episodes = episodes_of(connection, missed)
    episodes |= {one.episode_id for one in (*change.segments_before, *change.segments_after)}
    for table in (Track, Appearance):
        theirs = table.character_id.in_(change.recast)
        episodes |= set(connection.scalars(select(table.episode_id).where(theirs).distinct()))
    clusters: set[int] = {old for _, old in change.moved if old is not None}
    clusters |= _clusters_of(connection, of_missed)
    homes: set[int] = set()
    for batch in batched(sorted(faces), BATCH):
        for episode, number in connection.execute(
            select(Face.episode_id, Face.cluster_id).where(Face.id.in_(batch))
        ):
            episodes.add(episode)
            if number is not None:
                homes.add(number)
    if change.moved:
        clusters |= homes
    cast = change.cast if change.only_labels else None
    refresh_appearances(connection, *episodes, characters=cast)
    update_centres(connection, clusters)
    series: set[int | None] = set()
    for batch in batched(sorted(episodes), BATCH):
        query = select(Episode.series_id).where(Episode.id.in_(batch)).distinct()
        series |= set(connection.scalars(query))
    here = homes if change.only_labels and not change.moved else None
    count_clusters(connection, series, here)
    return sorted(episodes)


def _clusters_of(connection: Connection, faces: Sequence[int]) -> set[int]:
    found: set[int | None] = set()
    for batch in batched(faces, BATCH):
        found |= set(connection.scalars(select(Face.cluster_id).where(Face.id.in_(batch))))
    return {number for number in found if number is not None}


def remember_labels(
    connection: Connection, faces: Sequence[int], change: Change
) -> Mapping[int, FaceLabel]:
    """Remember what people said of faces; returns that, by the faces' ids."""
    said = labels_of(connection, faces)
    change.said += [(face, label.character_id) for face, label in said.items()]
    change.no_face += [face for face, label in said.items() if label.no_face]
    change.either += [face for face, label in said.items() if label.no_face is None]
    change.unsaid += [face for face in faces if face not in said]
    return said


def _unlabel(connection: Connection, faces: Sequence[int], change: Change) -> None:
    known = _known(connection, faces)
    remove_decisions(connection, [spot for spot, _ in known.values()])
    tracks = [track for _, track in known.values() if track is not None]
    change.cast |= _called(connection, tracks)
    restore(connection, tracks)
    change.cast |= _called(connection, tracks)


def _called(connection: Connection, tracks: Iterable[int]) -> set[int]:
    """The characters that tracks are called."""
    found: set[int | None] = set()
    for batch in batched(tracks, BATCH):
        called = select(Track.character_id).where(Track.id.in_(batch)).distinct()
        found |= set(connection.scalars(called))
    return {one for one in found if one is not None}


def _known(connection: Connection, faces: Sequence[int]) -> dict[int, tuple[Spot, int | None]]:
    """Where each face is, and the track that follows it."""
    known: dict[int, tuple[Spot, int | None]] = {}
    for batch in batched(faces, BATCH):
        for face, track, episode, frame, x, y, w, h in connection.execute(
            select(
                Face.id, Face.track_id, Face.episode_id, Face.frame, Face.x, Face.y, Face.w, Face.h
            ).where(Face.id.in_(batch))
        ):
            known[face] = (episode, (frame, x, y, w, h)), track
    return known


def _stored(connection: Connection, pairs: Collection[Pair]) -> set[Pair]:
    both = tuple_(Apart.first_id, Apart.second_id)
    found = select(Apart.first_id, Apart.second_id).where(both.in_(sorted(pairs)))
    return {(a, b) for a, b in connection.execute(found)}


def _insert_cannot_links(connection: Connection, pairs: Collection[Pair]) -> None:
    if pairs:
        connection.execute(
            insert(Apart), [{"first_id": first, "second_id": second} for first, second in pairs]
        )


def _delete_cannot_links(connection: Connection, pairs: Collection[Pair]) -> None:
    both = tuple_(Apart.first_id, Apart.second_id)
    connection.execute(delete(Apart).where(both.in_(sorted(pairs))))


def _delete_denials(connection: Connection, pairs: Collection[Pair]) -> None:
    for face, character in pairs:
        here = (Unlike.face_id == face, Unlike.character_id == character)
        connection.execute(delete(Unlike).where(*here))


def _tuple(value: Any) -> Any:  # noqa: ANN401 - JSON has lists for tuples
    return tuple(value) if isinstance(value, list) else value
