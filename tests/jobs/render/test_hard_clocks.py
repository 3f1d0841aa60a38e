"""Files that don't say when their frames are shown, or say it so that readers disagree.

What comes out is compared with ffmpeg's own decode of the file, frame by frame.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import partial
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from eyecatch.jobs.clips.clips import clips as clips_of_scenes
from eyecatch.jobs.clips.manifest import Clip
from eyecatch.jobs.render.render import render
from eyecatch.jobs.render.source import unlabelled
from eyecatch.jobs.review.proxies import Proxies

clips = partial(clips_of_scenes, pad=0, gap=0, min_seconds=0)  # appearances as they are

Make = Callable[..., None]

B_FRAMES = ["-bf", "2", "-g", "12"]
X264 = [
    "-c:v",
    "libx264",
    "-preset",
    "ultrafast",
    "-bf",
    "2",
    "-x264-params",
    "b-adapt=0:keyint=12",
]
MP3 = ["-c:a", "libmp3lame"]


def drawn(seconds: float, tone: int = 440, pattern: str = "testsrc2") -> list[str]:
    """Inputs: frames that differ from each other, and a tone."""
    picture = f"{pattern}=size=96x64:rate=24000/1001:duration={seconds},format=yuv420p"
    return ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", f"sine={tone}:duration={seconds}"]


def coded(*codec: str) -> Make:
    return lambda lab, path: lab.ffmpeg(*drawn(2), *codec, path)


def packed(lab, path: Path) -> None:
    """DivX's way: a packet holds a frame and the one that is shown before it, the next is empty."""
    plain = path.with_name("plain.avi")
    lab.ffmpeg(*drawn(2), "-c:v", "mpeg4", *B_FRAMES, *MP3, plain)
    data = plain.read_bytes()
    body = data.index(b"movi") + 4
    end = body - 4 + struct.unpack("<I", data[body - 8 : body - 4])[0]
    parts = list(riff(data, body, end))
    frames = [part for name, part in parts if name == b"00dc"]
    kinds = [frame[frame.index(b"\0\0\1\xb6") + 4] >> 6 for frame in frames]  # 2 is a B-frame
    others = [place for place, kind in enumerate(kinds) if kind != 2]
    again: list[bytes] = []
    for start, stop in pairwise([*others, len(frames)]):
        group = frames[start:stop]
        empty = [b"\0\0\1\xb6\x51\xf0\0"] if len(group) > 1 else []
        again += [b"".join(group[:2]), *group[2:], *empty]
    head = again[0].index(b"\0\0\1\xb6")
    again[0] = again[0][:head] + b"\0\0\1\xb2DivX503b1393p" + again[0][head:]
    held = iter(zip(again, kinds, strict=True))
    movi, index = b"movi", b""
    for name, part in parts:
        flags = 16
        if name == b"00dc":
            part, kind = next(held)  # noqa: PLW2901
            flags = 0 if kind else 16
        index += name + struct.pack("<III", flags, len(movi), len(part))
        movi += name + struct.pack("<I", len(part)) + part + b"\0" * (len(part) % 2)
    made = data[: body - 12] + b"LIST" + struct.pack("<I", len(movi)) + movi
    made += b"idx1" + struct.pack("<I", len(index)) + index
    path.write_bytes(b"RIFF" + struct.pack("<I", len(made) - 8) + made[8:])


def riff(data: bytes, start: int, stop: int) -> Iterator[tuple[bytes, bytes]]:
    while start + 8 <= stop:
        name, size = struct.unpack("<4sI", data[start : start + 8])
        yield name, data[start + 8 : start + 8 + size]
        start += 8 + size + size % 2


def joined(suffix: str, first: Sequence[str], second: Sequence[str], *codec: str) -> Make:
    """Two recordings, one after the other, as ``cat`` joins them."""

    def make(lab, path: Path) -> None:
        parts = path.with_name(f"a{suffix}"), path.with_name(f"b{suffix}")
        for part, tone, offset in zip(parts, (440, 880), (first, second), strict=True):
            lab.ffmpeg(*drawn(1.5, tone, "testsrc2" if tone == 440 else "testsrc"), *codec,
                       *offset, part)  # fmt: skip
        path.write_bytes(b"".join(part.read_bytes() for part in parts))

    return make


