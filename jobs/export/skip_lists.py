"""What players pass over: Kodi's and MPlayer's edit decision lists, and Jellyfin's media segments.

Kodi: https://kodi.wiki/view/Edit_decision_list. MPlayer: its manual, "Edit Decision Lists".
Jellyfin: https://jellyfin.org/docs/general/server/metadata/media-segments, and the plugin "EDL to
Media Segments" (https://github.com/rrhett/EdlToMediaSegments), whose numbers are its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Final

from eyecatch.core.segments.kinds import ENDING, EYECATCH, OPENING, PREVIEW, RECAP
from eyecatch.core.segments.story_parts import Stretch
from eyecatch.jobs.export.segment_rows import EpisodeSegments

SKIPPED: Final = (OPENING, ENDING, RECAP, PREVIEW)
"""Kinds that players pass over. An eyecatch takes five seconds, and is liked: where a player knows
marks, it gets one."""

MOST: Final = Fraction(1, 2)
"""Share of an episode beyond which a segment isn't passed over: a clip show is all recap."""

CUT, SCENE, COMMERCIAL = 0, 2, 3
"""Actions of edit decision lists. Kodi passes over a commercial once, and who goes back sees it;
what is cut can't be seen at all."""

TYPES: Final = {OPENING: "Intro", ENDING: "Outro", RECAP: "Recap", PREVIEW: "Preview"}
"""Jellyfin's types of media segments."""

NUMBERS: Final = {OPENING: 0, PREVIEW: 1, RECAP: 2, ENDING: 4}
"""The same in files of "EDL to Media Segments"; its 3 is a commercial."""

TICKS: Final = 10**7
"""Jellyfin's units of time a second."""


def write_kodi(episode: EpisodeSegments) -> str:
    """Kodi's list; a mark at each eyecatch."""
    lines = [(one.start, one.stop, COMMERCIAL) for one in _joined(_skipped(episode))]
    marks = [one.start for one in episode.stretches() if one.kind == EYECATCH]
    lines += [(mark, mark, SCENE) for mark in marks]
    return _lines(sorted(lines))


def write_mplayer(episode: EpisodeSegments) -> str:
    """MPlayer's list."""
    return _lines((one.start, one.stop, CUT) for one in _joined(_skipped(episode)))


def write_jellyfin(episode: EpisodeSegments) -> str:
    """A list for Jellyfin's plugin "EDL to Media Segments"."""
    return _lines((one.start, one.stop, NUMBERS[one.kind]) for one in _skipped(episode))


def write_media_segments(episode: EpisodeSegments) -> str:
    """Media segments as Jellyfin has them, without the ids that only the server knows."""
    segments = [
        {
            "Type": TYPES[one.kind],
            "StartTicks": round(one.start * TICKS),
            "EndTicks": round(one.stop * TICKS),
        }
        for one in _skipped(episode)
    ]
    return json.dumps(segments, indent=1) + "\n"


def _skipped(episode: EpisodeSegments) -> Iterator[Stretch]:
    longest = episode.episode.length * MOST
    for one in episode.stretches():
        if one.kind in SKIPPED and 0 < one.stop - one.start <= longest:
            yield one


def _joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """What touches is one: of two such lines, players refuse the second."""
    joined: list[Stretch] = []
    for one in sorted(stretches, key=lambda one: (one.start, one.stop)):
        if joined and one.start <= joined[-1].stop:
            joined[-1] = joined[-1]._replace(stop=max(joined[-1].stop, one.stop))
        else:
            joined.append(one)
    return joined


def _lines(entries: Iterable[tuple[Fraction, Fraction, int]]) -> str:
    return "".join(
        f"{float(start):.3f}\t{float(stop):.3f}\t{action}\n" for start, stop, action in entries
    )
