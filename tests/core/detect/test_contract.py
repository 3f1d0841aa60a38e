"""What holds for every detector of the registry; one that needs a file has it in ``FILES``."""

import numpy as np
import pytest

from eyecatch.core.detect.base import detect_downscaled
from eyecatch.core.detect.cascade import CascadeConfig
from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.detect.registry import load, names, resolve

FILES = {"cascade": ("haar", "anime")}
"""Fixtures with the files of a detector that brings none."""

CONFIGS = [
    (name, file, multiscale)
    for name in names()
    for file in FILES.get(name, ("",))
    for multiscale in (False, True)
]


@pytest.fixture(params=CONFIGS, ids=lambda config: " ".join(map(str, config)))
def detector(request):
    name, file, multiscale = request.param
    config = DetectorConfig(name, lines=180)
    if name == "cascade":  # quicker, and surer to find something
        path = str(request.getfixturevalue(file))
        config = CascadeConfig(path, lines=180, neighbours=1, scale=1.3)
    return load(config, multiscale)


@pytest.mark.parametrize("name", names())
def test_its_scans_bear_its_name(name, request):
    config = DetectorConfig(name)
    for file in FILES.get(name, ())[:1]:
        config = DetectorConfig(name, str(request.getfixturevalue(file)))
    assert resolve(config).name == name


def noise(height, width, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


@pytest.mark.parametrize("shape", [(0, 0), (0, 64), (64, 0), (1, 1), (1, 300), (7, 5)])
def test_a_picture_too_small_for_a_face_has_none(detector, shape):
    (found,) = detector.detect([np.zeros((*shape, 3), np.uint8)])
    assert len(found) == 0
    (found,) = detect_downscaled(detector, [np.zeros((*shape, 3), np.uint8)])
    assert len(found) == 0


@pytest.mark.parametrize("shape", [(300, 20000), (180, 320), (400, 90)])
def test_boxes_lie_inside_the_picture_and_scores_fall(detector, shape):
    picture = np.zeros((*shape, 3), np.uint8)
    picture[:, -400:] = noise(*shape)[:, -400:]
    (found,) = detector.detect([picture])
    assert found.boxes.dtype == found.scores.dtype == np.float32
    assert (found.boxes[:, :2] >= 0).all()
    assert (found.boxes[:, 2:] > 0).all()
    assert (found.boxes[:, :2] + found.boxes[:, 2:] <= [shape[1], shape[0]]).all()
    assert ((found.scores > 0) & (found.scores <= 1)).all()
    assert (np.diff(found.scores) <= 0).all()


def test_one_by_one_is_as_all_at_once(detector):
    pictures = [noise(180, 320, 1), np.zeros((0, 0, 3), np.uint8), noise(120, 90, 2)]
    together = detector.detect(pictures)
    assert len(together) == 3
    for picture, found in zip(pictures, together, strict=True):
        (alone,) = detector.detect([picture])
        assert np.array_equal(alone.boxes, found.boxes)
        assert np.array_equal(alone.scores, found.scores)
    assert detector.detect([]) == []


def test_a_picture_in_grey_levels_and_a_blank_one_do(detector):
    grey = np.repeat(noise(180, 320)[:, :, :1], 3, axis=2)
    assert len(detector.detect([grey, np.full((180, 320, 3), 255, np.uint8)])[1]) == 0
