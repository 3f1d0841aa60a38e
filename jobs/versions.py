"""The versions of what decides an index, for its runs' records."""

from __future__ import annotations

import platform
from importlib import metadata

from eyecatch import __version__

DECIDING = ("av", "keras", "numpy", "opencv-python-headless", "ray", "tensorflow")


def versions() -> dict[str, str]:
    """Versions of eyecatch, Python and the libraries that decide what is found."""
    return {
        "eyecatch": __version__,
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in DECIDING},
    }
