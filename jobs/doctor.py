"""``eyecatch doctor``: what this machine has, what will run where; or whether an index is sound."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from pathlib import Path

import av.codec
import imageio_ffmpeg

from eyecatch.core.arguments import Database, checked
from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.detect.registry import names, resolve
from eyecatch.core.errors import EyecatchError
from eyecatch.core.tensorflow import cores, prepare_tensorflow
from eyecatch.jobs.finding import Finding
from eyecatch.jobs.index_checkup import check_index
from eyecatch.jobs.versions import versions

# What episodes are made of; PyAV's wheel decodes all of them in software.
CODECS = ("h264", "hevc", "av1", "vp9", "mpeg2video", "mpeg4")

# Encoders that burning in may use, best first; those of a card fail without the card.
ENCODERS = ("libx264", "h264_nvenc", "h264_qsv", "h264_videotoolbox")


@checked
def doctor(*, db: Database | None = None) -> list[Finding]:
    """Look at this machine; takes some seconds, since TensorFlow is asked for its devices.

    Args:
        db: look at this index instead, a path of an SQLite file or any SQLAlchemy URL: every row of
            it is read, and what is wrong is said with what is lost.

    Raises:
        DatabaseError: there is no such index, or it can't be opened.

    Example:
        >>> import eyecatch
        >>> [finding.what for finding in eyecatch.doctor()][:3]
        ['versions', 'processor', 'memory']
    """
    if db is not None:
        return check_index(db)
    return [
        Finding("versions", ", ".join(f"{name} {v}" for name, v in versions().items())),
        *_processors(),
        _memory(),
        _gpu(),
        _decoding(),
        *_ffmpeg(),
        *map(_detector, names()),
        _disk(),
    ]


def _processors() -> list[Finding]:
    so = f"{cores()} processes scan at once with --runner ray"
    return [Finding("processor", f"{cores()} cores, {platform.machine()}", so)]


def _memory() -> Finding:
    if not hasattr(os, "sysconf") or "SC_PHYS_PAGES" not in os.sysconf_names:
        return Finding("memory", "unknown")
    size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    enough = size >= 4
    so = "" if enough else "--runner inline needs less than Ray and its workers"
    return Finding("memory", f"{size:.1f} GiB", so, enough)


def _gpu() -> Finding:
    found = prepare_tensorflow()
    if found == "CPU":
        return Finding("GPU", "none that TensorFlow sees", "faces are identified on the CPU")
    return Finding("GPU", found, "faces are identified there, one process a card")


def _decoding() -> Finding:
    missing = [name for name in CODECS if name not in av.codec.codecs_available]
    found = ", ".join(name for name in CODECS if name not in missing)
    so = "on the CPU, 8 and 10 bits alike" if not missing else f"no {', '.join(missing)}"
    return Finding("decoders", found, so, not missing)


def _ffmpeg() -> list[Finding]:
    try:
        program = imageio_ffmpeg.get_ffmpeg_exe()
        listed = _run(program, "-encoders")
        filters = _run(program, "-filters")
        first = _run(program, "-version").splitlines()[0]
    except (RuntimeError, OSError, subprocess.SubprocessError) as error:
        return [Finding("ffmpeg", f"can't be run ({error})", "rendering won't work", fine=False)]
    has = [name for name in ENCODERS if re.search(rf"\b{name}\b", listed)]
    ass = re.search(r"\bass\b", filters) is not None
    return [
        Finding("ffmpeg", first, f"at {program}"),
        Finding("encoders", ", ".join(has), "GPU encoders need the GPU", "libx264" in has),
        Finding("libass", "yes" if ass else "no", "draws burnt-in names", ass),
    ]


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout


def _detector(name: str) -> Finding:
    try:
        resolved = resolve(DetectorConfig(name=name))
    except EyecatchError as error:
        fine = name != DetectorConfig().name  # the others are for those who ask for them
        return Finding(f"detector {name}", "absent", str(error), fine)
    return Finding(f"detector {name}", resolved.model, f"sha256 {resolved.digest[:12]}…")


def _disk() -> Finding:
    free = shutil.disk_usage(Path.cwd()).free / 2**30
    fine = free > 1
    return Finding("disk", f"{free:.1f} GiB free in this folder", "" if fine else "make room", fine)
