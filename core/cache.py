"""Where the user's own copies of what can be had again are kept."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path


def cache() -> Path:
    """The folder, whether or not it is there."""
    home = Path.home()
    system = home / "Library" / "Caches" if sys.platform == "darwin" else home / ".cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or system) / "eyecatch"


def write_aside(content: bytes, to: Path) -> None:
    """Write a file that appears only when it is whole, whoever else writes it at the time.

    Raises:
        OSError: it can't be written.
    """
    to.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=to.parent, delete=False) as file:
        file.write(content)
    Path(file.name).replace(to)
