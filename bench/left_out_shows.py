"""Shows that the embedder never saw: ``train`` on frames, and who is in the episodes then."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import cv2
from unknowns import NOBODY, Truth, error, labels, read_truth

import eyecatch
from eyecatch.core import crops
from eyecatch.core.identity.bundle import load_bundle
from eyecatch.core.images import read_image
from eyecatch.db.index import open_index
from eyecatch.training.annotations import by_image, read_boxes

Row = Callable[..., None]


def shows(data: Path, out: Path, base: Path | None, seed: int) -> None:
    """A table of each show, with ``--quick`` and without.

    Precision, recall and F1 are of (frame, character) pairs. A track counts as who most of its
    faces are: how far the confidence of its name is from how often that is right, and how many
    tracks of passers-by have one.

    Args:
        data: the folder that docs/training.md describes.
        out: bundles and indexes are made here, or found from another time.
        base: another embedder's bundle than the package's.
        seed: of the trainings.
    """
    print(
        "| show it has never seen | trained | precision | recall | F1 | tracks' names: ECE "
        "| passers-by named | note |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for show in sorted((data / "shows").iterdir()):
        faces = out / f"{show.name}.faces"
        if not faces.is_dir():
            cut_faces(show, faces)
        for quick in (True, False):
            way = "--quick" if quick else "by itself"
            bundle = out / f"{show.name}-{'quick' if quick else 'full'}.bundle"
            if not bundle.is_dir():
                eyecatch.train(faces, bundle, quick=quick, base=base, seed=seed)
            db = out / f"{bundle.stem}.db"
            eyecatch.index([show], db=str(db), model=[bundle], runner="inline", series=show.name)
            figures = " | ".join(f"{value:.3f}" for value in on_screen(show, db, out))
            wrong, passers_by = of_tracks(db, read_truth(show / "truth.csv"))
            notes = [n for n in load_bundle(bundle).card["notes"] if "held-out" in n]
            row = f"{show.name} | {way} | {figures} | {wrong:.3f} | {passers_by}"
            print(f"| {row} | {'; '.join(notes)} |", flush=True)


def cut_faces(show: Path, out: Path) -> None:
    """The faces of a show's frames, as a scan cuts them; passers-by in the folder ``unknown``."""
    boxes = read_boxes(show / "boxes.csv", labels=True)
    for image, faces in sorted(by_image(boxes).items()):
        picture = read_image(show / "frames" / image)
        for number, face in enumerate(faces):
            folder = out / face.label
            folder.mkdir(parents=True, exist_ok=True)
            name = f"{Path(image).stem}-{number}.png"
            cv2.imwrite(str(folder / name), crops.cut(picture, face.box))


def on_screen(show: Path, db: Path, out: Path) -> tuple[float, float, float]:
    """Precision, recall and F1 of who is on screen, over all frames of a show's episodes."""
    rows = out / f"{db.stem}.csv"
    rows.unlink(missing_ok=True)
    eyecatch.export("frames", db=str(db), out=rows)
    said, true = pairs(rows, "character", ""), pairs(show / "truth.csv", "label", "unknown")
    right = sum(len(said[frame] & true[frame]) for frame in said.keys() & true.keys())
    precision = right / max(sum(map(len, said.values())), 1)
    recall = right / sum(map(len, true.values()))
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def of_tracks(db: Path, truth: Truth) -> tuple[float, str]:
    """The calibration error of the names that tracks got, and how many of nobody's have one."""
    with open_index(str(db)) as index:
        votes = labels(index, truth)
        told = [
            (track, votes[status.episode.video.path.name, track.number].most_common(1)[0][0])
            for status in index.summaries.status()
            for track in index.exports.tracks(status.episode.id)
        ]
    named = [(t.confidence or 0.0, t.character == who) for t, who in told if t.character]
    strangers = [t.character is not None for t, who in told if who in NOBODY]
    return error(named), f"{sum(strangers)} of {len(strangers)}"


def pairs(table: Path, column: str, nobody: str) -> dict[tuple[str, int], set[str]]:
    """Who a table says is in each frame."""
    found: dict[tuple[str, int], set[str]] = defaultdict(set)
    with table.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row[column] != nobody:
                found[Path(row["episode"]).stem, int(row["frame"])].add(row[column])
    return found
