"""Danbooru's metadata: JSON lines, one post a line, read one by one however large the file is.

Two forms are known: posts as the site's interface gives them, with ``tag_string_character``, and
those of Danbooru2020 and 2021, with a list ``tags`` of which category 4 are characters.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eyecatch.core.errors import RequestError
from eyecatch.core.images import SUFFIXES

CHARACTER = "4"
"""Category of the tags that name characters."""

BUCKETS = 1000
"""The dumps keep post 4560123 in folder 0123: by its number modulo this."""


@dataclass(frozen=True, slots=True)
class Post:
    """One picture of the board.

    Attributes:
        end: bytes of the file to the end of its line.
        id: number of the post.
        characters: tags of the characters in it.
        rating: first letter: g(eneral), s(ensitive, or safe in older dumps), q(uestionable) or
            e(xplicit); empty where there is none.
        suffix: of the file, with its dot; empty where it is not said.
        md5: of the file, hex; empty where it is not said.
    """

    end: int
    id: int
    characters: tuple[str, ...]
    rating: str
    suffix: str
    md5: str

    def find(self, images: Path) -> Path | None:
        """Its picture: ``0123/4560123.jpg``, ``4560123.jpg`` or ``<md5>.jpg``; None if missing.

        The dumps' smaller copies are JPEGs whatever the post was.
        """
        number = str(self.id)
        stems = [Path(f"{self.id % BUCKETS:04}") / number, Path(number)]
        stems += [Path(self.md5)] if self.md5 else []
        suffixes = [s for s in (self.suffix, ".jpg", ".png") if s in SUFFIXES]
        for stem in stems:
            for suffix in dict.fromkeys(suffixes):
                path = images / f"{stem}{suffix}"
                if path.is_file():
                    return path
        return None


def read_posts(meta: Path) -> Iterator[Post | str]:
    """The posts of a file, and a sentence for each line that is none.

    Raises:
        RequestError: the file can't be read.
    """
    try:
        with meta.open("rb") as file:
            end = 0
            for line, text in enumerate(file, start=1):
                end += len(text)
                if text.strip():
                    yield _read(text, end) or f"{meta}, line {line}: this is no post."
    except OSError as error:
        problem = f"{meta} can't be read ({error.strerror})"
        raise RequestError(problem, "give a file of JSON lines") from error


def _read(text: bytes, end: int) -> Post | None:
    try:
        row = json.loads(text)
        md5 = str(row.get("md5") or "")
        return Post(
            end=end,
            id=int(row["id"]),
            characters=tuple(_characters(row)),
            rating=str(row.get("rating") or "")[:1].lower(),
            suffix=f".{row.get('file_ext') or ''}".lower().rstrip("."),
            md5=md5 if md5.isalnum() else "",
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _characters(row: Mapping[str, Any]) -> list[str]:
    if "tag_string_character" in row:
        return str(row["tag_string_character"] or "").split()
    return [str(tag["name"]) for tag in row["tags"] if str(tag["category"]) == CHARACTER]
