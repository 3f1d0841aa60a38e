"""Sound, subtitles, fonts and chapters: what is there goes along, what isn't stops nothing."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

import av
import numpy as np
import pytest

from eyecatch.jobs.clips.clips import clips as clips_of_scenes
from eyecatch.jobs.render.render import render

clips = partial(clips_of_scenes, pad=0, gap=0, min_seconds=0)  # appearances as they are

PICTURE = "testsrc2=size=96x64:rate=25:duration=2,format=yuv420p"
VIDEO = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "12"]


def drawn(seconds: float = 2, picture: str = PICTURE) -> list[str]:
    """Inputs: frames that differ, and a tone as long as asked."""
    return ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", f"sine=440:duration={seconds}"]


def kinds(path: Path) -> list[str]:
    with av.open(str(path)) as container:
        return [stream.type for stream in container.streams]


def frame_hashes(lab, path: Path) -> list[str]:
    lines = lab.hashes(path, "-map", "0:v:0", "-fps_mode", "passthrough", form="framehash")
    return [line.rsplit(",", 1)[1].strip() for line in lines]


@pytest.fixture
def made(lab, tmp_path) -> Callable[..., Path]:
    """Makes a file by ffmpeg."""

    def make(name: str, *arguments: object) -> Path:
        path = tmp_path / name
        lab.ffmpeg(*arguments, path)
        return path

    return make


def silence(path: Path) -> None:
    """Empty all packets of a transport stream's second stream, which its table still announces."""
    data = bytearray(path.read_bytes())
    for at in range(0, len(data), 188):
        if int.from_bytes(data[at + 1 : at + 3], "big") & 0x1FFF == 0x101:
            data[at : at + 188] = b"\x47\x1f\xff\x10".ljust(188, b"\xff")
    path.write_bytes(data)


@pytest.mark.parametrize(
    "sound", ["aac", *(pytest.param(one, marks=pytest.mark.slow) for one in ("ac3", "mp2"))]
)
def test_a_sound_that_never_comes_is_left_out_and_said(sound, made, lab, filled, caplog, tmp_path):
    path = made("Recorded.ts", *drawn(), *VIDEO, "-c:a", sound)
    silence(path)
    filled(path, lab.Face("Rei", 7, 15, lambda _: (20, 20, 40, 30)))
    db, whole = str(tmp_path / "season.db"), frame_hashes(lab, path)
    assert kinds(path) == ["video", "audio"]
    soft = render("Recorded", db=db, out=tmp_path / "soft.mkv")
    assert kinds(soft) == ["video", "subtitle"]
    assert frame_hashes(lab, soft) == whole
    assert kinds(render("Recorded", db=db, out=tmp_path / "burnt.mkv", how="burn")) == ["video"]
    for fast in (True, False):
        done = clips(["Rei"], db=db, out=tmp_path / f"clips{fast}", fast=fast, quality=0)
        assert done.faults == ()
        (one,) = done.clips
        assert kinds(one.file) == ["video"]
        assert frame_hashes(lab, one.file) == whole[one.start_frame : one.stop_frame]
    clips(["Rei"], db=db, supercut=tmp_path / "all.mp4")
    assert "is announced and has no sound; left out" in caplog.text


@pytest.mark.parametrize("suffix", [".ts", ".mkv"])
def test_a_sound_that_ends_early_stops_no_clip(suffix, made, lab, filled, tmp_path):
    path = made(f"Short{suffix}", *drawn(seconds=0.5), *VIDEO, "-c:a", "aac")
    filled(path, lab.Face("Rei", 30, 42, lambda _: (20, 20, 40, 30)))
    done = clips(["Rei"], db=str(tmp_path / "season.db"), out=tmp_path / "clips", quality=0)
    assert done.faults == ()
    assert frame_hashes(lab, done.clips[0].file) == frame_hashes(lab, path)[30:42]


SUBRIP = """1
00:00:00,200 --> 00:00:01,900
{\\an8}Hello <b>bold</b> <font color="#ff0000">red</font>
second {word} line

2
00:00:00,400 --> 00:00:01,800
<i>a < b & c</i> back\\hslash
"""

STYLED = """[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize
Style: Sign,Own,30

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 3,0:00:00.20,0:00:01.90,Sign,,0,0,0,,{\\pos(10,20)\\fad(1,2)}Sign
"""


@pytest.fixture
def titled(made, lab, filled, tmp_path) -> Path:
    """An episode with two subtitles and a font."""
    (tmp_path / "a.srt").write_text(SUBRIP)
    (tmp_path / "b.ass").write_text(STYLED)
    (tmp_path / "own.ttf").write_bytes(b"not really a font")
    font = ["-attach", tmp_path / "own.ttf", "-metadata:s:t", "mimetype=font/ttf"]
    texts = ["-i", tmp_path / "a.srt", "-i", tmp_path / "b.ass", "-map", "0", "-map", "1"]
    said = ["-metadata:s:s:0", "language=jpn", "-metadata:s:s:0", "title=Full"]
    streams = [*texts, "-map", "2", "-map", "3", "-c:s", "copy", *said]
    path = made("Titled.mkv", *drawn(), *streams, *VIDEO, *font)
    filled(path, lab.Face("Rei", 12, 30, lambda _: (20, 20, 40, 30)))
    return path


