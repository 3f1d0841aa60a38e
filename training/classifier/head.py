"""The trained head of an embedder: prototypes that are learned as a cosine softmax."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from eyecatch.core.identity.networks import Network
from eyecatch.core.identity.prototypes import PULL, SCALE, Prototypes, make_prototypes
from eyecatch.core.tensorflow import keras

Vectors = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]

LAYER = "prototypes"


def with_head(embedder: Network, prototypes: Prototypes) -> Network:
    """An embedder that goes on to logits, as ``Prototypes.logits`` gives them.

    Args:
        embedder: gives unit vectors (n, d).
        prototypes: to begin with; the vectors are weights, held to unit length.

    Returns:
        The embedder's input -> float32 (n, owners).
    """
    ops, layers = keras().ops, keras().layers
    cosines = layers.Dense(
        len(prototypes),
        use_bias=False,
        kernel_constraint=keras().constraints.UnitNorm(axis=0),
        dtype="float32",
        name=LAYER,
    )(embedder.output)
    nearest = ops.max(ops.take(cosines, _places(prototypes), axis=1), axis=2)
    network = keras().Model(embedder.input, nearest * SCALE)
    network.get_layer(LAYER).set_weights([prototypes.vectors.T])
    return network


def head_of(network: Network, prototypes: Prototypes) -> Prototypes:
    """The prototypes that ``with_head`` began with, as they are by now."""
    (kernel,) = network.get_layer(LAYER).get_weights()
    vectors = kernel.T / np.linalg.norm(kernel.T, axis=1, keepdims=True)
    return Prototypes(vectors.astype(np.float32), prototypes.owners, prototypes.counts)


def margin_loss(margin: float, smoothing: float) -> Callable[[Any, Any], Any]:
    """Cross-entropy with a margin on the cosine of the true character.

    Of a picture that is mixed of two, each gets its share of the margin.

    Returns:
        A function of truth (n, c), which sums to 1, and logits (n, c).
    """

    def loss(truth: Any, logits: Any) -> Any:  # noqa: ANN401 - tensors
        soft = truth * (1 - smoothing) + smoothing / truth.shape[-1]
        return keras().ops.categorical_crossentropy(
            soft, logits - SCALE * margin * truth, from_logits=True
        )

    return loss


def means(
    embeddings: Vectors, labels: Labels, classes: int, most: int, nobodys: int | None = None
) -> Prototypes:
    """Prototypes of faces by what they look like: means, or several where there are many.

    Args:
        embeddings: (n, d).
        labels: (n,), each class at least once.
        classes: how many.
        most: prototypes of one class.
        nobodys: prototypes of the last class at most, if other than ``most``.
    """
    limits = [most] * (classes - 1) + [nobodys or most]
    pulls = [PULL] * (classes - 1) + [PULL if nobodys is None else 0.0]
    made = [make_prototypes(embeddings[labels == k], limits[k], pulls[k]) for k in range(classes)]
    owners = np.repeat(np.arange(classes), [len(vectors) for vectors, _ in made])
    return Prototypes(
        np.concatenate([vectors for vectors, _ in made]),
        owners.astype(np.int64),
        np.concatenate([counts for _, counts in made]),
    )


def scattered(labels: Labels, classes: int, most: int, length: int, seed: int) -> Prototypes:
    """Prototypes to begin with where embeddings mean nothing yet: in any direction."""
    counts = np.bincount(labels, minlength=classes)
    each = np.where(counts < 2 * most, 1, most)
    owners = np.repeat(np.arange(classes), each).astype(np.int64)
    vectors = np.random.default_rng(seed).normal(size=(len(owners), length))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    behind = (counts // each)[owners].astype(np.int64)
    return Prototypes(vectors.astype(np.float32), owners, behind)


def blended(learned: Prototypes, mean: Prototypes, share: float) -> Prototypes:
    """Learned prototypes drawn back towards what the faces look like.

    Learning turns each away from all the others, and so towards where strangers are; halfway back
    it is right as often, and strangers stay strangers.

    Args:
        learned: any number of an owner.
        mean: one of each owner.
        share: of the learned that stays, 0 to 1.
    """
    vectors = share * learned.vectors + (1 - share) * mean.vectors[learned.owners]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Prototypes(vectors.astype(np.float32), learned.owners, learned.counts)


def replaced(prototypes: Prototypes, by: Prototypes, owners: npt.NDArray[np.bool_]) -> Prototypes:
    """Some owners' (bool, one an owner) prototypes taken from another set instead."""
    keep, take = ~owners[prototypes.owners], owners[by.owners]
    order = np.argsort(np.concatenate([prototypes.owners[keep], by.owners[take]]), kind="stable")
    both = (
        np.concatenate([getattr(prototypes, name)[keep], getattr(by, name)[take]])[order]
        for name in ("vectors", "owners", "counts")
    )
    return Prototypes(*both)


def _places(prototypes: Prototypes) -> npt.NDArray[np.int64]:
    """Which prototypes each owner has, (owners, most), the first again where one has fewer."""
    rows = [np.flatnonzero(prototypes.owners == k) for k in range(prototypes.classes)]
    most = max(map(len, rows))
    return np.stack([np.resize(row, most) for row in rows])
