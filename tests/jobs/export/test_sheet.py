"""``export sheet``: pictures that hold what they should, in fonts that know the names."""

import logging
from xml.etree import ElementTree as ET

import cv2
import numpy as np
import pytest

import eyecatch
from eyecatch.core.errors import RequestError
from eyecatch.core.plotting import LARGEST, breadth, canvas, fit, save, shown
from eyecatch.core.video.plan import plan
from eyecatch.db.index import open_index
from eyecatch.jobs.cli import main
from eyecatch.jobs.export import contact_sheet
from eyecatch.jobs.selection import Selection


def comments(path):
    """Texts of an SVG: matplotlib writes each beside its shapes."""
    parser = ET.XMLParser(target=ET.TreeBuilder(insert_comments=True))
    root = ET.parse(path, parser).getroot()
    return {element.text.strip() for element in root.iter(ET.Comment)}


def seen(path, colour):
    """How many pixels of a PNG have a colour."""
    picture = cv2.imread(str(path)).astype(int)
    wanted = np.array([int(colour[place : place + 2], 16) for place in (5, 3, 1)])
    return int((np.abs(picture - wanted).max(axis=2) <= 6).sum())


def colours(db):
    with open_index(db, create=False) as index:
        return index.characters.colours()


def cast_of(filled, episode):
    return {r.label for r in filled.truth if r.episode == episode} - {"unknown"}


def test_a_timeline_has_a_row_for_everybody(filled, tmp_path):
    out = tmp_path / "timeline.svg"
    main(["export", "sheet", "S01E01", "--of", "timeline", "--db", filled.db, "--out", str(out)])
    assert comments(out) >= cast_of(filled, "S01E01.mkv") | {"S01E01", "0:00"}
    out = tmp_path / "timeline.png"
    eyecatch.export("sheet", db=filled.db, sheet="timeline", out=out, episodes=["S01E01"])
    frames = dict.fromkeys(cast_of(filled, "S01E01.mkv"), 0)
    for names in filled.named().values():
        for name in names:
            frames[name] += 1
    for name, count in frames.items():
        assert seen(out, colours(filled.db)[name]) > 100 * count, "a bar as long as they are there"


def test_a_season_has_a_cell_for_everybody(filled, tmp_path):
    out = tmp_path / "season.svg"
    eyecatch.export("sheet", db=filled.db, form="svg", out=out, unsure=True)
    everybody = cast_of(filled, "S01E01.mkv") | cast_of(filled, "S01E02.mkv")
    assert comments(out) >= everybody | {"Drawn", "S01E01", "S01E02"}


def test_faces_are_those_of_the_character(filled, tmp_path):
    eyecatch.export("sheet", db=filled.db, sheet="faces", out=tmp_path / "faces", unsure=True)
    names = cast_of(filled, "S01E01.mkv") | cast_of(filled, "S01E02.mkv")
    assert {path.stem for path in (tmp_path / "faces").iterdir()} == names
    for name in names:
        picture = cv2.imread(str(tmp_path / "faces" / f"{name}.png"))
        assert picture.shape[0] > 150
        assert (picture.min(axis=2) < 200).mean() > 0.05, "something is on it"


def test_faces_say_their_episode_and_how_many_there_are(filled, tmp_path, monkeypatch):
    with open_index(filled.db) as index:
        known = [one.episode for one in index.summaries.episodes()]
        chosen = Selection(index, known, unsure=True, min_seconds=0)
        cast = cast_of(filled, "S01E01.mkv") | cast_of(filled, "S01E02.mkv")
        name = max(cast, key=lambda one: contact_sheet.pick_faces(chosen, one).total)
        every = contact_sheet.pick_faces(chosen, name)
        monkeypatch.setattr(contact_sheet, "MAX_FACES", 1)
        part = contact_sheet.pick_faces(chosen, name)
    assert len(every.shown) == every.total > 1
    assert part.said == f"1 of {every.total} faces"
    wish = {"db": filled.db, "of": "faces", "format": "svg", "characters": name, "unsure": True}
    eyecatch.export("sheet", out=tmp_path / "part.svg", min_seconds=0, **wish)
    assert {part.said, part.shown[0].episode, part.shown[0].time} <= comments(tmp_path / "part.svg")