@pytest.mark.parametrize("options", [{}, {"fast": True}, {"labels": "soft"}], ids=str)
def test_clips_keep_fonts_and_formatting(titled, lab, tmp_path, options):
    done = clips(["Rei"], db=str(tmp_path / "season.db"), out=tmp_path / "clips", **options)
    assert done.faults == ()
    path = done.clips[0].file
    with av.open(str(path)) as container:
        assert [one.metadata["filename"] for one in container.streams.attachments] == ["own.ttf"]
        assert bytes(container.streams.attachments[0].data) == b"not really a font"
        texts = container.streams.subtitles
        assert (texts[0].language, texts[0].metadata["title"]) == ("jpn", "Full")
        assert b"Style: Sign,Own,30" in texts[1].codec_context.extradata.replace(b".0", b"")
    if not options.get("fast"):  # which has only lines that begin in it
        said = lab.ffmpeg("-i", path, "-map", "0:s:0", "-c", "copy", "-f", "srt", "-")
        assert [part.split("\n", 2)[2].strip() for part in said.strip().split("\n\n")] == [
            part.split("\n", 2)[2].strip() for part in SUBRIP.strip().split("\n\n")
        ]
        sign = lab.ffmpeg("-i", path, "-map", "0:s:1", "-c", "copy", "-f", "ass", "-")
        assert "{\\pos(10,20)\\fad(1,2)}Sign" in sign


@pytest.mark.parametrize("codec", ["webvtt", "mov_text"])
def test_other_text_keeps_its_words(codec, made, lab, filled, tmp_path):
    (tmp_path / "a.srt").write_text(SUBRIP)
    suffix = ".mkv" if codec == "webvtt" else ".mp4"
    texts = ["-i", tmp_path / "a.srt", "-map", "0", "-map", "1", "-map", "2", "-c:s", codec]
    path = made(f"Told{suffix}", *drawn(), *texts, *VIDEO)
    filled(path, lab.Face("Rei", 6, 30, lambda _: (20, 20, 40, 30)))
    done = clips(["Rei"], db=str(tmp_path / "season.db"), out=tmp_path / "clips")
    said = lab.ffmpeg("-i", done.clips[0].file, "-map", "0:s:0", "-c", "copy", "-f", "srt", "-")
    assert "Hello <b>bold</b>" in said
    assert "second {word} line" in said


SOUNDS = [
    ("Film.wmv", "wmav2", "wmav2"),
    ("Film.asf", "wmav1", "wmav1"),
    ("Film.avi", "adpcm_ms", "adpcm_ms"),
    ("Film.avi", "adpcm_ima_wav", "adpcm_ima_wav"),
    ("Film.avi", "adpcm_yamaha", "adpcm_yamaha"),
    ("Film.avi", "pcm_mulaw", "pcm_mulaw"),
    ("Film.mov", "pcm_alaw", "pcm_alaw"),
    ("Film.3gp", "libopencore_amrnb", "amr_nb"),
    ("Film.avi", "g726", "adpcm_g726"),
    ("Film.mkv", "adpcm_g722", "adpcm_g722"),
    ("Film.mov", "adpcm_ima_qt", "flac"),
    ("Film.flv", "nellymoser", "flac"),
    ("Film.flv", "adpcm_swf", "flac"),
    ("Film.vob", "pcm_dvd", "flac"),
    ("Film.m2ts", "pcm_bluray", "flac"),
    ("Film.ts", "s302m", "flac"),
    ("B-frames.avi", "adpcm_ms", "pcm_s16le"),
]
"""A file, its sound, and what Matroska has it as, which has no word for the last of them."""

RATES = {"libopencore_amrnb": 8000, "g726": 8000, "adpcm_g722": 16000, "s302m": 48000}
CHANNELS = {"s302m": 2}
QUICK = {"wmav2", "pcm_dvd"}
PICTURES = {".flv": "flv", ".vob": "mpeg2video", ".m2ts": "mpeg2video", ".ts": "mpeg2video"}


