"""Any names, times and boxes, in every format, as a reader that is not ours has them."""

import csv
import html
import io
import json
from dataclasses import replace
from fractions import Fraction
from itertools import accumulate
from pathlib import Path
from xml.etree import ElementTree as ET

import av
import opentimelineio as otio
import pyarrow.parquet as pq
import pysubs2
import pytest
import webvtt
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools.coco import COCO

from eyecatch.core.episode_name import EpisodeName
from eyecatch.core.palette import Colours
from eyecatch.core.text import cell, one_line
from eyecatch.core.video.types import Video
from eyecatch.db.records.answers import Range
from eyecatch.db.records.face_rows import FrameRow
from eyecatch.db.records.scan import EpisodeRecord
from eyecatch.jobs.export import boxes, chapters, edl, library, sidecar, subtitles, tables
from eyecatch.jobs.export import otio as timeline
from eyecatch.jobs.export.appearances import Appearance, EpisodeAppearances
from eyecatch.jobs.export.frame_images import Drawing
from eyecatch.jobs.render import ass
from eyecatch.jobs.render.labels import Label
from eyecatch.jobs.render.tags import shown_name, tagged

MS = Fraction(1, 1000)
HARD = (
    *(
        "A{b}C",
        r"{\an8}Rei",
        r"Ro\Nan",
        "a-->b",
        "<b>Rei</b>",
        "&lt;",
        "Rei\nAyanami",
        "\0",
        "\x1b[",
    ),
    *("Rei, II", "Rei; II", "rei; ii", "Rei box", "=1+1", "-", "@SUM(A1)", "unknown", "*", ", "),
    *("\u2028", "\u202eieR", "\ufeffRei", "\x85", "\x7f", "\ufffe", "é", "e\u0301", "👩\u200d🎤"),
    *("#1", "title=x", "[CHAPTER]", "]]>", '"Rei"', "NOTE", "WEBVTT", "綾波レイ", " Rei "),
)
NAMES = st.one_of(
    st.sampled_from(HARD),
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=30),
)
STEPS = st.tuples(st.integers(0, 500), st.integers(1, 500))  # frames between, and frames there
CLIPS = st.lists(st.tuples(NAMES, STEPS), max_size=8)
ORIGINS = st.sampled_from([Fraction(0), Fraction(10), Fraction(50_000), Fraction(1, 3)])
quick = settings(max_examples=25, deadline=None, derandomize=True, database=None)


def coloured(names):
    """A colour of its own for each name."""
    known = {name for name in names if name is not None}
    return Colours((name, f"#{n:06x}") for n, name in enumerate(sorted(known), 1))


def cast_of(clips, name="E01.mkv", origin=Fraction(0), rate=Fraction(24)):
    """Appearances of some names, one after the other for each, counted from an origin."""
    first = round(origin / MS)
    ends = list(accumulate(before + there for _, (before, there) in clips))
    found = [
        Appearance(
            who,
            Range(
                end - there,
                end,
                first + round(1000 * (end - there) / rate),
                first + round(1000 * end / rate),
                0.9,
                MS,
            ),
        )
        for (who, (_, there)), end in zip(clips, ends, strict=True)
    ]
    video = Video(
        Path(f"/s/{name}"), 0, "h264", "yuv420p", 640, 360, 0, Fraction(1), MS, rate, None, origin
    )
    frames = max(ends, default=1)
    end = origin + frames / rate
    known = (1, "d", video, None, frames, end, True, "done", None, None)
    episode = EpisodeRecord(*known, start=origin)
    return EpisodeAppearances(episode, tuple(found), coloured(one.character for one in found))


def milliseconds(cast, pts):
    return pts - round(cast.episode.origin / MS)


@quick
@given(CLIPS, ORIGINS)
def test_webvtt(clips, origin):
    cast = cast_of(clips, origin=origin)
    read = webvtt.from_buffer(io.BytesIO(subtitles.write_vtt(cast).encode()))
    cues = [(cue.start, cue.end, html.unescape(cue.text)) for cue in read.captions]
    assert [(text, _ms(end) - _ms(start)) for start, end, text in cues] == [
        (one_line(one.character), pytest.approx(one.range.stop_pts - one.range.start_pts, abs=1))
        for one in cast.appearances
    ]
    for (start, _, _), one in zip(cues, cast.appearances, strict=True):
        assert _ms(start) == pytest.approx(milliseconds(cast, one.range.start_pts), abs=1)


def _ms(clock):
    hours, minutes, seconds = clock.split(":")
    return round(1000 * (3600 * int(hours) + 60 * int(minutes) + float(seconds)))


@quick
@given(CLIPS, ORIGINS)
def test_ass(clips, origin):
    cast = cast_of(clips, origin=origin)
    read = pysubs2.SSAFile.from_string(subtitles.write_ass(cast), "ass")
    assert len(read.styles) == len({one.character for one in cast.appearances})
    assert len(read.events) == len(cast.appearances)
    for event, one in zip(read.events, cast.appearances, strict=True):
        colour = read.styles[event.style].primarycolor
        assert f"#{colour.r:02x}{colour.g:02x}{colour.b:02x}" == cast.colours[one.character]
        assert event.text == ass.escaped(one.character)
        assert -20 <= event.start - milliseconds(cast, one.range.start_pts) <= 0 or not event.start


