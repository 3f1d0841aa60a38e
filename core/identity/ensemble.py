"""Several bundles name one face: their calibrated probabilities combined to one answer.

Each bundle gives, for each of its names, the odds against "nobody I know". That answer is what all
bundles have in common, so the odds can be compared: the probability of a name is its odds over the
sum of all odds, those of nobody being 1. So a bundle that answers "nobody" changes nothing for the
names of the others, and two bundles that give different names lower each other's confidence. A
character that several bundles know counts once, with the highest odds, as the nearest of its
prototypes counts within a bundle. With one bundle the answer is the bundle's own.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from eyecatch.core.identity.bundle import Bundle
from eyecatch.core.identity.decision import Floats, Reals, Thresholds, Verdict, judge, pool, vote
from eyecatch.core.identity.manifest import Contents
from eyecatch.core.names import folded

OTHER_SERIES = 0.1
"""Prior odds that a character in an episode is of another series, against one of its own series;
used where one bundle is of the episode's series and another bundle of another series."""

MIN_NOBODY = 1e-9
"""The probability of nobody is taken to be at least this, so that odds stay finite."""

VERSION = b"eyecatch ensemble 1\n"
"""Part of an ensemble's digest; its number is raised when equal bundles give other answers."""


class Ensemble:
    """Bundles that are asked together; their order, and bundles given twice, make no difference.

    Args:
        bundles: one at least.

    Attributes:
        bundles: each once.
        names: of each bundle's columns, with one name for each character.
    """

    def __init__(self, bundles: Iterable[Bundle]) -> None:
        by_digest = {bundle.digest: bundle for bundle in bundles}
        if not by_digest:
            raise ValueError("expected a bundle")
        self.bundles = tuple(by_digest[digest] for digest in sorted(by_digest))
        self.names = merge_names(self.bundles)
        self._thresholds = [bundle.thresholds for bundle in self.bundles]

    def with_trust(self, level: str) -> Ensemble:
        """The same bundles, all deciding at a level of trust; see ``Bundle.with_trust``."""
        return Ensemble(bundle.with_trust(level) for bundle in self.bundles)

    @property
    def level(self) -> str:
        """Of trust, at which all of them decide."""
        return self.bundles[0].level

    @property
    def digest(self) -> str:
        """SHA-256, hex: of the bundle, or over all of them."""
        if len(self.bundles) == 1:
            return self.bundles[0].digest
        digests = "\n".join(bundle.digest for bundle in self.bundles)
        return hashlib.sha256(VERSION + digests.encode()).hexdigest()

    @property
    def characters(self) -> tuple[str, ...]:
        """All names that may be given, sorted."""
        return tuple(sorted({name for names in self.names for name in names if name is not None}))

    @property
    def aliases(self) -> dict[str, tuple[str, ...]]:
        """What else each of ``characters`` is called by any bundle; those without are left out."""
        called: dict[str, set[str]] = defaultdict(set)
        for bundle, names in zip(self.bundles, self.names, strict=True):
            for character, name in zip(bundle.characters, names, strict=False):
                if name is not None:
                    called[name] |= {character.name, *character.aliases} - {name}
        return {name: tuple(sorted(others)) for name, others in called.items() if others}

    def vote(self, logits: Sequence[Floats], weights: Floats, series: str | None = None) -> Verdict:
        """Who the crops of one track, or a single face, show.

        Args:
            logits: for each of ``bundles``, (n, its names) of the crops; n may be 0.
            weights: (n,) how much each counts; see ``vote.vote``.
            series: name of the series that the episode is of, or None.
        """
        if len(self.bundles) == 1:
            calibration = self.bundles[0].calibration
            return vote(logits[0], weights, calibration, self.names[0], self._thresholds[0])
        odds: dict[str, tuple[float, Thresholds]] = {}
        for bundle, names, limits, rows, share in zip(
            self.bundles, self.names, self._thresholds, logits, self._shares(series), strict=True
        ):
            if not len(rows) or not names:
                continue
            against = share * odds_against_nobody(pool(rows, weights, bundle.calibration), bundle)
            for name, value, thresholds in zip(names, against, limits, strict=True):
                if name is not None and value > odds.get(name, (-1.0,))[0]:
                    odds[name] = (float(value), thresholds)
        total = 1 + sum(value for value, _ in odds.values())
        chances = np.array([value / total for value, _ in odds.values()])
        return judge(chances, list(odds), [thresholds for _, thresholds in odds.values()])

    def _shares(self, series: str | None) -> list[float]:
        """What each bundle's odds are multiplied by in an episode of a series."""
        own = [series is not None and _is_of(bundle, series) for bundle in self.bundles]
        return [
            OTHER_SERIES if any(own) and bundle.series is not None and not mine else 1.0
            for bundle, mine in zip(self.bundles, own, strict=True)
        ]


def odds_against_nobody(chances: Reals, bundle: Contents) -> Reals:
    """The odds (c,) of each of a bundle's names against nobody that it knows.

    A bundle without an answer "nobody" has odds against whoever its first name is not.
    """
    named = np.array([name is not None for name in bundle.names])
    has_nobody = bundle.nobody or bundle.calibration.nobody is not None
    nobody = 1 - (chances[named].sum() if has_nobody else chances.max())
    return np.asarray(chances / max(float(nobody), MIN_NOBODY))


def merge_names(bundles: Sequence[Contents]) -> list[tuple[str | None, ...]]:
    """The names of each bundle's columns, with one name for each character.

    Two bundles mean the same character if one calls it by a name or alias that is the other's name,
    whatever the case or width of its letters. Of its names the one holds that most bundles use.
    """
    if len(bundles) == 1:
        return [bundles[0].names]
    together: dict[str, str] = {}
    used: dict[str, Counter[str]] = defaultdict(Counter)

    def root(key: str) -> str:
        while together.setdefault(key, key) != key:
            key = together[key]
        return key

    names = {folded(one.name) for bundle in bundles for one in bundle.characters}
    for bundle in bundles:
        own = {folded(one.name) for one in bundle.characters}
        for one in bundle.characters:
            for alias in map(folded, one.aliases):
                if alias in names and alias not in own:
                    together[root(alias)] = root(folded(one.name))
    for bundle in bundles:
        for one in bundle.characters:
            used[root(folded(one.name))][one.name] += 1
    best = {key: min(given, key=lambda name: (-given[name], name)) for key, given in used.items()}
    return [
        tuple(None if name is None else best[root(folded(name))] for name in bundle.names)
        for bundle in bundles
    ]


def _is_of(bundle: Contents, series: str) -> bool:
    return bundle.series is not None and folded(bundle.series) == folded(series)
