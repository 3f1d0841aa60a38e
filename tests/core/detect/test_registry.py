"""A detector is added in one place: whatever else offers detectors takes them from there."""

import os
import subprocess
import sys
from pathlib import Path

import click
import numpy as np
import pytest

from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.detect.registry import DETECTORS, default_min_score, load, names, resolve
from eyecatch.core.errors import RequestError
from eyecatch.core.synthetic.season import draw_episode
from eyecatch.jobs.cli import cli

ADDED = '''
"""A detector that finds one face in the middle of every picture that is not blank."""

from dataclasses import dataclass

import numpy as np

from eyecatch.core.detect.base import DetectorKind
from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.detect.registry import DETECTORS, DetectorEntry
from eyecatch.core.detections import Detections


class MiddleDetector:
    size_divisor = 1

    def __init__(self, config, min_score):
        self.lines = config.lines

    def detect(self, pictures):
        return [self._detect(picture) for picture in pictures]

    def _detect(self, picture):
        height, width = picture.shape[:2]
        if min(height, width) < 16 or picture.min() == picture.max():
            return Detections.none()
        box = [width / 4, height / 4, width / 2, height / 2]
        return Detections(np.array([box], np.float32), np.ones(1, np.float32))


KIND = DetectorKind(
    config=DetectorConfig,
    resolve=lambda config: ("", "1" * 64),
    build=MiddleDetector,
    build_multiscale=MiddleDetector,
    min_score=0.5,
    min_score_multiscale=0.5,
    lines=90,
)
DETECTORS["middle"] = DetectorEntry("middle", "--middle-file", "Where the middle is.")
'''


@pytest.fixture
def python(tmp_path):
    """Runs Python where a detector "middle" has been added; gives what it writes."""
    (tmp_path / "middle.py").write_text(ADDED)
    places = [str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(places)}

    def run(*arguments):
        done = subprocess.run(
            [sys.executable, *arguments],
            env=env, cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


MAIN = "import sys, middle; from eyecatch.jobs.cli import main; main(sys.argv[1:])"


def test_a_detector_added_to_the_registry_is_offered_and_indexes(python, tmp_path):
    help_ = python("-c", MAIN, "index", "--help")
    assert f"[{'|'.join([*names(), 'middle', 'FILE'])}]" in help_
    assert "--middle-file FILE" in help_
    draw_episode(tmp_path / "episode.mkv", seconds=1)
    python(
        "-c", MAIN, "index", "episode.mkv",
        "--detector", "middle", "--db", "season.db", "--runner", "inline",
    )  # fmt: skip
    frames = python("-m", "eyecatch", "export", "frames", "--db", "season.db")
    assert ",80.0,45.0,160.0,90.0," in frames or ",80,45,160,90," in frames


def test_a_detector_added_to_the_registry_is_under_the_contract(python):
    contract = str(Path(__file__).with_name("test_contract.py"))
    told = python(
        "-m", "pytest", "-q", "-p", "middle", "-p", "no:cacheprovider", contract, "-k", "middle"
    )
    assert "passed" in told


@pytest.mark.parametrize(
    "verb", ["index", "demo", "identify", "enrol", "collect", "evaluate-detector"]
)
def test_the_command_line_offers_the_detectors_of_the_registry(verb):
    command = cli.get_command(click.Context(cli), verb)
    options = {option: one for one in command.params for option in one.opts}
    assert options["--detector"].type.choices == names()
    assert {entry.file_flag for entry in DETECTORS.values() if entry.file_flag} <= set(options)


def test_a_name_alone_is_a_detector():
    assert resolve("cnn") == resolve(DetectorConfig("cnn"))
    assert default_min_score("cascade") == 0
    (found,) = load("cnn").detect([np.zeros((64, 64, 3), np.uint8)])
    assert len(found) == 0
    with pytest.raises(RequestError, match="no detector called 'eyes'; use cnn or "):
        load("eyes")
