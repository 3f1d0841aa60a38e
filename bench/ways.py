"""The ways through a video that are compared, each as a command of its own process."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from measure import Cost, cost

import eyecatch
from eyecatch.core.synthetic.portraits import draw_faces
from eyecatch.core.video.ffmpeg import program

PYTHON = sys.executable

PYAV = """
import sys
from pathlib import Path
from eyecatch.core.video.decode import decode
from eyecatch.core.video.plan import plan
from eyecatch.core.video.probe import probe
video = probe(Path(sys.argv[1]))
print(sum(1 for chunk in plan(video, 1e9).chunks for _ in decode(video, chunk)))
"""


@dataclass(frozen=True, slots=True)
class Told:
    """A cost, and what an index job told of itself."""

    cost: Cost
    first: float
    chunks: int
    frames: int
    faces: int
    elapsed: float
    crops: int = 0
    stages: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reuse:
    """A cost, and of each way to look at frames what it found."""

    cost: Cost
    found: dict[str, dict[str, float]]


def make_bundle(folder: Path) -> Path:
    """The embedder of the package with three drawn characters enrolled, each by five pictures."""
    out = folder / "bench.bundle"
    if not out.exists():
        draw_faces(folder / "faces", per_character=5)
        known: Path | str = "base"
        for who in sorted((folder / "faces").iterdir())[:3]:
            eyecatch.enrol(known, who.name, [who], out=out, crop=True, force=True)
            known = out
    return out


def by_ffmpeg(video: Path) -> Cost:
    """Decoding alone, as anybody would measure it: FFmpeg on all cores."""
    quiet = ("-v", "error", "-nostdin")
    return cost([program(), *quiet, "-i", str(video), "-map", "0:v", "-f", "null", "-"])


def by_pyav(video: Path) -> Cost:
    """Decoding alone in one thread, by the decoder that the scan uses."""
    return cost([PYTHON, "-c", PYAV, str(video)])


def by_study(video: Path, folder: Path) -> Cost:
    """The original study's loop; see ``bench/study.py``."""
    script = Path(__file__).with_name("study.py")
    return cost([PYTHON, str(script), str(video), str(folder / "study.mp4")])


def by_index(  # noqa: PLR0913 - each is one plain choice
    videos: Sequence[Path],
    model: Path,
    runner: str | None = None,
    detector: str = "cnn",
    *,
    chunk_seconds: float | None = None,
    memory: bool = False,
    resources: Mapping[str, int] | None = None,
    longest_here: float | None = None,
) -> Told:
    """A whole index job in a new index, from the start of Python to its end.

    Args:
        videos: its files.
        model: the bundle that names the faces.
        runner: ``inline`` or ``ray``; None for what runs by default.
        detector: its name.
        chunk_seconds: least length of a chunk; None for what suits the episode.
        memory: measure its peak.
        resources: what Ray believes to have, as ``{"CPU": 2, "GPU": 1}``; a GPU is waited for
            whether or not it is one.
        longest_here: seconds of video that are scanned in the job's own process; as usual if None.
    """
    resources = resources or {}
    with TemporaryDirectory(prefix="eyecatch-") as folder:
        wish = {
            "videos": [*map(str, videos)],
            "db": f"{folder}/bench.db",
            "model": str(model),
            "runner": runner,
            "detector": detector,
            "chunk_seconds": chunk_seconds,
            "gpu": "GPU" in resources,
            "longest_here": longest_here,
            "began": time.time(),
        }
        # Ray's workers are nicer than others; here they are to be measured, not what else runs.
        env = {"RAY_ADDRESS": "local", "RAY_worker_niceness": "0"}
        if resources:
            env["RAY_OVERRIDE_RESOURCES"] = json.dumps(resources)
        job = str(Path(__file__).with_name("job.py"))
        took = cost([PYTHON, job, json.dumps(wish)], memory=memory, env=env)
    said = json.loads(took.said.strip().splitlines()[-1])
    return Told(took, **said)


def by_reuse(video: Path, truth: Path) -> Reuse:
    """How much of the detector's work is reused, and what that costs; see ``bench/held.py``."""
    script = Path(__file__).with_name("held.py")
    took = cost([PYTHON, str(script), str(video), str(truth)])
    return Reuse(took, json.loads(took.said.strip().splitlines()[-1]))


def verb(*arguments: str) -> Cost:
    """One call of the command line."""
    return cost([str(Path(PYTHON).with_name("eyecatch")), *arguments])