def edited(*edits: tuple[float, float]) -> Make:
    """An MP4 whose edit list shows these parts only, each a start and a length in seconds."""

    def make(lab, path: Path) -> None:
        plain = path.with_name("plain.mp4")
        lab.ffmpeg(*drawn(3), *X264, "-c:a", "aac", plain)
        data = plain.read_bytes()
        place = next(at for name, at, _ in boxes(data, 0, len(data)) if name == b"moov")
        path.write_bytes(data[:place] + with_edits(data[place:], edits))

    return make


def boxes(data: bytes, start: int, stop: int) -> Iterator[tuple[bytes, int, int]]:
    while start < stop:
        size, name = struct.unpack(">I4s", data[start : start + 8])
        yield name, start, start + size
        start += size


def box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), name) + body


def with_edits(moov: bytes, edits: Sequence[tuple[float, float]]) -> bytes:
    """ISO/IEC 14496-12, 8.6.6: lengths on the film's clock, starts on the track's."""
    film = struct.unpack(">I", moov[28:32])[0]
    body = b""
    for name, start, stop in boxes(moov, 8, len(moov)):
        track, kept = moov[start:stop], b""
        if name == b"trak":
            at = track.index(b"mdhd") + 16
            unit = struct.unpack(">I", track[at : at + 4])[0]
            at = track.index(b"elst") + 16
            first = max(0, struct.unpack(">i", track[at : at + 4])[0])
            said = b"".join(
                struct.pack(">IiI", round(length * film), round(begin * unit) + first, 1 << 16)
                for begin, length in edits
            )
            edts = box(b"edts", box(b"elst", struct.pack(">II", 0, len(edits)) + said))
            for part, a, b in boxes(track, 8, len(track)):
                kept += edts if part == b"edts" else track[a:b]
        body += box(name, kept) if name == b"trak" else track
    return box(b"moov", body)


FRAME = 1001 / 24000
NAMES = ["Rei", "Shinji"]

FILES: dict[str, Make] = {
    "mpeg4.avi": coded("-c:v", "mpeg4", *B_FRAMES, *MP3),
    "xvid.avi": coded("-c:v", "libxvid", *B_FRAMES, *MP3),
    "packed.avi": packed,
    "h264.avi": coded(*X264, *MP3),
    "mpeg2.vob": coded("-c:v", "mpeg2video", *B_FRAMES, "-c:a", "ac3"),
    "mpeg1.mpg": coded("-c:v", "mpeg1video", *B_FRAMES, "-r", "24", "-c:a", "mp2"),
    "h264.vob": coded(*X264, "-c:a", "ac3"),
    "falls.ts": joined(".ts", ["-output_ts_offset", "30"], ["-output_ts_offset", "29"], *X264),
    "restarts.ts": joined(".ts", [], [], *X264),
    "wraps.ts": joined(".ts", ["-output_ts_offset", "100"], [], *X264),
    "restarts.vob": joined(".vob", [], [], "-c:v", "mpeg2video", *B_FRAMES, "-c:a", "mp2"),
    "trimmed.mp4": edited((17 * FRAME, 2)),
    "trimmed-on-keyframes.mp4": edited((12 * FRAME, 24 * FRAME)),
    "two-edits.mp4": edited((7 * FRAME, 20 * FRAME), (40 * FRAME, 20 * FRAME)),
}
"""Why each is here: its first frames, or those in its middle, got other times from ffmpeg than from
our decoder; it couldn't be copied; or players showed what is hidden."""


@pytest.fixture(scope="session")
def hard(lab, tmp_path_factory) -> Callable[[str], Path]:
    folder = tmp_path_factory.mktemp("hard")

    def get(name: str) -> Path:
        path = folder / name / name
        if not path.exists():
            path.parent.mkdir()
            FILES[name](lab, path)
        return path

    return get


QUICK = {"packed.avi", "restarts.ts", "trimmed.mp4"}


@pytest.fixture(
    params=[name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in FILES]
)
def episode(request, hard, lab, filled):
    """An episode with two faces, in its first and in its second half."""
    path = hard(request.param)
    count = len(frame_hashes(lab, path))
    faces = [(7, 15), (count - 14, count - 5)]
    known = zip(NAMES, faces, strict=True)
    found = filled(path, *(lab.Face(name, *one, lambda _: (20, 20, 40, 30)) for name, one in known))
    assert found.frames == count
    return path, faces


def frame_hashes(lab, path: Path) -> list[str]:
    lines = lab.hashes(path, "-map", "0:v:0", "-fps_mode", "passthrough", form="framehash")
    return [line.rsplit(",", 1)[1].strip() for line in lines]


