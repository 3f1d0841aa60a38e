"""Pictures of the page for docs/: an index of a drawn season, partly named, at two sizes.

Draws the season, indexes it without a bundle, names the largest clusters by the drawn truth, and
takes the pictures with Debian's Chromium::

    .venv/bin/python bench/screenshots.py --out docs/review
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from threading import Thread

import uvicorn
from playwright.sync_api import Browser, sync_playwright
from unknowns import labels, read_truth

import eyecatch
from eyecatch.core.synthetic.cast import SHOW
from eyecatch.core.synthetic.season import draw_season
from eyecatch.db.index import Index, open_index
from eyecatch.jobs.review.app import make_app
from eyecatch.jobs.review.server import address, listening
from eyecatch.jobs.review.state import AppState

LEFT = 3
"""People that are left to be named, so that there is something to do."""

SIZES = {"desktop": (1280, 800, "light"), "phone": (390, 780, "dark")}
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
OPTIONS += ["--disable-component-update", "--disable-sync"]


def main() -> None:
    """Make the season, serve it, and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        season = draw_season(Path(folder) / "season", episodes=6, seconds=24.0)
        db = str(Path(folder) / "season.db")
        eyecatch.index([season.folder], db=db, runner="inline", series=SHOW)
        eyecatch.unknowns(db=db)
        with open_index(db) as index, listening("127.0.0.1", 0) as listener:
            room = AppState(index, Path(folder))
            name(index, season.truth)
            room.pipeline.propagate()
            server = uvicorn.Server(uvicorn.Config(make_app(room), log_level="error"))
            thread = Thread(target=server.run, kwargs={"sockets": [listener]})
            thread.start()
            take(address(listener, None), asked.out)
            server.should_exit = True
            thread.join()


def name(index: Index, truth: Path) -> None:
    """Name most of the people, as the truth has it."""
    votes = labels(index, read_truth(truth))
    left = LEFT
    for row in index.clusters.waiting():
        faces = index.faces.waiting(row.id)
        seen: Counter[str] = sum((votes[f.episode, f.track] for f in faces), Counter())
        who = seen.most_common(1)[0][0]
        if who in {"unknown", "no face"}:
            continue
        if left and row.faces < 12:
            left -= 1
        else:
            index.actions.name_cluster(row.id, who)


def take(home: str, out: Path) -> None:
    """Each page at each size."""
    paths = {"season": "/", "unknown": "/unknowns", "episode": "/episodes/1?t=21"}
    with sync_playwright() as playwright:
        program = shutil.which("chromium")
        browser: Browser = playwright.chromium.launch(executable_path=program, args=OPTIONS)
        for size, (width, height, scheme) in SIZES.items():
            context = browser.new_context(
                base_url=home,
                viewport={"width": width, "height": height},
                color_scheme="dark" if scheme == "dark" else "light",
            )
            page = context.new_page()
            for what, path in paths.items():
                page.goto(path)
                page.wait_for_load_state("networkidle")
                page.wait_for_timeout(1500)  # the video's first picture, and its boxes
                page.screenshot(path=out / f"{what}-{size}.png")
        browser.close()


if __name__ == "__main__":
    main()
