"""The page places names by the rules of what is rendered, in a real browser."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from eyecatch.jobs.render import tags
from eyecatch.jobs.render.labels import Label
from eyecatch.jobs.render.tags import Sizes, shortened, tagged
from eyecatch.jobs.review.app import FOLDER

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
WIDTH, HEIGHT = 1280, 720
NAMES = ("Velma Dinkley", "綾波レイ", "Shaggy", "Fred", "アスカ・ラングレー", "R")

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here: apt install chromium"),
    # Playwright's pipes are closed by the garbage collector, after the loop that held them.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")


@pytest.fixture(scope="module")
def script():
    """A blank page with the script in it."""
    with sync_api.sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        page = browser.new_page()
        page.add_script_tag(content=Path(FOLDER / "static" / "tags.js").read_text("utf-8"))
        yield page
        browser.close()


def frame(seed: int, faces: int) -> list[Label]:
    random = np.random.default_rng(seed)
    found = []
    for number in range(faces):
        x, y, size = random.uniform([-40, -40, 20], [WIDTH, HEIGHT, 260]).round().astype(int)
        box = int(x), int(y), int(size), int(1.1 * size)
        found.append(Label(0, 1, *box, NAMES[number % len(NAMES)], track=number))
    return found


PLACE = """([faces, width, height, sizes]) => {
  const memory = new Map(), measure = (text, size) => Math.ceil([...text].length * size * 0.75);
  return placeTags(faces, width, height, sizes, measure, memory);
}"""


def test_names_stand_where_they_are_rendered(script, monkeypatch):
    monkeypatch.setattr(tags, "text_width", lambda text, size: int(-(-len(text) * size * 3 // 4)))
    sizes = Sizes.of(HEIGHT)
    told = {"text": sizes.text, "least": sizes.least, "pad": sizes.pad}
    for seed in range(12):
        labels = frame(seed, 2 + seed)
        faces = [{"key": one.track, "name": one.character, "area": one.w * one.h,
                  "box": [one.x, one.y, one.w, one.h]} for one in labels]  # fmt: skip
        placed = script.evaluate(PLACE, [faces, WIDTH, HEIGHT, told])
        there = {one["key"]: (one["text"], one["size"], one["left"], one["top"]) for one in placed}
        rendered = {
            one.track: (one.tag.text, one.tag.size, one.tag.left, one.tag.top)
            for one in tagged(labels, WIDTH, HEIGHT)
            if one.tag is not None
        }
        assert there == rendered


def test_a_name_stays_on_its_side_while_that_is_free(script):
    stays = """() => {
      const memory = new Map(), sizes = { text: 20, least: 12, pad: 2 };
      const measure = (text, size) => text.length * size / 2;
      const velma = { key: 1, name: "Velma", area: 9, box: [300, 300, 100, 100] };
      const fred = { key: 2, name: "", area: 9, box: [300, 200, 100, 90] };
      const place = (faces) => placeTags(faces, 640, 480, sizes, measure, memory)[0].top;
      return [[velma], [velma, fred], [velma]].map(place);
    }"""
    above, below, still = script.evaluate(stays)
    assert (above, below, still) == (276, 400, 400)


def test_names_are_shortened_alike(script):
    names = [*NAMES, "Shaggy Rogers", "Maximilian Something", "草薙素子"]
    assert script.evaluate("(names) => names.map(shortened)", names) == [
        shortened(n) for n in names
    ]
