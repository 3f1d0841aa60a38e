"""Who the clusters of the drawn evening are, by its truth."""

from __future__ import annotations

import csv
from collections import Counter

import numpy as np
import pytest

from eyecatch.core.detections import iou
from eyecatch.db.index import open_index


@pytest.fixture(scope="session")
def whose(evening, grouped):
    """Whose each cluster mostly is, by the truth of every frame."""
    with evening.truth.open(newline="", encoding="utf-8") as file:
        truth = {}
        for row in csv.DictReader(file):
            box = [float(row[key]) for key in "xywh"]
            truth.setdefault((row["episode"], int(row["frame"])), []).append((row["label"], box))
    votes = {}
    with open_index(grouped, create=False) as index:
        clusters = {
            (face.episode, face.track): row.id
            for row in index.clusters.waiting()
            for face in index.faces.waiting(row.id)
        }
        for frame in index.exports.frames():
            there = truth.get((frame.episode, frame.frame), [])
            box = np.array([[frame.x, frame.y, frame.w, frame.h]], np.float32)
            overlaps = iou(box, np.array([b for _, b in there], np.float32).reshape(-1, 4))[0]
            if len(there) and overlaps.max() >= 0.3:
                cluster = clusters[frame.episode, frame.track]
                votes.setdefault(cluster, Counter())[there[int(overlaps.argmax())][0]] += 1
    return {cluster: seen.most_common(1)[0][0] for cluster, seen in votes.items()}


@pytest.fixture(scope="session")
def somebody(whose):
    """A cluster and its character."""
    return next((number, who) for number, who in sorted(whose.items()) if who != "unknown")
