"""``collect --danbooru``: one folder a tag, of pictures whose tags name one character alone.

Metadata are JSON lines, a post a line, read one by one however large the file is. Two forms are
known: posts as the site's API gives them, with ``tag_string_character``, and those of Danbooru2020
and 2021, with a list ``tags`` of which category 4 are characters.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from eyecatch.core.arguments import several
from eyecatch.core.errors import MediaError, RequestError
from eyecatch.core.images import SUFFIXES
from eyecatch.core.threads import map_in_threads
from eyecatch.core.video.content_hash import content_hash
from eyecatch.training.collection.extract import FaceExtractor
from eyecatch.training.collection.options import Danbooru
from eyecatch.training.collection.scan_files import MEGABYTE, OnProgress, size_of
from eyecatch.training.collection.store import FaceStore
from eyecatch.training.collection.types import Collected, ExtractedFaces, Face

BROKEN: Final = "lines of the metadata are no posts"
UNREADABLE: Final = "pictures can't be read"
MISSING: Final = "pictures are missing"
NO_FACE: Final = "pictures show no face that is large enough"
FACES: Final = "pictures show several faces"
FEW: Final = "characters have too few faces"

MAX_NAMED = 5
"""Lines and pictures of one fault that are named in the notes; all are counted."""

_CHARACTER: Final = "4"
"""Category of the tags that name characters."""

_BUCKETS: Final = 1000
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
        suffix: of the file, with its dot; empty where it is not given.
        md5: of the file, hex; empty where it is not given.
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
        stems = [Path(f"{self.id % _BUCKETS:04}") / number, Path(number)]
        stems += [Path(self.md5)] if self.md5 else []
        suffixes = [s for s in (self.suffix, ".jpg", ".png") if s in SUFFIXES]
        for stem in stems:
            for suffix in dict.fromkeys(suffixes):
                path = images / f"{stem}{suffix}"
                if path.is_file():
                    return path
        return None


def collect_posts(
    wanted: Danbooru, extractor: FaceExtractor, store: FaceStore, on_progress: OnProgress
) -> Collected:
    """Puts the face of each picture with one character and one face into a folder of that tag.

    Faces are written as they are found, so that an interrupted run can be repeated.

    Args:
        wanted: which posts.
        extractor: how faces are found for.
        store: the collection.
        on_progress: is called with how many megabytes of the metadata are done, and of how many.

    Raises:
        RequestError: the metadata or the folder of pictures can't be read.
    """
    if not Path(wanted.images).is_dir():
        raise RequestError(f"{wanted.images} is no folder", "name the folder of the pictures")
    return _PostRun(wanted, extractor, store, on_progress).run()


def folder_of(tag: str) -> str:
    """A tag as the name of a folder, without what no folder's name may hold."""
    return re.sub(r"[/\\\0]|^\.", "_", tag)


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
                    yield _parse(text, end) or f"{meta}, line {line}: this is no post."
    except OSError as error:
        problem = f"{meta} can't be read ({error.strerror})"
        raise RequestError(problem, "give a file of JSON lines") from error