def test_pictures_are_the_same_each_time(filled, tmp_path):
    for name in ("a.svg", "b.svg"):
        eyecatch.export("sheet", db=filled.db, form="svg", out=tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_japanese_names_have_their_signs(tmp_path, caplog):
    assert shown("飛影 Hiei ひえい") == "飛影 Hiei ひえい"
    assert shown("\U0010abcd $a$") == "? $a$"  # for private use: no font has it
    with caplog.at_level(logging.WARNING), canvas(2, 1) as figure:
        figure.text(0.1, 0.5, shown("飛影 ヒエイ $money$"))
        save(figure, tmp_path / "name.png", "png")
    assert not caplog.records


@pytest.mark.parametrize("kind", ["season", "timeline", "faces"])
def test_nothing_to_draw_is_said(filled, tmp_path, kind):
    wish = {"sheet": kind, "out": tmp_path / "x.png", "characters": ["Mizore"]}
    with pytest.raises(RequestError, match="Mizore is not in these episodes"):
        eyecatch.export("sheet", db=filled.db, episodes=["S01E02"], **wish)
    assert list(tmp_path.iterdir()) == []


def test_an_index_without_faces_says_so(season_without_faces, tmp_path):
    for kind in ("season", "timeline", "faces"):
        with pytest.raises(RequestError, match="no face was found; there is nothing to draw"):
            eyecatch.export("sheet", db=season_without_faces, sheet=kind, out=tmp_path / "x.png")


@pytest.fixture
def season_without_faces(filled, tmp_path_factory):
    """An episode that was registered and not scanned yet."""
    db = str(tmp_path_factory.mktemp("none") / "none.db")
    with open_index(filled.db) as known, open_index(db) as index:
        episode = known.summaries.episodes()[0].episode
        (file, *_) = known.episodes.files(episode.id)
        index.episodes.add(episode.digest, file, episode.video, plan(episode.video))
    return db


def test_very_long_names_leave_room_for_the_bars(filled, refill, tmp_path):
    long = ["綾波" * 100, "W" * 200, "Rei\nAyanami"]
    there = sorted(cast_of(filled, "S01E01.mkv"))
    source = filled.folder / "S01E01.mkv"
    db = refill(tmp_path / "long.db", source, names=dict(zip(there, long, strict=False)))
    for sheet in ("timeline", "season", "faces"):
        done = eyecatch.export("sheet", db=db, sheet=sheet, out=tmp_path / sheet)
        for file in done.files:
            width = cv2.imread(str(file)).shape[1]
            assert width <= 12 * 150
    bars = cv2.imread(str(tmp_path / "timeline" / "S01E01.png")).astype(int)
    for name in long[: len(there)]:
        wanted = [int(colours(db)[name][place : place + 2], 16) for place in (5, 3, 1)]
        assert (np.abs(bars - wanted).max(axis=2) <= 6).sum() > 1000


@pytest.mark.parametrize("inches", [0.05, 1, 4, 100])
@pytest.mark.parametrize("text", ["綾波レイ" * 40, "W" * 300, "e\u0301" * 90, "Rei", ""])
def test_a_text_fits_where_it_is_drawn(text, inches):
    drawn = fit(text, inches)
    assert breadth(drawn) <= inches or drawn in ("…", "")
    assert drawn == shown(text) or drawn.endswith("…")
    assert not drawn.endswith("e…"), "no letter loses its accent"


def test_a_picture_of_any_size_is_drawn(tmp_path):
    with canvas(LARGEST / 150 + 20, 0.2) as figure:
        save(figure, tmp_path / "wide.png", "png")
    assert cv2.imread(str(tmp_path / "wide.png")).shape[1] <= LARGEST
