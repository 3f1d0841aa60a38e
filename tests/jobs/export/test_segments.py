"""``export segments``, each format as a reader that is not ours has it."""

import csv
import json
import sqlite3
import subprocess
from contextlib import closing
from fractions import Fraction
from xml.etree import ElementTree as ET

import av
import pyarrow.parquet as pq
import pytest
from imageio_ffmpeg import get_ffmpeg_exe

import eyecatch
from eyecatch.core.segments.types import FoundSegment
from eyecatch.db.index import open_index
from eyecatch.jobs.export.formats import formats_of
from eyecatch.jobs.indexing.register import register

RATE = 12
FOUND = (
    ("recap", 0, 10),
    ("opening", 20, 40),
    ("reused", 50, 52),
    ("eyecatch", 60, 63),
    ("ending", 80, 100),
    ("preview", 100, 110),
)
"""In seconds."""


@pytest.fixture(scope="module")
def season(tmp_path_factory):
    """Two minutes as Matroska and as a broadcast's recording, and a clip show that is all recap."""
    folder = tmp_path_factory.mktemp("segments")
    picture = ("-f", "lavfi", "-i", f"testsrc=s=64x48:r={RATE}:d=120")
    for name, how in {
        "S01E01.mkv": (),
        "S01E02.ts": ("-output_ts_offset", "50000"),
        "S01E03.mkv": (),
        "S01E04.mkv": ("-t", "60"),
    }.items():
        command = (get_ffmpeg_exe(), "-v", "error", *picture, *how, "-pix_fmt", "yuv420p")
        subprocess.run((*command, "-c:v", "libx264", folder / name), check=True)
    with open_index(str(folder / "season.db")) as index:
        for name in ("S01E01.mkv", "S01E02.ts", "S01E03.mkv", "S01E04.mkv"):
            id_ = register(index, folder / name, "Drawn", 60).id
            found = {"S01E03.mkv": [("recap", 0, 119)], "S01E04.mkv": []}.get(name, FOUND)
            index.segments.keep_found(
                {
                    id_: [
                        FoundSegment(0, kind, start * RATE, stop * RATE, 0.9, number)
                        for number, (kind, start, stop) in enumerate(found)
                    ]
                }
            )
    return folder


@pytest.fixture
def exported(season, tmp_path):
    """Exports an episode and returns the file."""

    def export(form, suffix, episode="S01E01"):
        out = tmp_path / f"{episode}{suffix}"
        db = str(season / "season.db")
        eyecatch.export("segments", db=db, form=form, out=out, episodes=[episode])
        return out

    return export


EPISODES = pytest.mark.parametrize("episode", ["S01E01", "S01E02"])
"""Players count both from 0."""


@pytest.mark.parametrize("form", ["csv", "json", "parquet"])
def test_rows_are_segments(exported, form):
    path = exported(form, f".{form}")
    if form == "csv":
        rows = list(csv.DictReader(path.read_text().splitlines()))
    else:
        rows = json.loads(path.read_text()) if form == "json" else pq.read_table(path).to_pylist()
    head = ["episode", "kind", "start", "stop", "start_frame", "stop_frame", "confidence", "by"]
    assert list(rows[0]) == head
    assert [(row["kind"], float(row["start"]), float(row["stop"])) for row in rows] == [
        (kind, pytest.approx(start, abs=0.002), pytest.approx(stop, abs=0.002))
        for kind, start, stop in FOUND
    ]
    assert {(row["episode"], float(row["confidence"]), row["by"]) for row in rows} == {
        ("S01E01.mkv", 0.9, "model")
    }
    assert int(rows[1]["start_frame"]) == 20 * RATE


def test_rows_are_on_the_videos_own_clock(exported):
    rows = json.loads(exported("json", ".json", "S01E02").read_text())
    assert rows[0]["start"] == pytest.approx(50001.4, abs=0.1)


def test_what_a_person_said_is_no_segment_is_none(season, tmp_path):
    copy = tmp_path / "season.db"
    copy.write_bytes((season / "season.db").read_bytes())
    with closing(sqlite3.connect(copy)) as index:
        index.execute("UPDATE segment SET kind = 'story', decided_by = 'person' WHERE start = 0")
        index.commit()
    out = tmp_path / "a.json"
    done = eyecatch.export("segments", db=str(copy), form="json", out=out, episodes=["S01E01"])
    assert done.rows == len(FOUND) - 1
    assert "story" not in out.read_text()


