"""How often names cover faces and each other: as they stand, and as they once stood.

    .venv/bin/python bench/labels.py season1.db [--crowds FOLDER]
    .venv/bin/python bench/labels.py DATA/shows/louie/truth.csv

Once each name stood above the left corner of its box, or in it where there was no room above.
Counted are names in frames: how many cover the box of another face, how many a face itself (an
ellipse as large as its box; the own one too), how many another name, how many are left out, short
or small, and how often a name moves to another side while its face is followed. ``--crowds`` draws
the frame with the most faces of each episode, before and now. A truth has a row for each face of
each frame (episode, frame, label, x, y, w, h), and its videos beside it.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from eyecatch.core.images import encode_jpeg
from eyecatch.core.video.ffmpeg import program
from eyecatch.core.video.probe import probe
from eyecatch.db.index import Index, open_index
from eyecatch.db.records.scan import EpisodeRecord
from eyecatch.jobs.export.frame_images import decode_frames
from eyecatch.jobs.render.ass import track
from eyecatch.jobs.render.burn import ass_filter
from eyecatch.jobs.render.labels import Label, Tag, labels, within
from eyecatch.jobs.render.tag_places import on_ellipse, overlap
from eyecatch.jobs.render.tags import Sizes, shown_name, tagged
from eyecatch.jobs.render.text_width import text_width

GAP = 2
"""Frames from one face of a track to the next in a truth, which may have only every second one."""


def once(label: Label, sizes: Sizes, width: int) -> Label:
    """A label with its name where names once stood."""
    name = shown_name(label.character)
    room = text_width(name, sizes.text) + 2 * sizes.pad
    high = sizes.text + 2 * sizes.pad
    to_left = label.x + room > width
    right = min(label.x + label.w, width) if to_left else max(label.x, 0) + room
    top = label.y - high if label.y >= high else max(label.y, 0)
    tag = Tag(name, sizes.text, sizes.pad, right - room, top, right, to_left)
    return replace(label, tag=tag)


def count(shown: Sequence[Label], width: int, height: int) -> Counter[str]:
    """What is seen of names, frame by frame."""
    told: Counter[str] = Counter()
    sizes = Sizes.of(height)
    last: dict[int | None, tuple[float, ...]] = {}
    by_frame: dict[int, list[Label]] = {}
    for label in shown:
        for frame in range(label.start, label.stop):
            by_frame.setdefault(frame, []).append(label)
    for _, here in sorted(by_frame.items()):
        tags = np.array([_rect(label.tag) for label in here], np.float32)
        boxes = np.array([[b.x, b.y, b.x + b.w, b.y + b.h] for b in here], np.float32)
        others = ~np.eye(len(here), dtype=bool)
        pairs = [overlap(tags, np.broadcast_to(box, tags.shape)) for box in boxes]
        faces = [on_ellipse(tags, np.broadcast_to(box, tags.shape)) for box in boxes]
        names = [overlap(tags, np.broadcast_to(tag, tags.shape)) for tag in tags]
        told["names"] += len(here)
        told["on another's box"] += int((np.array(pairs) & others).any(axis=0).sum())
        told["on a face"] += int(np.array(faces).any(axis=0).sum())
        told["on another name"] += int((np.array(names) & others).any(axis=0).sum())
        told["left out"] += int(np.isnan(tags[:, 0]).sum())
        out = (tags[:, :2] < 0).any(axis=1) | (tags[:, 2] > width) | (tags[:, 3] > height)
        told["out of the picture"] += int(out.sum())
        for label in here:
            tag = label.tag
            if tag is None:
                continue
            told["short"] += tag.text != " ".join(shown_name(label.character).split())
            told["small"] += tag.size < sizes.text
            # Where it stands beside its box, up to the pixel of rounding
            side = (tag.left >= label.x + label.w, tag.right <= label.x, tag.bottom <= label.y + 1,
                    tag.top >= label.y + label.h - 1)  # fmt: skip
            told["moves"] += last.get(label.track, side) != side
            last[label.track] = side
    return told


def _rect(tag: Tag | None) -> tuple[float, float, float, float]:
    nan = float("nan")
    return (nan,) * 4 if tag is None else (tag.left, tag.top, tag.right, tag.bottom)


def of_truth(path: Path) -> Iterator[tuple[Path, list[Label]]]:
    """The videos of a truth, and their labels: faces of a name that overlap are one track."""
    by_episode: dict[str, list[dict[str, str]]] = {}
    with path.open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            by_episode.setdefault(row["episode"], []).append(row)
    for episode, rows in by_episode.items():
        found: list[Label] = []
        last: list[Label] = []  # of each track that may go on
        for row in rows:
            frame, name = int(row["frame"]), row["label"]
            x, y, w, h = (round(float(row[key])) for key in "xywh")
            one = Label(frame, frame + 1, x, y, w, h, None if name == "unknown" else name)
            last = [before for before in last if frame - before.start <= GAP]
            same = next((before for before in last if _follows(one, before)), None)
            number = len(found) if same is None else same.track
            last = [before for before in last if before is not same]
            found.append(replace(one, track=number))
            last.append(found[-1])
        yield path.parent / episode, found


def _follows(one: Label, before: Label) -> bool:
    near = abs(one.x - before.x) < before.w and abs(one.y - before.y) < before.h
    return near and one.character == before.character and one.start > before.start


def draw(
    index: Index, episode: EpisodeRecord, frame: int, shown: Sequence[Label], path: Path
) -> None:
    """A frame with its labels, as libass draws them."""
    (_, picture), *_ = decode_frames(index, episode, [frame])
    video = episode.video
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "frame.jpg").write_bytes(encode_jpeg(picture))
        script = track(list(within(shown, frame, frame + 1)), np.array([0, 100]), video.width,
                       video.height, episode.title, index.characters.colours())  # fmt: skip
        script.save(str(folder / "labels.ass"))
        command = [program(), "-v", "error", "-y", "-i", "frame.jpg", "-vf", ass_filter(folder)]
        subprocess.run([*command, str(path.absolute())], cwd=folder, check=True)


def main() -> None:
    """Count, print, and draw if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("db", help="an index, or a truth as CSV")
    parser.add_argument("--crowds", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    if options.db.endswith(".csv"):
        for path, found in of_truth(Path(options.db)):
            video = probe(path)
            compare(path.stem, found, video.width, video.height)
        return
    with open_index(options.db, create=False) as index:
        for episode in (summary.episode for summary in index.summaries.episodes()):
            width, height = episode.video.width, episode.video.height
            found = list(labels(index.exports.frames(episode.id)))
            shown = compare(episode.title, found, width, height)
            if options.crowds is not None and found:
                options.crowds.mkdir(parents=True, exist_ok=True)
                faces = Counter(f for label in found for f in range(label.start, label.stop))
                crowd = faces.most_common(1)[0][0]
                for when, some in shown.items():
                    draw(index, episode, crowd, some,
                         options.crowds / f"{episode.title}-{crowd}-{when}.png")  # fmt: skip


def compare(
    title: str, found: Sequence[Label], width: int, height: int
) -> dict[str, Sequence[Label]]:
    """The labels as they once stood and as they stand, after what they cover was printed."""
    before = [once(label, Sizes.of(height), width) for label in found]
    shown: dict[str, Sequence[Label]] = {"once": before, "now": tagged(found, width, height)}
    for when, some in shown.items():
        told = count(some, width, height)
        print(f"{title} {when:>4}:", ", ".join(f"{n} {k}" for k, n in told.items()))
    return shown


if __name__ == "__main__":
    main()
