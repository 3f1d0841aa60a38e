"""Cutting an episode into chunks, by what its container says of its packets.

Packets are read without being decoded, but for the first few frames: these show where a decode
from the start of the file begins (a recording may start in the middle of a group of pictures), and
whether packets and frames agree. Where they don't, the episode is one chunk, whose frames are
numbered as they are decoded.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import islice

import numpy as np
import numpy.typing as npt

from eyecatch.core.errors import MediaError
from eyecatch.core.video.container import open_container
from eyecatch.core.video.decoder import Decoder, longest_gap
from eyecatch.core.video.packets import Packets, read_packets
from eyecatch.core.video.types import Chunk, Plan, Video

CHECKED_FRAMES = 24
"""Frames decoded to check a plan: about a second, and more than any codec reorders (16)."""

MAX_LOST = 0.25
"""Share of the first packets that may yield no frame, because they are damaged; where two packets
make one frame (interlaced fields), it is a half."""

MIN_KEYFRAME_GAP = 0.5
"""Seconds: a keyframe nearer to the one before doesn't count; some codecs have nothing else."""

SHARES = 24
"""Chunks of an episode, so that threads and workers that share them out end at about one time."""

LENGTHS = 10.0, 60.0
"""Seconds between which the least length of a chunk is all the same: to open a file and decode up
to the first frame takes hundredths of a second, and a minute is what a worker's death may cost."""

Times = npt.NDArray[np.int64]


def plan(video: Video, seconds: float | None = None) -> Plan:
    """Cuts an episode into chunks that start on keyframes.

    Args:
        video: the file, as probed.
        seconds: minimum length of a chunk, so that a shorter episode is one chunk; None for what
            suits its length, whatever the machine: a chunk is the same one everywhere.

    Raises:
        MediaError: the file can't be opened, or holds no frame.

    Example:
        >>> from pathlib import Path
        >>> from eyecatch.core.synthetic.season import draw_episode
        >>> from eyecatch.core.video.probe import probe
        >>> faces = draw_episode(Path("episode.mkv"), seconds=1, size=(320, 180))
        >>> whole = plan(probe(Path("episode.mkv")))
        >>> whole.frames, [(chunk.start, chunk.stop) for chunk in whole.chunks]
        (24, [(0, 24)])
    """
    packets = read_packets(video)
    if not packets.count:
        raise MediaError(str(video.path), "has no frames", "copy or download it again")
    first_pts = _first_pts(video)
    if not _is_timed(packets, longest_gap(video)):
        return _one_chunk(video, packets, first_pts)
    pts = np.sort(packets.pts)
    if first_pts and first_pts[0] is not None:
        pts = pts[pts >= first_pts[0]]
    if not _is_consistent(pts, first_pts):
        return _one_chunk(video, packets, first_pts)
    keyframes = _keyframes(packets, pts, float(MIN_KEYFRAME_GAP / video.time_base))
    entries = np.searchsorted(pts, _clean_keyframes(packets))
    if seconds is None:
        seconds = least_length(float((packets.end - int(pts[0])) * video.time_base))
    min_length = float(seconds / video.time_base)
    starts = _starts(pts, packets.end, np.intersect1d(keyframes, entries), min_length)
    end = packets.end * video.time_base
    return Plan(_chunks(pts, keyframes, starts), end, packets.complete, packets.holes)


def least_length(seconds: float) -> float:
    """Seconds that a chunk has at least, of an episode of so many."""
    shortest, longest = LENGTHS
    return min(max(shortest, seconds / SHARES), longest)


def _first_pts(video: Video) -> list[int | None]:
    """Presentation times of the first frames that a straight decode shows."""
    with open_container(video.path) as container:
        return [
            picture.pts for picture in islice(Decoder(container, video).pictures(), CHECKED_FRAMES)
        ]


def _is_timed(packets: Packets, gap: int) -> bool:
    """Whether each frame has a time of its own, and times rise from keyframe to keyframe.

    FFmpeg takes a clock that falls by hours for one that ran over, so that it rises by a day.
    """
    keys = packets.pts[packets.keyframe] if packets.timed else packets.pts
    unique = len(np.unique(packets.pts)) == len(packets.pts)
    if packets.free_clock and (np.diff(np.unique(packets.pts)) > gap).any():
        return False
    return packets.timed and unique and len(keys) > 0 and bool((np.diff(keys) > 0).all())


def _is_consistent(pts: Times, first_pts: list[int | None]) -> bool:
    """Whether the first frames are those that the packets promise."""
    times = [time for time in first_pts if time is not None]
    if len(times) < len(first_pts) or not times or times != sorted(set(times)):
        return False
    expected = pts[pts <= times[-1]]
    missing = len(expected) - len(times)
    return bool(np.isin(times, expected).all()) and missing <= MAX_LOST * len(expected)


def _one_chunk(video: Video, packets: Packets, first_pts: list[int | None]) -> Plan:
    none = np.zeros(0, np.int64)
    chunk = Chunk(0, 0, packets.count, none, none.astype(np.int32), None, straight=True)
    # Times are missing or start again, so the end is at least what the frames need one by one.
    needed = packets.count / video.rate if video.rate else Fraction(0)
    start = first_pts[0] if first_pts else None
    if packets.free_clock and start is not None:
        return Plan((chunk,), start * video.time_base + needed, packets.complete, packets.holes)
    return Plan(
        (chunk,), max(packets.end * video.time_base, needed), packets.complete, packets.holes
    )


def _keyframes(packets: Packets, pts: Times, gap: float) -> npt.NDArray[np.int32]:
    """Numbers of the keyframes; the first frame counts as one, whatever the container says."""
    times = np.unique(np.append(packets.pts[packets.keyframe], pts[0]))
    kept = [int(pts[0])]
    for time in times[times > pts[0]].tolist():
        if time - kept[-1] >= gap:
            kept.append(time)
    return np.searchsorted(pts, kept).astype(np.int32)


def _clean_keyframes(packets: Packets) -> Times:
    """Times of the keyframes at which the frames before and after part cleanly.

    All packets that precede such a keyframe in the file are shown before it, and those that follow
    are shown after the keyframe before it: only its leading pictures (open group of pictures) are
    decoded after it and shown before it.
    """
    pts = packets.pts
    latest = np.maximum.accumulate(pts)
    earliest = np.minimum.accumulate(pts[::-1])[::-1]
    keys = np.flatnonzero(packets.keyframe)
    clean = keys[1:][(latest[keys[1:] - 1] < pts[keys[1:]]) & (earliest[keys[1:]] > pts[keys[:-1]])]
    return pts[clean]


def _starts(pts: Times, end: int, candidates: npt.NDArray[np.intp], min_length: float) -> list[int]:
    """Numbers of the frames at which chunks start; ``min_length`` is in units of time."""
    starts = [0]
    for number in candidates.tolist():
        if number > 0 and min_length <= min(pts[number] - pts[starts[-1]], end - pts[number]):
            starts.append(number)
    return starts


def _chunks(pts: Times, keyframes: npt.NDArray[np.int32], starts: list[int]) -> tuple[Chunk, ...]:
    stops = [*starts[1:], len(pts)]
    return tuple(
        Chunk(
            index=index,
            start=start,
            stop=stop,
            pts=pts[start:stop],
            keyframes=keyframes[(keyframes >= start) & (keyframes < stop)],
            stop_pts=int(pts[stop]) if stop < len(pts) else None,
        )
        for index, (start, stop) in enumerate(zip(starts, stops, strict=True))
    )
