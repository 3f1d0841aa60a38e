"""The process that learns: what it says is heard, and its end is a sentence."""

from __future__ import annotations

import errno
import os
import signal
import sys
from pathlib import Path

import pytest

import eyecatch
from eyecatch.core.detect.detector_file import WEIGHTS, read_detector_file
from eyecatch.core.errors import RequestError
from eyecatch.core.synthetic.season import draw_season
from eyecatch.jobs.adapting import learning
from eyecatch.jobs.adapting.learner import Lesson
from eyecatch.training.detector.adaptation.teach import TeachPlan

LESSON = Lesson("start", "work", "moments", "", "", TeachPlan(), 60.0)

HELD = '{"faces": 3, "found": 2, "average": 0.5}'
FIGURES = (
    f'{{"number": 1, "faces": 9, "frames": 4, "mix": 1.0, "held": {HELD}, '
    f'"known": {HELD}, "sure": 7}}'
)


@pytest.fixture
def learner(monkeypatch, tmp_path):
    """Puts a program in the place of the one that learns."""

    def put(program):
        file = tmp_path / "python"
        file.write_text(f"#!{sys.executable}\nimport sys, os\nsys.stdin.read()\n{program}\n")
        file.chmod(0o755)
        monkeypatch.setattr(learning.sys, "executable", str(file))

    return put


def learn(lesson=LESSON):
    plans, steps = [], []
    taught = learning.learn(lesson, lambda *plan: plans.append(plan), steps.append)
    return taught, plans, steps


def test_what_it_says_is_heard(learner):
    progress = '{"progress": {"round": 1, "rounds": 2, "stage": "look", "done": 3, "total": 9}}'
    learner(
        "print('a library says something')\n"
        'print(\'{"plan": {"rounds": 2, "steps": 30}}\')\n'
        f"print('{progress}')\n"
        f'print(\'{{"taught": {{"weights": "w.npz", "before": {FIGURES}, '
        f'"rounds": [{FIGURES}], "reason": ""}}}}\')'
    )
    taught, plans, steps = learn()
    assert taught.weights == Path("w.npz")
    assert (taught.before.held.found, taught.rounds[0].sure, taught.reason) == (2, 7, "")
    assert plans == [(2, 30)]
    assert [(one.stage, one.done, one.total) for one in steps] == [("look", 3, 9)]


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ('print(\'{"error": "the weights are odd; mend them"}\')', "the weights are odd; mend"),
        ("sys.exit('ImportError: no module')", r"failed \(ImportError: no module\); run the same"),
        ("sys.exit(3)", r"failed \(status 3\)"),
        (f"os.kill(os.getpid(), {int(signal.SIGKILL)})", "was killed; there may be too little"),
    ],
)
def test_its_end_is_a_sentence(learner, program, said):
    learner(program)
    with pytest.raises(RequestError, match=said):
        learn()


def test_a_full_disk_there_is_one_here(learner):
    learner(f'print(\'{{"refused": [{errno.ENOSPC}, "No space left on device"]}}\')')
    with pytest.raises(OSError, match="No space left") as raised:
        learn()
    assert raised.value.errno == errno.ENOSPC


def test_it_ends_with_whoever_waits_for_it(learner, tmp_path):
    learner(
        f"open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))\n"
        'print(\'{"plan": {"rounds": 2, "steps": 30}}\', flush=True)\n'
        "import time\ntime.sleep(600)"
    )

    def interrupted(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        learning.learn(LESSON, interrupted, lambda _: None)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_an_empty_folder_teaches_nothing(tmp_path):
    """The real process, which has nothing to do."""
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "fitting.json").write_text('{"rounds": 1, "steps": 1}')
    lesson = Lesson(
        str(WEIGHTS), str(tmp_path / "work"), str(tmp_path), "", "", TeachPlan(rounds=1), 60.0
    )
    taught, plans, _ = learn(lesson)
    assert taught.weights is None
    assert taught.reason == "all frames are blank, or alike"
    assert plans == [(1, 1)]


@pytest.mark.slow
def test_a_show_is_learned_from_its_episodes(tmp_path):
    """A minute of a drawn show, a few steps: whatever comes of it, it is told, and it is sound."""
    season = draw_season(tmp_path / "season", episodes=2, seconds=30.0, size=(640, 360))
    out = tmp_path / "Show.detector"
    adapted = eyecatch.adapt([season.folder], out=out, frames=80, rounds=1, minutes=0.5)
    assert adapted.faults == ()
    assert adapted.frames >= 20
    if adapted.out is None:
        assert adapted.refused.endswith(".")
        assert not out.exists()
    else:
        assert read_detector_file(out).card == adapted.card
        assert adapted.kept is not None
        assert adapted.kept.sure >= adapted.before.sure
    assert not out.with_name("Show.detector.adapting").exists()
