"""Who teaches the embedder, who is only measured with, and who stands for strangers.

A user's show is always one that nobody trained on, so a figure counts only for people whom no stage
has seen. Three groups, apart from each other for good:

- ``taught``: the embedder learns to tell them apart.
- ``cohort``: no stage sees them; their embeddings ship with the base, and calibrations are fitted
  on them (``core.identity.cohort``).
- ``measured``: no stage and no calibration sees them; ``bench/identity.py`` measures with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

Role = Literal["taught", "cohort", "measured"]

MEASURED_FACES: Final = frozenset({
    "akiyama_mio", "hakurei_reimu", "holo_gura", "holo_kronii", "holo_mumei", "lelouch_lamperouge",
    "mizuhara_chizuru", "nakano_miku",
})  # fmt: skip
"""Characters of ``faces``: of television, of fan art, one of five sisters who look alike."""

MEASURED_SOURCES: Final = frozenset({"genshin", "priconne"})
"""Whole sources of ``identities``: two studios' styles."""

COHORT_FACES: Final = frozenset({
    "fate_testarossa", "holo_bae", "holo_fauna", "nakano_nino", "serena_pokemon",
})  # fmt: skip
"""Characters of ``faces`` that are of the cohort: strangers of the kind that users ask about."""

COHORT_IDENTITIES: Final = 20
"""One in so many of the other people of ``identities`` is, beside all of ``pseudo``."""


def roles(names: Sequence[str]) -> npt.NDArray[np.str_]:
    """The role of each of the people of ``read_identities``.

    Args:
        names: all of their names, in order: who is of the cohort goes by their number.

    Returns:
        str (n,), a ``Role`` each.
    """
    count = 0
    found: list[Role] = []
    for name in names:
        kind, *rest = name.split("/")
        if kind == "shows" or _is_measured(kind, rest):
            found.append("measured")
        elif kind == "pseudo" or (kind == "faces" and rest[-1] in COHORT_FACES):
            found.append("cohort")
        elif kind == "identities":
            count += 1
            found.append("taught" if count % COHORT_IDENTITIES else "cohort")
        else:
            found.append("taught")
    return np.array(found)


def _is_measured(kind: str, rest: Sequence[str]) -> bool:
    return (kind == "faces" and rest[-1] in MEASURED_FACES) or (
        kind == "identities" and rest[0] in MEASURED_SOURCES
    )
