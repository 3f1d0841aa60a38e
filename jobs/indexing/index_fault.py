"""What went wrong with a file of an index job: a sentence, and what it is about."""

from __future__ import annotations

from dataclasses import dataclass

from eyecatch.core.errors import EyecatchError


@dataclass(frozen=True, slots=True)
class IndexFault:
    """Something that is wrong with a file; all else is done.

    Attributes:
        sentence: what is wrong, and what to do.
        path: of the file; None if it is not about one.
        episode: the number of its episode in the index; None if it has none.
        chunk: the id of the chunk, as ``status`` has it; None if it is not about one.
        run: the run in which that was found; None if the job had nothing to scan.
    """

    sentence: str
    path: str | None = None
    episode: int | None = None
    chunk: str | None = None
    run: int | None = None

    def __str__(self) -> str:
        return self.sentence

    def ids(self) -> dict[str, object]:
        """What it is about, as far as it is known: fields of a line of the log."""
        named = {"path": self.path, "episode": self.episode, "chunk": self.chunk, "run": self.run}
        return {key: value for key, value in named.items() if value is not None}


def unread(error: EyecatchError) -> IndexFault:
    """Of a file that is no episode."""
    return IndexFault(str(error), getattr(error, "path", None))
