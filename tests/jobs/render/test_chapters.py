"""``render --chapters``: what was found becomes chapters beside those of the file's maker."""

import av
import pytest

from eyecatch import render
from eyecatch.core.errors import RequestError
from eyecatch.core.segments.types import FoundSegment

RATE = 10
SIZE = "64x48"
FOUND = (("opening", 5, 15), ("ending", 30, 39))
OURS = [("Part A", 0, 5), ("Opening", 5, 15), ("Part B", 15, 30), ("Ending", 30, 40)]


@pytest.fixture
def episode(lab, index, tmp_path):
    """Makes an episode of forty seconds, with chapters where some are given, and indexes it."""

    def make(name, *how, chapters=(), found=FOUND):
        said = tmp_path / "said.txt"
        said.write_text(
            "\n".join(
                [
                    ";FFMETADATA1",
                    *(
                        f"[CHAPTER]\nTIMEBASE=1/1\nSTART={start}\nEND={stop}\ntitle={title}"
                        for title, start, stop in chapters
                    ),
                ]
            )
        )
        picture = ["-f", "lavfi", "-i", f"testsrc=s={SIZE}:r={RATE}:d=40", "-i", said]
        code = ["-map_chapters", 1, "-c:v", "libx264", "-pix_fmt", "yuv420p", "-g", 20]
        path = tmp_path / name
        lab.ffmpeg(*picture, *code, *how, path)
        record = lab.fill(index, path, [lab.Face("Rei", 7, 20, lambda _: (20, 10, 20, 20))])
        segments = [
            FoundSegment(0, kind, start * RATE, stop * RATE, 0.9, number)
            for number, (kind, start, stop) in enumerate(found)
        ]
        index.segments.keep_found({record.id: segments})
        return path

    return make


@pytest.fixture
def chapters_of(tmp_path):
    """Renders an episode, and reads the chapters of the result: seconds as players count."""

    def of(name="a", **wishes):
        out = render(name, db=str(tmp_path / "season.db"), out=tmp_path / "out.mkv", **wishes)
        with av.open(str(out)) as container:
            begin = container.streams.video[0].start_time * container.streams.video[0].time_base
            return [
                (
                    one["metadata"].get("title", ""),
                    *(float(one[end] * one["time_base"] - begin) for end in ("start", "end")),
                )
                for one in container.chapters()
            ]

    return of


def near(expected):
    return [
        (title, pytest.approx(start, abs=0.02), pytest.approx(stop, abs=0.02))
        for title, start, stop in expected
    ]


@pytest.mark.parametrize("name", ["a.mkv", "a.mp4", "a.ts"])
def test_what_was_found_becomes_chapters(name, episode, chapters_of):
    episode(name, *(("-output_ts_offset", 50000) if name == "a.ts" else ()))
    assert chapters_of(chapters=True) == near(OURS)


def test_chapters_are_written_only_when_asked_for(episode, chapters_of):
    episode("a.mkv")
    assert chapters_of() == []


def test_the_makers_names_stay_and_ours_fill(episode, chapters_of):
    episode("a.mkv", chapters=[("前半; = #1", 0, 20), ("後半", 20, 40)])
    assert chapters_of(chapters=True) == near(
        [
            ("前半; = #1", 0, 5),
            ("Opening", 5, 15),
            ("前半; = #1", 15, 20),
            ("後半", 20, 30),
            ("Ending", 30, 40),
        ]
    )


def test_chapters_that_nobody_named_get_names(episode, chapters_of):
    episode("a.mkv", chapters=[("Chapter 01", 0, 5), ("Chapter 02", 5, 15), ("3", 15, 40)])
    assert chapters_of(chapters=True) == near(OURS)


def test_where_nothing_was_found_chapters_stay(episode, chapters_of, caplog):
    episode("a.mkv", chapters=[("OP", 0, 20)], found=())
    assert chapters_of(chapters=True) == near([("OP", 0, 20)])
    assert "no segment was found in it" in caplog.text


def test_only_the_soft_copy_has_chapters(episode, tmp_path, run):
    episode("a.mkv")
    db = str(tmp_path / "season.db")
    with pytest.raises(RequestError, match="soft copy alone"):
        render("a", db=db, out=tmp_path / "b.mkv", how="burn", chapters=True)
    with pytest.raises(RequestError, match="can't hold chapters"):
        render("a", db=db, out=tmp_path / "b.ass", chapters=True)
    status, _, _ = run("render", "a", "--chapters", "--db", db, "--out", tmp_path / "c.mkv")
    assert status == 0
