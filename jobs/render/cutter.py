"""One clip of an episode: exact to the frame, or copied between keyframes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ffmpeg
import numpy as np

from eyecatch.core.errors import MediaError
from eyecatch.core.video.container_layout import Stream, container_of, unsupported
from eyecatch.core.video.copy_cut import copy_part
from eyecatch.core.video.exact_cut import Cut, count_frames
from eyecatch.core.video.ffmpeg import named, run
from eyecatch.core.video.made import LABELS
from eyecatch.core.video.stream_copies import can_copy
from eyecatch.jobs.render.ass import track
from eyecatch.jobs.render.burn import ass_filter
from eyecatch.jobs.render.clip_subtitles import TextSubtitle, text_subtitles
from eyecatch.jobs.render.encoders import find_encoder, video_options
from eyecatch.jobs.render.labels import moments, within
from eyecatch.jobs.render.options import EncodingOptions
from eyecatch.jobs.render.played import played
from eyecatch.jobs.render.source import Source

SOUND = {"c:a": "aac", "b:a": "192k"}
"""Sound is encoded anew, to begin and end with the sample; 192 kbit/s is transparent for AAC."""


@dataclass(frozen=True, slots=True)
class Span:
    """Frames of a clip, half-open, and the confidence of the surest range in it."""

    start: int
    stop: int
    confidence: float


@dataclass(frozen=True)
class Cutter:
    """Cuts clips out of one episode.

    Attributes:
        source: the episode.
        labels: ``none``, ``soft`` or ``burn``.
        fast: copy from keyframe to keyframe.
        encoding: how pictures are encoded.
    """

    source: Source
    labels: str = "none"
    fast: bool = False
    encoding: EncodingOptions = field(default_factory=EncodingOptions)

    @property
    def suffix(self) -> str:
        """``.mp4`` where that holds all that goes into a clip, else ``.mkv``."""
        layout = self.source.layout
        if self.labels == "soft":
            return ".mkv"
        if self.fast:
            return ".mkv" if unsupported(layout.of("video", "audio", "subtitle"), "mp4") else ".mp4"
        return ".mkv" if any(one.text for one in layout.of("subtitle")) else ".mp4"

    @cached_property
    def played(self) -> Source:
        """The episode as ffmpeg is to read it."""
        return played(self.source, packets=self.fast)

    def release(self) -> None:
        """Let go of the copy that was made of its file, if one was; it is made again if needed."""
        self.__dict__.pop("played", None)

    def cut(self, span: Span) -> Cut:
        """The frames of a span."""
        clock = self.played.clock
        start, stop = clock.starts(span.start), clock.starts(span.stop)
        return Cut(self.played.video, start, stop, span.stop - span.start)

    def write(self, span: Span, path: Path, title: str) -> Span:
        """Write a clip.

        Args:
            span: its frames.
            path: the file.
            title: what players show.

        Returns:
            The frames it has, which are more where it is copied.

        Raises:
            MediaError: the source can't be read, or not so that the right frames come of it.
        """
        with TemporaryDirectory(prefix="eyecatch-") as name:
            if self.fast and self.played.copyable and can_copy(self.played.video.codec):
                return self._copied(span, path, title, Path(name))
            for seek in (True, False):
                self._exact(span, path, title, Path(name), seek=seek)
                if count_frames(path) == span.stop - span.start:
                    return span
        problem = f"its frames {span.start} to {span.stop - 1} can't be cut out exactly"
        raise MediaError(str(self.source.video.path), problem, "index it again")

    def _exact(self, span: Span, path: Path, title: str, folder: Path, *, seek: bool) -> None:
        source, cut = self.played, self.cut(span)
        opened = cut.opened(source.layout.start, seek=seek)
        sounds = source.layout.of("audio")
        streams = [opened[str(source.video.stream)], *(opened[str(one.index)] for one in sounds)]
        filters = cut.video_filter
        if self.labels == "burn":
            self.script(span).save(str(folder / "labels.ass"))
            filters += f",{ass_filter(folder)}"
        chosen = find_encoder(self.encoding, source.video.pixel_format)
        options = video_options(source.video, chosen, 0, filters) | SOUND
        options |= {f"filter:a:{place}": cut.sound_filter for place in range(len(sounds))}
        texts, more = self._texts(span, folder)
        fonts = [opened[str(one.index)] for one in self._fonts(path)]
        self._run([*streams, *texts, *fonts], options | more, path, title, folder)

    def _copied(self, span: Span, path: Path, title: str, folder: Path) -> Span:
        source = self.played
        first, last = copy_part(self.cut(span), folder / "part.mkv", "matroska")
        start, final = np.searchsorted(source.clock.pts, [first, last]).tolist()
        copied = replace(span, start=start, stop=final + 1)
        part = ffmpeg.input("part.mkv")
        texts, more = self._labels(copied, folder, len(source.layout.of("subtitle")))
        streams = [part["v"], part["a?"], part["s?"], *texts]
        streams += [part["t?"]] if self._fonts(path) else []
        text = {"c:s": "mov_text"} if path.suffix == ".mp4" else {}
        self._run(streams, {"c": "copy", **text, **more}, path, title, folder)
        return copied

    def _run(
        self, streams: list[Any], options: dict[str, Any], path: Path, title: str, folder: Path
    ) -> None:
        fixed: dict[str, Any] = {
            "f": container_of(path),
            "map_chapters": -1,
            "metadata": f"title={title}",
        }
        if path.suffix == ".mp4":
            fixed["movflags"] = "+faststart"
        given = fixed | options
        lists = {key: given.pop(key) for key in [*given] if isinstance(given[key], list)}
        more = [word for key, each in lists.items() for one in each for word in (f"-{key}", one)]
        output = ffmpeg.output(*streams, named(path), **given)
        run(output, self.source.video.path, *more, folder=folder)

    def script(self, span: Span) -> Any:  # noqa: ANN401 - pysubs2.SSAFile
        """The labels of a span as an ASS script that begins with it."""
        source, video = self.played, self.played.video
        shown = within(source.labels, span.start, span.stop)
        pts = source.clock.pts[span.start : span.stop]
        begin = float(pts[0] * video.time_base)
        when = moments(pts, source.clock.starts(span.stop), video.time_base, begin)
        title = source.episode.title
        return track(shown, when, video.width, video.height, title, source.colours)

    def _texts(self, span: Span, folder: Path) -> tuple[list[Any], dict[str, Any]]:
        """Subtitles as inputs, and the options that go with them."""
        cut, start = self.cut(span), self.played.layout.start
        inputs: list[Any] = []
        options: dict[str, Any] = {"c:s": "copy", "c:t": "copy"}
        for place, one in enumerate(self._subtitles):
            name = f"subtitle{place}{one.suffix}"
            begin = cut.begin - Fraction(start)
            text = one.part(begin, begin + cut.seconds)
            (folder / name).write_text(text, encoding="utf-8", errors="surrogateescape")
            # The format is said, for a clip in which nobody speaks has an empty file.
            inputs.append(ffmpeg.input(name, f=one.suffix[1:]))
            about = {"language": one.stream.language or "und", "title": one.stream.title}
            options[f"metadata:s:s:{place}"] = [f"{key}={about[key]}" for key in about]
            options[f"disposition:s:{place}"] = "default" if one.stream.default else "0"
        texts, more = self._labels(span, folder, len(inputs))
        return inputs + texts, options | more

    def _labels(self, span: Span, folder: Path, place: int) -> tuple[list[Any], dict[str, Any]]:
        if self.labels != "soft":
            return [], {}
        self.script(span).save(str(folder / "labels.ass"))
        options = {f"metadata:s:s:{place}": f"title={LABELS}", f"disposition:s:{place}": "default"}
        return [ffmpeg.input("labels.ass")], options

    def _fonts(self, path: Path) -> list[Stream]:
        """What is attached to the episode and goes into a clip: fonts, for a Matroska file."""
        return self.played.layout.of("attachment") if path.suffix == ".mkv" else []

    @cached_property
    def _subtitles(self) -> list[TextSubtitle]:
        return text_subtitles(self.played)
