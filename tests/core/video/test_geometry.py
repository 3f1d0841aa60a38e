"""What is seen of a video is what ffmpeg shows of it: all eight orientations, and crops."""

from __future__ import annotations

import subprocess

import cv2
import numpy as np
import pytest
from av.video.frame import VideoFrame

from eyecatch.core.video.decode import decode
from eyecatch.core.video.ffmpeg import program
from eyecatch.core.video.geometry import Cropper
from eyecatch.core.video.plan import plan
from eyecatch.core.video.probe import probe

TURNED = [0, 90, 180, 270]
FLIPPED = [(), ("-display_hflip",)]
"""Four turns, each as it is and mirrored, are the eight orientations."""

COLOUR = [
    "-vf",
    "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709",
    "-chroma_sample_location",
    "left",
]


@pytest.fixture(scope="module")
def plain(run_ffmpeg, tmp_path_factory):
    """A pattern that no orientation leaves as it is, in both containers, by suffix."""
    folder = tmp_path_factory.mktemp("geometry")
    found = {}
    for suffix in (".mp4", ".mkv"):
        found[suffix] = folder / f"plain{suffix}"
        source = ["-f", "lavfi", "-i", "testsrc=size=160x96:rate=24", "-frames:v", "2"]
        code = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-crf", "10", *COLOUR]
        run_ffmpeg(*source, *code, found[suffix])
    return found


def shown(path, number=0):
    """A frame as the ffmpeg program shows it: int (h, w, 3) B, G, R."""
    command = [program(), "-v", "error", "-i", str(path), "-f", "rawvideo", "-pix_fmt", "bgr24"]
    data = subprocess.run([*command, "-"], check=True, capture_output=True).stdout
    video = probe(path)
    frames = np.frombuffer(data, np.uint8).reshape(-1, video.height, video.width, 3)
    return frames[number].astype(int)


def first(path):
    video = probe(path)
    return video, next(iter(decode(video, plan(video).chunks[0])))


def check_shown(path):
    video, frame = first(path)
    wanted = shown(path)
    assert frame.size == (video.width, video.height)
    assert np.abs(frame.bgr() - wanted).mean() < 4
    left, top, right, bottom = 17, 21, 61, 53
    part = frame.region(left, top, right, bottom)
    assert np.abs(part - wanted[top:bottom, left:right]).mean() < 6
    small = frame.downscaled(video.height // 4).astype(int)
    area = cv2.resize(wanted.astype(np.float32), small.shape[1::-1], interpolation=cv2.INTER_AREA)
    assert np.abs(small - area).mean() < 16
    assert frame.thumbnail().shape == (36, 64, 3)
    return video


@pytest.mark.parametrize("flip", FLIPPED, ids=["as it is", "mirrored"])
@pytest.mark.parametrize("turn", TURNED)
@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_every_orientation_is_that_of_ffmpeg(plain, run_ffmpeg, tmp_path, suffix, turn, flip):
    path = tmp_path / f"held{suffix}"
    run_ffmpeg("-display_rotation", turn, *flip, "-i", plain[suffix], "-c", "copy", path)
    video = check_shown(path)
    assert (video.width, video.height) == ((96, 160) if turn in {90, 270} else (160, 96))


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
@pytest.mark.parametrize("crop", [(16, 8, 32, 4), (0, 0, 0, 16), (3, 5, 7, 9), (64, 0, 0, 0)])
def test_a_container_crops_as_in_ffmpeg(plain, crop_by_container, tmp_path, suffix, crop):
    path = tmp_path / f"cropped{suffix}"
    path.write_bytes(plain[suffix].read_bytes())
    crop_by_container(path, crop)
    assert check_shown(path).crop == crop


@pytest.mark.parametrize("flip", FLIPPED, ids=["as it is", "mirrored"])
@pytest.mark.parametrize("turn", TURNED)
def test_a_cropped_video_is_turned_too(plain, run_ffmpeg, crop_by_container, tmp_path, turn, flip):
    path = tmp_path / "held.mp4"
    run_ffmpeg("-display_rotation", turn, *flip, "-i", plain[".mp4"], "-c", "copy", path)
    crop_by_container(path, (16, 8, 32, 4))
    check_shown(path)


def test_a_crop_that_leaves_nothing_of_a_later_frame_is_not_made():
    """FFmpeg refuses a file whose first frame it would be; a later one may be smaller."""
    frame = VideoFrame(64, 48, "yuv420p")
    assert Cropper((40, 0, 40, 0))(frame) is frame
    assert Cropper((20, 0, 20, 0))(frame).width == 24


def test_side_data_that_pyav_does_not_know_does_no_harm(tmp_path):
    """Exchangeable image data of a camera's Motion JPEG: a turn by 90 degrees clockwise."""
    tags = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"
    app1 = b"\xff\xe1" + (len(tags) + 2).to_bytes(2, "big") + tags
    picture = cv2.imencode(".jpg", np.zeros((64, 96, 3), np.uint8))[1].tobytes()
    stills = tmp_path / "stills.mjpeg"
    stills.write_bytes((picture[:2] + app1 + picture[2:]) * 3)
    path = tmp_path / "camera.avi"
    command = [program(), "-v", "error", "-f", "mjpeg", "-i", str(stills), "-c", "copy", str(path)]
    subprocess.run(command, check=True, capture_output=True)
    video = probe(path)
    assert (video.width, video.height, video.rotation) == (64, 96, 90)
    assert first(path)[1].bgr().shape == (96, 64, 3)
