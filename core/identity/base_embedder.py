"""The base embedder: a bundle without characters that ships with the package."""

from __future__ import annotations

from pathlib import Path

from eyecatch.core.arguments import AnyPath
from eyecatch.core.identity.bundle import Bundle, load_bundle

BASE = "base"
"""What a user writes for it in place of a bundle's folder; a folder of that name is ``./base``."""

FOLDER = Path(__file__).with_name("base")


def base_bundle() -> Bundle:
    """The embedder that ships with the package, trained on a thousand characters, naming none.

    Raises:
        ModelError: it is missing or damaged.
    """
    return load_bundle(FOLDER)


def named_bundle(where: AnyPath) -> Bundle:
    """The bundle in a folder, or the base embedder for the word ``base``.

    Raises:
        ModelError: there is none, or it can't be used.
    """
    return base_bundle() if str(where) == BASE else load_bundle(Path(where))