def cut_each(tmp_path: Path, **options) -> list[Clip]:
    """Each one's clips by themselves: in a short episode they are on screen at once."""
    asked = {"db": tmp_path / "season.db", "quality": 0, **options}
    done = [clips(name, out=tmp_path / "clips" / name, **asked) for name in NAMES]
    assert [one.faults for one in done] == [(), ()]
    return [clip for one in done for clip in one.clips]


def test_clips_have_exactly_their_frames(episode, lab, tmp_path):
    path, faces = episode
    whole = frame_hashes(lab, path)
    done = cut_each(tmp_path)
    assert [(one.start_frame, one.stop_frame) for one in done] == faces
    for one in done:
        assert frame_hashes(lab, one.file) == whole[one.start_frame : one.stop_frame]
        lengths = [float(b - a) for a, b in pairwise(lab.times(one.file))]
        assert lengths == pytest.approx([FRAME] * len(lengths), abs=0.003)


def test_fast_clips_show_what_players_show(episode, lab, tmp_path):
    path, faces = episode
    whole = frame_hashes(lab, path)
    done = cut_each(tmp_path, fast=True)
    for one, (start, stop) in zip(done, faces, strict=True):
        assert one.start_frame <= start
        assert one.stop_frame >= stop
        assert frame_hashes(lab, one.file) == whole[one.start_frame : one.stop_frame]


def test_a_soft_copy_shows_what_players_show(episode, lab, tmp_path):
    path, faces = episode
    out = render(path.name, db=str(tmp_path / "season.db"), out=tmp_path / "soft.mkv", quality=0)
    assert frame_hashes(lab, out) == frame_hashes(lab, path)
    begin = lab.times(out)
    shown = [any(a <= time < b for a, b in events(lab, out)) for time in begin]
    assert shown == within(faces, len(begin))


def test_burnt_labels_are_on_their_frames(episode, lab, tmp_path):
    path, faces = episode
    options = {"how": "burn", "quality": 0}
    out = render(path.name, db=str(tmp_path / "season.db"), out=tmp_path / "burnt.mkv", **options)
    pairs = zip(frame_hashes(lab, out), frame_hashes(lab, path), strict=True)
    drawn_on = [one != other for one, other in pairs]
    assert drawn_on == within(faces, len(drawn_on))


def events(lab, path: Path) -> list[tuple[Fraction, Fraction]]:
    """When the lines of a file's last subtitle are on screen, in seconds."""
    with av.open(str(path)) as container:
        last = container.streams.subtitles[-1]
        packets = [one for one in container.demux(last) if one.size]
        base = last.time_base
        return [(one.pts * base, (one.pts + one.duration) * base) for one in packets]


def within(faces: Sequence[tuple[int, int]], count: int) -> list[bool]:
    return [any(start <= number < stop for start, stop in faces) for number in range(count)]


@pytest.mark.usefixtures("episode")
def test_a_proxy_shows_each_frame_when_the_page_says(lab, index, tmp_path):
    proxies = Proxies(tmp_path / "proxies")
    (found,) = index.episodes.listed([1])
    proxies.make(unlabelled(index, found))
    proxies.wait()
    assert proxies.fault(found) is None
    clock, unit = index.chunks.frame_times(found.id), found.video.time_base
    said = [one * unit - (found.origin or 0) for one in clock.pts.tolist()]
    off = [float(a - b) for a, b in zip(lab.times(proxies.path(found)), said, strict=True)]
    assert off == pytest.approx([0] * len(off), abs=FRAME / 3)


def test_sound_goes_with_the_pictures_of_its_recording(hard, lab, filled, tmp_path):
    """The second recording has another tone, which begins where its pictures do."""
    path = hard("restarts.ts")
    count = len(frame_hashes(lab, path))
    filled(path, lab.Face("Rei", 3, count, lambda _: (20, 20, 40, 30)))
    out = render(path.name, db=str(tmp_path / "season.db"), out=tmp_path / "soft.mkv")
    with av.open(str(out)) as container:
        frames = [(frame.time, frame.to_ndarray()[0]) for frame in container.decode(audio=0)]
    high = [time for time, wave in frames if np.abs(np.fft.rfft(wave)).argmax() > 14]
    assert min(high) == pytest.approx(count // 2 * FRAME, abs=0.1)
    assert max(high) == pytest.approx(count * FRAME, abs=0.1)
