"""Pictures from the web, fetched by gallery-dl, which knows some hundreds of sites."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from eyecatch.core.arguments import several
from eyecatch.core.children import child
from eyecatch.core.errors import RequestError
from eyecatch.core.inputs import media
from eyecatch.training.collection.options import Web
from eyecatch.training.collection.scan_files import OnProgress

CACHE = ".web"
"""Folder in the collection for what was fetched; it is not fetched again. Hidden, as ``train`` is
not to take it for a character."""

SKIPPED = "#"
"""How gallery-dl marks the files that are there already."""

UNSUPPORTED, LOGIN = 64, 16
"""Bits of its exit status."""


def fetch(web: Web, out: Path, on_progress: OnProgress) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Fetches what isn't there yet, slowly enough for any site.

    Args:
        web: what.
        out: the collection's folder, which gets the folder ``CACHE``.
        on_progress: is called with how many files are fetched, and of how many at most.

    Returns:
        All files fetched now or before, and a sentence for each address that failed.

    Raises:
        RequestError: gallery-dl isn't installed, or there is nothing to collect from.
    """
    if find_spec("gallery_dl") is None:
        problem = "pictures from the web are fetched by gallery-dl, which is not installed"
        raise RequestError(problem, "pip install 'eyecatch[web]'")
    cache = out.absolute() / CACHE
    failures = [
        failure
        for url in several(web.urls)
        if (failure := _fetch(url, cache, web.most, on_progress))
    ]
    files = media([cache]).files if cache.is_dir() else ()
    if failures and not files:
        raise failures[0]
    return files, tuple(map(str, failures))


def _fetch(url: str, cache: Path, max_files: int, on_progress: OnProgress) -> RequestError | None:
    """Fetches from one address; returns why it could not, if it could not."""
    command = [sys.executable, "-u", "-P", "-m", "eyecatch.training.collection.gallery_dl_process"]
    command += ["--no-input", "--no-colors", "--destination", str(cache)]
    command += ["--range", f"1-{max_files}"]
    with tempfile.TemporaryFile("w+", errors="replace") as log:
        with child(
            [*command, "--", url],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
            encoding="utf-8", errors="replace",
        ) as process:  # fmt: skip
            assert process.stdout is not None
            enough = _count(process.stdout, max_files, on_progress)
            if enough:
                process.terminate()
        log.seek(0)
        return None if enough or not process.returncode else _why(url, process.returncode, log)


def _count(lines: Iterable[str], max_files: int, on_progress: OnProgress) -> bool:
    """Counts the files that gallery-dl reports; True as soon as they are enough.

    The range that gallery-dl is given counts anew in each gallery of an address that has several.
    """
    for number, _ in enumerate(lines, start=1):
        on_progress(number, max_files)
        if number >= max_files:
            return True
    return False


def _why(url: str, status: int, log: IO[str]) -> RequestError:
    if status & UNSUPPORTED:
        return RequestError(
            f"gallery-dl knows no site like {url}",
            f"for the pictures of any page try generic:{url}",
        )
    lines = [line for line in log if "[error]" in line or "[warning]" in line]
    reason = lines[0].partition("] ")[2].strip() if lines else f"status {status}"
    if status & LOGIN:
        advice = "give gallery-dl your account in its configuration file"
        return RequestError(f"{url} asks for a login ({reason})", advice)
    return RequestError(f"{url} could not be fetched ({reason})")
