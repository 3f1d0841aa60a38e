"""What is promised of an annotated episode, on real files of every awkward kind."""

from __future__ import annotations

import os
import sys
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import av
import ffmpeg
import numpy as np
import pysubs2
import pytest

from eyecatch.core.errors import MediaError, RequestError
from eyecatch.core.video.ffmpeg import run
from eyecatch.jobs.render.cutter import Cutter, Span
from eyecatch.jobs.render.render import render, render_episode
from eyecatch.jobs.render.source import source

X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "12", "-g", "24"]
COLOUR = [
    "-vf", "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709",
    "-chroma_sample_location", "left",
]  # fmt: skip
THIRDS = ["-vf", "select='eq(mod(n,5),0)+eq(mod(n,3),1)'", "-fps_mode", "vfr"]

PLAIN = {
    "film.mkv": ("24000/1001", X264),
    "film.mp4": ("24000/1001", X264),
    "sixty.mkv": ("60000/1001", X264),
    "uneven.mkv": ("30", [*THIRDS, *X264]),
    "late.ts": ("25", [*X264, "-output_ts_offset", "44444.4"]),
    "late.mkv": ("25", [*X264, "-output_ts_offset", "0.5"]),
    "wide.mkv": ("24", ["-vf", "setsar=32/27", *X264]),
    "deep.mkv": ("24", [*X264, "-pix_fmt", "yuv420p10le"]),
    "turned.mp4": ("24", X264),
    "mirrored.mp4": ("24", X264),
    "mirrored.mkv": ("24", X264),
    "cropped.mkv": ("24", [*COLOUR, *X264]),
    "cropped.mp4": ("24", X264),
}
"""Videos of nothing but grey, by name: frames a second, and how they are encoded."""

HELD = {
    "turned": ["-display_rotation", 90],
    "mirrored": ["-display_rotation", 90, "-display_hflip"],
}


@pytest.fixture(params=PLAIN)
def plain(request, lab, crop_by_container, tmp_path: Path) -> Path:
    rate, options = PLAIN[request.param]
    path, straight = tmp_path / request.param, tmp_path / f"straight-{request.param}"
    lab.ffmpeg("-f", "lavfi", "-i", f"color=0x505050:s=320x180:r={rate}:d=2.5", *options, straight)
    lab.ffmpeg(*HELD.get(path.stem, ["-copyts"]), "-i", straight, "-c", "copy", path)
    if path.stem == "cropped":
        crop_by_container(path, (8, 4, 12, 6))
    return path


def boxes_seen(picture: np.ndarray) -> np.ndarray | None:
    """x, y, w, h of what is drawn in colour on grey; None for nothing."""
    spread = picture.max(axis=2).astype(int) - picture.min(axis=2)
    drawn = np.abs(spread) > 40
    if not drawn.any():
        return None
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    return np.array([columns[0], rows[0], columns[-1] + 1 - columns[0], rows[-1] + 1 - rows[0]])


TAG = 19
"""Height of a name's tag on these small videos; it is narrower than the faces."""


def expected(face, number: int) -> np.ndarray | None:
    """The box and, below it, its name."""
    below = (0, 0, 0, TAG)
    return np.array(face.place(number)) + below if face.start <= number < face.stop else None


def same(seen: np.ndarray | None, wanted: np.ndarray | None) -> bool:
    if seen is None or wanted is None:
        return seen is wanted
    edges = [np.concatenate([box[:2], box[:2] + box[2:]]) for box in (seen, wanted)]
    return bool(np.abs(edges[0] - edges[1]).max() <= 2)


