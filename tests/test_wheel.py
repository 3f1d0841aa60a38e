"""What is installed from a wheel, an sdist, a checkout, an archive; and that a zip is refused."""

from __future__ import annotations

import json
import os
import re
import shutil
import site
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest
import setuptools

import eyecatch

# pip without network, with the tools of the running environment.
INSTALL = ("install", "--no-deps", "--no-index", "--no-build-isolation", "--quiet")

# Prints all files of an installed eyecatch, wherever it is, without importing it.
LIST = """
import importlib.util, json, os, sys
(top,) = importlib.util.find_spec("eyecatch").submodule_search_locations
files = [
    os.path.relpath(os.path.join(folder, name), top)
    for folder, _, names in os.walk(top, followlinks=True)
    for name in names
]
print(json.dumps(files))
"""


def files_below(top):
    """The files of a package in a checkout, where folders are links."""
    return {
        os.path.relpath(Path(folder) / name, top)
        for folder, _, names in os.walk(top, followlinks=True)
        for name in names
        if not folder.endswith("__pycache__") and not name.startswith(".")  # what an editor leaves
    }


def site_packages(python):
    return Path(sysconfig.get_path("purelib", vars={"base": str(python.parents[1])}))


needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@pytest.fixture(scope="module")
def copy(tmp_path_factory, root):
    """Makes a copy of the checkout, links as links, so that nothing is built in the checkout."""
    ignored = shutil.ignore_patterns(
        ".*", "demo", "build", "dist", "tests", "*.egg-info", "__pycache__"
    )

    def copy():
        source = tmp_path_factory.mktemp("source") / "eyecatch"
        return shutil.copytree(root, source, symlinks=True, ignore=ignored)

    return copy


@pytest.fixture(scope="module")
def build(tmp_path_factory, copy):
    """Builds a ``wheel`` or an ``sdist``."""

    def build(kind):
        out = tmp_path_factory.mktemp(kind)
        subprocess.run(
            [sys.executable, "-m", "build", f"--{kind}", "--no-isolation", "--outdir", out, copy()],
            check=True, capture_output=True,
        )  # fmt: skip
        (built,) = out.iterdir()
        return built

    return build


@pytest.fixture(scope="module")
def wheel(build):
    return build("wheel")


@pytest.fixture(scope="module")
def sdist(build):
    return build("sdist")


@pytest.fixture(scope="module")
def archive(tmp_path_factory, copy):
    """Packs the project as ``git archive`` does, which is what GitHub offers to download."""

    def archive(form):
        source, out = copy(), tmp_path_factory.mktemp("archive") / f"eyecatch.{form}"

        def git(*words):
            done = subprocess.run(
                ["git", "-C", source, *words], check=True, capture_output=True, text=True
            )
            return done.stdout.strip()

        git("init", "--quiet")
        git("-c", "core.autocrlf=false", "add", "--all")
        git("archive", f"--format={form}", "--prefix=eyecatch/", "-o", out, git("write-tree"))
        return out

    return archive


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """Makes an environment with what pip is told to install; returns its Python."""

    def environment(*what):
        home = tmp_path_factory.mktemp("clean") / "venv"
        venv.create(home, with_pip=False)
        python = home / "bin" / "python"
        # What builds the package; the rest of the running environment would hide what is missing.
        for part in (
            "setuptools",
            f"setuptools-{setuptools.__version__}.dist-info",
            "_distutils_hack",
        ):
            (site_packages(python) / part).symlink_to(Path(setuptools.__path__[0]).parent / part)
        subprocess.run(
            [sys.executable, "-m", "pip", "--python", python, *INSTALL, *what],
            check=True, capture_output=True,
        )  # fmt: skip
        return python

    return environment


@pytest.fixture(scope="module")
def python(wheel, environment):
    """An environment with the wheel; what it depends on is borrowed from the running one."""
    python = environment(wheel)
    # A path in a .pth file is searched, but the .pth files in it (the editable install) are not.
    (site_packages(python) / "borrowed.pth").write_text("\n".join(site.getsitepackages()))
    return python


def installed(python):
    """The files of eyecatch as an environment finds them."""
    done = subprocess.run(
        [python, "-c", LIST], cwd=python.parent, check=True, capture_output=True, text=True
    )
    return {file for file in json.loads(done.stdout) if "__pycache__" not in file}


@pytest.fixture(scope="module")
def expected(root):
    return files_below(root / "src" / "eyecatch")


@pytest.fixture(autouse=True)
def _only_what_is_installed(monkeypatch):
    monkeypatch.delenv("PYTHONPATH", raising=False)


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


def test_a_shell_completes_what_is_typed(python, root):
    readme = (root / "README.md").read_text()
    (line,) = re.findall(r"^(eval .*bash_source.*?)\s+#", readme, re.MULTILINE)
    script = f"{line}; complete -p eyecatch; COMP_WORDS=(eyecatch fi); COMP_CWORD=1; "
    shown = "_eyecatch_completion eyecatch; echo ${COMPREPLY[@]}"
    done = subprocess.run(
        ["bash", "-c", script + shown],
        env={"PATH": f"{python.parent}:/usr/bin:/bin"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "find"
    assert "_eyecatch_completion" in done.stdout.splitlines()[0]


def test_a_hint_names_the_program_that_runs(python, tmp_path):
    script = python.parent / "eyecatch"
    for path, named in ((f"{script.parent}:/usr/bin:/bin", "eyecatch"), ("/usr/bin:/bin", script)):
        done = subprocess.run(
            [script, "episodes", "--db", "no.db"],
            cwd=tmp_path, env={"PATH": path}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert f"run {named} index --db no.db first" in done.stderr


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
    for file in ("static/review.js", "static/tags.js", "static/review.css", "templates/base.html"):
        assert f"eyecatch/jobs/review/{file}" in names
    assert not [name for name in names if name.endswith((".xml", ".mkv", ".jpg"))]


def test_a_wheel_installs_every_file(python, expected):
    assert len({file for file in expected if file.endswith(".py")}) > 250
    assert installed(python) == expected


def test_an_sdist_holds_files_and_no_links_and_installs_the_same(sdist, environment, expected):
    with tarfile.open(sdist) as tar:
        members = tar.getmembers()
    assert not [member.name for member in members if member.issym() or member.islnk()]
    assert any(member.name.endswith("/src/eyecatch/core/video/plan.py") for member in members)
    assert installed(environment(sdist)) == expected


def test_an_editable_install_finds_the_same(copy, environment, expected):
    assert installed(environment("--editable", copy())) == expected


@needs_git
def test_an_archive_of_git_installs_the_same(archive, environment, expected):
    assert installed(environment(archive("tar.gz"))) == expected


@needs_git
@pytest.mark.parametrize("how", [(), ("--editable",)])
def test_a_zip_that_lost_its_links_is_refused_with_a_sentence(archive, environment, tmp_path, how):
    with zipfile.ZipFile(archive("zip")) as packed:
        packed.extractall(tmp_path)
    assert (tmp_path / "eyecatch/src/eyecatch/core").read_text() == "../../core"
    with pytest.raises(subprocess.CalledProcessError) as refused:
        environment(*how, tmp_path / "eyecatch")
    told = refused.value.stderr.decode()
    (sentence,) = [line.strip() for line in told.splitlines() if "src/eyecatch/" in line]
    assert sentence.startswith(
        "eyecatch can't be installed from here: src/eyecatch/core is no link"
    )
    assert sentence.endswith("take the tar.gz archive or a git clone.")
    assert "Traceback" not in told
