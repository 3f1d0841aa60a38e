"""Who the unnamed faces of a series are, going by those that people named; pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

from eyecatch.core.identity.decision import Calibration, Verdict
from eyecatch.core.identity.propagation import Forms, follow, make_forms
from eyecatch.db.review.faces import Looks

Places = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

Pairs = Iterable[tuple[int, int]]


def forms_of(looks: Looks, names: Mapping[int, str]) -> tuple[Forms, Places]:
    """What the characters that people named in a series look like.

    Args:
        looks: its faces; a person decided one at least.
        names: of all characters, by id.

    Returns:
        Their forms, and int64 (c,) the id of each of the forms' names; 0 is nobody.
    """
    named = np.flatnonzero(looks.by_person)
    whose, owners = np.unique(looks.characters[named], return_inverse=True)
    called = [names.get(number) for number in whose.tolist()]
    forms = make_forms(looks.vectors[named], looks.clusters[named], owners.reshape(-1), called)
    return forms, whose


def followed(  # noqa: PLR0913, PLR0917 - what is known of the faces
    looks: Looks,
    forms: Forms,
    whose: Places,
    denied: Pairs,
    parted: Pairs,
    calibration: Calibration,
) -> dict[int, tuple[Verdict, int | None]]:
    """A verdict for each track that no person decided, with the character's id.

    Args:
        looks: the faces of a series.
        forms: of its characters; see ``forms_of``.
        whose: ids of the forms' names.
        denied: (face, character) that a person said it is not.
        parted: clusters that a person separated: a face is nobody who is named in the other one.
        calibration: of the embedder.
    """
    rest = np.flatnonzero(~looks.by_person)
    never = _denied(looks, rest, whose, denied) | _parted(looks, rest, whose, parted)
    never |= _seen_beside(looks, rest, whose)
    at_once = _among(looks.at_once(), rest, len(looks))
    verdicts = follow(looks.vectors[rest], forms, never, at_once, calibration)
    ids = {name: int(one) for name, one in zip(forms.names, whose, strict=True) if name}
    return {
        int(looks.tracks[face]): (verdict, ids.get(verdict.character or ""))
        for face, verdict in zip(rest, verdicts, strict=True)
    }


def _denied(looks: Looks, rest: Places, whose: Places, denied: Pairs) -> Flags:
    """Characters that a person said a face is not: bool (rest, c)."""
    by_face: dict[int, list[int]] = defaultdict(list)
    for face, character in denied:
        by_face[face].append(character)
    return np.array(
        [np.isin(whose, by_face.get(face, [])) for face in looks.ids[rest].tolist()], bool
    ).reshape(len(rest), len(whose))


def _parted(looks: Looks, rest: Places, whose: Places, parted: Pairs) -> Flags:
    """Characters named in a cluster that a face's own is kept apart from: bool (rest, c)."""
    called: dict[int, set[int]] = defaultdict(set)
    for cluster, character in zip(looks.clusters.tolist(), looks.characters.tolist(), strict=True):
        if character:
            called[cluster].add(character)
    others: dict[int, set[int]] = defaultdict(set)
    for a, b in parted:
        others[a] |= called.get(b, set())
        others[b] |= called.get(a, set())
    own = looks.clusters[rest].tolist()
    return np.array(
        [np.isin(whose, list(others.get(cluster, ()))) for cluster in own], bool
    ).reshape(len(rest), len(whose))


def _seen_beside(looks: Looks, rest: Places, whose: Places) -> Flags:
    """Characters that a person named in a face on screen at the same time: bool (rest, c)."""
    place = np.full(len(looks), -1)
    place[rest] = np.arange(len(rest))
    never = np.zeros((len(rest), len(whose)), bool)
    pairs = looks.at_once()
    for a, b in np.concatenate([pairs, pairs[:, ::-1]]).tolist():
        if place[a] >= 0 and looks.characters[b]:
            never[place[a], np.searchsorted(whose, looks.characters[b])] = True
    return never


def _among(pairs: Places, rest: Places, count: int) -> Places:
    """The pairs of which both are in ``rest``, as places in that."""
    place = np.full(count, -1)
    place[rest] = np.arange(len(rest))
    both = place[pairs]
    return np.asarray(both[(both >= 0).all(axis=1)], np.int64).reshape(-1, 2)
