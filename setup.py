"""Refuses a checkout whose links were lost; all else about the package stands in pyproject.toml.

The folders of src/eyecatch are links. Without this check, setuptools says of a file in their place
that a "supposed package directory … is not a directory", and nothing about why and what to do.
"""

from pathlib import Path

from setuptools import setup

for name in ("core", "db", "jobs", "training"):
    if not (Path(__file__).parent / "src" / "eyecatch" / name).is_dir():
        raise SystemExit(
            f"eyecatch can't be installed from here: src/eyecatch/{name} is no link to a folder any"
            " more, as happens in zip archives and in git for Windows without core.symlinks;"
            " take the tar.gz archive or a git clone."
        )

setup()
