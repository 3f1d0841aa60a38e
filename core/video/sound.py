"""Hashes of what is heard: Chromaprint's, by which a piece of sound is known in another file.

Chromaprint hashes sound of 11,025 samples a second, a hash every 1,365 samples (4,096 in a Fourier
transform, of which two thirds are the next one's too), in its second algorithm, which AcoustID uses
(https://github.com/acoustid/chromaprint, ``fingerprinter_configuration.cpp``). ffmpeg has it as a
muxer.
"""

from __future__ import annotations

import math
import os
import random
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import IO, Any, Final

import ffmpeg
import numpy as np

from eyecatch.core.children import child
from eyecatch.core.errors import MediaError, RequestError
from eyecatch.core.segments.types import SoundHashes
from eyecatch.core.storage import is_remote
from eyecatch.core.video.container import open_container
from eyecatch.core.video.container_layout import is_unheard
from eyecatch.core.video.ffmpeg import compiled, named, source_input
from eyecatch.core.video.sound_samples import Asked, SampleSpan, write_samples

RATE: Final = 11025
"""Samples a second that are hashed."""

STEP: Final = Fraction(1365, RATE)
"""Seconds from one hash to the next."""

MIDDLE: Final = 7 * STEP
"""Seconds from where a hash begins to hear to the time that it is of.

It hears 2.4 seconds, the first of them best: of hashes across a sudden change of the sound, the one
that is as far from those before it as from those after it begins .868 s before the change (a mean
over 40 pieces of random music).
"""

ALGORITHM: Final = 1
"""Chromaprint's "test2", its default; hashes of another one can't be compared."""

PATIENCE: Final = 60
"""Seconds that a sound may take to be read, besides a quarter of what it lasts; a machine of today
takes a two-hundredth of that."""


def sound_hashes(
    path: Path,
    start: Fraction,
    stop: Fraction,
    *,
    jumps: bool = False,
    stopped: Asked = lambda: False,
) -> SoundHashes:
    """Hashes the first sound of a video file.

    Damaged parts are as silence. A file that holds no sound, or none that can be decoded, has no
    hashes.

    Args:
        path: the file; of what is behind a URL, the sound is in a temporary file meanwhile.
        start: seconds on the file's clock at which listening begins; before the first sound is
            silence.
        stop: seconds at which it ends.
        jumps: the clock begins again in the file (its chunk is ``straight``): times are counted
            through, from ``start``.
        stopped: is asked now and then whether to give up.

    Raises:
        MediaError: the file is gone, takes too long, or ``stopped`` said so: nothing is known yet.
        RequestError: there is no ffmpeg, or it has no Chromaprint.

    Example:
        >>> from eyecatch.core.synthetic.season import draw_episode
        >>> faces = draw_episode(Path("episode.mkv"), seconds=6, size=(320, 180))
        >>> sound = sound_hashes(Path("episode.mkv"), Fraction(0), Fraction(6))
        >>> len(sound.hashes), round(sound.start, 3), round(sound.step, 3)
        (27, 0.867, 0.124)
    """
    first = math.floor(start * RATE)
    samples = max(0, math.ceil(stop * RATE) - first)
    data = b""
    if samples and (sound := _first_sound(path)) is not None:
        index, begins = sound
        late = math.floor(begins * RATE) - first if jumps else None
        patience = PATIENCE + samples / RATE / 4
        with tempfile.TemporaryDirectory(prefix="eyecatch-") as folder:
            if is_remote(path):
                decoded = Path(folder) / "sound.pcm"
                wanted = SampleSpan(index, RATE, first, samples, late)
                write_samples(path, wanted, decoded, stopped)
                command = _hashing(ffmpeg.input(named(decoded), f="s16le", ar=RATE, ac=1), 0, [])
            else:
                clock = {"copyts": None} if late is None else {}  # else jumps are evened out
                filters = _filters(first, samples, stop, late)
                command = _hashing(source_input(path, **clock), index, filters)
            data = _output(command, path, patience, stopped)
    begin = float(Fraction(first, RATE) + MIDDLE)
    hashes = np.frombuffer(data[: len(data) // 4 * 4], "<u4").astype(np.uint32)
    return SoundHashes(begin, float(STEP), hashes)


def _first_sound(path: Path) -> tuple[int, Fraction] | None:
    """Index of the first sound of which anything is known, and the second at which it begins."""
    with open_container(path) as container:
        for one in container.streams.audio:
            if not is_unheard(one):
                return one.index, (one.start_time or 0) * (one.time_base or Fraction(0))
    return None


def _filters(first: int, samples: int, stop: Fraction, late: int | None) -> list[str]:
    """ffmpeg's: sound from a sample on, silence for what is missing.

    What comes after the end is cut off before gaps are filled, so that no time in a damaged file
    makes hours of silence.

    Args:
        first: sample on the file's clock at which it begins.
        samples: how many there are at most.
        stop: seconds at which they end.
        late: where the clock can't be trusted: samples from ``first`` to those that come first.
    """
    return [
        *(["asetpts=PTS-STARTPTS"] if late is not None else []),
        f"atrim=end={float(stop) if late is None else samples / RATE:.6f}",
        f"aresample={RATE}",
        "aformat=sample_fmts=s16:channel_layouts=mono",
        f"aresample=async=1:first_pts={first if late is None else -late}",
        f"atrim=end_sample={samples}",
    ]


def _hashing(source: Any, index: int, filters: list[str]) -> list[str]:  # noqa: ANN401 - ffmpeg-python is not typed
    how: dict[str, Any] = {"af": ",".join(filters)} if filters else {}
    how |= {"f": "chromaprint", "algorithm": ALGORITHM, "fp_format": "raw"}
    return compiled(ffmpeg.output(source[str(index)], "pipe:1", **how))


def _output(command: list[str], about: Path, patience: float, stopped: Asked) -> bytes:
    until = time.monotonic() + patience
    with (
        tempfile.TemporaryFile() as log,
        child(command, stdout=subprocess.PIPE, stderr=log) as process,
    ):
        _keep_on_one_core(process.pid)
        while True:
            try:
                data: bytes = process.communicate(timeout=0.5)[0]
                break
            except subprocess.TimeoutExpired:
                if stopped():
                    raise MediaError(str(about), "was not heard to its end") from None
                if time.monotonic() > until:
                    problem = f"its sound can't be read in {patience:.0f} s"
                    raise MediaError(str(about), problem, "index it again") from None
        if not data:
            _complain(about, log, process.returncode)
        return data


def _keep_on_one_core(process: int) -> None:
    """Its threads hand every 20 ms of sound on to each other, which takes half as long on one."""
    if sys.platform == "linux":
        with suppress(OSError):  # it has ended, or may not be moved
            os.sched_setaffinity(process, {random.choice(list(os.sched_getaffinity(process)))})


def _complain(about: Path, log: IO[bytes], status: int) -> None:
    """Says why nothing was hashed, unless it is for the sound that can't be decoded."""
    log.seek(0)
    said = log.read().decode(errors="replace")
    if "'chromaprint'" in said:
        raise RequestError("this ffmpeg has no Chromaprint", "see: eyecatch doctor")
    if not is_remote(about) and not about.exists():
        raise MediaError(str(about), "is not there any more")
    if status < 0:
        raise MediaError(str(about), f"ffmpeg was ended by signal {-status}", "index it again")
