"""What of an index is worth a click: clusters and names that are offered, and what is kept behind.

SHOW/*.mkv are indexed without any bundle, or taken from OUT as ``bench/unknowns.py`` left them.
SHOW/truth.csv stands in for the person, who names the clusters that are offered first (nobody, if
most of their faces are; no face, if they are none)::

    .venv/bin/python bench/offers.py DATA/shows/scooby DATA/shows/louie --out OUT

Two tables: what is behind "show the rest" before anything is named, and how right suggestions and
unsure names are after so many names; each with everything offered, and with what is now.
"""

from __future__ import annotations

import argparse
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from unknowns import NOBODY, labels, read_truth

import eyecatch
from eyecatch.core.identity.decision import probabilities
from eyecatch.core.identity.doubts import Doubt
from eyecatch.core.identity.propagation import centroids_of
from eyecatch.core.identity.prototypes import SCALE
from eyecatch.db.index import Index, open_index
from eyecatch.db.records.review import FaceRow
from eyecatch.jobs.naming.offers import Offers
from eyecatch.jobs.naming.pipeline import NamingPipeline

STEPS = (4, 10, 20)
FLOOR_BEFORE = 0.02
SUGGESTED = 0.8
"""Chance of the suggestions that are counted by themselves."""

Votes = dict[tuple[str, int], Counter[str]]


class Group(NamedTuple):
    """A cluster: what most of its faces are, seconds of named characters in it, the doubt."""

    who: str
    seconds: float
    doubt: Doubt | None


def main() -> None:
    """Index what is not indexed yet, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shows", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True, help="folder for indexes")
    parser.add_argument("--suffix", default="", help="of the indexes' names: OUT/<show><suffix>.db")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    for show in asked.shows:
        source = asked.out / f"{show.name}{asked.suffix}.db"
        if not source.exists():
            eyecatch.index([show], db=str(source), runner="inline", series=show.name)
            eyecatch.unknowns(db=str(source))
        print(f"\n## {source.stem}")
        db = source.with_stem(f"{source.stem}-offers")
        shutil.copy(source, db)
        with open_index(str(db)) as index:
            measure(index, labels(index, read_truth(show / "truth.csv")))


def measure(index: Index, votes: Votes) -> None:
    """Both tables of one index."""
    pipeline = NamingPipeline(index)
    offers = Offers(index, pipeline)
    pipeline.propagate()
    start = groups(index, offers, votes)
    everything = sum(group.seconds for group in start)
    behind(start, everything)
    print("| names | share named | suggestions, right | at 80 % | unsure, right |")
    print("|---|---|---|---|---|")
    given: list[str] = []
    while len(given) < max(STEPS):
        waiting = [row for row, doubt in offers.clusters() if doubt is None]
        if not waiting:
            break
        faces = index.faces.waiting(waiting[0].id)
        who = most(faces, votes)
        index.actions.name_cluster(
            waiting[0].id, None if who in NOBODY else who, no_face=who == "no face"
        )
        pipeline.propagate()
        given.append(who)
        if len(given) in STEPS:
            share = index.appearances.named_share().part
            cells = names(index, pipeline, offers, votes)
            print(f"| {len(given)} | {share:.3f} | {' | '.join(cells)} |")
    print(f"What waits after {len(given)} names:")
    behind(groups(index, offers, votes), everything)


def groups(index: Index, offers: Offers, votes: Votes) -> list[Group]:
    """The clusters that wait."""
    found = []
    for row, doubt in offers.clusters():
        faces = index.faces.waiting(row.id)
        seconds = sum(face.seconds for face in faces if most([face], votes) not in NOBODY)
        found.append(Group(most(faces, votes), seconds, doubt))
    return found


def most(faces: Sequence[FaceRow], votes: Votes) -> str:
    """What most frames of faces show."""
    seen: Counter[str] = sum((votes[face.episode, face.track] for face in faces), Counter())
    return seen.most_common(1)[0][0] if seen else "no face"


def behind(found: Sequence[Group], everything: float) -> None:
    """What is offered and what is not, with its part of all seconds of named characters."""
    print("| clusters | of named characters | of others | no faces | named screen time |")
    print("|---|---|---|---|---|")
    kinds: list[tuple[str, Callable[[Group], bool]]] = [
        ("offered", lambda group: group.doubt is None),
        ("the rest", lambda group: group.doubt is not None),
        *((f"- {doubt}", lambda group, doubt=doubt: group.doubt == doubt) for doubt in Doubt),
    ]
    for name, wanted in kinds:
        some = [group for group in found if wanted(group)]
        count = Counter(group.who if group.who in NOBODY else "somebody" for group in some)
        share = sum(group.seconds for group in some) / max(everything, 1e-9)
        print(
            f"| {name}: {len(some)} | {count['somebody']} | {count['unknown']} "
            f"| {count['no face']} | {share:.4f} |"
        )


def names(index: Index, pipeline: NamingPipeline, offers: Offers, votes: Votes) -> list[str]:
    """How right suggestions are, likely ones, and unsure names: all, and those offered."""
    waiting = offers.clusters()
    truth = {row.id: most(index.faces.waiting(row.id), votes) for row, _ in waiting}
    now = [
        (chance, name == truth[row.id])
        for row, doubt in waiting
        for name, chance in offers.names(row)
        if doubt is None
    ]
    before = [
        (chance, name == truth[number])
        for number, found in by_centre(index, pipeline).items()
        for name, chance in found
    ]
    unsure = [(face.character == most([face], votes), doubt) for face, doubt in offers.unsure()]
    return [
        told([right for _, right in before], [right for _, right in now]),
        told(*([r for chance, r in some if chance >= SUGGESTED] for some in (before, now))),
        told([right for right, _ in unsure], [right for right, doubt in unsure if not doubt]),
    ]


def by_centre(index: Index, pipeline: NamingPipeline) -> dict[int, list[tuple[str, float]]]:
    """What was suggested for each cluster before there were offers: by its centre, as if a face."""
    (series,) = index.faces.series()
    faces = index.faces.embeddings(series, pipeline.embedder_id)
    centroids, _ = centroids_of(faces, index.characters.names())
    centres = index.clusters.centres([row.id for row in index.clusters.waiting()])
    found: dict[int, list[tuple[str, float]]] = {}
    for number, centre in centres.items():
        unit = centre[None] / max(float(np.linalg.norm(centre)), 1e-6)
        chances = probabilities(SCALE * centroids.cosines(unit), pipeline.calibration)[0]
        named = zip(centroids.names, chances.tolist(), strict=True)
        likely = [(name, p) for name, p in named if name is not None and p >= FLOOR_BEFORE]
        found[number] = sorted(likely, key=lambda one: -one[1])[:3]
    return found


def told(before: Sequence[bool], now: Sequence[bool]) -> str:
    """How many, and the share that is right: of all, and of those that are offered."""
    return ", offered ".join(
        f"{len(some)}: {sum(some) / len(some):.2f}" if some else "none" for some in (before, now)
    )


if __name__ == "__main__":
    main()
