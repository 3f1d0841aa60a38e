"""Rounds of learning, with a few steps each: what comes of them, not how good it gets."""

import numpy as np
import pytest

from eyecatch.core.detect import network
from eyecatch.core.detect.detector_file import WEIGHTS, read_detector_file
from eyecatch.training.detector.adaptation import teach as module
from eyecatch.training.detector.adaptation.moments import Moment
from eyecatch.training.detector.adaptation.teach import Lessons, TeachPlan, teach
from eyecatch.training.detector.export import export_weights
from eyecatch.training.detector.synthetic import synthetic_pictures

TINY = TeachPlan(rounds=1, steps=2, batch=2, side=64, cartoons=2, people=2)


@pytest.fixture(scope="module")
def frames():
    return synthetic_pictures(40, seed=4)


@pytest.fixture(scope="module")
def lessons(frames):
    moments = [Moment(f"{i:03d}", "E01.mkv", one.picture) for i, one in enumerate(frames)]
    return Lessons(moments, frames[:10])


def test_a_round_makes_weights_and_figures(tmp_path, lessons):
    stages = []
    taught = teach(None, lessons, TINY, tmp_path, lambda one: stages.append(one.stage))
    assert taught.reason == ""
    assert taught.weights is not None
    (only,) = taught.rounds
    assert only.mix > 0
    assert only.faces >= 24
    assert taught.before.held.faces == only.held.faces > 0
    assert only.held.found >= taught.before.held.found > 0
    assert only.sure >= taught.before.sure
    assert only.known.faces > 0
    assert dict.fromkeys(stages) == dict.fromkeys(["look", "judge", "draw", "learn"])
    assert read_detector_file(taught.weights).digest != read_detector_file(WEIGHTS).digest


@pytest.mark.slow  # two trainings, however short, are a minute
def test_the_same_plan_gives_the_same_and_what_is_there_is_not_learned_again(
    tmp_path, lessons, monkeypatch
):
    first, again = (teach(None, lessons, TINY, make(tmp_path / name)) for name in "ab")
    assert weights_of(first) == weights_of(again)
    monkeypatch.setattr(module, "fit", lambda *_: pytest.fail("it is learned again"))
    assert teach(None, lessons, TINY, tmp_path / "a") == first


def test_what_finds_less_than_before_is_refused(tmp_path, lessons):
    blind = network.build().get_weights()  # untrained: it finds nothing
    export_weights(blind, tmp_path / "round1.npz")
    taught = teach(None, lessons, TINY, tmp_path)
    assert taught.weights is None
    assert taught.rounds[0].mix == 0
    assert taught.reason == (
        f"of {taught.before.held.faces} faces it finds {taught.rounds[0].held.found}, "
        f"and found {taught.before.held.found} before"
    )


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "all frames are blank, or alike"), (3, "no drawn face is found in 3 frames")],
)
def test_too_few_faces_teach_nothing(tmp_path, count, words):
    blank = np.zeros((180, 320, 3), np.uint8)
    moments = [Moment(str(i), "E01.mkv", blank) for i in range(count)]
    taught = teach(None, Lessons(moments), TINY, tmp_path)
    assert (taught.weights, taught.rounds) == (None, ())
    assert taught.reason == words
    assert not any(tmp_path.iterdir())


def make(folder):
    folder.mkdir()
    return folder


def weights_of(taught):
    return [one.tobytes() for one in read_detector_file(taught.weights).weights]
