"""The ways through a video that are compared, each as a command of its own process."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from measure import Cost, cost

import eyecatch
from eyecatch.core.drawn.portraits import draw_faces
from eyecatch.core.video.program import program

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

INDEX = """
import json, sys, time
began = time.time()
from pathlib import Path
import eyecatch
first = []
def listener(progress):
    if progress.chunks_done and not first:
        first.append(time.time() - began)
paths, db, model, runner, detector = json.loads(sys.argv[1])
from eyecatch.core.scan.config import DetectorConfig
report = eyecatch.index(map(Path, paths), db=db, model=model, runner=runner,
                        detector=DetectorConfig(detector), listener=listener)
assert not report.faults, report.faults
done = report.progress
print(json.dumps({"first": first[0], "frames": done.frames, "faces": done.faces,
                  "stages": done.stages, "elapsed": done.elapsed}), file=sys.stderr)
"""
"""``eyecatch index`` as a library call, which also says when the first chunk was done."""


@dataclass(frozen=True, slots=True)
class Told:
    """A cost, and what an index job told of itself."""

    cost: Cost
    first: float
    frames: int
    faces: int
    elapsed: float
    stages: dict[str, float] = field(default_factory=dict)


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
    videos: list[Path],
    model: Path,
    runner: str,
    detector: str = "cnn",
    *,
    memory: bool = False,
    resources: dict[str, int] | None = None,
) -> Told:
    """A whole index job in a new index, from the start of Python to its end."""
    with TemporaryDirectory(prefix="eyecatch-") as folder:
        wish = [[*map(str, videos)], f"{folder}/bench.db", str(model), runner, detector]
        # Ray's workers are nicer than others; here they are to be measured, not what else runs.
        env = {"RAY_ADDRESS": "local", "RAY_worker_niceness": "0"}
        if resources:
            env["RAY_OVERRIDE_RESOURCES"] = json.dumps(resources)
        took = cost([PYTHON, "-c", INDEX, json.dumps(wish)], memory=memory, env=env)
    said = json.loads(took.said.strip().splitlines()[-1])
    return Told(took, **said)


def verb(*arguments: str) -> Cost:
    """One call of the command line."""
    return cost([str(Path(PYTHON).with_name("eyecatch")), *arguments])
