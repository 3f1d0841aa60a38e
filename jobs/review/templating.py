"""From answers of the index to HTML: templates, and what every page shows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from eyecatch import __version__
from eyecatch.core.text import clock, visible
from eyecatch.jobs.review.state import AppState

FOLDER = Path(__file__).parent

_HTML = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    # What is shown is visible; what a form sends back as it is is marked as escaped: {{ name|e }}.
    finalize=lambda value: visible(value) if type(value) is str else value,
    trim_blocks=True,
    lstrip_blocks=True,
)


def brief(episode: str) -> str:
    """An episode's file by its number, ``S01E03``, or by its title."""
    number = re.search(r"S\d+ ?E\d+", episode, re.IGNORECASE)
    return number.group().upper() if number else episode.rpartition(".")[0]


_HTML.filters |= {"clock": clock, "brief": brief}
_HTML.globals |= {"version": __version__}


def page(room: AppState, template: str, status: int = 200, **shown: Any) -> HTMLResponse:  # noqa: ANN401
    """A whole page; everything that is shown is escaped."""
    index = room.index
    # Macros see it too; every page of a process is of one index.
    known = {"colours": index.characters.colours(), "covers": index.covers.chosen()}
    html = _HTML.get_template(template, globals=known).render(
        counts=index.pages.counts(),
        offered=room.offers.counts(),
        share=index.appearances.named_share(),
        last=index.actions.last(),
        step=room.step,
        fault=room.fault,
        **shown,
    )
    return HTMLResponse(html, status, {"cache-control": "no-cache"})


def bare(sentence: str, status: int) -> HTMLResponse:
    """A page for when the index itself can't be asked."""
    html = _HTML.get_template("bare.html").render(sentence=sentence)
    return HTMLResponse(html, status)