class _PostRun:
    """One run over the metadata."""

    def __init__(
        self, wanted: Danbooru, extractor: FaceExtractor, store: FaceStore, on_progress: OnProgress
    ) -> None:
        self._wanted = wanted
        self._meta, self._images = Path(wanted.meta), Path(wanted.images)
        self._tags = {"_".join(name.lower().split()) for name in several(wanted.characters)}
        self._ratings = {rating[:1].lower() for rating in several(wanted.ratings)}
        self._extractor = extractor
        # Other than the extractor's, as no face is taken of pictures with several.
        self._digest = f"{extractor.digest}-alone"
        self._store = store
        self._on_progress = on_progress
        self._total = -(-size_of(self._meta) // MEGABYTE)
        self._waiting: defaultdict[str, list[Face]] = defaultdict(list)
        self._placed: Counter[str] = Counter()
        self._faults: Counter[str] = Counter()
        self._examples: list[str] = []

    def run(self) -> Collected:
        """Goes through all posts."""
        few = self._too_few() if self._wanted.least > 1 else frozenset()
        with closing(map_in_threads(self._extract, self._candidates(few))) as results:
            for post, digest, found in results:
                self._on_progress(post.end // MEGABYTE, self._total)
                if isinstance(found, MediaError):
                    self._note_fault(UNREADABLE, str(found))
                elif found is not None:
                    self._take(folder_of(post.characters[0]), digest, found)
        self._faults[FEW] = len(few | {name for name, faces in self._waiting.items() if faces})
        unread = self._faults[BROKEN] + self._faults[UNREADABLE]
        return Collected(dict(self._placed), self._notes(), self._store.duplicates, unread)

    def _too_few(self) -> frozenset[str]:
        """Folders whose pictures, and faces from before, can't come to the least number."""
        counts = Counter(
            folder_of(post.characters[0])
            for post in read_posts(self._meta)
            if isinstance(post, Post) and self._wants(post) and post.find(self._images)
        )
        kept = self._store.manifest.kept
        return frozenset(name for name, n in counts.items() if n + kept[name] < self._wanted.least)

    def _candidates(self, few: frozenset[str]) -> Iterator[tuple[Post, Path]]:
        """The posts that are wanted, with their pictures."""
        for post in read_posts(self._meta):
            if isinstance(post, str):
                self._note_fault(BROKEN, f"{post} It is left out.")
            elif self._wants(post) and not self._enough(name := folder_of(post.characters[0])):
                picture = post.find(self._images)
                self._faults[MISSING] += picture is None
                if picture is not None and name not in few:
                    yield post, picture

    def _wants(self, post: Post) -> bool:
        """Whether one character alone is in it, and it is one that is asked for."""
        if len(post.characters) != 1 or (self._ratings and post.rating not in self._ratings):
            return False
        return not self._tags or post.characters[0].lower() in self._tags

    def _enough(self, name: str) -> bool:
        have = self._store.manifest.kept[name] + len(self._waiting[name])
        return self._wanted.most is not None and have >= self._wanted.most

    def _extract(
        self, item: tuple[Post, Path]
    ) -> tuple[Post, str, ExtractedFaces | MediaError | None]:
        post, picture = item
        try:
            digest = content_hash(picture)
            old = self._store.manifest.was_scanned(digest, self._digest)
            return post, digest, None if old else self._extractor.from_picture(picture, digest)
        except MediaError as problem:
            return post, "", problem

    def _take(self, name: str, digest: str, found: ExtractedFaces) -> None:
        """Puts a face into its folder, or keeps it until there are enough for one."""
        if self._enough(name):  # by now
            return
        if len(found.people) != 1:
            self._faults[FACES if found.people else NO_FACE] += 1
            self._store.manifest.mark_scanned([digest], self._digest)
            return
        faces = self._store.drop_known([*self._waiting[name], *found.people[0]])
        if self._store.manifest.kept[name] + len(faces) < self._wanted.least:
            self._waiting[name] = faces
            return
        self._waiting.pop(name)
        self._store.put(name, faces)
        self._placed[name] += len(faces)
        self._store.manifest.mark_scanned({digest, *(f.digest for f in faces)}, self._digest)

    def _note_fault(self, fault: str, sentence: str) -> None:
        self._faults[fault] += 1
        if self._faults[fault] <= MAX_NAMED:
            self._examples.append(sentence)

    def _notes(self) -> tuple[str, ...]:
        counted = [f"{n} {fault}." for fault, n in self._faults.items() if n]
        absent = sorted(self._tags - {tag.lower() for tag in self._store.manifest.kept})
        nobody = [f"No picture of {tag} alone was taken." for tag in absent]
        return (*self._examples, *counted, *nobody)


def _parse(text: bytes, end: int) -> Post | None:
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
    return [str(tag["name"]) for tag in row["tags"] if str(tag["category"]) == _CHARACTER]
