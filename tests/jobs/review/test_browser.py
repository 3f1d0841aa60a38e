"""The page in a real browser: a name is given by keyboard, is everywhere, and is taken back."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from threading import Thread

import numpy as np
import pytest
import uvicorn

from eyecatch.core.errors import UnknownCharacterError
from eyecatch.core.segments.types import FoundSegment
from eyecatch.jobs.review.app import make_app
from eyecatch.jobs.review.scenes import scene_spans
from eyecatch.jobs.review.server import address, listening

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
OPTIONS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here: apt install chromium"),
    # Playwright's pipes are closed by the garbage collector, after the loop that held them.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(OPTIONS))
        yield started
        started.close()


@pytest.fixture
def home(room):
    """The address of a real server of the page."""
    with listening("127.0.0.1", 0) as listener:
        server = uvicorn.Server(uvicorn.Config(make_app(room), log_level="error"))
        thread = Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield address(listener, None).rstrip("/")
        server.should_exit = True
        thread.join()


@pytest.fixture(params=["desktop", pytest.param("phone", marks=pytest.mark.slow)])
def page(request, browser, home):
    sizes = {"desktop": (1280, 860), "phone": (390, 844)}
    width, height = sizes[request.param]
    dark = "dark" if request.param == "phone" else "light"
    context = browser.new_context(
        base_url=home, viewport={"width": width, "height": height}, color_scheme=dark
    )
    opened = context.new_page()
    opened.set_default_timeout(60_000)
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on(
        "console",
        lambda told: (
            faults.append(told.text)
            if told.type == "error" and "status of 409" not in told.text
            else None
        ),
    )
    opened.on(
        "request", lambda asked: None if asked.url.startswith(home) else faults.append(asked.url)
    )
    yield opened
    context.close()
    assert faults == [], "errors, or another host was asked"


def check(page) -> None:
    """Nothing that axe-core finds wrong, and nothing wider than the screen."""
    found = axe.Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_season_is_named_and_taken_back(page, room):
    row = room.index.clusters.waiting()[0]
    page.goto("/")
    check(page)
    assert not page.get_by_role("rowheader", name="Hiei").count()

    page.goto("/unknowns")
    check(page)
    page.keyboard.press("j")
    page.keyboard.press("n")
    page.keyboard.type("Hiei")
    page.keyboard.press("Enter")
    page.wait_for_url("**/unknowns*")
    page.get_by_text("Last: named").wait_for()
    assert (
        room.index.actions.last().message
        == f"named {'1 face' if row.faces == 1 else f'{row.faces} faces'} Hiei"
    )
    assert not page.locator(f"[data-cluster='{row.id}']").count()

    page.goto("/")
    page.get_by_role("rowheader", name="Hiei").wait_for()
    check(page)
    assert {found.characters for found in room.index.queries.find(["Hiei"])} == {("Hiei",)}
    page.get_by_role("link", name="Hiei", exact=True).click()
    page.get_by_role("heading", name="Hiei").wait_for()
    check(page)

    page.locator("main").focus()
    page.keyboard.press("u")
    page.wait_for_url("**")
    page.get_by_text("Nothing was named yet").wait_for()
    page.goto("/")
    assert not page.get_by_role("rowheader", name="Hiei").count()
    with pytest.raises(UnknownCharacterError):
        room.index.queries.find(["Hiei"])


def test_the_rest_is_shown_and_named_without_javascript(browser, home, room, blurred):
    context = browser.new_context(base_url=home, java_script_enabled=False)
    opened = context.new_page()
    opened.goto("/unknowns")
    assert not opened.locator(f"[data-cluster='{blurred}']").count()
    opened.get_by_role("link", name="Show the rest").click()
    group = opened.locator(f"[data-cluster='{blurred}']")
    group.get_by_placeholder("Name…").fill("Hiei")
    group.get_by_role("button", name="Name", exact=True).click()
    opened.get_by_text("Last: named").wait_for()
    assert "rest=1" in opened.url
    assert room.index.queries.find(["Hiei"])
    context.close()


def test_the_rest_has_no_barriers(page, blurred):
    for path in ("/unknowns?rest=1", "/unsure?rest=1"):
        page.goto(path)
        check(page)


def test_what_counts_is_switched_without_javascript(browser, home, room):
    row = room.index.clusters.waiting()[0]
    room.act(lambda index: index.actions.name_cluster(row.id, "Hiei"))
    context = browser.new_context(base_url=home, java_script_enabled=False)
    opened = context.new_page()
    opened.goto("/")
    opened.get_by_role("link", name="everything").click()
    opened.get_by_label("Sure to").select_option("90 %")
    opened.get_by_role("button", name="Show").click()
    opened.get_by_role("link", name="Hiei", exact=True).click()
    assert opened.url.endswith("?confidence=0.9&count=everything")
    assert opened.locator(".switch [aria-current]").inner_text() == "everything"
    assert opened.get_by_label("Sure to").input_value() == "0.9"
    context.close()


def test_what_counts_has_no_barriers(page, room):
    row = room.index.clusters.waiting()[0]
    room.act(lambda index: index.actions.name_cluster(row.id, "Hiei"))
    (number,) = [number for number, name in room.index.pages.names() if name == "Hiei"]
    for path in ("/", f"/characters/{number}"):
        page.goto(f"{path}?count=everything&confidence=0.9")
        check(page)


def test_the_video_plays_with_boxes_and_bars_seek(page, room):
    row = room.index.clusters.waiting()[0]
    room.act(lambda index: index.actions.name_cluster(row.id, "Hiei"))
    face = next(one for one in room.index.faces.of_character("Hiei") if one.episode_id == 1)
    page.goto("/episodes/1")
    check(page)
    video = page.locator("video")
    page.wait_for_function("document.querySelector('video').readyState >= 2")
    mark = page.locator("svg[aria-label='Hiei'] a").first
    mark.dispatch_event("click")
    page.locator("#boxes text", has_text="Hiei").wait_for()
    assert abs(video.evaluate("one => one.currentTime") - face.time) < 30
    box = page.locator("#boxes rect").first.evaluate(
        "one => ['x', 'y', 'width', 'height'].map((name) => Number(one.getAttribute(name)))"
    )
    assert box[2] > 10
    assert box[3] > 10
    page.get_by_label("Boxes").uncheck()
    assert not page.locator("#boxes rect").count()


def test_faces_are_picked_split_off_and_merged_again(page, room):
    row = next(one for one in room.index.clusters.waiting() if one.faces > 1)
    page.goto(f"/clusters/{row.id}")
    check(page)
    split = page.get_by_role("button", name="Somebody else")
    assert split.is_disabled()
    page.locator(".pick input").first.check()
    split.click()
    page.get_by_text("Last: split 1 face off").wait_for()
    assert len(room.index.clusters.cannot_link()) == 1
    new = next(number for number in room.index.clusters.cannot_link()[0] if number != row.id)
    page.goto("/unknowns")
    if page.viewport_size["width"] > 1000:
        page.locator(f"[data-cluster='{new}'] h2").drag_to(
            page.locator(f"[data-cluster='{row.id}'] h2")
        )
        page.get_by_text(f"Last: merged cluster {new} into {row.id}").wait_for()
        assert room.index.clusters.get(row.id).faces == row.faces
        assert room.index.clusters.cannot_link() == []


def test_somebody_else_was_quicker(page, room):
    row = room.index.clusters.waiting()[0]
    page.goto("/unknowns")
    room.act(lambda index: index.actions.name_cluster(row.id, "Kurama"))
    page.get_by_label(f"Name of cluster {row.id}").fill("Hiei")
    page.keyboard.press("Enter")
    page.get_by_text("has changed since you saw it").wait_for()
    check(page)
    assert {name for _, name in room.index.pages.names()} == {"Kurama"}


def test_a_missed_face_is_drawn_by_keys_named_and_taken_back(page, room):
    page.goto("/episodes/1")
    page.wait_for_function("document.querySelector('video').readyState >= 2")
    page.locator("main").focus()
    page.keyboard.press("d")
    assert page.get_by_role("button", name="Name it").is_disabled()
    pen = page.locator("#pen")
    assert pen.evaluate("one => one === document.activeElement")
    for key in ("ArrowRight", "Shift+ArrowRight", "Shift+ArrowDown", "ArrowLeft", "ArrowLeft"):
        page.keyboard.press(key)
    page.get_by_text("pixels,").wait_for()
    check(page)
    page.keyboard.press("Enter")
    page.keyboard.type("Hotaru")
    page.keyboard.press("Enter")
    page.get_by_text("Last: drew a face that was missed, Hotaru").wait_for()
    check(page)
    (row,) = room.index.missed_faces.of(1)
    assert row.character == "Hotaru"
    assert row.box == (243, 126, 114, 114)  # steps of a hundredth of the picture's width
    page.get_by_role("button", name="Take out the face drawn").click()
    page.get_by_text("Last: took a drawn face out again").wait_for()
    assert room.index.missed_faces.of(1) == []
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("heading", name="Drawn by hand").wait_for()


def test_a_missed_face_is_drawn_by_pointer(page, room):
    page.goto("/episodes/1")
    page.wait_for_function("document.querySelector('video').readyState >= 2")
    page.get_by_role("button", name="Draw a box round").click()
    pen = page.locator("#pen")
    place = pen.bounding_box()
    unit = place["width"] / 640
    page.mouse.move(place["x"] + 10 * unit, place["y"] + 20 * unit)
    page.mouse.down()
    page.mouse.move(place["x"] + 50 * unit, place["y"] + 60 * unit)
    page.mouse.move(place["x"] + 70 * unit, place["y"] + 90 * unit)
    page.mouse.up()
    page.get_by_role("button", name="Somebody").click()
    page.get_by_text("Last: drew a face that was missed").wait_for()
    (row,) = room.index.missed_faces.of(1)
    assert row.box == pytest.approx((10, 20, 60, 70), abs=2)


def test_a_missed_face_is_drawn_by_touch(browser, home, room):
    context = browser.new_context(
        base_url=home, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.goto("/episodes/1")
    page.wait_for_function("document.querySelector('video').readyState >= 2")
    page.get_by_role("button", name="Draw a box round").tap()
    place = page.locator("#pen").bounding_box()
    unit = place["width"] / 640
    touch = context.new_cdp_session(page)

    def send(kind, *points):
        at = [{"x": place["x"] + x * unit, "y": place["y"] + y * unit} for x, y in points]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    send("touchStart", (10, 20))
    for step in range(1, 7):
        send("touchMove", (10 + 10 * step, 20 + 10 * step))
    send("touchEnd")
    page.get_by_text("pixels, 10 from the left").wait_for()
    page.get_by_label("Name of the face in the box").fill("Hotaru")
    page.get_by_label("Name of the face in the box").press("Enter")
    page.get_by_text("Last: drew a face that was missed, Hotaru").wait_for()
    context.close()
    (row,) = room.index.missed_faces.of(1)
    assert row.box == pytest.approx((10, 20, 60, 60), abs=3)


def test_a_cluster_is_no_face_by_a_key(page, room):
    row = room.index.clusters.waiting()[0]
    page.goto("/unknowns")
    page.keyboard.press("j")
    page.keyboard.press("f")
    page.get_by_text("aside as no face").wait_for()
    assert row.id not in {one.id for one in room.index.clusters.waiting()}
    check(page)


def test_segments_are_set_by_the_playhead_and_taken_back(page, room):
    room.index.segments.keep_found(
        {
            1: [FoundSegment(0, "opening", 24, 72, 0.9, 0)],
            2: [FoundSegment(1, "opening", 48, 96, 0.9, 0)],
        }
    )
    page.goto("/episodes/1")
    page.wait_for_function("document.querySelector('video').readyState >= 2")
    check(page)
    page.get_by_role("link", name="opening, 0:01 to 0:03").dispatch_event("click")
    form = page.locator("#segment-24-72")
    form.get_by_text("It is in 2 episodes").wait_for()
    assert abs(page.locator("video").evaluate("one => one.currentTime") - 1.001) < 0.01
    check(page)
    page.locator("video").evaluate(
        "one => new Promise((done) => { one.onseeked = () => done(1); one.currentTime = 1.5; })"
    )
    form.get_by_label("Kind").select_option("ending")
    form.get_by_role("button", name="Start here").click()
    assert form.get_by_label("Start").input_value().startswith("0:01.")
    form.get_by_role("button", name="Save").click()
    page.get_by_text("is ending, and the same in 1 more episode").wait_for()
    check(page)
    (row,) = room.index.segments.of(1)
    assert row.kind == "ending"
    assert row.start_frame == pytest.approx(36, abs=1)
    assert room.index.segments.of(2)[0].start_frame == row.start_frame + 24

    summary = page.get_by_text("Add a segment")  # by keys alone
    summary.focus()
    page.keyboard.press("Enter")
    new = page.locator("#segment-new")
    new.get_by_label("Kind").select_option("preview")
    new.get_by_label("Start").fill("12")
    new.get_by_label("End").fill("0:14.2")
    new.get_by_label("In this episode only").check()
    page.keyboard.press("Enter")
    page.get_by_text("to 0:14 of").wait_for()
    assert [one.kind for one in room.index.segments.of(1)] == ["ending", "preview"]
    page.locator("footer").get_by_role("button", name="Undo").click()
    page.get_by_text("is ending, and the same in 1 more episode").wait_for()
    assert len(room.index.segments.of(1)) == 1


def test_several_clusters_are_chosen_by_keys_named_and_taken_back(page, room):
    rows = [row for row, doubt in room.offers.clusters() if doubt is None][:3]
    page.goto("/unknowns")
    bar = page.locator("#bulk")
    assert bar.get_by_role("button", name="Name", exact=True).is_disabled()
    for key in ("j", "s", "j", "j", "Shift+S"):
        page.keyboard.press(key)
    bar.get_by_text(f"3 chosen, {sum(row.faces for row in rows)} faces").wait_for()
    check(page)
    page.keyboard.press("Escape")
    bar.get_by_text("Tick several").wait_for()
    page.get_by_label(f"Choose cluster {rows[0].id}").click()
    page.get_by_label(f"Choose cluster {rows[2].id}").click(modifiers=["Shift"])
    bar.get_by_text("3 chosen").wait_for()
    page.keyboard.press("n")
    page.keyboard.type("Hiei")
    page.keyboard.press("Enter")
    page.get_by_text("Hiei, of 3 clusters").wait_for()
    assert not {row.id for row in rows} & {row.id for row in room.index.clusters.waiting()}
    page.locator("main").focus()
    page.keyboard.press("u")
    page.get_by_text("Nothing was named yet").wait_for()
    assert {row.id for row in rows} <= {row.id for row in room.index.clusters.waiting()}


def test_naming_ends_with_the_rest_as_nobody(page, room):
    rest = room.index.batches.unnamed()
    page.goto("/unknowns")
    page.get_by_role("link", name="The rest is nobody").click()
    page.get_by_text(f"{rest.faces} faces in").wait_for()
    check(page)
    page.get_by_role("button", name=f"Set {rest.faces} faces aside").click()
    page.get_by_text(f"Last: set {rest.faces} faces aside as nobody").wait_for()
    page.get_by_text("Nobody waits for a name").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Nothing was named yet").wait_for()
    assert room.index.batches.unnamed() == rest


def test_a_batch_of_unsure_faces_is_answered_with_one_button(page, room, unsure):
    page.goto("/unsure")
    form = page.locator("form.ask").first
    answer = form.locator("[data-answer]")
    boxes = form.locator(".pick input")
    count = boxes.count()
    assert answer.inner_text() == (f"All {count} are Hiei" if count > 1 else "Yes, Hiei")
    check(page)
    boxes.first.uncheck()
    wrong = int(boxes.first.get_attribute("value"))
    assert answer.inner_text().endswith("1 is not" if count > 1 else "None is Hiei")
    answer.click()
    page.get_by_text("Last: ").get_by_text("not Hiei").wait_for()
    named = {
        face.id for face in room.index.faces.of_character("Hiei") if face.decided_by == "person"
    }
    assert wrong not in named
    assert len(named & set(unsure)) == count - 1


def test_a_character_gets_a_picture_another_name_and_a_namesake(page, room):
    first, second = room.index.clusters.waiting()[:2]
    for row, name in ((first, "Hiei"), (second, "Kurama")):
        room.act(lambda index, row=row, name=name: index.actions.name_cluster(row.id, name))
    (number,) = [key for key, name in room.index.pages.names() if name == "Hiei"]
    page.goto(f"/characters/{number}")
    choose = page.get_by_role("button", name="The picture of Hiei")
    assert choose.is_disabled()
    tick = page.locator(".pick input").last
    tick.check()
    choose.click()
    page.get_by_text("Last: chose a picture of Hiei").wait_for()
    assert room.index.covers.chosen()[number] == int(tick.get_attribute("value"))

    page.get_by_text("Rename, merge, forget").click()
    check(page)
    page.get_by_label("Another name").fill("Jaganshi")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Jaganshi").wait_for()
    page.get_by_text("Also called Hiei.").wait_for()
    page.get_by_text("Rename, merge, forget").click()
    page.get_by_label("The same as").select_option("Kurama")
    page.get_by_role("button", name="Merge into Jaganshi").click()
    page.get_by_text("Also called Hiei, Kurama.").wait_for()
    check(page)
    page.goto("/")
    check(page)
    row = page.get_by_role("rowheader", name="Jaganshi")
    assert row.locator("img").evaluate("one => one.complete && one.naturalWidth > 0")


def until(page, condition: str) -> None:
    """Wait for a condition; what Playwright has for it is forbidden by the page's policy."""
    for _ in range(1200):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(25)
    raise AssertionError(condition)


