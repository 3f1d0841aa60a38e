"""Faces, clusters and what people do with them: kept, undone, and never changed by a model."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest
import sqlalchemy as sa

from eyecatch.core.errors import RequestError, UnknownCharacterError
from eyecatch.db.connection.urls import parse_url
from eyecatch.db.index import open_index
from eyecatch.db.records.scan import Provenance

# A server's databases take seconds to make; what differs between the kinds is tested on both.
on_sqlite = pytest.mark.parametrize("url", ["sqlite"], indirect=True)

KEPT = ("appearance", "decision", "face", "cluster", "apart", "unlike", "tally", "overruled")


@pytest.fixture
def filled(index, season):
    """Two episodes that nobody named: the first faces of all chunks are cluster a, the others b."""
    bundle = index.bundles.add("embedder", "base", [], {})
    faces: dict[int, list[int]] = {0: [], 1: []}
    for name in ("S01E01.mkv", "S01E02.mkv"):
        episode = season.index(index, name, (None, None))
        votes = index.predictions.tracks_to_decide(episode.id, index.bundles.id_of("bundle-1"))
        looks = {vote.track_id: np.eye(4, dtype=np.float32)[k % 2] for k, vote in enumerate(votes)}
        index.faces.save(episode.id, looks, bundle)
    seen = index.faces.embeddings(1, bundle)
    for face, vector in zip(seen.ids.tolist(), seen.vectors, strict=True):
        faces[int(vector.argmax())].append(face)
    index.clusters.regroup(1, {face: -1 - kind for kind in faces for face in faces[kind]}, 2)
    a, b = sorted(row.id for row in index.clusters.waiting())
    return SimpleNamespace(a=a, b=b, faces=faces, bundle=bundle)


def tracks(index):
    return [
        (one.character, one.decided_by, one.confidence)
        for episode in index.summaries.status()
        for one in index.exports.tracks(episode.episode.id)
    ]


@on_sqlite
def test_clusters_are_counted_and_listed(index, filled):
    rows = index.clusters.waiting()
    assert {row.id for row in rows} == {filled.a, filled.b}
    assert [(row.faces, row.episodes, row.series) for row in rows] == [(6, 2, "Yu Yu Hakusho")] * 2
    assert rows[0].seconds == pytest.approx(6 * 24 * 0.0413, rel=0.01)
    faces = index.faces.waiting(filled.a)
    assert {face.id for face in faces} == set(filled.faces[0])
    assert {face.episode for face in faces} == {"S01E01.mkv", "S01E02.mkv"}
    assert index.faces.jpeg(faces[0].id).startswith(b"jpeg")
    assert index.faces.jpeg(10**6) is None
    assert index.clusters.waiting(count=1, first=1) == rows[1:]


def test_a_name_holds_in_every_episode_at_once(index, filled):
    done = index.actions.name_cluster(filled.a, "Hiei")
    assert (done.message, len(done.episodes)) == ("named 6 faces Hiei", 2)
    assert [found.episode.title for found in index.queries.find(["hiei"])] == ["S01E01", "S01E02"]
    assert tracks(index)[::2] == [("Hiei", "person", 1.0)] * 6
    assert [row.id for row in index.clusters.waiting()] == [filled.b]
    assert index.appearances.named_share().part == pytest.approx(0.5)


@on_sqlite
def test_the_same_name_twice_is_one_character(index, filled):
    index.actions.name_cluster(filled.a, "Hiei")
    index.actions.name_cluster(filled.b, "  \uff48iei ")
    assert {one.name for one in index.summaries.characters() if one.episodes} == {"Hiei"}
    assert index.appearances.named_share().part == 1


@on_sqlite
@pytest.mark.parametrize("step", ["name", "nobody", "some", "split", "merge", "deny", "unname"])
def test_undo_puts_everything_back(index, filled, dump, step):
    if step in {"deny", "unname"}:
        index.actions.name_cluster(filled.a, "Hiei")
    before = {name: rows for name, rows in dump().items() if name in KEPT}
    acts = {
        "name": lambda: index.actions.name_cluster(filled.a, "Somebody new"),
        "nobody": lambda: index.actions.name_cluster(filled.a, None),
        "some": lambda: index.actions.name_cluster(filled.a, "Hiei", filled.faces[0][:2]),
        "split": lambda: index.actions.split(filled.a, filled.faces[0][:2])[0],
        "merge": lambda: index.actions.merge(filled.a, [filled.b]),
        "deny": lambda: index.actions.deny(filled.faces[0][:2]),
        "unname": lambda: index.actions.unname("Hiei"),
    }
    done = acts[step]()
    assert {name: rows for name, rows in dump().items() if name in KEPT} != before
    assert index.actions.last().id == done.id
    undone = index.actions.undo(done.id)
    assert undone.undone
    after = {name: rows for name, rows in dump().items() if name in KEPT}
    for name in KEPT:
        # Numbers and times of decisions are new; a cluster that was made stays, without faces.
        cut = slice(1, 8) if name == "decision" else slice(None)
        rows = [row[cut] for row in after[name] if name != "cluster" or row[0] <= filled.b]
        assert sorted(rows, key=repr) == sorted((row[cut] for row in before[name]), key=repr)


@on_sqlite
def test_undo_goes_back_step_by_step_to_the_start(index, filled):
    index.actions.name_cluster(filled.a, "Hiei")
    index.actions.merge(filled.b, [filled.a])
    index.actions.name_cluster(filled.b, "Kurama")
    assert [index.actions.undo().message.split()[0] for _ in range(3)] == [
        "named",
        "merged",
        "named",
    ]
    assert {who for who, *_ in tracks(index)} == {None}
    with pytest.raises(RequestError, match="nothing to undo"):
        index.actions.undo()


@on_sqlite
def test_a_typing_error_that_is_undone_leaves_no_character(index, filled):
    index.actions.name_cluster(filled.a, "Hiie")
    index.actions.undo()
    index.propagation.save(1, {}, {}, index.bundles.add("people", "", [], {}))
    with pytest.raises(UnknownCharacterError):
        index.characters.own_name("Hiie")


@on_sqlite
def test_two_people_at_once_the_second_is_told(index, filled):
    stamp = index.clusters.get(filled.a).stamp
    index.actions.name_cluster(filled.a, "Hiei", stamp=stamp)
    with pytest.raises(RequestError, match="has changed since you saw it: 0 faces"):
        index.actions.name_cluster(filled.a, "Kurama", stamp=stamp)
    seen = index.actions.last().id
    index.actions.name_cluster(filled.b, "Kurama")
    with pytest.raises(RequestError, match="something was done since: somebody named 6 faces"):
        index.actions.undo(seen)
    assert {who for who, *_ in tracks(index)} == {"Hiei", "Kurama"}


def test_a_race_for_one_cluster_has_one_winner(url, filled):
    def name(who):
        with open_index(url) as mine:
            try:
                stamp = mine.clusters.get(filled.a).stamp
                mine.actions.name_cluster(filled.a, who, stamp=stamp)
            except RequestError:
                return None
            return who

    with ThreadPoolExecutor(4) as pool:
        winners = [who for who in pool.map(name, "ABCD") if who]
    with open_index(url) as index:
        assert len(winners) == 1
        assert {face.decided_by for face in index.faces.of_character(winners[0])} == {"person"}
        assert len(index.faces.of_character(winners[0])) == 6


@on_sqlite
@pytest.mark.parametrize(
    ("act", "told"),
    [
        (lambda i, f: i.actions.name_cluster(999, "Hiei"), "there is no cluster 999"),
        (lambda i, f: i.actions.name_cluster(f.a, "  "), "has to have letters"),
        (lambda i, f: i.actions.name_cluster(f.a, "a\x00b"), "no letters"),
        (lambda i, f: i.actions.name_cluster(f.a, "x" * 300), "200 letters"),
        (
            lambda i, f: i.actions.name_cluster(f.a, "Hiei", f.faces[1][:1]),
            "does not wait in cluster",
        ),
        (lambda i, f: i.actions.name_faces([], "Hiei"), "no face was chosen"),
        (lambda i, f: i.actions.name_faces([10**6], "Hiei"), "there is no face"),
        (lambda i, f: i.actions.split(f.a, f.faces[0]), "leaves some faces"),
        (lambda i, f: i.actions.split(f.a, []), "leaves some faces"),
        (lambda i, f: i.actions.merge(f.a, [f.a]), "with itself"),
        (lambda i, f: i.actions.unname(f.a), "no person named a face in cluster"),
        (lambda i, f: i.actions.unname("Nobody"), "no character is called"),
        (lambda i, f: i.actions.deny(f.faces[0][:1]), "has no name any more"),
    ],
)
def test_what_can_t_be_done_is_said_and_changes_nothing(index, filled, dump, act, told):
    before = dump()
    with pytest.raises(RequestError, match=told):
        act(index, filled)
    assert dump() == before


@on_sqlite
def test_names_of_people_survive_another_bundle(index, season, filled):
    index.actions.name_cluster(filled.a, "Hiei")
    other = index.bundles.add("bundle-2", "/other.bundle", ["Yusuke"], {})
    for status in index.summaries.status():
        episode = status.episode.id
        votes = index.predictions.track_votes(episode, index.bundles.id_of("bundle-1"))
        verdicts = {vote.track_id: season.verdict("Yusuke", 0.99) for vote in votes}
        index.verdicts.save(episode, verdicts, Provenance("scan-1", None, other))
    assert tracks(index)[::2] == [("Hiei", "person", 1.0)] * 6
    assert tracks(index)[1::2] == [("Yusuke", "model", 0.99)] * 6
    index.actions.undo()
    assert {who for who, *_ in tracks(index)[::2]} == {None}


def test_names_and_clusters_survive_another_detector(index, season, filled):
    """Its boxes lie a little elsewhere, and it joins the tracks of two chunks."""
    index.actions.name_cluster(filled.a, "Hiei")
    (apart,) = [row for row in index.clusters.waiting() if row.id == filled.b]
    for status in index.summaries.status():
        episode = status.episode
        for chunk in season.plan().chunks:
            scanned = season.scan(chunk)
            for tracklet in scanned.tracklets:
                tracklet.boxes[:] += [5, 3, -4, 2]
            index.chunks.save(episode.id, scanned, Provenance("scan-2"))
        linked = season.linked()
        linked.shots[0].stop = linked.shots.pop(1).stop
        both = SimpleNamespace(shot=0, start=0, stop=48, tracklets=((0, 0), (1, 0)))
        kept = [track for k, track in enumerate(linked.tracks) if k not in {0, 2}]
        for track in kept:
            track.shot = 0 if track.stop <= 48 else 1
        linked.tracks = [both, *kept]
        index.tracks.save(episode.id, linked)
    said = tracks(index)
    assert said.count(("Hiei", "person", 1.0)) == 4
    assert len(said) == 10
    assert index.clusters.get(filled.b).faces == apart.faces
    index.actions.unname("Hiei")
    assert {who for who, *_ in tracks(index)} == {None}


@on_sqlite
def test_names_survive_a_moved_file(index, season, filled):
    index.actions.name_cluster(filled.a, "Hiei")
    moved = season.video("moved.mkv")
    from eyecatch.db.records.scan import FileStamp  # noqa: PLC0415

    index.episodes.add(
        "digest of S01E01.mkv", FileStamp("/elsewhere/moved.mkv", 1, 1), moved, season.plan()
    )
    found = index.queries.find(["Hiei"])
    assert {one.episode.video.path.name for one in found} == {"moved.mkv", "S01E02.mkv"}


def test_what_follows_gives_way_to_sure_bundles_and_comes_back(index, season, filled):
    people = index.bundles.add("people", "", [], {})
    index.actions.name_cluster(filled.a, "Hiei")
    (hiei,) = [number for number, name in index.characters.names().items() if name == "Hiei"]
    bundle = index.bundles.id_of("bundle-1")
    votes = [
        vote
        for status in index.summaries.status()
        for vote in index.predictions.tracks_to_decide(status.episode.id, bundle)
    ]
    assert len(votes) == 6
    verdicts = {vote.track_id: (season.verdict("Hiei", 0.7, unsure=True), hiei) for vote in votes}
    before = tracks(index)
    assert len(index.propagation.save(1, verdicts, {}, people)) == 2
    assert tracks(index)[1::2] == [("Hiei", "model", 0.7)] * 6
    assert [face.confidence for face in index.faces.unsure()] == [0.7] * 6
    assert index.propagation.save(1, verdicts, {}, people) == []
    index.propagation.save(1, {}, {}, people)
    assert tracks(index) == before


@on_sqlite
def test_the_unsure_face_of_which_a_word_tells_most_comes_first(index, season, filled):
    people = index.bundles.add("people", "", [], {})
    index.actions.name_cluster(filled.a, "Hiei")
    (hiei,) = [number for number, name in index.characters.names().items() if name == "Hiei"]
    tracks_ = index.predictions.tracks_to_decide(1, index.bundles.id_of("bundle-1"))
    for chance, vote in zip((0.75, 0.5, 0.6), tracks_, strict=True):
        verdict = season.verdict("Hiei", chance, unsure=True)
        index.propagation.save(1, {vote.track_id: (verdict, hiei)}, {}, people)
        assert index.faces.unsure()[0].confidence == chance
    verdicts = {
        vote.track_id: (season.verdict("Hiei", chance, unsure=True), hiei)
        for chance, vote in zip((0.75, 0.5, 0.6), tracks_, strict=True)
    }
    index.propagation.save(1, verdicts, {}, people)
    assert [face.confidence for face in index.faces.unsure()] == [0.5, 0.6, 0.75]


@on_sqlite
def test_what_a_person_denied_stays_denied_against_a_bundle(index, season, filled):
    """A wrong face, picked out of those that a bundle named, is unknown whatever it says."""
    people = index.bundles.add("people", "", [], {})
    bundle = index.bundles.id_of("bundle-1")
    verdicts = {
        vote.track_id: season.verdict("Kurama", 0.97)
        for vote in index.predictions.tracks_to_decide(1, bundle)
    }
    index.verdicts.save(1, verdicts, Provenance("scan-1", None, bundle))
    wrong = index.faces.of_character("Kurama")[0]
    index.actions.deny([wrong.id])
    (pair,) = index.propagation.denials()
    seen = index.faces.embeddings(1, filled.bundle)
    track = dict(zip(seen.ids.tolist(), seen.tracks.tolist(), strict=True))[wrong.id]
    index.propagation.save(1, {}, {track: {pair[1]}}, people)
    assert wrong.id not in {face.id for face in index.faces.of_character("Kurama")}
    assert index.clusters.cannot_link()


def test_a_split_keeps_apart_and_a_merge_takes_that_back(index, filled):
    _, new = index.actions.split(filled.a, filled.faces[0][:2])
    assert index.clusters.cannot_link() == [(filled.a, new)]
    assert index.clusters.edited(1) == {filled.a, new}
    assert (index.clusters.get(filled.a).faces, index.clusters.get(new).faces) == (4, 2)
    index.actions.merge(filled.b, [new])
    assert index.clusters.cannot_link() == [(filled.a, filled.b)]
    index.actions.merge(filled.a, [filled.b])
    assert index.clusters.cannot_link() == []
    assert index.clusters.get(filled.a).faces == 12


@on_sqlite
def test_another_embedder_looks_at_the_same_faces_again(index, filled):
    new = index.bundles.add("better embedder", "base2", [], {})
    assert index.faces.episodes_lacking(filled.bundle) == []
    assert index.faces.episodes_lacking(new) == [1, 2]
    before = {face.id: face.cluster for face in index.faces.waiting(filled.a)}
    for episode in (1, 2):
        votes = index.predictions.track_votes(episode, index.bundles.id_of("bundle-1"))
        looks = {vote.track_id: np.ones(8, np.float32) / np.sqrt(8) for vote in votes}
        index.faces.save(episode, looks, new)
    assert index.faces.embeddings(1, new).vectors.shape == (12, 8)
    assert len(index.faces.embeddings(1, filled.bundle)) == 0
    assert {face.id: face.cluster for face in index.faces.waiting(filled.a)} == before


@on_sqlite
def test_what_is_on_screen_at_once_is_known(index, filled):
    seen = index.faces.embeddings(1, filled.bundle)
    pairs = {tuple(sorted(pair)) for pair in seen.at_once().tolist()}
    assert len(pairs) == 6  # the two faces of each of three shots of two episodes
    for i, j in pairs:
        assert (seen.episodes[i], seen.shots[i]) == (seen.episodes[j], seen.shots[j])


LATER = (
    "appearance.segment",
    "episode.season",
    "episode.number",
    "episode.last_number",
    "episode.title",
    "episode.special",
    "episode.named_by",
    "character.colour",
    "character.cover_id",
    "character.merged_into",
    "character.forgotten",
    "episode.segments_due",
    "episode_file.seal",
    "chunk.begun",
    "episode.claimed_by",
    "run.host",
    "run.stages",
    "bundle.network",
    "character.folded",
    "alias.folded",
    "episode.names_due",
    "episode.replaced_by",
    "chunk.begun_by",
    "chunk.damage",
    "episode.damage",
    "episode.mirrored",
    "episode.crop_left",
    "episode.crop_top",
    "episode.crop_right",
    "episode.crop_bottom",
    "episode.origin_num",
    "episode.origin_den",
    "episode.start_pts",
    "episode.timecode",
    "decision.no_face",
    "track.no_face",
    "tracklet.missed_face_id",
)
"""Columns that the first version of an index did not have."""


def test_an_older_index_is_brought_up_to_date_by_whoever_asks(index, filled, url):
    tables = ("tally", "overruled", "unlike", "apart", "face", "cluster", "action", "bad_file")
    tables += ("missed_face", "adapted_detector", "picture_hash", "sound_hash", "chapter")
    tables += ("segment", "role_tally")
    share = index.appearances.named_share()
    index.close()
    engine = sa.create_engine(parse_url(url))
    with engine.begin() as connection:
        for table in tables:
            connection.exec_driver_sql(f"DROP TABLE {table}")
        for name in (
            "bundle_network", "character_folded", "alias_folded", "chunk_odd", "track_unsure",
        ):  # fmt: skip
            connection.exec_driver_sql(f"DROP INDEX ix_{name}")
        for column in LATER:
            table, name = column.split(".")
            connection.exec_driver_sql(f"ALTER TABLE {table} DROP COLUMN {name}")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    engine.dispose()
    with open_index(url, create=False) as newer:
        assert newer.appearances.named_share().seconds == pytest.approx(share.seconds)
        assert newer.clusters.waiting() == []
        assert len(newer.summaries.episodes()) == 2


def test_names_are_due_until_every_face_was_compared(index, filled, season):
    """Nobody spoke, so nothing follows; then it does, until a new episode's faces are grouped."""

    def due():
        return [one.episode.names_due for one in index.summaries.status()]

    assert due() == [False, False]
    index.actions.name_cluster(filled.a, "Hiei")
    assert due() == [True, True]
    index.propagation.settle(filled.bundle)
    assert due() == [False, False]
    third = season.index(index, "S01E03.mkv", (None, None))
    index.propagation.settle(filled.bundle)
    assert due() == [False, False, True]
    tracks = {
        vote.track_id: np.eye(4, dtype=np.float32)[0]
        for vote in index.predictions.tracks_to_decide(third.id, index.bundles.id_of("bundle-1"))
    }
    index.faces.save(third.id, tracks, filled.bundle)
    index.propagation.settle(filled.bundle)
    assert due() == [False, False, True], "embedded, but in no cluster"
    seen = index.faces.embeddings(1, filled.bundle)
    index.clusters.regroup(1, dict.fromkeys(seen.ids[seen.clusters == 0].tolist(), filled.a), 0)
    index.propagation.settle(filled.bundle)
    assert due() == [False] * 3


@on_sqlite
def test_a_word_against_a_name_follows_as_a_name_does(index, season):
    episode = season.index(index)
    embedder = index.bundles.add("embedder", "", [], {})
    index.faces.save(episode.id, {1: np.eye(4, dtype=np.float32)[0]}, embedder)
    assert not index.propagation.somebody_spoke()
    index.actions.deny(index.faces.embeddings(1, embedder).ids.tolist())
    assert index.propagation.somebody_spoke()