@pytest.mark.parametrize(
    ("name", "codec", "kept"),
    [pytest.param(*one, marks=[] if one[1] in QUICK else pytest.mark.slow) for one in SOUNDS],
)
def test_every_sound_goes_along(name, codec, kept, made, lab, filled, tmp_path):
    rate, channels = RATES.get(codec, 44100 if ".flv" in name else 48000), CHANNELS.get(codec, 1)
    sound = ["-c:a", codec, "-ar", rate, "-ac", channels, "-strict", -2]
    picture = ["-c:v", PICTURES.get(Path(name).suffix, "mpeg4"), "-g", 12]
    path = made(name, *drawn(), *(picture if "Film" in name else [*VIDEO, "-bf", 2]), *sound)
    filled(path, lab.Face("Rei", 7, 20, lambda _: (20, 20, 40, 30)))
    db = str(tmp_path / "season.db")
    soft = render(path.stem, db=db, out=tmp_path / "soft.mkv")
    with av.open(str(soft)) as container:
        assert container.streams.audio[0].codec_context.codec.canonical_name == kept
    assert heard(lab, soft) == pytest.approx(heard(lab, path), abs=1)
    done = clips(["Rei"], db=db, out=tmp_path / "fast", fast=True)
    assert done.faults == ()
    with av.open(str(done.clips[0].file)) as container:
        assert sum(frame.samples for frame in container.decode(audio=0)) > rate / 4


def heard(lab, path: Path) -> list[float]:
    """Where the tone crosses zero in the middle second, in samples."""
    form = ["-map", "0:a", "-ar", 8000, "-ac", 1, "-c:a", "pcm_s16le", "-f", "s16le"]
    raw = path.with_suffix(".raw")
    lab.ffmpeg("-i", path, *form, raw)
    wave = np.frombuffer(raw.read_bytes(), np.int16)[4000:12000].astype(int)
    return [len(wave), float(np.abs(np.fft.rfft(wave)).argmax()), float(np.abs(wave).mean() // 50)]


def element(number: int, content: bytes) -> bytes:
    """EBML: an id, a length in eight bytes, the content."""
    name = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return name + (1 << 56 | len(content)).to_bytes(8, "big") + content


def chapter(uid: int, start: float, stop: float) -> bytes:
    times = [(0x91, start), (0x92, stop)]
    begin_end = b"".join(element(one, int(at * 1e9).to_bytes(8, "big")) for one, at in times)
    shown = element(0x80, element(0x85, f"Part {uid}".encode()) + element(0x437C, b"eng"))
    return element(0xB6, element(0x73C4, bytes([uid])) + begin_end + shown)


ORDERED = element(
    0x1043A770,
    element(
        0x45B9,
        element(0x45DB, b"\1") + element(0x45DD, b"\1") + chapter(1, 1, 2) + chapter(2, 0, 1),
    ),
)
"""An edition that is the default and ordered: players show the second second first."""


@pytest.fixture
def ordered(made, lab, filled, tmp_path) -> Path:
    """An episode with ordered chapters, put where ffmpeg had written others."""
    (tmp_path / "chapters.txt").write_text(
        ";FFMETADATA1\n" + "[CHAPTER]\nTIMEBASE=1/1\nSTART=0\nEND=1\ntitle=Some\n" * 9
    )
    told = ["-f", "ffmetadata", "-i", tmp_path / "chapters.txt", "-map_chapters", 2]
    path = made("Ordered.mkv", *drawn(), *told, *VIDEO)
    data = path.read_bytes()
    at = data.rindex(b"\x10\x43\xa7\x70", 0, data.index(b"\x1f\x43\xb6\x75"))
    length = 9 - data[at + 4].bit_length()
    size = int.from_bytes(data[at + 4 : at + 4 + length], "big") - (1 << 7 * length)
    room = 4 + length + size - len(ORDERED)
    void = element(0xEC, bytes(room - 9))
    path.write_bytes(data[:at] + ORDERED + void + data[at + 4 + length + size :])
    filled(path, lab.Face("Rei", 7, 20, lambda _: (20, 20, 40, 30)))
    return path


@pytest.mark.parametrize("how", ["soft", "burn"])
def test_ordered_chapters_stay_in_order(how, ordered, lab, tmp_path):
    out = render("Ordered", db=str(tmp_path / "season.db"), out=tmp_path / "named.mkv", how=how)
    assert ORDERED in out.read_bytes()
    with av.open(str(ordered)) as source, av.open(str(out)) as container:
        assert container.chapters()[0]["start"] == 1_000_000_000
        assert container.chapters() == source.chapters()
    assert len(frame_hashes(lab, out)) == 50
    if how == "soft" and shutil.which("mpv"):
        assert first_seen(out) == first_seen(ordered)
        assert first_seen(out) != first_seen(ordered, "--no-ordered-chapters")


def first_seen(path: Path, *options: str) -> bytes:
    """The first picture that mpv shows."""
    folder = path.with_suffix(f".seen{len(options)}")
    images = ["--vo=image", "--vo-image-format=png", f"--vo-image-outdir={folder}", "--frames=1"]
    command = ["mpv", "--no-config", "--ao=null", "--no-sub", *images, *options, str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return next(folder.iterdir()).read_bytes()
