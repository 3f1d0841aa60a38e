"""Chapters as a file's maker named them, on the file's clock, whatever their titles are."""

import subprocess
from fractions import Fraction

import pytest
from imageio_ffmpeg import get_ffmpeg_exe

from eyecatch.core.video.chapter_marks import LONGEST, MOST, chapter_marks
from eyecatch.core.video.probe import probe


def write(path, marks, *how):
    """A file of ten seconds with chapters: start and stop in milliseconds, and a title."""
    lines = [";FFMETADATA1"]
    for start, stop, title in marks:
        escaped = "".join(f"\\{one}" if one in "=;#\\\n" else one for one in title)
        lines += ["[CHAPTER]", "TIMEBASE=1/1000", f"START={start}", f"END={stop}"]
        lines += [f"title={escaped}"]
    said = path.with_suffix(".txt")
    said.write_text("\n".join(lines) + "\n", "utf-8")
    picture = ("-f", "lavfi", "-i", "testsrc=s=64x48:r=24:d=10")
    command = (get_ffmpeg_exe(), "-v", "error", *picture, "-i", said, "-map_chapters", "1")
    subprocess.run((*command, "-c:v", "libx264", *how, path), check=True)
    return path


@pytest.mark.parametrize("suffix", ["mkv", "mp4"])
def test_chapters_have_their_times_and_titles(suffix, tmp_path):
    marks = [(0, 2500, "アバン"), (2500, 6000, "OP; = #1"), (6000, 10000, "Part A")]
    found = chapter_marks(write(tmp_path / f"a.{suffix}", marks), Fraction(10))
    assert [(round(one.start, 3), round(one.stop, 3), one.title) for one in found] == [
        (0, 2.5, "アバン"),
        (2.5, 6, "OP; = #1"),
        (6, 10, "Part A"),
    ]


def test_they_are_on_the_clock_of_the_file(tmp_path):
    """Whose pictures begin at ten seconds, and which Matroska's chapters count from 0 too."""
    file = write(tmp_path / "a.mkv", [(11000, 13000, "OP")], "-output_ts_offset", "10")
    assert probe(file).origin == 10
    (found,) = chapter_marks(file, Fraction(20))
    assert (found.start, found.stop) == (11, 13)


def test_none_is_nothing(tmp_path):
    assert chapter_marks(write(tmp_path / "a.mkv", []), Fraction(10)) == ()


def test_titles_of_strangers_are_short_lines(tmp_path):
    marks = [(0, 1000, "a\x1b[2J\nb\u202ec"), (1000, 2000, "x" * 5000), (2000, 3000, "")]
    titles = [one.title for one in chapter_marks(write(tmp_path / "a.mkv", marks), Fraction(10))]
    assert titles[0].replace("\u202e", "") == "a [2J bc"
    assert titles[1:] == ["x" * LONGEST, ""]


def test_a_title_in_another_encoding_is_no_error(tmp_path):
    file = write(tmp_path / "a.mkv", [(0, 1000, "OPENING")])
    data = file.read_bytes()
    assert b"OPENING" in data
    file.write_bytes(data.replace(b"OPENING", b"OP\x83\x93ING"))
    assert [one.title for one in chapter_marks(file, Fraction(10))] == ["OP\ufffd\ufffdING"]


def test_those_beyond_the_end_and_those_without_length_are_left_out(tmp_path):
    marks = [(0, 0, "none"), (4000, 12000, "ends with the file"), (15000, 16000, "never")]
    found = chapter_marks(write(tmp_path / "a.mkv", marks), Fraction(10))
    assert found == ((4, 10, "ends with the file"),)


def test_there_are_not_more_than_can_be_meant(tmp_path):
    marks = [(k, k + 1, str(k)) for k in range(MOST + 50)]
    assert len(chapter_marks(write(tmp_path / "a.mkv", marks), Fraction(10))) == MOST


def element(number, content):
    return number.to_bytes((number.bit_length() + 7) // 8, "big") + size(len(content)) + content


def size(length):
    return (length | 1 << 56).to_bytes(8, "big")


def atom(uid, start, stop, title, *more):
    shown = element(0x80, element(0x85, title.encode()))
    times = (element(0x91, (start * 10**9).to_bytes(8, "big")),
             element(0x92, (stop * 10**9).to_bytes(8, "big")))  # fmt: skip
    return element(0xB6, b"".join((element(0x73C4, uid.to_bytes(8, "big")), *times, shown, *more)))


def test_an_opening_that_is_in_another_file_is_no_chapter_of_this_one(tmp_path):
    """As releases have it that keep the opening once for a season (ChapterSegmentUUID)."""
    file = write(tmp_path / "a.mkv", [(k, k + 1, "x" * 40) for k in range(9)])
    elsewhere = element(0x6E67, bytes(range(16)))
    atoms = atom(2**63 + 5, 0, 9, "OP", elsewhere) + atom(7, 1, 10, "Part A")
    new = element(0x1043A770, element(0x45B9, element(0x45DD, b"\x01") + atoms))
    data = file.read_bytes()
    at = data.rindex(b"\x10\x43\xa7\x70", 0, data.index(b"\x1f\x43\xb6\x75"))
    length = 9 - data[at + 4].bit_length()
    end = (
        at + 4 + length + int.from_bytes(data[at + 4 : at + 4 + length], "big") - (1 << 7 * length)
    )
    file.write_bytes(data[:at] + new + element(0xEC, bytes(end - at - len(new) - 9)) + data[end:])
    assert [one.title for one in chapter_marks(file, Fraction(10))] == ["Part A"]