def seconds(page):
    return page.evaluate("Number(document.querySelector('#seek').value)")


def test_a_scene_plays_in_two_clicks_and_its_address_is_kept(page, room):
    row = room.index.clusters.waiting()[0]
    room.act(lambda index: index.actions.name_cluster(row.id, "Hiei"))
    found = room.index.queries.find(["Hiei"])[0]
    page.goto("/")
    page.get_by_role("link", name="Hiei in ").first.click()
    page.locator("#boxes text", has_text="Hiei").wait_for()  # before anything is played
    assert seconds(page) == pytest.approx(float(found.first), abs=0.003)
    page.get_by_role("button", name="Play").click()
    until(page, f"document.querySelector('video').currentTime > {float(found.first) + 0.2}")
    page.get_by_role("button", name="Pause").click()
    shown = "document.querySelector('#seek').value"
    until(page, f"Math.abs(new URLSearchParams(location.search).get('t') - {shown}) < 0.001")
    stood = seconds(page)
    page.reload()
    page.locator("#boxes rect").first.wait_for()
    assert seconds(page) == pytest.approx(stood, abs=0.05)
    check(page)

    page.locator("#scenes a").last.click()
    until(page, "!document.querySelector('video').paused")
    page.go_back()  # seeking is no step in the history
    page.get_by_role("heading", name="Who is in which episode").wait_for()
    page.get_by_role("link", name="Hiei", exact=True).click()
    check(page)
    page.get_by_role("link", name=re.compile(r"^\d+ scenes?$")).first.click()
    page.get_by_role("heading", name=re.compile("^[0-9]+ scenes? of Hiei$")).wait_for()


