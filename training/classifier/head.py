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
    """An embedder with a layer of prototypes on top, which gives ``Prototypes.logits``.

    Args:
        embedder: gives unit vectors (n, d).
        prototypes: initial ones; their vectors are weights of the layer, held to unit length.

    Returns:
        A network from the embedder's input to float32 logits (n, owners).
    """
    ops, layers = keras().ops, keras().layers
    cosines = layers.Dense(
        len(prototypes),
        use_bias=False,
        kernel_constraint=keras().constraints.UnitNorm(axis=0),
        dtype="float32",
        name=LAYER,
    )(embedder.output)
    nearest = ops.max(ops.take(cosines, _indices_by_owner(prototypes), axis=1), axis=2)
    network = keras().Model(embedder.input, nearest * SCALE)
    network.get_layer(LAYER).set_weights([prototypes.vectors.T])
    return network


def head_of(network: Network, prototypes: Prototypes) -> Prototypes:
    """The learned prototypes of a network of ``with_head``, whose initial ones are given."""
    (kernel,) = network.get_layer(LAYER).get_weights()
    vectors = kernel.T / np.linalg.norm(kernel.T, axis=1, keepdims=True)
    return Prototypes(vectors.astype(np.float32), prototypes.owners, prototypes.counts)


def margin_loss(margin: float, smoothing: float) -> Callable[[Any, Any], Any]:
    """Cross-entropy with a margin on the cosine of the true character (CosFace, Wang et al. 2018).

    If a picture is mixed of two (CutMix), the margin of each is weighted by its share.

    Returns:
        A function of truth (n, c), which sums to 1, and logits (n, c).
    """

    def loss(truth: Any, logits: Any) -> Any:  # noqa: ANN401 - tensors
        soft = truth * (1 - smoothing) + smoothing / truth.shape[-1]
        return keras().ops.categorical_crossentropy(
            soft, logits - SCALE * margin * truth, from_logits=True
        )

    return loss


def mean_prototypes(
    embeddings: Vectors,
    labels: Labels,
    classes: int,
    max_each: int,
    max_of_nobody: int | None = None,
) -> Prototypes:
    """Prototypes of classes by the embeddings of their faces, see ``make_prototypes``.

    Args:
        embeddings: float32 (n, d).
        labels: int64 (n,), each class at least once.
        classes: how many.
        max_each: prototypes of a class at most.
        max_of_nobody: prototypes of the last class at most, if that is the folder ``unknown``; they
            are not pulled towards a common mean, which it does not have.
    """
    limits = [max_each] * (classes - 1) + [max_of_nobody or max_each]
    pulls = [PULL] * (classes - 1) + [PULL if max_of_nobody is None else 0.0]
    made = [make_prototypes(embeddings[labels == k], limits[k], pulls[k]) for k in range(classes)]
    owners = np.repeat(np.arange(classes), [len(vectors) for vectors, _ in made])
    return Prototypes(
        np.concatenate([vectors for vectors, _ in made]),
        owners.astype(np.int64),
        np.concatenate([counts for _, counts in made]),
    )


def random_prototypes(
    labels: Labels, classes: int, max_each: int, length: int, seed: int
) -> Prototypes:
    """Initial prototypes of an untrained embedder: unit vectors in random directions.

    Args:
        labels: int64 (n,).
        classes: how many.
        max_each: prototypes of a class; one where a class has fewer than twice as many faces.
        length: d, of an embedding.
        seed: of the directions.
    """
    counts = np.bincount(labels, minlength=classes)
    each = np.where(counts < 2 * max_each, 1, max_each)
    owners = np.repeat(np.arange(classes), each).astype(np.int64)
    vectors = np.random.default_rng(seed).normal(size=(len(owners), length))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    faces_each = (counts // each)[owners].astype(np.int64)
    return Prototypes(vectors.astype(np.float32), owners, faces_each)


def blend_prototypes(learned: Prototypes, mean: Prototypes, share: float) -> Prototypes:
    """Weighted means of learned prototypes and of the mean embeddings of their owners' faces.

    Learning turns each prototype away from all others, and so towards strangers. Blended, known
    faces are named as often, and fewer strangers are.

    Args:
        learned: any number of an owner.
        mean: one of each owner.
        share: weight of the learned ones, 0 to 1.
    """
    vectors = share * learned.vectors + (1 - share) * mean.vectors[learned.owners]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Prototypes(vectors.astype(np.float32), learned.owners, learned.counts)


def replace_prototypes(
    prototypes: Prototypes, by: Prototypes, owners: npt.NDArray[np.bool_]
) -> Prototypes:
    """Prototypes of which those of some owners (bool, one an owner) are taken from another set."""
    keep, take = ~owners[prototypes.owners], owners[by.owners]
    order = np.argsort(np.concatenate([prototypes.owners[keep], by.owners[take]]), kind="stable")
    vectors, owned, counts = (
        np.concatenate([getattr(prototypes, name)[keep], getattr(by, name)[take]])[order]
        for name in ("vectors", "owners", "counts")
    )
    return Prototypes(vectors, owned, counts)


def _indices_by_owner(prototypes: Prototypes) -> npt.NDArray[np.int64]:
    """Which prototypes each owner has, int64 (owners, k); owners with fewer repeat theirs."""
    rows = [np.flatnonzero(prototypes.owners == k) for k in range(prototypes.classes)]
    longest = max(map(len, rows))
    return np.stack([np.resize(row, longest) for row in rows])
