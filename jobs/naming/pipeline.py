"""From tracks to clusters and propagated names: embed, group, propagate; each does what is new."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import cached_property

import numpy as np
import numpy.typing as npt

from eyecatch.core.identity.base_embedder import base_bundle
from eyecatch.core.identity.bundle import Bundle
from eyecatch.core.identity.decision import Calibration, Verdict
from eyecatch.core.identity.doubts import SeriesGuesses, guesses
from eyecatch.core.identity.ensemble import Ensemble
from eyecatch.core.identity.inference import Identify
from eyecatch.core.identity.propagation import (
    FaceEmbeddings,
    centroids_of,
    propagate_names,
)
from eyecatch.db.connection.session import FACES
from eyecatch.db.index import Index
from eyecatch.jobs.classify import Classifier
from eyecatch.jobs.naming.clustering import group_new, track_vector

Notify = Callable[[str], None]
"""Is called with a sentence as each step begins."""


def ignore(_: str) -> None:
    """A ``Notify`` that does nothing."""


class NamingPipeline:
    """What is done with the faces of an index that no bundle names.

    Args:
        index: the index.
        embedder: whose embeddings are compared; None for the one in the package. With another one
            than before, all faces are embedded again: their crops are in the index.

    Attributes:
        embedder_id: the index's number for the embedder.
        calibration: of the embedder, by which cosines become probabilities; with the thresholds of
            the index's level of trust as of the last ``propagate``.
        guesses: what the named faces of each series, by its id, say of those that wait, as of the
            last ``propagate``.
    """

    def __init__(self, index: Index, embedder: Bundle | None = None) -> None:
        self._index = index
        bundle = embedder or base_bundle()
        names = [character.name for character in bundle.characters]
        folder = str(bundle.folder)
        self._bundle = bundle
        self.guesses: dict[int | None, SeriesGuesses] = {}
        self.embedder_id = index.bundles.add(
            bundle.digest, folder, names, bundle.card, network=bundle.network
        )
        self._people_id = index.bundles.people()
        self.calibration: Calibration = bundle.calibration

    def choose_trust(self, level: str | None) -> None:
        """Let names follow at a level of trust from now on, when they are next propagated.

        Args:
            level: one of ``core.identity.trust.LEVELS``; None leaves it as it is.

        Raises:
            RequestError: there is no such level.
            ModelError: the embedder has no thresholds for it.
        """
        if level is not None:
            self._bundle.with_trust(level)
            self._index.bundles.choose_trust(level)

    def run(self, notify: Notify = ignore) -> None:
        """Embed new faces, group them, and propagate names."""
        self.embed(notify)
        self.group(notify)
        self.propagate()

    def embedding_of(self, jpeg: bytes) -> npt.NDArray[np.float32]:
        """The embedding of one crop, float32 (d,)."""
        return self._identify([jpeg]).embeddings.reshape(-1)

    @cached_property
    def _identify(self) -> Identify:
        return Identify(self._bundle)  # kept: the network is loaded with the first face

    def embed(self, notify: Notify = ignore) -> None:
        """Embed the faces that have no embedding of this embedder yet."""
        lacking = self._index.faces.episodes_lacking(self.embedder_id)
        classifier = Classifier(Ensemble([self._bundle]), self._index) if lacking else None
        for done, episode_id in enumerate(lacking):
            notify(f"looking at faces: episode {done + 1} of {len(lacking)}")
            assert classifier is not None
            classifier.identify(self._index.episodes.get(episode_id))
            votes = self._index.predictions.track_votes(episode_id, self.embedder_id)
            vectors = {vote.track_id: track_vector(vote) for vote in votes}
            self._index.faces.save(episode_id, vectors, self.embedder_id)

    def group(self, notify: Notify = ignore) -> None:
        """Put faces that are in no cluster into one, episode by episode.

        So it makes no difference whether a season is indexed at once or night by night.
        """
        cannot_link = self._index.clusters.cannot_link()
        for series_id in self._index.faces.series():
            faces = self._index.faces.embeddings(series_id, self.embedder_id)
            new = faces.clusters == 0
            if not new.any():
                continue
            notify(f"grouping {int(new.sum())} faces")
            edited = self._index.clusters.edited(series_id)
            owners, fresh = group_new(faces, cannot_link, edited)
            changed = owners != faces.clusters
            homes = dict(zip(faces.ids[changed].tolist(), owners[changed].tolist(), strict=True))
            self._index.clusters.regroup(series_id, homes, fresh)

    def propagate(self) -> list[int]:
        """Give unnamed faces the names of those that people named; returns the changed episodes."""
        changed: list[int] = []
        with self._index.transaction(FACES):  # nobody takes a name back meanwhile
            self.calibration = self._bundle.with_trust(self._index.bundles.trust()).calibration
            denied = self._index.propagation.denials()
            for series_id in self._index.faces.series():
                faces = self._index.faces.embeddings(series_id, self.embedder_id)
                changed += self._propagate(series_id, faces, denied)
            self._index.propagation.settle(self.embedder_id)
        return changed

    def _propagate(
        self, series_id: int | None, faces: FaceEmbeddings, denied: list[tuple[int, int]]
    ) -> list[int]:
        wrong: dict[int, set[int]] = defaultdict(set)
        if denied:
            track_of = dict(zip(faces.ids.tolist(), faces.tracks.tolist(), strict=True))
            for face, character in denied:
                if face in track_of:
                    wrong[track_of[face]].add(character)
        verdicts: dict[int, tuple[Verdict, int]] = {}
        self.guesses.pop(series_id, None)
        if faces.by_person.any():
            centroids, ids = centroids_of(faces, self._index.characters.names())
            cannot_link = self._index.clusters.cannot_link()
            told = propagate_names(faces, centroids, ids, denied, cannot_link, self.calibration)
            self.guesses[series_id] = guesses(faces, told, self.calibration)
            given = np.flatnonzero(told.verdicts.best >= 0)
            tracks = faces.tracks[told.places[given]].tolist()
            who = ids[told.verdicts.best[given]].tolist()
            said = map(told.verdicts.__getitem__, given.tolist())
            verdicts = dict(zip(tracks, zip(said, who, strict=True), strict=True))
        return self._index.propagation.save(series_id, verdicts, wrong, self._people_id)
