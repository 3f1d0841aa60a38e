"""What ``requirements.lock`` names can be installed by the oldest Python that is allowed."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[1]


def test_all_that_is_locked_takes_the_oldest_python():
    """Debian 12 has 3.11.2; a library that wants 3.11.5 ends ``make demo`` there."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    (oldest,) = re.findall(r">=([\d.]+)", project["requires-python"])
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    locked = re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)
    assert len(locked) > 100
    wanted = {name: metadata.metadata(name).get("Requires-Python") for name in locked}
    newer = {
        name: python
        for name, python in wanted.items()
        if python and not SpecifierSet(python).contains(f"{oldest}.0")
    }
    assert newer == {}
