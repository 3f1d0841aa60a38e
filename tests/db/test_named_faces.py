"""Crops of the faces that people named, on each database, with the embeddings asked for."""

from __future__ import annotations

import numpy as np


def test_what_people_named_and_nothing_else(index, season):
    embedder = index.bundles.add("embedder", "base", [], {}, network="net")
    episode = season.index(index, "S01E01.mkv", (None, None))
    votes = index.predictions.tracks_to_decide(episode.id, index.bundles.id_of("bundle-1"))
    vectors = {vote.track_id: np.eye(4, dtype=np.float32)[0] for vote in votes}
    index.faces.save(episode.id, vectors, embedder)
    assert index.named_faces.embedder() == ("net", "embedder", "base")
    seen = index.faces.embeddings(1, embedder)
    index.clusters.regroup(1, dict.fromkeys(seen.ids.tolist(), -1), 1)
    (cluster,) = index.clusters.waiting()
    assert index.named_faces.crops("net", "embedder") == []

    hiei, nobody, no_face, *_ = seen.ids.tolist()
    index.actions.name_cluster(cluster.id, "Hiei", [hiei])
    index.actions.name_cluster(cluster.id, None, [nobody])
    index.actions.name_cluster(cluster.id, None, [no_face], no_face=True)
    crops = index.named_faces.crops("net", "embedder")
    assert {crop.character for crop in crops} == {"Hiei", None}
    tracks = dict(zip(seen.ids.tolist(), seen.tracks.tolist(), strict=True))
    assert {crop.track for crop in crops} == {tracks[hiei], tracks[nobody]}
    assert {(crop.series, crop.embedding) for crop in crops} == {("Yu Yu Hakusho", None)}
    pictures = index.named_faces.jpegs([crop.id for crop in crops])
    assert all(pictures[crop.id].startswith(b"jpeg") for crop in crops)

    logits = np.zeros((len(crops), 1), np.float32)
    looks = np.eye(4, dtype=np.float32)[np.arange(len(crops)) % 4]
    index.predictions.save(
        [crop.id for crop in crops],
        type("Seen", (), {"embeddings": looks, "logits": logits}),
        embedder,
    )
    for asked in (("net", "another"), ("another", "embedder")):
        found = index.named_faces.crops(*asked, "yu yu hakusho")
        np.testing.assert_array_equal([crop.embedding for crop in found], looks)
    assert {crop.embedding for crop in index.named_faces.crops("other", "other")} == {None}
