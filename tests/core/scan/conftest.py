"""Films of discs that move like drawings, and a detector that finds discs."""

from __future__ import annotations

import subprocess
from pathlib import Path

import cv2
import imageio_ffmpeg
import numpy as np
import pytest

from eyecatch.core.detections import Detections

WIDTH, HEIGHT = 320, 180
RED, GREEN = (40, 40, 230), (40, 220, 40)


class Discs:
    """A ``Detector`` of discs in two bright colours; it sees no disc where the picture is white."""

    lines = 90
    size_divisor = 1

    def detect(self, pictures):
        return [self._detect(picture) for picture in pictures]

    def _detect(self, picture):
        boxes = []
        for channel in (1, 2):
            others = np.delete(picture, channel, axis=2).max(axis=2)
            mask = (picture[:, :, channel].astype(int) - others > 60).astype(np.uint8)
            _, _, stats, _ = cv2.connectedComponentsWithStats(mask)
            boxes += [row[:4] for row in stats[1:] if row[4] > 30]
        boxes.sort(key=tuple)
        found = np.array(boxes, np.float32).reshape(-1, 4)
        return Detections(found, np.full(len(found), 0.9, np.float32))


@pytest.fixture
def detector():
    return Discs()


def background(seed):
    """Soft blue-grey shapes, other ones for each seed."""
    rough = np.random.default_rng(seed).integers(0, 140, (5, 8, 1), np.uint8)
    big = cv2.resize(rough, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    return np.repeat(big[:, :, None], 3, axis=2)


def drawing(scene, step):
    """Drawing ``step`` of a scene: a red disc moves right; scene 1 has a green one, which stays."""
    picture = background(scene)
    cv2.circle(picture, (60 + 4 * step, 90), 24, RED, -1, cv2.LINE_AA)
    if scene == 1:
        cv2.circle(picture, (250, 60), 18, GREEN, -1, cv2.LINE_AA)
    return picture


def scenes():
    """108 frames on twos: cuts at 36 and 72, and a flash of two frames at 50."""
    pictures = [drawing(n // 36, n % 36 // 2) for n in range(108)]
    pictures[50] = pictures[51] = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    return pictures


def write(path, pictures, gop):
    """Encode with a keyframe every ``gop`` frames, wherever the cuts are."""
    keys = f"keyint={gop}:min-keyint={gop}:scenecut=0:open-gop=0"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-f", "rawvideo"]
    command += ["-pix_fmt", "bgr24", "-s", f"{WIDTH}x{HEIGHT}", "-r", "24", "-i", "-"]
    command += ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-crf", "16", "-x264-params", keys]
    frames = b"".join(picture.tobytes() for picture in pictures)
    subprocess.run([*command, str(path)], input=frames, check=True, capture_output=True)
    return path


@pytest.fixture(scope="session")
def film(tmp_path_factory) -> Path:
    """``scenes`` with a keyframe every 20 frames."""
    return write(tmp_path_factory.mktemp("film") / "film.mkv", scenes(), 20)


@pytest.fixture(scope="session")
def one_keyframe(tmp_path_factory) -> Path:
    """``scenes`` with no keyframe but the first."""
    return write(tmp_path_factory.mktemp("film") / "one.mkv", scenes(), 250)
