"""What one action of a person changes in the index; ``db.review.undo`` takes it back."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from eyecatch.db.review.character_changes import CharacterState
from eyecatch.db.review.segment_changes import SegmentState

Pair = tuple[int, int]


@dataclass(slots=True)
class Change:
    """What was so before an action; its names are stored in the column ``action.before``.

    Attributes:
        said: (face, character) of labels that people had given; None for nobody and no face.
        no_face, either: of those said to be nobody, faces that were called no face, and those of
            which an earlier version didn't ask which of the two.
        unsaid: faces without a label.
        moved: (face, cluster) it was in; None for none.
        parted, joined: pairs of clusters that now cannot link, and that now may.
        denied: (face, character) that a person said it is not.
        touched: clusters that no person had merged or split before, and now has.
        made: characters that were new.
        drawn, removed: missed faces that are new, and that were taken out.
        characters: characters that were changed themselves, and those merged into them.
        recast: characters whose names went to faces, or away from them.
        undenied: (face, character) that a person had said it is not.
        segments_before, segments_after: segments that were taken out, and that were put in; the
            first of these is the one that the person chose.
        cast: characters that faces were or are called, by models too; it is not stored.
    """

    said: list[tuple[int, int | None]] = field(default_factory=list)
    unsaid: list[int] = field(default_factory=list)
    moved: list[tuple[int, int | None]] = field(default_factory=list)
    parted: list[Pair] = field(default_factory=list)
    joined: list[Pair] = field(default_factory=list)
    denied: list[Pair] = field(default_factory=list)
    touched: list[int] = field(default_factory=list)
    made: list[int] = field(default_factory=list)
    no_face: list[int] = field(default_factory=list)
    either: list[int] = field(default_factory=list)
    drawn: list[int] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    characters: list[CharacterState] = field(default_factory=list)
    recast: list[int] = field(default_factory=list)
    undenied: list[Pair] = field(default_factory=list)
    segments_before: list[SegmentState] = field(default_factory=list)
    segments_after: list[SegmentState] = field(default_factory=list)
    cast: set[int] = field(default_factory=set)

    def record(self) -> dict[str, Any]:
        """As JSON has it."""
        stored = asdict(self)
        del stored["cast"]
        return stored

    @property
    def only_labels(self) -> bool:
        """Whether nobody is on screen, or out of it, but by what faces are called."""
        others = self.drawn, self.removed, self.characters, self.recast
        return not any((*others, self.segments_before, self.segments_after))
