"""One decoded frame, and the pictures that are made of it on demand."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace, Interpolation, VideoReformatter

from eyecatch.core import crops
from eyecatch.core.video.geometry import upright, upright_size

Picture = npt.NDArray[np.uint8]

THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH = 36, 64
"""Shape of a thumbnail: one sample stands for 30 x 30 pixels of a 1080p frame."""

UNSPECIFIED = 2
"""AVCOL_SPC_UNSPECIFIED of libavutil."""

HD_LINES = 720
"""Video that declares no colour space is BT.709 from this height on, else BT.601, as in players."""


@dataclass(slots=True)
class Converter:
    """Makes upright pictures; one converter serves all frames of a decode.

    swscale prepares tables for each kind of conversion, so there is a reformatter for each kind.

    Attributes:
        width, height: pixels of the video.
        rotation: degrees clockwise by which a frame is turned to stand upright: 0, 90, 180, 270.
        mirrored: it is mirrored before, left and right.
    """

    width: int
    height: int
    rotation: int = 0
    mirrored: bool = False
    _kinds: dict[tuple[str, int, int], VideoReformatter] = field(default_factory=dict)
    _parts: VideoReformatter = field(default_factory=VideoReformatter)

    def region(self, part: VideoFrame) -> Picture:
        """A region of an upright frame in its own size, uint8 (h, w, 3), B, G, R."""
        kind, how = "bgr24", Interpolation.BILINEAR
        return self._converted(self._parts, part, part.width, part.height, kind, how)

    def picture(
        self, source: VideoFrame, width: int, height: int, kind: str, how: Interpolation
    ) -> Picture:
        """``source`` as an upright picture of ``width`` x ``height`` in pixel format ``kind``."""
        width, height = upright_size(width, height, self.rotation)
        reformatter = self._kinds.setdefault((kind, width, height), VideoReformatter())
        pixels = self._converted(reformatter, source, width, height, kind, how)
        return upright(pixels, self.rotation, self.mirrored)

    def _converted(  # noqa: PLR0913, PLR0917 - what swscale asks for
        self,
        reformatter: VideoReformatter,
        source: VideoFrame,
        width: int,
        height: int,
        kind: str,
        how: Interpolation,
    ) -> Picture:
        guess = source.colorspace == UNSPECIFIED and self.height >= HD_LINES
        converted = reformatter.reformat(
            source,
            width,
            height,
            kind,
            src_colorspace=Colorspace.ITU709 if guess else None,
            interpolation=how,
            threads=1,  # work is spread over chunks, not within a picture
        )
        return np.asarray(converted.to_ndarray(channel_last=True), np.uint8)


@dataclass(frozen=True, slots=True)
class Frame:
    """One decoded picture, with its number and its exact time.

    Its memory belongs to the decoder: keep the pictures made of it, not the frame.

    Attributes:
        number: rank of its pts among all frames of the episode, from 0.
        pts: presentation time in units of the video's time base.
        keyframe: one of the chunk's keyframes, where a scan starts afresh.
        source: the frame as PyAV decoded it, cropped, as stored: neither mirrored nor turned nor
            deinterlaced. Its size may be another than the video's, which is that of the first one.
    """

    number: int
    pts: int
    keyframe: bool
    source: VideoFrame
    _converter: Converter
    _whole: list[Picture] = field(default_factory=list)
    _thumbnail: list[Picture] = field(default_factory=list)

    def shown_at(self, number: int, pts: int) -> Frame:
        """Another frame that shows the same, and isn't a keyframe."""
        return replace(self, number=number, pts=pts, keyframe=False)

    @property
    def damaged(self) -> bool:
        """Whether the decoder had to make up a part of it."""
        return bool(self.source.is_corrupt)

    def bgr(self) -> Picture:
        """uint8 (height, width, 3), B, G, R: the whole frame, upright, in the video's size."""
        c = self._converter
        return c.picture(self.source, c.width, c.height, "bgr24", Interpolation.BILINEAR)

    def crop(self, box: npt.NDArray[np.int32]) -> Picture:
        """The face in a box, cut out as ``core.crops`` does, of the frame in its own size.

        Args:
            box: x, y, w, h in pixels of the video.

        Returns:
            uint8 (CROP_SIZE, CROP_SIZE, 3), B, G, R.
        """
        c = self._converter
        width, height = self.size
        across, down = width / c.width, height / c.height
        own = (box * (across, down, across, down)).tolist()
        return crops.cut_out(self.region(*crops.window(own, width, height)), own, width, height)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of this frame, upright; the first one's are the video's."""
        return upright_size(self.source.width, self.source.height, self._converter.rotation)

    def region(self, left: int, top: int, right: int, bottom: int) -> Picture:
        """uint8 (bottom - top, right - left, 3), B, G, R: a region of the frame in its own size.

        Of 8-bit formats only the region is converted. For formats above 8 bits swscale's chroma
        interpolation depends on the position in the frame, so a copied region would differ: the
        whole frame is converted, once, and cropped. The same goes for turned frames.
        """
        c = self._converter
        if c.rotation or c.mirrored or not _region_can_be_copied(self.source):
            if not self._whole:
                whole = c.picture(self.source, *self.size, "bgr24", Interpolation.BILINEAR)
                self._whole.append(whole)
            return self._whole[0][top:bottom, left:right]
        # Up to four pixels share a sample of colour, and swscale works on sixteen at a time.
        from_x, from_y = left // 16 * 16, top // 16 * 16
        to_x = min(self.source.width, -(-right // 16) * 16)
        to_y = min(self.source.height, -(-bottom // 16) * 16)
        picture = c.region(_copied(self.source, from_x, from_y, to_x, to_y))
        return picture[top - from_y : bottom - from_y, left - from_x : right - from_x]

    def downscaled(self, lines: int, size_divisor: int = 1) -> Picture:
        """The frame reduced, upright, straight from the decoder's planes.

        Args:
            lines: height in pixels; a frame that isn't as high keeps its own.
            size_divisor: height and width become multiples of it, the nearest there are.

        Returns:
            uint8 (h, w, 3), B, G, R: in the frame's aspect ratio, as far as the divisor lets it;
            without one w is even.
        """
        width, height = downscaled_size(
            self._converter.width, self._converter.height, lines, size_divisor
        )
        # AREA averages all that a pixel covers, and costs no more than the quicker-sounding ones
        # (1080p to 540 lines: 3.0 ms, FAST_BILINEAR 3.0 ms, which skips pixels).
        return self._converter.picture(self.source, width, height, "bgr24", Interpolation.AREA)

    def thumbnail(self) -> Picture:
        """uint8 (36, 64, 3), Y, U, V: a tiny picture by which frames are compared.

        Each sample is the mean of the pixels it covers, so that no line of a drawing falls between
        two of them. One swscale pass over the planes, whatever their format: 1.0 ms at 1080p,
        against 2.9 ms and more for cv2.resize on the luma alone. It is made once.
        """
        if not self._thumbnail:
            _fetch(self.source)
            size = THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT
            small = self._converter.picture(self.source, *size, "yuv444p", Interpolation.AREA)
            self._thumbnail.append(small)
        return self._thumbnail[0]


def _fetch(source: VideoFrame) -> None:
    """Read all of a picture but its last lines, so that it comes into the processor's cache.

    swscale goes through it line by line, and waits for memory at each; what reads it in one go
    hardly waits at all. docs/performance.md has the figures.
    """
    for plane in source.planes:
        # The last line of a cropped frame may end before its memory does, by what is cut off.
        np.frombuffer(memoryview(plane), np.uint8)[: -plane.line_size].max(initial=0)


def downscaled_size(width: int, height: int, lines: int, size_divisor: int = 1) -> tuple[int, int]:
    """Width and height of ``Frame.downscaled``: above the frame's by less than half a divisor."""
    new_height = max(1, min(lines, height))
    new_width = max(2, width * new_height // height // 2 * 2)
    if size_divisor == 1:
        return new_width, new_height
    return _nearest(new_width, size_divisor), _nearest(new_height, size_divisor)


def _nearest(length: int, divisor: int) -> int:
    return max(1, round(length / divisor)) * divisor


def _region_can_be_copied(source: VideoFrame) -> bool:
    """Whether the format lets a region be copied out of a frame: three planes, a byte a sample."""
    layout = source.format
    bits = [component.bits for component in layout.components]
    return bits == [8, 8, 8] and len(source.planes) == 3 and not layout.is_rgb


def _copied(source: VideoFrame, left: int, top: int, right: int, bottom: int) -> VideoFrame:
    """A copy of a region of a frame; its edges are multiples of 16 or the frame's."""
    part = VideoFrame(right - left, bottom - top, source.format.name)
    for whole, out in zip(source.planes, part.planes, strict=True):
        x = left * whole.width // source.width
        y = top * whole.height // source.height
        pixels = np.frombuffer(memoryview(whole), np.uint8).reshape(-1, whole.line_size)
        room = np.frombuffer(memoryview(out), np.uint8).reshape(-1, out.line_size)
        room[: out.height, : out.width] = pixels[y : y + out.height, x : x + out.width]
    part.colorspace, part.color_range = source.colorspace, source.color_range
    return part
