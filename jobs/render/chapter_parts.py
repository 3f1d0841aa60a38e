"""The chapters of an annotated episode: what was found in it, beside what its maker named."""

from __future__ import annotations

import logging
from fractions import Fraction

from eyecatch.core.segments.kinds import LEFT_OUT
from eyecatch.core.segments.merged_chapters import merged
from eyecatch.core.segments.story_parts import NamedPart, Stretch, named_parts
from eyecatch.core.video.chapter_marks import chapter_marks
from eyecatch.db.index import Index
from eyecatch.jobs.render.source import Source

log = logging.getLogger(__name__)


def chapter_parts(index: Index, source: Source) -> list[NamedPart]:
    """The chapters to write, in seconds as players count; none leaves the file's as they are.

    That is so where no segment was found, which is logged.
    """
    episode = source.episode
    begins = Fraction(source.layout.start).limit_denominator(10**9)
    stretches = [
        Stretch(one.kind, one.start - begins, one.stop - begins)
        for one in index.segments.of(episode.id)
        if one.kind in LEFT_OUT
    ]
    if not stretches:
        log.warning("%s: no segment was found in it, so its chapters stay", episode.video.path)
        return []
    length = max(episode.end - begins, Fraction(0))
    maker = [
        NamedPart(
            max(_exact(one.start) - begins, Fraction(0)), _exact(one.stop) - begins, one.title
        )
        for one in chapter_marks(source.video.path, episode.end)
    ]
    return merged([one for one in maker if one.start < one.stop], named_parts(stretches, length))


def _exact(seconds: float) -> Fraction:
    return Fraction(seconds).limit_denominator(10**9)
