"""How well faces are grouped by look: pairs put together, against folders that say who is who.

FACES/<person>/*.jpg are embedded by the embedder of the package, grouped at several thresholds, and
compared with the folders; with ``--hdbscan`` by scikit-learn's HDBSCAN too, if that is installed::

    .venv/bin/python bench/grouping.py FACES

Precision and recall are of pairs of one group and of one person; purity is the share of the grouped
faces that are of their group's commonest person. People may lie deeper: FACES/<source>/<person>/.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import numpy as np
import numpy.typing as npt

from eyecatch.core.crops import encode, resize
from eyecatch.core.identity.base_embedder import base_bundle
from eyecatch.core.identity.clustering import ALONE, Vectors, group
from eyecatch.core.identity.inference import Identify
from eyecatch.core.images import is_image, read_image

Places = npt.NDArray[np.int64]

THRESHOLDS = np.arange(0.35, 0.75, 0.05)
CLUSTERS = ((2, 1), (3, 1), (3, 3), (5, 1), (5, 5))  # smallest cluster, neighbours that count


def main() -> None:
    """Read, embed, group, and print a line for each way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("faces", type=Path)
    parser.add_argument("--every", type=int, default=1, help="take one person in so many")
    parser.add_argument("--hdbscan", action="store_true")
    asked = parser.parse_args()
    people = read(asked.faces, asked.every)
    crops = [crop for faces in people for crop in faces]
    truth = np.repeat(np.arange(len(people)), [len(faces) for faces in people])
    vectors = Identify(base_bundle())(crops).embeddings
    print(f"{len(crops)} faces of {len(people)} people")
    print("| | precision | recall | F1 | purity | groups | alone |\n|---|---|---|---|---|---|---|")
    for closeness in THRESHOLDS:
        print(line(f"average linkage, {closeness:.2f}", truth, group(vectors, closeness=closeness)))
    for name, found in hdbscan(vectors) if asked.hdbscan else ():
        print(line(name, truth, found))


def read(folder: Path, every: int) -> list[list[bytes]]:
    """The crops of each folder that holds pictures."""
    folders = sorted({path.parent for path in folder.rglob("*") if is_image(path)})
    return [
        [encode(resize(read_image(path))) for path in sorted(person.iterdir()) if is_image(path)]
        for person in folders[every - 1 :: every]
    ]


def hdbscan(vectors: Vectors) -> Iterator[tuple[str, Places]]:
    """Groups as HDBSCAN (Campello et al. 2013) makes them."""
    cluster = import_module("sklearn.cluster")
    for least, near in CLUSTERS:
        made = cluster.HDBSCAN(min_cluster_size=least, min_samples=near, copy=True)
        yield f"HDBSCAN, {least} / {near}", made.fit(vectors).labels_


def line(name: str, truth: Places, groups: Places) -> str:
    """A row of the table."""
    table = np.zeros((truth.max() + 1, groups.max() + 1))
    np.add.at(table, (truth[groups != ALONE], groups[groups != ALONE]), 1)
    right, put = _pairs(table), _pairs(table.sum(axis=0))
    precision, recall = right / max(put, 1), right / _pairs(np.bincount(truth))
    both = 2 * precision * recall / max(precision + recall, 1e-9)
    purity = table.max(axis=0).sum() / max(table.sum(), 1)
    figures = " | ".join(f"{value:.3f}" for value in (precision, recall, both, purity))
    return f"| {name} | {figures} | {table.shape[1]} | {(groups == ALONE).mean():.3f} |"


def _pairs(counts: npt.NDArray[np.number]) -> float:
    return float((counts * (counts - 1) / 2).sum())


if __name__ == "__main__":
    main()
