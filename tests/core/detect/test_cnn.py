import numpy as np
import pytest

from eyecatch.core.detect.cnn import WEIGHTS, CnnDetector
from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.detect.multiscale import MultiscaleDetector
from eyecatch.core.detect.registry import load, resolve
from eyecatch.core.detections import iou
from eyecatch.core.errors import ModelError
from eyecatch.core.synthetic.cast import CAST
from eyecatch.core.synthetic.scene import Actor, Shot, play

CNN = DetectorConfig("cnn", lines=360)


def drawn(seed, height=0.3):
    """A frame of 640x360 with two drawn faces, and their boxes."""
    actors = tuple(
        Actor(CAST[(seed + i) % len(CAST)], (x, 0.5), (x, 0.5), height, seed=9)
        for i, x in enumerate((0.28, 0.72))
    )
    (frame,) = play([Shot(1, "park", actors, seed=seed)], (640, 360))
    return frame.picture, np.array([face.box for face in frame.faces], np.float32)


@pytest.fixture(scope="module")
def detector():
    return load(CNN)


def test_the_weights_are_small_and_come_with_the_package():
    assert WEIGHTS.stat().st_size <= 1_000_000
    resolved = resolve(CNN)
    assert resolved.model == str(WEIGHTS)
    assert len(resolved.digest) == 64


def test_every_weight_is_a_number():
    with np.load(WEIGHTS) as arrays:
        assert all(np.isfinite(arrays[name]).all() for name in arrays.files)


@pytest.mark.parametrize("height", [0.12, 0.3, 0.55])
def test_drawn_faces_are_found_where_they_are(detector, height):
    hits, faces, boxes = 0, 0, 0
    for seed in range(7):
        picture, truth = drawn(seed, height)
        (found,) = detector.detect([picture])
        shared = iou(truth, found.boxes)
        hits += int((shared.max(axis=1, initial=0) >= 0.5).sum())
        faces, boxes = faces + len(truth), boxes + len(found)
    assert hits >= 0.8 * faces
    assert hits >= 0.8 * boxes


def test_both_ways_to_run_give_the_same_boxes():
    detector = CnnDetector(resolve(CNN), device="cpu")
    compiled = CnnDetector(resolve(CNN), device="gpu")  # on a CPU, where there is no GPU
    pictures = [drawn(seed)[0] for seed in range(3)] + [drawn(5)[0][40:240, 100:400]]
    for one, other in zip(detector.detect(pictures), compiled.detect(pictures), strict=True):
        assert len(one) == len(other) > 0
        assert one.boxes == pytest.approx(other.boxes, abs=0.1)
        assert one.scores == pytest.approx(other.scores, abs=1e-3)


def test_pictures_without_faces_have_none(detector):
    chance = np.random.default_rng(0)
    flat = np.full((360, 640, 3), (180, 120, 60), np.uint8)
    rising = np.tile(np.linspace(0, 255, 640).astype(np.uint8)[None, :, None], (360, 1, 3))
    noise = chance.integers(0, 256, (360, 640, 3), np.uint8)
    assert [len(found) for found in detector.detect([flat, rising, noise])] == [0, 0, 0]


def test_several_views_find_the_same_faces():
    views = MultiscaleDetector(CnnDetector(CNN, min_score=0.05), min_score=0.3)
    picture, truth = drawn(2)
    found = views.detect([picture, np.zeros((0, 9, 3), np.uint8)])
    assert [len(one) for one in found] == [len(truth), 0]
    assert (iou(truth, found[0].boxes).max(axis=1) >= 0.5).all()


@pytest.mark.parametrize("content", [b"", b"no weights", None, "npz"])
def test_a_file_that_is_no_weights_is_said_so(tmp_path, content):
    path = tmp_path / "weights.npz"
    if content == "npz":
        np.savez(path, something=np.zeros(3))
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError, match="weights"):
        load(DetectorConfig("cnn", model=str(path)))


def test_an_answer_that_is_no_number_is_an_error(tmp_path):
    with np.load(WEIGHTS) as file:
        arrays = dict(file)
    arrays["w001"] = np.full_like(arrays["w001"], 3e38)
    path = tmp_path / "weights.npz"
    np.savez(path, **arrays)
    broken = CnnDetector(DetectorConfig("cnn", model=str(path)), device="gpu")
    with pytest.raises(ModelError, match="no number"):
        broken.detect([drawn(0)[0]])


def test_another_file_than_expected_is_refused():
    with pytest.raises(ModelError, match="expected the detector"):
        load(DetectorConfig("cnn", digest="0" * 64))
