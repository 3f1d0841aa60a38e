"""CMX 3600 edit decision lists, counted in frames.

Layout after the CMX 3600 manual as editors read it: event, reel, track, transition, source in and
out, record in and out, the outs being the first frames not taken.
"""

from __future__ import annotations

from typing import Final

from eyecatch.core.text import one_line
from eyecatch.jobs.export.appearances import EpisodeAppearances, Scene
from eyecatch.jobs.export.timecode import edit_rate, has_constant_rate, source_count

RECORD_START: Final = "01:00:00:00"
"""Timecode at which the list's own timeline begins: an hour, as editors have it."""


def write(cast: EpisodeAppearances) -> str:
    """A cut list of all scenes with somebody in them, one after the other.

    Source times count the frames of the file from its own timecode, or else from 00:00:00:00. With
    a variable frame rate they are the nearest frames of its average rate, as editors conform such a
    file, and a comment says so.
    """
    rate = edit_rate(cast.episode.video.rate)
    count, first = source_count(cast.episode.video)
    mode = "DROP FRAME" if count.drop else "NON-DROP FRAME"
    lines = [f"TITLE: {one_line(cast.episode.title)}", f"FCM: {mode}", ""]
    if not has_constant_rate(cast):
        lines += [f"* VARIABLE FRAME RATE: NEAREST FRAMES AT {float(rate):.3f} A SECOND", ""]
    record = count.frame(RECORD_START) or 0
    for number, (scene, start, stop) in enumerate(_cuts(cast), 1):
        times = (first + start, first + stop, record, record + stop - start)
        shown = " ".join(count.text(time) for time in times)
        lines += [
            f"{number:03}  AX       V     C        {shown}",
            f"* FROM CLIP NAME: {one_line(cast.episode.name)}",
            f"* LOC: {count.text(record)} YELLOW  {one_line(', '.join(scene.characters))}",
        ]
        record = times[-1]
    return "\n".join(lines) + "\n"


def _cuts(cast: EpisodeAppearances) -> list[tuple[Scene, int, int]]:
    """Scenes with somebody in them, and the frames they take; none is shorter than a frame."""
    counted, rate = has_constant_rate(cast), edit_rate(cast.episode.video.rate)
    cuts = []
    for scene in cast.scenes():
        start, stop = scene.start_frame, scene.stop_frame
        if not counted:
            start, stop = (
                round(cast.player_seconds(pts) * rate) for pts in (scene.start_pts, scene.stop_pts)
            )
        if scene.characters and stop > start:
            cuts.append((scene, start, stop))
    return cuts
