"""What is promised of an annotated episode, on real files of every awkward kind."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from eyecatch.jobs.render.render import render_episode

X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "12", "-g", "24"]
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
}
"""Videos of nothing but grey, by name: frames a second, and how they are encoded."""


@pytest.fixture(params=PLAIN)
def plain(request, lab, tmp_path: Path) -> Path:
    rate, options = PLAIN[request.param]
    path, straight = tmp_path / request.param, tmp_path / f"straight-{request.param}"
    lab.ffmpeg("-f", "lavfi", "-i", f"color=0x505050:s=320x180:r={rate}:d=2.5", *options, straight)
    turn = ["-display_rotation", 90] if path.stem == "turned" else ["-copyts"]
    lab.ffmpeg(*turn, "-i", straight, "-c", "copy", path)
    return path


def boxes_seen(picture: np.ndarray) -> np.ndarray | None:
    """x, y, w, h of what is drawn in colour on grey, without the name; None for nothing."""
    spread = picture.max(axis=2).astype(int) - picture.min(axis=2)
    drawn = np.abs(spread) > 40
    if not drawn.any():
        return None
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    return np.array([columns[0], rows[0], columns[-1] + 1 - columns[0], rows[-1] + 1 - rows[0]])


def expected(face, number: int) -> np.ndarray | None:
    return np.array(face.place(number)) if face.start <= number < face.stop else None


def same(seen: np.ndarray | None, wanted: np.ndarray | None) -> bool:
    if seen is None or wanted is None:
        return seen is wanted
    edges = [np.concatenate([box[:2], box[:2] + box[2:]]) for box in (seen, wanted)]
    return bool(np.abs(edges[0] - edges[1]).max() <= 2)


def moving(number: int) -> tuple[int, int, int, int]:
    """At the top of the picture, where the name is inside the box and doesn't widen it."""
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