@quick
@given(st.lists(NAMES | st.none(), min_size=1, max_size=6))
def test_styles_of_boxes(names):
    labels = [Label(n, n + 1, 10, 20, 30, 40, name) for n, name in enumerate(names)]
    labels = sorted(tagged(labels, 640, 360), key=lambda label: label.start)
    when = [10 * n for n in range(len(names) + 1)]
    colours = coloured(names)
    script = ass.track(labels, when, 640, 360, "\nE01", colours)
    read = pysubs2.SSAFile.from_string(script.to_string("ass"), "ass")
    drawn = [event for event in read.events if r"\p1" in event.text]
    written = [event for event in read.events if r"\p1" not in event.text]
    for name, label, box, tag in zip(names, labels, drawn, written, strict=True):
        for style, colour in ((box.style, "primarycolor"), (tag.style, "outlinecolor")):
            found = getattr(read.styles[style], colour)
            assert f"#{found.r:02x}{found.g:02x}{found.b:02x}" == colours[name]
        assert tag.text.endswith(ass.escaped(label.tag.text))
        assert label.tag.text.rstrip("…") in " ".join(one_line(shown_name(name)).split())


@quick
@given(CLIPS, ORIGINS)
def test_chapters_for_ffmpeg(clips, origin):
    cast = cast_of(clips, origin=origin)
    text = chapters.write_ffmetadata(cast).encode()
    with av.open(io.BytesIO(text), format="ffmetadata") as read:
        found = read.chapters()
    assert [one["metadata"].get("title", "") for one in found] == _titles(cast)
    begins = [float(one["start"] * one["time_base"]) for one in found]
    assert begins == sorted(begins)
    assert all(begin >= 0 for begin in begins)


@quick
@given(CLIPS, ORIGINS)
def test_chapters_for_mkvmerge(clips, origin):
    cast = cast_of(clips, origin=origin)
    root = ET.fromstring(chapters.write_matroska(cast).encode())
    assert [one.text for one in root.iter("ChapterString")] == _titles(cast)


def _titles(cast):
    """Who is there, or a dash: before, between, and after nobody is for a second or more."""
    least = 1000 * chapters.SHORTEST
    length = round(cast.episode.end / MS)
    titles, at = [], round(cast.episode.origin / MS)
    for one in cast.appearances:
        if one.range.start_pts - at >= least:
            titles.append(chapters.NOBODY)
        titles.append(one_line(one.character))
        at = one.range.stop_pts
    return [*titles, chapters.NOBODY] if cast.appearances and length - at >= least else titles


@quick
@given(CLIPS, NAMES, st.none() | NAMES)
def test_nfo(clips, title, series):
    cast = cast_of(clips, name=f"{title.replace('/', '')}.mkv")
    cast = replace(cast, episode=replace(cast.episode, series=series))
    root = ET.fromstring(library.write_nfo(cast, None, {}, {}))
    names = [one_line(name) for name in cast.characters()]
    assert [one.findtext("name") for one in root.iter("actor")] == names
    assert root.findtext("showtitle") == (None if series is None else one_line(series))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            EpisodeName(None, 1, 3.0, title="A Night"),
            {"title": "A Night", "season": "1", "episode": "3"},
        ),
        (EpisodeName(None, 0, 4.0), {"season": "0", "episode": "4"}),
        (EpisodeName(None, 2, 1.0, 2.0), {"season": "2", "episode": "1", "episodenumberend": "2"}),
        (EpisodeName(None, 1, 12.5), {}),
        (EpisodeName(None, 1, 1.0, special="NCOP"), {}),
        (EpisodeName(), {}),
    ],
)
def test_an_nfo_says_what_players_can_count(name, said):
    cast = cast_of([])
    cast = replace(cast, episode=replace(cast.episode, named=name))
    root = ET.fromstring(library.write_nfo(cast, None, {}, {}))
    assert {one.tag: one.text for one in root} == said


@quick
@given(CLIPS, NAMES, ORIGINS)
def test_x_ray(clips, title, origin):
    cast = cast_of(clips, name=f"{title.replace('/', '')}.mkv", origin=origin)
    said = json.loads(sidecar.write_xray(cast).encode())
    assert [one["name"] for one in said["characters"]] == cast.characters()
    assert said["episode"]["duration"] == pytest.approx(float(cast.episode.end - origin), abs=1e-3)


