"""From tracks to clusters and to names that follow: embed, group, follow; each does what is new."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Final

from eyecatch.core.identity.base_embedder import base_bundle
from eyecatch.core.identity.bundle import Bundle
from eyecatch.core.identity.decision import Calibration
from eyecatch.core.identity.ensemble import Ensemble
from eyecatch.core.identity.propagation import Forms
from eyecatch.db.index import Index
from eyecatch.db.review.faces import Looks
from eyecatch.jobs.classify import Judges
from eyecatch.jobs.naming.clustering import group_new, track_vector
from eyecatch.jobs.naming.propagation import followed, forms_of

Say = Callable[[str], None]
"""Is told of each step as it begins."""

PEOPLE: Final = "named by people"
"""What stands in the place of a bundle's digest where names follow from those people gave."""


def quiet(_: str) -> None:
    """Hears of a step and does nothing."""


class Gather:
    """What is done with the faces of an index that no bundle names.

    Args:
        index: the index.
        embedder: whose embeddings are compared; None for the one in the package. With another one
            than before, all faces are looked at again: their crops are in the index.

    Attributes:
        embedder_id: the index's number for the embedder.
        forms: of the named characters of each series, by its id, as the last ``follow`` found them.
    """

    def __init__(self, index: Index, embedder: Bundle | None = None) -> None:
        self._index = index
        bundle = embedder or base_bundle()
        names = [character.name for character in bundle.characters]
        where = str(bundle.folder)
        self._bundle = bundle
        self.forms: dict[int | None, Forms] = {}
        self.embedder_id = index.add_bundle(bundle.digest, where, names, bundle.card)
        self._people = index.add_bundle(PEOPLE, "", [], {"name": PEOPLE})

    @property
    def calibration(self) -> Calibration:
        """How cosines become chances."""
        return self._bundle.calibration

    def everything(self, say: Say = quiet) -> None:
        """Look at new faces, group them, and let names follow."""
        self.embed(say)
        self.group(say)
        self.follow()

    def embed(self, say: Say = quiet) -> None:
        """Look at the faces that were not looked at yet."""
        lacking = self._index.episodes_lacking_faces(self.embedder_id)
        judges = Judges(Ensemble([self._bundle]), self._index) if lacking else None
        for done, episode_id in enumerate(lacking):
            say(f"looking at faces: episode {done + 1} of {len(lacking)}")
            assert judges is not None
            judges.identify(self._index.episode(episode_id))
            votes = self._index.track_votes(episode_id, self.embedder_id)
            vectors = {vote.track_id: track_vector(vote) for vote in votes}
            self._index.save_faces(episode_id, vectors, self.embedder_id)

    def group(self, say: Say = quiet) -> None:
        """Put faces that are in no cluster into one, episode by episode.

        So it is all one whether a season is indexed at once or night by night.
        """
        parted = self._index.apart()
        for series_id in self._index.series_with_faces():
            looks = self._index.looks(series_id, self.embedder_id)
            new = looks.clusters == 0
            if not new.any():
                continue
            say(f"grouping {int(new.sum())} faces")
            touched = self._index.touched_clusters(series_id)
            owners, fresh = group_new(looks, parted, touched)
            changed = owners != looks.clusters
            homes = dict(zip(looks.ids[changed].tolist(), owners[changed].tolist(), strict=True))
            self._index.regroup(series_id, homes, fresh)

    def follow(self) -> list[int]:
        """Let names follow from those people gave; returns the ids of episodes that changed."""
        changed: list[int] = []
        denied = self._index.denials()
        for series_id in self._index.series_with_faces():
            looks = self._index.looks(series_id, self.embedder_id)
            changed += self._follow(series_id, looks, denied)
        return changed

    def _follow(
        self, series_id: int | None, looks: Looks, denied: list[tuple[int, int]]
    ) -> list[int]:
        tracks = dict(zip(looks.ids.tolist(), looks.tracks.tolist(), strict=True))
        wrong: dict[int, set[int]] = defaultdict(set)
        for face, character in denied:
            if face in tracks:
                wrong[tracks[face]].add(character)
        verdicts = {}
        self.forms.pop(series_id, None)
        if looks.by_person.any():
            forms, whose = forms_of(looks, self._index.character_names())
            parted = self._index.apart()
            verdicts = followed(looks, forms, whose, denied, parted, self.calibration)
            self.forms[series_id] = forms
        return self._index.save_following(series_id, verdicts, wrong, self._people)