@pytest.fixture
def watched(page, room):
    """The page of an episode, with two names in it, at its third second; and Hiei's scenes."""
    for row, name in zip(room.index.clusters.waiting(), ("Hiei", "Kurama"), strict=False):
        room.act(lambda index, row=row, name=name: index.actions.name_cluster(row.id, name))
    if page.viewport_size["width"] > 1000:
        page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/episodes/1?t=3")
    page.locator("#boxes rect").first.wait_for()
    return page


def test_who_is_when_is_seen_and_leads_there(watched, room):
    timeline, video = watched.locator("#timeline"), watched.locator("video")
    lane = watched.locator(".axis .lane").bounding_box()
    foot = watched.locator("footer").bounding_box()["y"]
    assert lane["y"] + lane["height"] < foot, "it is seen without scrolling"
    if watched.viewport_size["width"] > 1000:
        last = watched.locator(".line").last.bounding_box()
        assert min(last["y"], timeline.bounding_box()["y"] + 100) < foot
        assert video.bounding_box()["height"] > 380

    def place(part):
        return lane["x"] + part * lane["width"], lane["y"] + lane["height"] / 2

    length = float(room.index.episodes.get(1).length)
    watched.mouse.click(*place(0.5))
    assert seconds(watched) == pytest.approx(length / 2, abs=0.05)
    watched.mouse.move(*place(0.5))
    watched.mouse.down()
    watched.mouse.move(*place(0.6))
    watched.mouse.move(*place(0.25))
    watched.mouse.up()
    until(watched, SETTLED)
    assert seconds(watched) == pytest.approx(length / 4, abs=0.05)
    head = watched.locator("#playhead").bounding_box()
    assert head["x"] + 1 == pytest.approx(place(0.25)[0], abs=3)


