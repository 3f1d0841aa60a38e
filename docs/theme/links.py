"""Lets pages of the site link to files of the repository that stand outside ``docs/``.

On the forge, a page says ``[Contributing](../CONTRIBUTING.md)``, and that page says
``[Architecture](docs/architecture.md)``. In the site both are pages beside each other. Here every
file outside ``docs/`` that a page links to joins the site under its own path, and links follow it.
MkDocs calls these functions by their names (https://www.mkdocs.org/dev-guide/plugins/#events).
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[2]
DOCS = "docs/"

LINK = re.compile(r"(?<=\]\()(?!\w+:|#)([^)\s#]+)(?=[)#])")
"""The target of a Markdown link to a file, without its fragment."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add to the site what pages link to outside ``docs/``, and what that links to."""
    left = [f"{DOCS}{file.src_uri}" for file in files.documentation_pages()]
    while left:
        page = left.pop()
        for target in LINK.findall((ROOT / page).read_text()):
            linked = _linked(page, target)
            name = _in_site(linked)
            outside = not linked.startswith(DOCS) and (ROOT / linked).is_file()
            if outside and files.get_file_from_path(name) is None:
                files.append(File.generated(config, name, abs_src_path=str(ROOT / linked)))
                left += [linked] if linked.endswith(".md") else []
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """The page with its links as they are in the site."""
    here = page.file.src_uri
    source = here if page.file.generated_by else f"{DOCS}{here}"

    def follow(match: re.Match[str]) -> str:
        name = _in_site(_linked(source, match[1]))
        return posixpath.relpath(name, posixpath.dirname(here) or ".")

    return LINK.sub(follow, markdown)


def _linked(page: str, target: str) -> str:
    """The file of the repository to which a page links, from the root; of a folder, its README."""
    path = posixpath.normpath(posixpath.join(posixpath.dirname(page), target))
    return f"{path}/README.md" if (ROOT / path).is_dir() else path


def _in_site(path: str) -> str:
    """Where a file of the repository is in the site."""
    return path.removeprefix(DOCS)
