"""The bundles of an index job: registered in the index, classifying its crops and tracks."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final

import numpy as np

from eyecatch.core.arguments import Paths, several
from eyecatch.core.crops import is_crop
from eyecatch.core.errors import RequestError
from eyecatch.core.identity.base_embedder import named_bundle
from eyecatch.core.identity.bundle import Bundle
from eyecatch.core.identity.decision import Verdict
from eyecatch.core.identity.ensemble import Ensemble
from eyecatch.core.identity.inference import Identified, IdentifyAll, classify_embeddings
from eyecatch.core.identity.trust import BALANCED
from eyecatch.db.index import Index
from eyecatch.db.records.scan import EpisodeRecord

log = logging.getLogger(__name__)

Models = Paths
"""Where one bundle is, or several that decide together."""


def load_models(models: Models) -> Ensemble:
    """The bundles in these folders.

    Raises:
        RequestError: none was named.
        ModelError: one can't be used.
    """
    paths = several(models)
    if not paths:
        raise RequestError("no bundle was named", "train one with eyecatch train")
    return Ensemble([named_bundle(path) for path in paths])


DAMAGED: Final = (
    "%s: %d of its stored faces can't be read and stand for nobody; "
    "eyecatch doctor --db says what else is damaged."
)


def _spread(found: Identified, there: Sequence[bool]) -> Identified:
    """Answers for some of n crops as answers for all: zeros, which are like nothing, elsewhere."""
    rows = np.array(there, bool)
    if rows.all():
        return found
    parts = []
    for vectors in (found.embeddings, found.logits):
        parts.append(np.zeros((len(rows), vectors.shape[1]), np.float32))
        parts[-1][rows] = vectors
    return Identified(*parts)


class Classifier:
    """Bundles that classify the crops of an index, and together decide its tracks.

    Args:
        ensemble: the bundles.
        index: where they are registered.

    Attributes:
        id: the index's number for the bundles together, which stands at the episodes they decide.
    """

    def __init__(self, ensemble: Ensemble, index: Index) -> None:
        self._ensemble, self._index = ensemble, index
        self._identify = IdentifyAll(ensemble.bundles)
        self._ids = [
            self._add(bundle, [name for name in names if name is not None])
            for bundle, names in zip(ensemble.bundles, ensemble.names, strict=True)
        ]
        plain = len(self._ids) == 1 and ensemble.level == BALANCED
        self.id = self._ids[0] if plain else self._deciding()

    def _add(self, bundle: Bundle, names: Sequence[str]) -> int:
        called = self._ensemble.aliases
        aliases = {name: called[name] for name in names if name in called}
        where = str(bundle.folder)
        return self._index.bundles.add(
            bundle.file_digest, where, names, bundle.card, aliases, bundle.network
        )

    def _deciding(self) -> int:
        """Several bundles, or any at another level of trust, are one more to the index.

        Its card names them, and the level. It decides by what those said, which is kept once.
        """
        path = " + ".join(str(bundle.folder) for bundle in self._ensemble.bundles)
        card: dict[str, object] = {"ensemble": self._digests}
        if self._ensemble.level != BALANCED:
            card |= {"trust": self._ensemble.level}
        return self._index.bundles.add(self._ensemble.digest, path, self._ensemble.characters, card)

    @property
    def _digests(self) -> list[str]:
        return [bundle.file_digest for bundle in self._ensemble.bundles]

    def config(self) -> dict[str, object]:
        """What a run's record says of them."""
        level = self._ensemble.level
        return {"bundle": self._ensemble.digest, "bundles": self._digests, "trust": level}

    def predictions(self, identified: Sequence[Identified]) -> dict[int, Identified]:
        """The predictions of each bundle, by its number in the index, for the same crops."""
        return dict(zip(self._ids, identified, strict=bool(identified)))

    def identify(self, episode: EpisodeRecord) -> None:
        """Classify the crops of an episode, from the index, that a bundle has not seen yet.

        Where another bundle of the same network has, by their embeddings alone.
        """
        for bundle_id, bundle in zip(self._ids, self._ensemble.bundles, strict=True):
            if bundle.prototypes is not None:
                known = self._index.predictions.embedded_crops(episode.id, bundle_id)
                if known.ids:
                    again = classify_embeddings(bundle, known.embeddings)
                    self._index.predictions.save(known.ids, again, bundle_id)
            for batch in self._index.predictions.crops_to_identify(episode.id, bundle_id):
                good = [is_crop(jpeg) for jpeg in batch.jpegs]
                if not all(good):
                    log.warning(DAMAGED, episode.video.path, good.count(False))
                kept = [jpeg for jpeg, whole in zip(batch.jpegs, good, strict=True) if whole]
                for each, found in self.predictions(self._identify(kept)).items():
                    self._index.predictions.save(batch.ids, _spread(found, good), each)

    def verdicts(self, episode: EpisodeRecord) -> dict[int, Verdict]:
        """Who each track is that no person decided, by the track's id."""
        votes = [
            self._index.predictions.tracks_to_decide(episode.id, bundle_id)
            for bundle_id in self._ids
        ]
        return {
            same[0].track_id: self._ensemble.vote(
                [track.logits for track in same], same[0].weights, episode.series
            )
            for same in zip(*votes, strict=True)
        }
