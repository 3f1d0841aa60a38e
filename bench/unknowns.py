"""What naming clusters is worth: purity, how many names it takes, and what the index answers then.

SHOW/*.mkv are indexed without any bundle. SHOW/truth.csv (``episode,frame,label,x,y,w,h``) says who
is who in every frame, and stands in for the person: it calls each cluster what most of its faces
are, and sets it aside where that is ``unknown`` or no face. Nothing else is corrected::

    .venv/bin/python bench/unknowns.py DATA/shows/scooby DATA/shows/flint --out OUT

Three tables: clusters at several thresholds; the index after at most 20 names; and names that
follow from two episodes to the two others. ``OUT/<show>.csv`` is every face of every frame, for
other judges.
"""

from __future__ import annotations

import argparse
import csv
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

import eyecatch
from eyecatch.core.detections import iou
from eyecatch.core.identity.bundle import Bundle, load_bundle
from eyecatch.core.identity.clustering import TRACK_CLOSENESS
from eyecatch.core.identity.propagation import FaceEmbeddings
from eyecatch.db.index import Index, open_index
from eyecatch.jobs.naming.clustering import group_new
from eyecatch.jobs.naming.pipeline import NamingPipeline

NOBODY = ("unknown", "no face")
CLOSENESS = (0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6)
MOST = 20

Truth = dict[tuple[str, int], list[tuple[str, list[float]]]]