@quick
@given(CLIPS, NAMES, st.sampled_from([Fraction(24), Fraction(24000, 1001), Fraction(25)]))
def test_edl(clips, title, rate):
    cast = cast_of(clips, name=f"{title.replace('/', '')}.mkv", rate=rate)
    text = edl.write(cast)
    events = [line for line in text.split("\n") if line[:3].isdigit()]
    assert len(events) == len(cast.scenes()) - sum(not one.characters for one in cast.scenes())
    assert all(line[:1] in {*"0123456789*TF", ""} for line in text.split("\n")), "all are ours"
    if events:
        read = otio.adapters.read_from_string(text, "cmx_3600", rate=round(rate))
        found = list(read.tracks[0].find_clips())
        assert [clip.duration().value for clip in found] == [
            one.range.stop_frame - one.range.start_frame for one in cast.appearances
        ]


@quick
@given(CLIPS, NAMES)
def test_opentimelineio(clips, title):
    cast = cast_of(clips, name=f"{title.replace('/', '')}.mkv")
    read = otio.adapters.read_from_string(timeline.write(cast), "otio_json")
    (whole,) = read.tracks[0].find_clips()
    assert [marker.name for marker in whole.markers] == [
        one_line(one.character) for one in cast.appearances
    ]
    assert [track.name for track in read.tracks[1:]] == list(map(one_line, cast.characters()))


ROWS = st.lists(st.tuples(NAMES, NAMES), max_size=6)
COLUMNS = (tables.Column("episode", "label"), tables.Column("character", "label"))


@quick
@given(ROWS)
def test_tables(rows):
    read = {}
    for write in (tables.write_csv, tables.write_json, tables.write_parquet):
        stream = io.BytesIO()
        assert write(stream, COLUMNS, rows) == len(rows)
        read[write] = stream.getvalue()
    lines = csv.reader(io.StringIO(read[tables.write_csv].decode(), newline=""))
    shown = [tuple(line) for line in lines][1:]
    assert shown == [tuple(map(cell, row)) for row in rows]
    assert not any(one.startswith(("=", "+", "-", "@")) for row in shown for one in row)
    assert [tuple(row.values()) for row in json.loads(read[tables.write_json])] == rows
    parquet = pq.read_table(io.BytesIO(read[tables.write_parquet]))
    assert [tuple(row.values()) for row in parquet.to_pylist()] == rows


NUMBER = st.integers(-700, 1400)
FACE = st.tuples(NAMES | st.none(), NUMBER, NUMBER, NUMBER, NUMBER)
FACES = st.lists(FACE, min_size=1, max_size=5)


def drawings_of(faces):
    episode = cast_of([]).episode
    rows = tuple(
        FrameRow("E01.mkv", 7, 7, 1, name, 0.9, x, y, w, h, 0.9, False, MS)
        for name, x, y, w, h in faces
    )
    return [Drawing(episode, 7, rows, "E01")]


def inside(faces):
    """Name and box of the faces in the picture of 640 x 360, cut off at its edges."""
    cut = [(n, max(x, 0), max(y, 0), min(x + w, 640), min(y + h, 360)) for n, x, y, w, h in faces]
    return [(n, [a, b, c - a, d - b]) for n, a, b, c, d in cut if c > a and d > b]


@quick
@given(FACES)
def test_coco(tmp_path_factory, faces):
    folder = tmp_path_factory.mktemp("coco")
    drawings = drawings_of(faces)
    boxes.describe_coco(drawings, boxes.classes_of(drawings), folder)
    said = json.loads((folder / "annotations.json").read_bytes())
    coco = COCO()
    coco.dataset = said
    coco.createIndex()
    read = [(coco.cats[one["category_id"]]["name"], one["bbox"]) for one in coco.anns.values()]
    assert len({one["name"] for one in said["categories"]}) == len(said["categories"])
    assert [box for _, box in read] == [box for _, box in inside(faces)]
    for (shown, _), (name, _) in zip(read, inside(faces), strict=True):
        assert shown == (name or "unknown") or (name == "unknown" and shown == "unknown (2)")


@quick
@given(FACES)
def test_yolo(tmp_path_factory, faces):
    folder = tmp_path_factory.mktemp("yolo")
    drawings = drawings_of(faces)
    classes = boxes.classes_of(drawings)
    boxes.describe_yolo(drawings, classes, folder)
    said = yaml.safe_load((folder / "data.yaml").read_bytes())
    assert list((said["names"] or {}).values()) == list(classes.values())
    read = [line.split() for line in (folder / "labels/E01/000007.txt").read_text().splitlines()]
    numbers = [tuple(map(float, words[1:])) for words in read]
    assert all(0 <= number <= 1 for box in numbers for number in box)
    for (x, y, w, h), (_, box) in zip(numbers, inside(faces), strict=True):
        pixels = [640 * (x - w / 2), 360 * (y - h / 2), 640 * w, 360 * h]
        assert pixels == pytest.approx(box, abs=1e-2)


def test_only_text_that_a_spreadsheet_runs_is_changed():
    assert cell("=cmd|'/C calc'!A0") == "'=cmd|'/C calc'!A0"
    assert [cell(value) for value in ("a=b", "", None, -1.5, True)] == ["a=b", "", None, -1.5, True]