SETTLED = "!document.querySelector('video').seeking"


def test_keys_go_by_frames_scenes_and_episodes(watched, room):
    times = room.index.chunks.frame_times(1)
    base = room.index.episodes.get(1).video.time_base
    hiei = next(one for one in room.index.queries.find(["Hiei"]) if one.episode.id == 1)
    watched.locator("main").focus()
    until(watched, SETTLED)

    def stands_at(time):
        until(watched, f"Math.abs(document.querySelector('#seek').value - {time}) < 0.02")
        until(watched, SETTLED)

    stood = int(np.searchsorted(times.pts * float(base), 3.002, side="right")) - 1
    stands_at(float(times.pts[stood] * base))
    for key, frame in ((".", stood + 1), (".", stood + 2), (",", stood + 1)):
        watched.keyboard.press(key)
        stands_at(float(times.pts[frame] * base))

    watched.get_by_label("Only Hiei").check()
    watched.get_by_role("heading", name=re.compile("scenes? of Hiei")).wait_for()
    watched.locator("main").focus()
    start = max(float(start * base) for start, _ in scene_spans(hiei.ranges))
    watched.locator("#seek").evaluate(
        "(one, time) => { one.value = time; one.dispatchEvent(new Event('input')); }",
        start - 0.1 if start else 2.5,
    )
    until(watched, SETTLED)
    watched.keyboard.press("j" if start else "k")
    stands_at(start)
    watched.locator("#boxes text", has_text="Hiei").wait_for()
    assert watched.locator("#boxes rect").count() == 1, "the others' boxes are not shown"
    assert watched.locator(".line.off").count() >= 1
    check(watched)
    until(watched, "location.search.includes('character=')")
    watched.keyboard.press("?")
    watched.get_by_role("dialog", name="Keys").wait_for()
    check(watched)
    watched.keyboard.press("Escape")
    watched.keyboard.press("0")
    assert not watched.get_by_label("Only Hiei").is_checked()
    watched.keyboard.press("Shift+J")
    watched.wait_for_url("**/episodes/2*")


def test_boxes_are_on_the_whole_screen(watched):
    watched.locator("main").focus()
    watched.keyboard.press("f")
    until(watched, "document.fullscreenElement?.contains(document.querySelector('#boxes rect'))")
    picture, boxes = (watched.locator(it).bounding_box() for it in ("video", "#boxes"))
    assert picture == pytest.approx(boxes, abs=1)
    watched.keyboard.press("f")
    until(watched, "!document.fullscreenElement")


def test_a_copy_is_played_where_one_stood_once_it_is_made(browser, home, room):
    page = browser.new_context(base_url=home).new_page()
    page.goto("/episodes/1?t=4")
    until(page, "document.querySelector('video').readyState >= 2")
    page.evaluate("document.querySelector('video').dispatchEvent(new Event('error'))")
    page.get_by_role("button", name="Make a copy").click()
    page.get_by_text("is being made").wait_for()
    room.proxies.wait()
    page.locator("#cannot").wait_for(state="hidden")
    until(page, SETTLED)
    assert seconds(page) == pytest.approx(4, abs=0.05)
    assert room.proxies.path(room.index.episodes.get(1)) is not None
    page.context.close()
