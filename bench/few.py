"""How good a few pictures are: who is known by 1, 2, 3, 5, 10, 20 or 200 of them.

With the embedder that ships, and nothing trained. DATA is the folder that it was trained from
(docs/training.md)::

    .venv/bin/python bench/few.py DATA

First the characters of DATA/faces, known by so many of their pictures in ``train`` and asked about
by those in ``dev``; the embedder has seen most of them, though not these pictures. Then the people
whom it never saw (``training/embedder/kept_aside.py``), of whom there are six pictures or more: by
so many of them, among those of DATA/faces by 200, asked about by the rest. Means over draws.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from eyecatch.core.crops import encode
from eyecatch.core.identity.base_embedder import base_bundle
from eyecatch.core.identity.inference import Identify
from eyecatch.core.identity.prototypes import Prototypes, make_prototypes
from eyecatch.training.dataset import read_faces
from eyecatch.training.embedder.dataset import read_identities
from eyecatch.training.embedder.kept_aside import roles

Vectors = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]

PULLS = (1.0, 0.85, 0.7, 0.5, 0.0)
DRAWS = 10
ENOUGH = 6  # pictures of somebody who is to be known by five


def main() -> None:
    """Prints a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", type=Path)
    data = parser.parse_args().data
    identify = Identify(base_bundle())
    parts = [read_faces(data / "faces" / part) for part in ("train", "dev")]
    taught, asked = ((identify(p.crops).embeddings, np.array(p.labels)) for p in parts)
    everybody = read_identities(data)
    strangers = everybody.only(roles(everybody.names) == "measured")
    strangers = strangers.only(np.bincount(strangers.labels) >= ENOUGH)
    new = identify([encode(one) for one in strangers.pictures]).embeddings, strangers.labels

    print(f"{len(strangers.names)} new characters with {len(strangers.labels)} pictures")
    print("| moved to the mean by | " + " | ".join(f"{pull:g}" for pull in PULLS) + " |")
    print("|---" * (len(PULLS) + 1) + "|")
    for shots in (1, 2, 3, 5, 10, 20, 200):
        show(f"known, by {shots}", [known(taught, asked, shots, pull) for pull in PULLS])
    for shots in (1, 3, 5):
        show(f"new, by {shots}", [unknown(taught, new, shots, pull) for pull in PULLS])


def known(
    taught: tuple[Vectors, Labels], asked: tuple[Vectors, Labels], shots: int, pull: float
) -> float:
    """Share of the asked that come first at their own name."""
    shares = []
    for draw in range(DRAWS):
        some, _ = drawn(*taught, shots, draw)
        prototypes = made(some, pull)
        shares.append((prototypes.logits(asked[0]).argmax(axis=1) == asked[1]).mean())
    return float(np.mean(shares))


def unknown(
    taught: tuple[Vectors, Labels], new: tuple[Vectors, Labels], shots: int, pull: float
) -> float:
    """Share of the new characters' other faces that come first at their own name."""
    shares = []
    for draw in range(DRAWS):
        old, _ = drawn(*taught, 200, draw)
        some, rest = drawn(*new, shots, draw)
        prototypes = made([*old, *some], pull)
        for k, faces in enumerate(rest, start=len(old)):
            shares.append(prototypes.logits(faces).argmax(axis=1) == k)
    return float(np.concatenate(shares).mean())


def drawn(
    vectors: Vectors, labels: Labels, shots: int, seed: int
) -> tuple[list[Vectors], list[Vectors]]:
    """So many faces of each character, and the rest of them."""
    rng = np.random.default_rng(seed)
    mixed = [vectors[rng.permutation(np.flatnonzero(labels == k))] for k in range(labels.max() + 1)]
    return [one[:shots] for one in mixed], [one[shots:] for one in mixed]


def made(faces: Sequence[Vectors], pull: float) -> Prototypes:
    """Prototypes of characters as ``enrol`` makes them, but for the mirror images."""
    each = [make_prototypes(one, pull=pull) for one in faces]
    return Prototypes(
        np.concatenate([vectors for vectors, _ in each]),
        np.repeat(np.arange(len(each)), [len(vectors) for vectors, _ in each]),
        np.concatenate([counts for _, counts in each]),
    )


def show(what: str, shares: Sequence[float]) -> None:
    """A line of the table."""
    print(f"| {what} | " + " | ".join(f"{share:.3f}" for share in shares) + " |", flush=True)


if __name__ == "__main__":
    main()