CHAPTERS = [
    ("Recap", 0, 10),
    ("Part A", 10, 20),
    ("Opening", 20, 40),
    ("Part B", 40, 60),
    ("Eyecatch", 60, 63),
    ("Part C", 63, 80),
    ("Ending", 80, 100),
    ("Preview", 100, 110),
    ("Part D", 110, 120),
]


def near(expected):
    return [
        (title, pytest.approx(start, abs=0.002), pytest.approx(stop, abs=0.002))
        for title, start, stop in expected
    ]


@EPISODES
def test_ffmpeg_reads_chapters(season, exported, episode, tmp_path):
    said, out = exported("ffmetadata", ".ffmetadata", episode), tmp_path / "out.mkv"
    command = (get_ffmpeg_exe(), "-v", "error", "-i", season / "S01E01.mkv", "-i", said)
    subprocess.run((*command, "-map_chapters", "1", "-c", "copy", out), check=True)
    with av.open(str(out)) as container:
        found = [
            (
                one["metadata"]["title"],
                *(float(one[e] * one["time_base"]) for e in ("start", "end")),
            )
            for one in container.chapters()
        ]
    assert found == near(CHAPTERS)


@EPISODES
def test_mkvmerge_has_the_same_chapters(exported, episode):
    root = ET.parse(exported("chapters", ".xml", episode)).getroot()
    found = [
        (
            atom.findtext("ChapterDisplay/ChapterString"),
            *(seconds(atom.findtext(f"ChapterTime{end}")) for end in ("Start", "End")),
        )
        for atom in root.iterfind("EditionEntry/ChapterAtom")
    ]
    assert found == near(CHAPTERS)


def seconds(clock):
    hours, minutes, rest = clock.split(":")
    return float(Fraction(hours) * 3600 + Fraction(minutes) * 60 + Fraction(rest))


def entries(path):
    """Start, stop and number of each line, as players split them."""
    lines = [line.split() for line in path.read_text().splitlines()]
    return [(int(number), float(start), float(stop)) for start, stop, number in lines]


@EPISODES
@pytest.mark.parametrize(
    ("form", "expected"),
    [
        # A player refuses a line that touches the one before it, so the preview is the ending's.
        ("kodi", [(3, 0, 10), (3, 20, 40), (2, 60, 60), (3, 80, 110)]),
        ("mplayer", [(0, 0, 10), (0, 20, 40), (0, 80, 110)]),
        ("jellyfin", [(2, 0, 10), (0, 20, 40), (4, 80, 100), (1, 100, 110)]),
    ],
)
def test_players_pass_over_what_is_no_story(exported, form, expected, episode):
    assert entries(exported(form, ".edl", episode)) == near(expected)


@EPISODES
def test_jellyfin_counts_ten_millions_a_second(exported, episode):
    found = json.loads(exported("media-segments", ".segments.json", episode).read_text())
    assert [(one["Type"], one["StartTicks"] / 1e7, one["EndTicks"] / 1e7) for one in found] == near(
        [("Recap", 0, 10), ("Intro", 20, 40), ("Outro", 80, 100), ("Preview", 100, 110)]
    )


@pytest.mark.parametrize("form", ["kodi", "mplayer", "jellyfin"])
def test_a_clip_show_is_played(exported, form):
    assert entries(exported(form, ".edl", "S01E03")) == []


def test_an_episode_without_segments_is_one_part_and_passed_over_nowhere(exported):
    root = ET.parse(exported("chapters", ".xml", "S01E04")).getroot()
    assert [one.text for one in root.iter("ChapterString")] == ["Part A"]
    assert exported("kodi", ".edl", "S01E04").read_text() == ""


def test_a_season_is_a_folder_of_files_or_one_table(season, run, tmp_path):
    db = season / "season.db"
    status, said, _ = run("export", "segments", "--db", db)
    assert status == 0
    assert len(said.splitlines()) == 1 + 2 * len(FOUND) + 1
    for one in formats_of("segments"):
        if one.kind == "segments":
            out = tmp_path / one.name
            status, _, _ = run("export", "segments", "--db", db, "--format", one.name, "--out", out)
            assert status == 0
            assert len(list(out.glob(f"S01E0?{one.suffix}"))) == 4
    status, _, error = run("export", "segments", "--db", db, "--format", "kodi")
    assert status != 0
    assert "kodi has a file for each" in error


def test_nothing_is_said(season, run):
    _, _, said = run("export", "segments", "S01E04", "--db", season / "season.db")
    assert "No segment was found there." in said
