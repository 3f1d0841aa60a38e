"""Faces of pictures whose tags say who is in them: one character, one face, one folder."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from eyecatch.core.errors import MediaError, RequestError
from eyecatch.core.video.content_hash import content_hash
from eyecatch.training.collection.extract import Looking, ahead
from eyecatch.training.collection.options import Danbooru
from eyecatch.training.collection.posts import Post, read_posts
from eyecatch.training.collection.scan_files import MEGABYTE, Step, size_of
from eyecatch.training.collection.store import Places
from eyecatch.training.collection.types import Collected, Face, Looked

BROKEN: Final = "lines of the metadata are no posts"
UNREADABLE: Final = "pictures can't be read"
MISSING: Final = "pictures are missing"
NO_FACE: Final = "pictures show no face that is large enough"
FACES: Final = "pictures show several faces"
FEW: Final = "characters have too few faces"

NAMED_AT_MOST = 5
"""Lines and pictures of one fault that are named; all are counted."""


def collect_posts(wanted: Danbooru, looking: Looking, places: Places, step: Step) -> Collected:
    """Put the face of each picture with one character and one face into a folder of that name.

    Faces are written as they are found, so that a run that was stopped goes on where it was.

    Args:
        wanted: which posts.
        looking: how faces are looked for.
        places: the collection.
        step: is told how many megabytes of the metadata are done, and of how many.

    Raises:
        RequestError: the metadata or the folder of pictures can't be read.
    """
    if not wanted.images.is_dir():
        raise RequestError(f"{wanted.images} is no folder", "name the folder of the pictures")
    return _Course(wanted, looking, places, step).run()


def folder_of(tag: str) -> str:
    """A tag as the name of a folder: as it is, but for what no folder may be called."""
    return re.sub(r"[/\\\0]|^\.", "_", tag)


class _Course:
    """One run over the metadata."""

    def __init__(self, wanted: Danbooru, looking: Looking, places: Places, step: Step) -> None:
        self._wanted = wanted
        self._tags = {"_".join(name.lower().split()) for name in wanted.characters}
        self._ratings = {rating[:1].lower() for rating in wanted.ratings}
        self._looking = looking
        self._how = f"{looking.digest}-alone"  # of pictures with several faces none was taken
        self._places = places
        self._step = step
        self._total = -(-size_of(wanted.meta) // MEGABYTE)
        self._waiting: defaultdict[str, list[Face]] = defaultdict(list)
        self._placed: Counter[str] = Counter()
        self._odd: Counter[str] = Counter()
        self._named: list[str] = []

    def run(self) -> Collected:
        """Go through all of it."""
        few = self._too_few() if self._wanted.least > 1 else frozenset()
        with closing(ahead(self._look, self._candidates(few))) as looks:
            for post, digest, looked in looks:
                self._step(post.end // MEGABYTE, self._total)
                if isinstance(looked, MediaError):
                    self._say(UNREADABLE, str(looked))
                elif looked is not None:
                    self._take(folder_of(post.characters[0]), digest, looked)
        self._odd[FEW] = len(few | {name for name, faces in self._waiting.items() if faces})
        unread = self._odd[BROKEN] + self._odd[UNREADABLE]
        return Collected(dict(self._placed), self._notes(), self._places.duplicates, unread)

    def _too_few(self) -> frozenset[str]:
        """Folders whose pictures, and faces from before, can't come to the least number."""
        counts = Counter(
            folder_of(post.characters[0])
            for post in read_posts(self._wanted.meta)
            if isinstance(post, Post) and self._wants(post) and post.find(self._wanted.images)
        )
        kept = self._places.ledger.kept
        return frozenset(name for name, n in counts.items() if n + kept[name] < self._wanted.least)

    def _candidates(self, few: frozenset[str]) -> Iterator[tuple[Post, Path]]:
        """The posts that are wanted, with their pictures."""
        for post in read_posts(self._wanted.meta):
            if isinstance(post, str):
                self._say(BROKEN, f"{post} It is left out.")
            elif self._wants(post) and not self._enough(name := folder_of(post.characters[0])):
                picture = post.find(self._wanted.images)
                self._odd[MISSING] += picture is None
                if picture is not None and name not in few:
                    yield post, picture

    def _wants(self, post: Post) -> bool:
        """Whether one character alone is in it, and it is one that is asked for."""
        if len(post.characters) != 1 or (self._ratings and post.rating not in self._ratings):
            return False
        return not self._tags or post.characters[0].lower() in self._tags

    def _enough(self, name: str) -> bool:
        have = self._places.ledger.kept[name] + len(self._waiting[name])
        return self._wanted.most is not None and have >= self._wanted.most

    def _look(self, item: tuple[Post, Path]) -> tuple[Post, str, Looked | MediaError | None]:
        post, picture = item
        try:
            digest = content_hash(picture)
            old = self._places.ledger.looked_at(digest, self._how)
            return post, digest, None if old else self._looking.at_picture(picture, digest)
        except MediaError as problem:
            return post, "", problem

    def _take(self, name: str, digest: str, looked: Looked) -> None:
        """Put a face into its folder, or let it wait until there are enough for one."""
        if self._enough(name):  # by now
            return
        if len(looked.people) != 1:
            self._odd[FACES if looked.people else NO_FACE] += 1
            self._places.ledger.look_no_more([digest], self._how)
            return
        faces = self._places.drop_known([*self._waiting[name], *looked.people[0]])
        if self._places.ledger.kept[name] + len(faces) < self._wanted.least:
            self._waiting[name] = faces
            return
        self._waiting.pop(name)
        self._places.put(name, faces)
        self._placed[name] += len(faces)
        self._places.ledger.look_no_more({digest, *(f.digest for f in faces)}, self._how)

    def _say(self, fault: str, sentence: str) -> None:
        self._odd[fault] += 1
        if self._odd[fault] <= NAMED_AT_MOST:
            self._named.append(sentence)

    def _notes(self) -> tuple[str, ...]:
        counted = [f"{n} {fault}." for fault, n in self._odd.items() if n]
        absent = sorted(self._tags - {tag.lower() for tag in self._places.ledger.kept})
        nobody = [f"No picture of {tag} alone was taken." for tag in absent]
        return (*self._named, *counted, *nobody)
