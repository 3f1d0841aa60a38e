"""What a newcomer does with a season, counted: from a folder to names, a scene, clips and exports.

Plays a person who has episodes and the program, and nothing else: indexes the folder, opens the
page in Chromium, names clusters by the truth of every frame until most of the screen time has a
name, goes from the grid to a scene of a character, has a supercut of two made, an NFO and
chapters, and pictures to train with. Prints each command with what it says, clicks and minutes::

    .venv/bin/python bench/first_season.py SHOW --who Velma Shaggy --out OUT

SHOW is a folder of episodes with ``truth.csv`` (``episode,frame,x,y,w,h,label``). OUT gets the
index, what is made, and pictures of the pages in two sizes, light and dark.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from screenshots import OPTIONS
from unknowns import labels, read_truth

from eyecatch.db.index import open_index

ENOUGH = 0.9
"""Share of the faces' screen time that has a name when the person stops."""

ADDRESS = re.compile(r"http://\S+")

SIZES = {"desktop": (1440, 900), "phone": (390, 844)}


def main() -> None:
    """Do all of it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("show", type=Path)
    parser.add_argument("--who", nargs=2, default=("Velma", "Shaggy"), metavar="NAME")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--program", default=str(Path(sys.executable).with_name("eyecatch")))
    asked = parser.parse_args()
    asked.out.mkdir(parents=True)
    newcomer = Newcomer(asked.program, asked.out.absolute(), asked.show.absolute())
    newcomer.index()
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    with sync_playwright() as playwright, newcomer.page_served() as home:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=OPTIONS)
        newcomer.name_and_watch(browser, home, asked.who[0])
        browser.close()
    newcomer.take_out(*asked.who)


class Newcomer:
    """A person at a terminal and a browser; clicks, keys and seconds are counted."""

    def __init__(self, program: str, out: Path, show: Path) -> None:
        self._program, self._out, self._show = program, out, show
        self._db = out / "season.db"

    def run(self, *words: str) -> None:
        """A command, as it is typed, with what it says and how long it took."""
        print(f"\n$ eyecatch {' '.join(words)}", flush=True)
        began = time.perf_counter()
        done = subprocess.run(
            [self._program, *words], cwd=self._out, capture_output=True, text=True, check=False
        )
        said = (done.stdout + done.stderr).strip().splitlines()
        print(
            *said[-12:],
            f"({time.perf_counter() - began:.0f} s, status {done.returncode})",
            sep="\n",
        )

    def index(self) -> None:
        """The folder becomes an index."""
        self.run("index", str(self._show), "--db", str(self._db))

    @contextmanager
    def page_served(self) -> Iterator[str]:
        """The address that ``review`` prints."""
        words = [self._program, "review", "--db", str(self._db), "--port", "0"]
        env = os.environ | {"PYTHONUNBUFFERED": "1"}
        with subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env=env) as server:
            try:
                assert server.stderr is not None
                yield next(found[0] for line in server.stderr if (found := ADDRESS.search(line)))
            finally:
                server.terminate()

    def name_and_watch(self, browser: Browser, home: str, who: str) -> None:
        """Names on the page, then a scene from the grid; pictures of all pages."""
        page = browser.new_context(
            viewport={"width": 1440, "height": 900}, bypass_csp=True
        ).new_page()
        began = time.perf_counter()
        page.goto(home)
        self._name(page)
        print(f"{time.perf_counter() - began:.0f} s of the page's own time for it")
        self._watch(page, who)
        for size, (width, height) in SIZES.items():
            for scheme in ("light", "dark"):
                self._shoot(browser, home, who, (size, width, height), scheme)

    def _name(self, page: Page) -> None:
        """The first cluster, then the next, until enough has a name."""
        page.get_by_role("link", name="Unknown").click()
        given = 0
        while _named(page) < ENOUGH:
            card = page.locator("article.cluster").first
            who = self._who(int(card.get_attribute("data-cluster") or 0))
            if who is None:
                card.get_by_role("button", name="nobody", exact=False).first.click()
            else:
                card.get_by_role("combobox").fill(who)
                card.get_by_role("combobox").press("Enter")
            page.wait_for_load_state("networkidle")
            given += 1
        print(
            f"\n{given} answers, a name or a click each: {_named(page):.0%} of screen time is named"
        )

    def _who(self, cluster: int) -> str | None:
        """What most of a cluster's faces are, by the truth; None is nobody."""
        with open_index(str(self._db), create=False) as index:
            votes = labels(index, read_truth(self._show / "truth.csv"))
            faces = index.faces.waiting(cluster)
        seen: Counter[str] = sum((votes[f.episode, f.track] for f in faces), Counter())
        who = seen.most_common(1)[0][0]
        return None if who in {"unknown", "no face"} else who.title()

    def _watch(self, page: Page, who: str) -> None:
        """From the grid to a scene that plays."""
        page.get_by_role("link", name="Season").click()
        page.get_by_role("link", name=f"{who} in").first.click()
        if page.locator("#cannot").is_visible():
            page.locator("#cannot button").click()
            page.wait_for_function("!document.querySelector('#making')", timeout=600_000)
            print("(a copy that this browser plays was made first: one click more, once)")
        page.wait_for_function("document.querySelector('video').readyState >= 2")
        at = page.evaluate("document.querySelector('video').currentTime")
        page.get_by_role("button", name="Play", exact=False).first.click()
        page.wait_for_function(f"document.querySelector('video').currentTime > {at} + 0.2")
        print(f"a scene of {who} plays from {at:.1f} s, two clicks from the grid: {page.url}")

    def _shoot(
        self, browser: Browser, home: str, who: str, size: tuple[str, int, int], scheme: str
    ) -> None:
        name, width, height = size
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        page = context.new_page()
        page.goto(home)
        for what in ("season", "episode", "character", "unknown"):
            if what == "episode":
                page.get_by_role("link", name=f"{who} in").first.click()
            elif what == "character":
                page.goto(home)
                page.get_by_role("rowheader").get_by_role("link", name=who).first.click()
            elif what == "unknown":
                page.get_by_role("link", name="Unknown").click()
            page.wait_for_load_state("networkidle")
            page.wait_for_timeout(1500)  # the video's first picture, and its boxes
            page.screenshot(path=self._out / f"{what}-{name}-{scheme}.png")
        context.close()

    def take_out(self, one: str, other: str) -> None:
        """Clips, what media centres and players read, pictures to train with."""
        db = ("--db", str(self._db))
        self.run("find", one, *db)
        self.run("clips", one, other, "--supercut", "both.mp4", "--out", "clips", *db)
        self.run("export", "appearances", "--format", "nfo", "--out", "nfo", *db)
        self.run("export", "segments", "--format", "chapters", "--out", "chapters", *db)
        self.run(
            "export", "dataset", "--format", "kohya", "--character", one, "--out", "kohya", *db
        )


def _named(page: Page) -> float:
    """The share that stands at the head of every page."""
    found = re.search(r"(\d+) % of screen time", page.locator("body").inner_text())
    return int(found[1]) / 100 if found else 0.0


if __name__ == "__main__":
    main()
