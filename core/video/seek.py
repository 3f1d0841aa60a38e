"""Frames from anywhere in a video, for those who need a few of them and no numbers."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Final

from av.video.frame import VideoFrame

from eyecatch.core.video.container import open_container
from eyecatch.core.video.decode import SEEK_BACK
from eyecatch.core.video.decoder import Decoder
from eyecatch.core.video.frame import Converter, Frame
from eyecatch.core.video.geometry import Cropper
from eyecatch.core.video.types import Video

UNNUMBERED: Final = -1
"""The number of a frame whose rank among all frames nobody has counted."""


class Seeker:
    """A video whose frames are read from anywhere; its file stays open until it is closed.

    Args:
        video: the file, as probed.

    Raises:
        MediaError: the file can't be opened.

    Example:
        >>> from pathlib import Path
        >>> from eyecatch.core.synthetic.season import draw_episode
        >>> from eyecatch.core.video.probe import probe
        >>> faces = draw_episode(Path("episode.mkv"), seconds=2, size=(320, 180))
        >>> with Seeker(probe(Path("episode.mkv"))) as seeker:
        ...     frame = next(seeker.frames_from(1500))
        >>> frame.pts <= 1500, frame.keyframe
        (True, True)
    """

    def __init__(self, video: Video) -> None:
        self._video = video
        self._container = open_container(video.path)
        self._decoder = Decoder(self._container, video)
        self._converter = Converter(video.width, video.height, video.rotation, video.mirrored)
        self._cropper = Cropper(video.crop)

    def __enter__(self) -> Seeker:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._container.close()

    def frames_from(self, pts: int) -> Iterator[Frame]:
        """The frames from the last keyframe that can be found at or before a time, in order.

        None come where the file can't be sought in, or ends before. Only one such iteration may be
        under way at a time.

        Args:
            pts: in units of the video's time base.
        """
        for back in SEEK_BACK:
            from_ = pts - int(back / self._video.time_base)
            pictures = self._decoder.pictures_from(from_)
            first = next(pictures, None)
            if first is not None and first.pts is not None and first.pts <= pts:
                yield self._frame(first)
                yield from (self._frame(one) for one in pictures if one.pts is not None)
                return

    def _frame(self, picture: VideoFrame) -> Frame:
        pts = picture.pts
        assert pts is not None
        whole = self._cropper(picture)
        return Frame(UNNUMBERED, pts, bool(picture.key_frame), whole, self._converter)
