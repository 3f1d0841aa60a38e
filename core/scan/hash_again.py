"""The hashes of a chunk that was scanned by a version of eyecatch which made none."""

from __future__ import annotations

from itertools import count

from eyecatch.core.errors import MediaError
from eyecatch.core.scan.config import ScanConfig
from eyecatch.core.scan.cuts import SceneChanges, may_be_cut
from eyecatch.core.scan.held_frames import HeldFrameFilter
from eyecatch.core.segments.hashing import MIN_GAP, DrawingHashes
from eyecatch.core.segments.types import PictureHashes
from eyecatch.core.video.decode import decode
from eyecatch.core.video.types import Chunk, Video


def hash_chunk(video: Video, chunk: Chunk, config: ScanConfig) -> PictureHashes:
    """The same hashes as ``core.scan.scanner.Scan`` makes, without looking for faces.

    Args:
        video: the episode's file.
        chunk: one of its plan.
        config: how it was scanned.

    Returns:
        Those of all frames up to where decoding breaks off.

    Raises:
        MediaError: no frame of it can be decoded.
    """
    keyframes = frozenset(chunk.keyframes.tolist())
    changes, held = SceneChanges(), HeldFrameFilter(config.held_change)
    hashes = DrawingHashes(float(MIN_GAP / video.time_base))
    frames = decode(video, chunk)
    expected = chunk.start
    for place in count():
        try:
            frame = next(frames)
        except StopIteration:
            break
        except MediaError:
            if place == 0:
                raise
            break
        lost = range(expected, frame.number)
        expected = frame.number + 1
        if frame.keyframe or not keyframes.isdisjoint(lost):
            changes.reset()
            held.reset()
            hashes.reset()
        thumbnail = frame.thumbnail()
        if may_be_cut(changes.add(thumbnail, place)):
            hashes.reset()
        if not held.is_held(thumbnail):
            hashes.add(frame.number, frame.pts, thumbnail)
    return hashes.result()