def moving(number: int) -> tuple[int, int, int, int]:
    """At the top of the picture, where the name is below the box."""
    return (40 + number // 2 * 2, 2, 100, 90)


def check_boxes(lab, path: Path, face) -> None:
    found = [boxes_seen(picture) for picture in lab.pictures(path)]
    assert [n for n, seen in enumerate(found) if not same(seen, expected(face, n))] == []


def burnt_name(plain: Path) -> str:
    return f"burnt{'.mkv' if plain.suffix == '.ts' else plain.suffix}"


def test_burning_draws_on_its_frames_only_and_keeps_the_rest(plain, lab, index, filled, tmp_path):
    face = lab.Face("Hiei", 11, 28, moving)
    episode = filled(plain, face)
    out = render_episode(index, episode.id, how="burn", out=tmp_path / burnt_name(plain))
    check_boxes(lab, out, face)
    with av.open(str(plain)) as before, av.open(str(out)) as after:
        a, b = before.streams.video[0], after.streams.video[0]
        assert b.sample_aspect_ratio == a.sample_aspect_ratio
        assert b.codec_context.pix_fmt == a.codec_context.pix_fmt
    height, width = lab.pictures(out)[0].shape[:2]
    assert (width, height) == (episode.video.width, episode.video.height)
    moved = [abs(x - y) for x, y in zip(lab.times(plain), lab.times(out), strict=True)]
    assert max(moved) <= (Fraction(1, 2000) if plain.suffix == ".ts" else 0)  # mkv rounds to ms


def test_a_soft_track_shows_on_its_frames_only_and_the_rest_is_copied(
    plain, lab, index, filled, tmp_path
):
    face = lab.Face("Hiei", 11, 28, moving)
    episode = filled(plain, face)
    out = render_episode(index, episode.id, out=tmp_path / "soft.mkv")
    check_boxes(lab, lab.shown(out), face)
    if plain.suffix != ".ts":  # whose H.264 is framed in another way
        assert lab.hashes(out)[:1] == lab.hashes(plain)[:1]


@pytest.mark.parametrize("sizes", [("320x180", "240x180"), ("240x180", "320x180")])
def test_a_box_stays_on_its_face_when_the_picture_changes_its_size(
    sizes, lab, index, filled, tmp_path
):
    path = tmp_path / "sizes.ts"
    for place, size in enumerate(sizes):
        part, grey = tmp_path / f"{place}.ts", f"color=0x505050:s={size}:r=24:d=1"
        lab.ffmpeg("-f", "lavfi", "-i", grey, *X264, "-bf", 0, "-output_ts_offset", place, part)
        path.write_bytes((path.read_bytes() if place else b"") + part.read_bytes())
    face = lab.Face("Hiei", 11, 40, lambda _: (60, 2, 100, 90))
    episode = filled(path, face)
    width, height = episode.video.width, episode.video.height
    assert f"{width}x{height}" == sizes[0]
    out = render_episode(index, episode.id, how="burn", out=tmp_path / "burnt.mkv")
    pictures = lab.pictures(out)
    assert {one.shape for one in pictures} == {(height, width, 3)}
    check_boxes(lab, out, face)
    clip = tmp_path / "clip.mp4"
    cutter = Cutter(source(index, episode), labels="burn")
    assert cutter.write(Span(28, 44, 1.0), clip, "the second part") == Span(28, 44, 1.0)
    assert lab.pictures(clip)[0].shape == (height, width, 3)
    check_boxes(lab, clip, lab.Face("Hiei", 0, 12, face.place))


@pytest.fixture
def rich(lab, tmp_path: Path) -> Path:
    """Two sounds, a subtitle, chapters, a font and cover art, with flags that are not the usual."""
    said, chapters, font = tmp_path / "s.srt", tmp_path / "c.txt", tmp_path / "odd.ttf"
    said.write_text("1\n00:00:00,500 --> 00:00:01,500\nHello\n")
    chapters.write_text(
        ";FFMETADATA1\ntitle=Ep\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=900\ntitle=Opening\n"
    )
    font.write_bytes(b"no font, but nobody reads it")
    cover = tmp_path / "cover.png"
    lab.ffmpeg("-f", "lavfi", "-i", "color=red:s=64x64", "-frames:v", 1, cover)
    path = tmp_path / "rich.mkv"
    grey = ["-f", "lavfi", "-i", "color=0x505050:s=320x180:r=24000/1001:d=2"]
    tones = ["-f", "lavfi", "-i", "sine=440:d=2", "-f", "lavfi", "-i", "sine=880:d=2"]
    maps = [part for k in range(4) for part in ("-map", k)]
    flags = ["-disposition:a:0", 0, "-disposition:a:1", "default", "-disposition:s:0", "forced"]
    attach = ["-attach", font, "-metadata:s:t:0", "mimetype=font/ttf", "-attach", cover]
    more = ["-metadata:s:t:1", "mimetype=image/png", "-metadata:s:a:0", "language=jpn"]
    lab.ffmpeg(*grey, *tones, "-i", said, "-i", chapters, *maps, "-map_metadata", 4, *X264,
               "-c:a", "aac", "-c:s", "srt", *flags, *attach, *more, path)  # fmt: skip
    return path


def told(path: Path) -> list[tuple[object, ...]]:
    """What a file says of its streams, tracks first; the names of tools aside."""
    with av.open(str(path)) as container:
        streams = [
            (one.type, one.language, int(one.disposition), one.metadata.get("filename"))
            for one in container.streams
        ]
        chapters = [(one["start"], one["end"], one["metadata"]) for one in container.chapters()]
        return [*sorted(map(str, streams)), container.metadata.get("title"), *map(str, chapters)]


def test_a_soft_track_is_all_that_is_new(rich, lab, index, filled, tmp_path):
    episode = filled(rich, lab.Face("Hiei", 3, 9, moving))
    out = render_episode(index, episode.id, out=tmp_path / "soft.mkv")
    before, after = lab.hashes(rich), lab.hashes(out)
    assert [one for one in after if one not in before] == [after[4]]
    assert [one for one in after if one in before] == before
    assert [one for one in told(out) if "'subtitle'" not in one] == [
        one for one in told(rich) if "'subtitle'" not in one
    ]
    assert dumped(lab, out) == dumped(lab, rich)


def dumped(lab, path: Path) -> bytes:
    target = path.with_suffix(".dumped")
    with av.open(str(path)) as container:
        font = next(one for one in container.streams if one.type == "attachment")
        target.write_bytes(font.data)
    return target.read_bytes()


@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
def test_burning_copies_sound_and_keeps_the_rest(rich, lab, index, filled, tmp_path, suffix):
    episode = filled(rich, lab.Face("Hiei", 3, 9, moving))
    out = render_episode(index, episode.id, how="burn", out=tmp_path / f"burnt{suffix}")
    sound = ["-map", "0:a", "-c", "copy"]
    assert lab.hashes(out, *sound) == lab.hashes(rich, *sound)
    with av.open(str(out)) as container:
        assert len(container.streams.subtitles) == 1
        assert [one["metadata"]["title"] for one in container.chapters()] == ["Opening"]


def test_colour_tags_are_kept(lab, index, filled, tmp_path):
    path = tmp_path / "tagged.mkv"
    tags = ["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"]
    place = ["-color_range", "tv", "-chroma_sample_location", "left"]
    source = "color=0x505050:s=320x180:r=24:d=1,setparams=colorspace=bt709:range=tv"
    lab.ffmpeg("-f", "lavfi", "-i", source, *X264, *tags, *place, path)
    out = render_episode(index, filled(path, lab.Face("Hiei", 3, 9, moving)).id, how="burn",
                         out=tmp_path / "out.mkv")  # fmt: skip
    assert colours(out) == colours(path)


def colours(path: Path) -> tuple[int, ...]:
    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        return (context.colorspace, context.color_primaries, context.color_trc, context.color_range)


def test_parts_join_to_the_same_frames(rich, lab, index, tmp_path, monkeypatch):
    """As on Ray, with each part encoded in this process; Ray itself only hands parts out."""
    face = lab.Face("Hiei", 3, 40, moving)
    episode = lab.fill(index, rich, [face], chunk_seconds=0.5)
    assert len(index.chunks.ranges(episode.id)) > 1
    here = SimpleNamespace(in_parallel=map)
    monkeypatch.setitem(sys.modules, "eyecatch.jobs.runners.ray", here)
    out = render_episode(index, episode.id, how="burn", runner="ray", out=tmp_path / "out.mkv")
    check_boxes(lab, out, face)
    assert lab.times(out) == lab.times(rich)
    assert told(out) == told(rich)


def test_a_script_can_be_had_alone(rich, lab, index, filled, tmp_path):
    episode = filled(rich, lab.Face("Hiei", 3, 9, moving))
    out = render_episode(index, episode.id, out=tmp_path / "labels.ass")
    assert len(pysubs2.load(str(out)).events) == 2 * 4  # held for two frames: 3, 4-5, 6-7, 8


def test_what_is_there_is_kept_unless_forced(rich, lab, index, filled, tmp_path):
    episode = filled(rich, lab.Face("Hiei", 3, 9, moving))
    out = tmp_path / "soft.mkv"
    out.write_bytes(b"mine")
    with pytest.raises(RequestError, match="exists already"):
        render_episode(index, episode.id, out=out)
    assert out.read_bytes() == b"mine"
    render_episode(index, episode.id, out=out, force=True)
    assert out.stat().st_size > 4
    with pytest.raises(RequestError, match="the episode itself"):
        render_episode(index, episode.id, out=rich, force=True)


def test_a_moved_source_is_told_by_its_hash(rich, lab, index, filled, tmp_path):
    episode = filled(rich, lab.Face("Hiei", 3, 9, moving))
    os.utime(rich, (1, 1))  # copied back, say: another time, the same content
    render_episode(index, episode.id, out=tmp_path / "soft.mkv")
    rich.write_bytes(rich.read_bytes()[:-1])
    with pytest.raises(MediaError, match="changed since it was indexed"):
        render_episode(index, episode.id, out=tmp_path / "again.mkv")
    rich.unlink()
    with pytest.raises(MediaError, match="not there any more"):
        render_episode(index, episode.id, out=tmp_path / "again.mkv")
    assert not list(tmp_path.glob("*again*"))


def test_bad_wishes_are_told(rich, lab, index, filled, tmp_path):
    episode = filled(rich, lab.Face("Hiei", 3, 9, moving))
    with pytest.raises(RequestError, match="ASS"):
        render_episode(index, episode.id, out=tmp_path / "x.mp4")
    with pytest.raises(RequestError, match="no video is written"):
        render_episode(index, episode.id, how="burn", out=tmp_path / "x.txt")
    with pytest.raises(RequestError, match="no encoder"):
        render_episode(index, episode.id, how="burn", encoder="best", out=tmp_path / "x.mkv")
    with pytest.raises(RequestError, match=r"rich\.mkv"):
        render("rihc", db=str(tmp_path / "season.db"))


def test_an_episode_without_a_face_is_told(rich, index, filled, tmp_path):
    with pytest.raises(RequestError, match="no face was found"):
        render_episode(index, filled(rich).id, out=tmp_path / "x.mkv")


def test_what_a_container_cannot_hold_is_told(lab, index, filled, tmp_path):
    path = tmp_path / "pcm.mkv"
    grey = ["-f", "lavfi", "-i", "color=0x505050:s=320x180:r=24:d=1"]
    lab.ffmpeg(*grey, "-f", "lavfi", "-i", "sine=440:d=1", *X264, "-c:a", "wmav2", path)
    episode = filled(path, lab.Face("Hiei", 3, 9, moving))
    with pytest.raises(MediaError, match=r"wmav2.*no room in mp4"):
        render_episode(index, episode.id, how="burn", out=tmp_path / "x.mp4")
    assert not (tmp_path / "x.mp4").exists()


def test_a_full_disk_is_told_and_leaves_nothing(rich, lab):
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    output = ffmpeg.input(str(rich)).output(str(full), f="matroska", c="copy")
    with pytest.raises(MediaError, match="disk is full"):
        run(output, rich)
