"""The wheel, installed in a clean environment away from the checkout."""

from __future__ import annotations

import shutil
import site
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

import eyecatch


@pytest.fixture(scope="module")
def wheel(tmp_path_factory, root):
    """Built from a copy, so that the checkout stays clean."""
    source = tmp_path_factory.mktemp("source") / "eyecatch"
    ignored = shutil.ignore_patterns(
        ".*", "demo", "build", "dist", "tests", "*.egg-info", "__pycache__"
    )
    shutil.copytree(root, source, ignore=ignored)
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, source],
        check=True, capture_output=True,
    )  # fmt: skip
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory):
    """An environment with the wheel; what it depends on is borrowed from the running one."""
    home = tmp_path_factory.mktemp("clean") / "venv"
    venv.create(home, with_pip=False)
    python = home / "bin" / "python"
    target = Path(sysconfig.get_path("purelib", vars={"base": str(home)}))
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index",
         "--quiet", wheel],
        check=True, capture_output=True,
    )  # fmt: skip
    # A path in a .pth file is searched, but the .pth files in it (the editable install) are not.
    (target / "borrowed.pth").write_text("\n".join(site.getsitepackages()))
    return python


def test_console_script_runs_from_elsewhere(python, tmp_path):
    script = python.parent / "eyecatch"
    done = subprocess.run(
        [script, "--version"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert eyecatch.__version__ in done.stdout
    where = subprocess.run(
        [python, "-c", "import eyecatch; print(eyecatch.__file__)"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert str(python.parent.parent) in where.stdout


def test_installed_index_migrates_and_answers(python, tmp_path):
    code = (
        "from eyecatch.db.index import open_index\n"
        "with open_index('season.db') as index: print(index.bundles.id_of('none'))"
    )
    done = subprocess.run(
        [python, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "None"


def test_nothing_is_installed_but_the_package(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"eyecatch"}
    assert "eyecatch/py.typed" in names
    for file in ("static/review.js", "static/review.css", "templates/base.html"):
        assert f"eyecatch/jobs/review/{file}" in names
    assert not [name for name in names if name.endswith((".xml", ".mkv", ".jpg"))]
