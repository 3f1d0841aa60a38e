"""The documentation as a site: it builds, links lead somewhere, and a dead one is an error."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort

ROOT = Path(__file__).parents[1]


@pytest.fixture
def docs(tmp_path, monkeypatch):
    """A copy of the pages."""
    monkeypatch.setenv("NO_MKDOCS_2_WARNING", "1")
    return shutil.copytree(ROOT / "docs", tmp_path / "docs")


def make(docs: Path) -> Path:
    config = load_config(
        str(ROOT / "mkdocs.yml"), docs_dir=str(docs), site_dir=str(docs.parent / "site")
    )
    build(config)
    return Path(config.site_dir)


def test_the_site_has_what_pages_link_to_outside_the_docs(docs):
    site = make(docs)
    home = (site / "index.html").read_text()
    assert 'href="CONTRIBUTING.html"' in home
    assert 'href="architecture.html"' in (site / "CONTRIBUTING.html").read_text()
    assert (site / "examples/nightly.py").read_bytes() == (
        ROOT / "examples/nightly.py"
    ).read_bytes()
    assert (site / "ray_cluster.yaml").is_file()
    assert not (site / "theme").exists()


@pytest.mark.parametrize("dead", ["[a](nowhere.md)", "[a](../nowhere.md)", "[a](json.md#no)"])
def test_a_dead_link_is_an_error(docs, dead, caplog):
    with (docs / "asking.md").open("a") as page:
        page.write(f"\n{dead}\n")
    with pytest.raises(Abort):
        make(docs)
    assert "asking.md" in caplog.text


def test_nothing_is_fetched_from_elsewhere(docs):
    """Whoever opens the site from a folder, without a network, sees all of it."""
    site = make(docs)
    for page in site.rglob("*.html"):
        text = page.read_text()
        assert 'src="http' not in text, page
        assert 'rel="stylesheet" href="http' not in text, page


def test_every_decision_is_listed():
    folder = ROOT / "docs/decisions"
    listed = (folder / "README.md").read_text()
    pages = sorted(folder.glob("0*.md"))
    assert pages
    for page in pages:
        title = page.read_text().splitlines()[0].partition(". ")[2]
        assert f"]({page.name}) | {title} |" in listed
