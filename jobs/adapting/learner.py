"""The process that learns: ``python -m eyecatch.jobs.adapting.learner``, started by ``learning``.

It has TensorFlow, its memory and the graphics card to itself, and gives them back when it ends; and
it forks, which a process with threads of its own must not. What it is to do comes on standard
input, as JSON; how far it is, and what came of it, goes to standard output, a line of JSON each.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from eyecatch.core.errors import EyecatchError
from eyecatch.core.files import write_atomically
from eyecatch.core.tensorflow import prepare_tensorflow
from eyecatch.jobs.adapting.lessons import labelled_pictures
from eyecatch.training.detector.adaptation.moments import MomentFolder
from eyecatch.training.detector.adaptation.rounds import Taught
from eyecatch.training.detector.adaptation.teach import Lessons, TeachPlan, TeachProgress, teach
from eyecatch.training.detector.adaptation.timing import measure_speed, within


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is to be learned.

    Attributes:
        start: file of the weights to begin with.
        work: folder of the weights of rounds, and of the plan that was found to fit.
        moments: folder of moments.
        boxes, images: a box file and the folder of its images; empty if there is none.
        plan: what is wished.
        seconds: that it may take.
    """

    start: str
    work: str
    moments: str
    boxes: str
    images: str
    plan: TeachPlan
    seconds: float


def run(lesson: Lesson) -> Taught:
    """Learns, and tells on standard output how far it is."""
    pictures = labelled_pictures(Path(lesson.boxes), Path(lesson.images))[0] if lesson.boxes else []
    moments = MomentFolder(Path(lesson.moments))
    prepare_tensorflow()
    plan = _fitting(lesson, len(moments))
    _tell(plan={"rounds": plan.rounds, "steps": plan.steps})
    lessons = Lessons(moments, pictures)
    return teach(Path(lesson.start), lessons, plan, Path(lesson.work), _tell_progress)


def _fitting(lesson: Lesson, frames: int) -> TeachPlan:
    """The plan as it fits into the time; the same one for a call that goes on with another."""
    file = Path(lesson.work) / "fitting.json"
    try:
        known: Mapping[str, int] = json.loads(file.read_text("utf-8"))
        return replace(lesson.plan, rounds=int(known["rounds"]), steps=int(known["steps"]))
    except (OSError, ValueError, KeyError, TypeError):
        began = time.monotonic()

    def timed(done: int, total: int) -> None:
        _tell_progress(TeachProgress(0, 0, "time", done, total))

    speed = measure_speed(lesson.plan, timed)
    plan = within(lesson.plan, frames, lesson.seconds - (time.monotonic() - began), speed)
    known = {"rounds": plan.rounds, "steps": plan.steps}
    write_atomically(file, json.dumps(known).encode())
    return plan


def _tell_progress(progress: TeachProgress) -> None:
    _tell(progress=asdict(progress))


def _tell(**what: Any) -> None:  # noqa: ANN401 - JSON
    print(json.dumps(what), flush=True)


def main() -> None:
    """Does what standard input says."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started this one
    wish = json.load(sys.stdin)
    try:
        taught = run(Lesson(**{**wish, "plan": TeachPlan(**wish["plan"])}))
    except EyecatchError as error:
        _tell(error=str(error).rstrip("."))
    except MemoryError:
        _tell(error="there was not enough memory to learn; close other programs, or look at less")
    except OSError as error:
        _tell(refused=[error.errno, error.strerror or str(error)])
    else:
        weights = None if taught.weights is None else str(taught.weights)
        _tell(taught={**asdict(taught), "weights": weights})


if __name__ == "__main__":
    main()