def main() -> None:
    """Index what is not indexed yet, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shows", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True, help="folder for indexes and exports")
    parser.add_argument("--base", type=Path, help="another embedder's bundle than the package's")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    for show in asked.shows:
        db = asked.out / f"{show.name}.db"
        if not db.exists():
            eyecatch.index([show], db=str(db), runner="inline", series=show.name)
        truth = read_truth(show / "truth.csv")
        embedder = None if asked.base is None else load_bundle(asked.base)
        with open_index(str(db)) as index:
            NamingPipeline(index, embedder).run()
        print(f"\n## {show.name}")
        thresholds(db, truth, embedder)
        named(show, db, truth, embedder)
        follows(db, truth, embedder)


def read_truth(path: Path) -> Truth:
    """Labels and boxes of each frame."""
    truth: Truth = defaultdict(list)
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            box = [float(row[key]) for key in "xywh"]
            truth[row["episode"], int(row["frame"])].append((row["label"], box))
    return truth


def labels(index: Index, truth: Truth) -> dict[tuple[str, int], Counter[str]]:
    """Frames of each label, for each track by episode and number."""
    votes: dict[tuple[str, int], Counter[str]] = defaultdict(Counter)
    for row in index.exports.frames():
        there = truth.get((row.episode, row.frame), [])
        label = "no face"
        if there:
            box = np.array([[row.x, row.y, row.w, row.h]], np.float32)
            overlaps = iou(box, np.array([drawn for _, drawn in there], np.float32))[0]
            label = there[int(overlaps.argmax())][0] if overlaps.max() >= 0.3 else label
        if row.track is not None:
            votes[row.episode, row.track][label] += 1
    return votes


def thresholds(db: Path, truth: Truth, embedder: Bundle | None) -> None:
    """Clusters by the mean cosine from which they are joined; purity weighs by frames."""
    with open_index(str(db)) as index:
        looks, frames = _looks(index, embedder), labels(index, truth)
        votes = _votes(index, looks, frames)
    print(f"{len(looks)} tracks")
    print("| closeness | clusters | purity | of 20 largest: precision | recall |")
    print("|---|---|---|---|---|")
    for closeness in CLOSENESS:
        owners, count = group_new(looks, closeness=closeness)
        clusters = [
            sum((votes[i] for i in np.flatnonzero(owners == k)), Counter())
            for k in np.unique(owners)
        ]
        total = sum(sum(one.values()) for one in clusters)
        pure = sum(max(one.values()) for one in clusters)
        clusters.sort(key=lambda one: -sum(one.values()))
        known = [one for one in clusters[:MOST] if one.most_common(1)[0][0] not in NOBODY]
        right = sum(max(one.values()) for one in known)
        people = sum(n for one in clusters for who, n in one.items() if who not in NOBODY)
        said = sum(sum(one.values()) for one in known)
        mark = " (chosen)" if closeness == TRACK_CLOSENESS else ""
        shares = f"{pure / total:.3f} | {right / said:.3f} | {right / people:.3f}"
        print(f"| {closeness:.2f}{mark} | {count} | {shares} |")


def named(show: Path, source: Path, truth: Truth, embedder: Bundle | None) -> None:
    """Who is on screen, after each of so many names, the largest cluster first."""
    db = source.with_stem(f"{show.name}-named")
    shutil.copy(source, db)
    print("| names given | screen time named | precision | recall | F1 |\n|---|---|---|---|---|")
    with open_index(str(db)) as index:
        votes, gather = labels(index, truth), NamingPipeline(index, embedder)
        for step in range(MOST + 1):
            if step in {0, 4, 8, 12, 16, MOST}:
                scores = " | ".join(f"{value:.3f}" for value in on_screen(index, truth))
                print(f"| {step} | {index.appearances.named_share().part:.3f} | {scores} |")
            clusters = index.clusters.waiting(count=1)
            if not clusters or step == MOST:
                break
            faces = index.faces.waiting(clusters[0].id)
            seen: Counter[str] = sum((votes[f.episode, f.track] for f in faces), Counter())
            who = seen.most_common(1)[0][0]
            index.actions.name_cluster(clusters[0].id, None if who in NOBODY else who)
            gather.propagate()
    export = db.with_name(f"{show.name}.csv")
    export.unlink(missing_ok=True)
    eyecatch.export("frames", db=str(db), out=export)


def on_screen(index: Index, truth: Truth) -> tuple[float, float, float]:
    """Precision, recall and F1 of (frame, character) pairs."""
    said = {(r.episode, r.frame, r.character) for r in index.exports.frames() if r.character}
    true = {(*at, who) for at, there in truth.items() for who, _ in there if who != "unknown"}
    right = len(said & true)
    precision, recall = right / max(len(said), 1), right / max(len(true), 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def follows(source: Path, truth: Truth, embedder: Bundle | None) -> None:
    """Names given in two episodes only, and how right they are in the two others."""
    db = source.with_stem(f"{source.stem}-half")
    shutil.copy(source, db)
    with open_index(str(db)) as index:
        votes, gather = labels(index, truth), NamingPipeline(index, embedder)
        episodes = sorted({episode for episode, _ in votes})
        half = set(episodes[: len(episodes) // 2])
        for row in index.clusters.waiting(count=MOST):
            faces = [f for f in index.faces.waiting(row.id) if f.episode in half]
            seen: Counter[str] = sum((votes[f.episode, f.track] for f in faces), Counter())
            if faces:
                who = seen.most_common(1)[0][0]
                index.actions.name_faces([f.id for f in faces], None if who in NOBODY else who)
        gather.propagate()
        rest = [
            (t, votes[s.episode.video.path.name, t.number])
            for s in index.summaries.status()
            if s.episode.video.path.name not in half
            for t in index.exports.tracks(s.episode.id)
        ]
    told = [(t.character, t.unsure, t.confidence or 0.0, v.most_common(1)[0][0]) for t, v in rest]
    sure = [who == true for who, unsure, _, true in told if who and not unsure]
    maybe = [who == true for who, unsure, _, true in told if who and unsure]
    people = sum(true not in NOBODY for *_, true in told)
    wrong = [who is not None for who, _, _, true in told if true in NOBODY]
    print("| followed in the other half | tracks | right |\n|---|---|---|")
    print(f"| sure | {len(sure)} of {people} people's | {np.mean(sure):.3f} |")
    print(f"| unsure | {len(maybe)} | {np.mean(maybe) if maybe else float('nan'):.3f} |")
    print(f"| nobody's tracks that got a name | {sum(wrong)} of {len(wrong)} | |")
    calibration = [(p, who == true) for who, _, p, true in told if who]
    print(f"calibration error of the names given: {error(calibration):.3f}")


def error(pairs: Iterable[tuple[float, bool]]) -> float:
    """Expected calibration error in ten bins (Guo et al. 2017)."""
    chances, right = (np.array(column, float) for column in zip(*pairs, strict=True))
    bins = np.minimum((chances * 10).astype(int), 9)
    parts = [
        abs(chances[bins == k].mean() - right[bins == k].mean()) * (bins == k).mean()
        for k in np.unique(bins)
    ]
    return float(np.sum(parts))


def _looks(index: Index, embedder: Bundle | None) -> FaceEmbeddings:
    """All faces as if none had been grouped."""
    gather = NamingPipeline(index, embedder)
    (series,) = index.faces.series()
    looks = index.faces.embeddings(series, gather.embedder_id)
    columns = {name: getattr(looks, name) for name in FaceEmbeddings.__dataclass_fields__}
    return FaceEmbeddings(**columns | {"clusters": np.zeros(len(looks), np.int64)})


def _votes(
    index: Index, looks: FaceEmbeddings, frames: dict[tuple[str, int], Counter[str]]
) -> list[Counter[str]]:
    """Frames of each label, for each of the faces."""
    by_face = {
        face.id: frames[face.episode, face.track]
        for row in index.clusters.waiting()
        for face in index.faces.waiting(row.id)
    }
    numbers: npt.NDArray[np.int64] = looks.ids
    return [by_face[number] for number in numbers.tolist()]


if __name__ == "__main__":
    main()
