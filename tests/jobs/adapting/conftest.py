"""A teacher that learns nothing, in place of the one that takes minutes; and boxed pictures."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import pytest

from eyecatch.core.detect.detector_file import WEIGHTS, read_detector_file
from eyecatch.jobs.adapting import adapt as verb
from eyecatch.jobs.adapting.lessons import labelled_pictures
from eyecatch.training.detector.adaptation.judge import HeldFigures
from eyecatch.training.detector.adaptation.moments import MomentFolder
from eyecatch.training.detector.adaptation.rounds import RoundFigures, Taught, why_worse
from eyecatch.training.detector.adaptation.teach import TeachProgress

NONE = HeldFigures(0, 0, 0.0)
BEFORE = RoundFigures(0, 90, 40, 0.0, HeldFigures(20, 15, 0.8), NONE, 16)


@dataclass
class Teacher:
    """Stands in for ``learn``, and remembers what it was given."""

    found: int = 18
    faces: int = 90
    stop: BaseException | None = None
    called: list[dict] = field(default_factory=list)

    def __call__(self, lesson, on_plan, on_progress):
        moments = list(MomentFolder(Path(lesson.moments)))
        boxed = (
            labelled_pictures(Path(lesson.boxes), Path(lesson.images))[0] if lesson.boxes else []
        )
        self.called.append(
            {
                "start": Path(lesson.start),
                "plan": lesson.plan,
                "moments": [one.name for one in moments],
                "said": sum(len(one.faces) + len(one.not_faces) for one in moments),
                "labelled": boxed,
            }
        )
        on_plan(2, 800)
        on_progress(TeachProgress(1, 2, "look", 1, 2))
        if self.stop is not None:
            raise self.stop
        held = HeldFigures(20, self.found, 0.9)
        rounds = (RoundFigures(1, self.faces, len(moments), 1.0, held, NONE, self.found),)
        if not rounds[0].beats(BEFORE):
            return Taught(None, BEFORE, rounds, why_worse(BEFORE, rounds))
        weights = list(read_detector_file(WEIGHTS).weights)
        weights[-1] = weights[-1] + np.array([0.3, 0, 0, 0, 0], np.float32)
        best = Path(lesson.work) / "best.npz"
        np.savez(best, **{f"w{i:03d}": one for i, one in enumerate(weights)})
        return Taught(best, BEFORE, rounds)


@pytest.fixture
def teacher(monkeypatch):
    made = Teacher()
    monkeypatch.setattr(verb, "learn", made)
    return made


@pytest.fixture
def boxed(tmp_path):
    """Three pictures and their box file."""
    folder = tmp_path / "frames"
    folder.mkdir()
    lines = ["image,x,y,w,h"]
    for k in range(3):
        cv2.imwrite(str(folder / f"{k}.png"), np.full((90, 160, 3), 40 * k, np.uint8))
        lines += [f"{k}.png,{10 * k},5,30,40"] * (k + 1)
    (folder / "boxes.csv").write_text("\n".join(lines))
    return folder


class Done(NamedTuple):
    """What a command line came to."""

    status: int
    out: str
    err: str


@pytest.fixture
def run(run):
    return lambda *words: Done(*run(*words))
