"""Learning in a process of its own, as seen from the one that waits for it."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, Final

from eyecatch.core.children import child
from eyecatch.core.errors import RequestError
from eyecatch.jobs.adapting.learner import Lesson
from eyecatch.training.detector.adaptation.judge import HeldFigures
from eyecatch.training.detector.adaptation.rounds import RoundFigures, Taught
from eyecatch.training.detector.adaptation.teach import TeachProgress

_AGAIN: Final = "run the same again: it goes on from there"


def learn(
    lesson: Lesson,
    on_plan: Callable[[int, int], None],
    on_progress: Callable[[TeachProgress], None],
) -> Taught:
    """Learns in a process of its own, which ends with this one.

    Args:
        lesson: what is to be learned.
        on_plan: is called once, with how many rounds there will be, and steps of each.
        on_progress: is called with how far it is.

    Raises:
        RequestError: the process says why it can't, or ended without a word.
        OSError: nothing can be written.
    """
    # -P: what lies in the current folder is not loaded in place of a library.
    command = [sys.executable, "-P", "-m", "eyecatch.jobs.adapting.learner"]
    with (
        tempfile.TemporaryFile() as log,
        child(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(asdict(lesson)).encode())
        process.stdin.close()
        for line in process.stdout:
            said = _read(line)
            if "progress" in said:
                on_progress(TeachProgress(**said["progress"]))
            elif "plan" in said:
                on_plan(said["plan"]["rounds"], said["plan"]["steps"])
            elif "refused" in said:
                raise OSError(*said["refused"])
            elif "error" in said:
                raise RequestError(said["error"])
            elif "taught" in said:
                return _taught(said["taught"])
        raise _died(process.wait(), log)


def _read(line: bytes) -> Mapping[str, Any]:
    """A line of JSON; nothing of what a library wrote there."""
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _taught(said: Mapping[str, Any]) -> Taught:
    weights = None if said["weights"] is None else Path(said["weights"])
    rounds = tuple(_figures(one) for one in said["rounds"])
    return Taught(weights, _figures(said["before"]), rounds, said["reason"])


def _figures(said: Mapping[str, Any]) -> RoundFigures:
    held, known = HeldFigures(**said["held"]), HeldFigures(**said["known"])
    return RoundFigures(**{**said, "held": held, "known": known})


def _died(status: int, log: IO[bytes]) -> RequestError:
    if status < 0:  # by a signal: that of a system that is out of memory, as a rule
        problem = "the process that learns was killed; there may be too little memory"
        return RequestError(problem, f"close other programs, and {_AGAIN}")
    log.seek(0)
    lines = log.read().decode(errors="replace").strip().splitlines()
    problem = f"the process that learns failed ({lines[-1] if lines else f'status {status}'})"
    return RequestError(problem, _AGAIN)
