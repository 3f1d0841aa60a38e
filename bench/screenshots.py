"""Pictures of the page for docs/: an index of a drawn season, partly named, at two sizes.

Draws a season as it is broadcast, with openings, endings and recaps, indexes it without a bundle,
names the largest clusters by the drawn truth, and takes the pictures with Debian's Chromium::

    .venv/bin/python bench/screenshots.py --out docs/review
"""

from __future__ import annotations

import argparse
import io
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from threading import Thread

import uvicorn
from PIL import Image
from playwright.sync_api import Browser, sync_playwright
from unknowns import labels, read_truth

import eyecatch
from eyecatch.core.synthetic.broadcast import draw_broadcast
from eyecatch.core.synthetic.cast import SHOW
from eyecatch.core.synthetic.programme import BroadcastOptions
from eyecatch.db.index import open_index
from eyecatch.jobs.review.app import make_app
from eyecatch.jobs.review.server import address, listening
from eyecatch.jobs.review.state import AppState

FIRST = 2
"""People that are named when the picture of those who wait is taken."""

CAST_SIZE = 7
"""People that are named in the other pictures; extras stay without a name."""

PAGES = {"season": "/", "episode": "/episodes/1?t=34", "segments": "/episodes/2?t=5#segments"}

SIZES = {"desktop": (1440, 900, "light"), "phone": (390, 844, "dark")}
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
OPTIONS += ["--disable-component-update", "--disable-sync"]


def main() -> None:
    """Make the season, serve it, and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        season = draw_broadcast(
            Path(folder) / "season",
            episodes=6,
            seconds=75.0,
            size=(960, 540),
            options=BroadcastOptions(clip_show=False, opening_as_ending=False, no_opening=False),
        )
        db = str(Path(folder) / "season.db")
        eyecatch.index([season.folder], db=db, runner="inline", series=SHOW)
        eyecatch.unknowns(db=db)
        with open_index(db) as index, listening("127.0.0.1", 0) as listener:
            room = AppState(index, Path(folder))
            server = uvicorn.Server(uvicorn.Config(make_app(room), log_level="error"))
            thread = Thread(target=server.run, kwargs={"sockets": [listener]})
            thread.start()
            home = address(listener, None)
            name(room, season.truth, FIRST)
            take(home, asked.out, {"unknown": "/unknowns"})
            name(room, season.truth, CAST_SIZE)
            take(home, asked.out, PAGES)
            server.should_exit = True
            thread.join()


def name(room: AppState, truth: Path, most: int) -> None:
    """Name so many of the people who wait, the longest on screen first, as the truth has it."""
    votes = labels(room.index, read_truth(truth))
    for row in room.index.clusters.waiting()[:most]:
        faces = room.index.faces.waiting(row.id)
        seen: Counter[str] = sum((votes[f.episode, f.track] for f in faces), Counter())
        who = seen.most_common(1)[0][0]
        if who not in {"unknown", "no face"}:
            room.index.actions.name_cluster(row.id, who)
    room.pipeline.propagate()


def take(home: str, out: Path, pages: dict[str, str]) -> None:
    """Each page at each size."""
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
            for what, path in pages.items():
                if size == "phone" and what == "segments":
                    continue  # no page shows it
                page.goto(path)
                page.wait_for_load_state("networkidle")
                page.wait_for_timeout(1500)  # the video's first picture, and its boxes
                shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
                few = shot.quantize(256, dither=Image.Dither.NONE)  # a quarter of the bytes
                few.save(out / f"{what}-{size}.png", optimize=True)
        browser.close()


if __name__ == "__main__":
    main()
