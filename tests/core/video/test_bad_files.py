"""Each bad file says in one sentence what is wrong with it, and what to do."""

from __future__ import annotations

import os
from fractions import Fraction

import ffmpeg
import pytest

from eyecatch.core.errors import MediaError
from eyecatch.core.video.content_hash import content_hash
from eyecatch.core.video.decode import decode
from eyecatch.core.video.ffmpeg import run, source_input
from eyecatch.core.video.plan import plan
from eyecatch.core.video.probe import probe


def _said(function, path):
    with pytest.raises(MediaError) as caught:
        function(path)
    sentence = str(caught.value)
    assert sentence.startswith(f"{path}: ")
    assert sentence.endswith(".")
    return sentence


@pytest.fixture(params=[probe, content_hash], ids=["probe", "content_hash"])
def reader(request):
    """Either function that is the first to touch a file."""
    return request.param


def test_missing(reader, tmp_path):
    assert "there is no such file; check the path" in _said(reader, tmp_path / "none.mkv")


def test_below_a_file(reader, tmp_path):
    (tmp_path / "file").write_text("x")
    assert "there is no such file" in _said(reader, tmp_path / "file" / "ep.mkv")


def test_folder(reader, tmp_path):
    assert "is a folder, not a video" in _said(reader, tmp_path)


def test_empty(reader, tmp_path):
    path = tmp_path / "empty.mkv"
    path.touch()
    assert "is empty" in _said(reader, path)


def test_pipe(reader, tmp_path):
    path = tmp_path / "pipe.mkv"
    os.mkfifo(path)
    assert "is not a regular file" in _said(reader, path)


def test_no_permission(reader, tmp_path):
    path = tmp_path / "secret.mkv"
    path.write_bytes(b"x")
    path.chmod(0)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)  # root may read everything; nobody may not
    try:
        assert "may not be read; check its permissions" in _said(reader, path)
    finally:
        if root:
            os.seteuid(0)


@pytest.mark.parametrize("text", ["not a video\n" * 9, "1\n00:00:01,000 --> 00:00:02,000\nHi.\n"])
def test_text_named_mkv(tmp_path, text):
    path = tmp_path / "text.mkv"
    path.write_text(text)
    sentence = _said(probe, path)
    assert "is not a video that FFmpeg knows" in sentence or "has no video stream" in sentence


LISTS = {
    "ffconcat": "ffconcat version 1.0\nfile {name}\n",
    "ffconcat after spaces": "\n  ffconcat version 1.0\nfile '{name}'\n",
    "m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n{path}\n#EXT-X-ENDLIST\n",
    "m3u8 of one name": "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n{name}\n#EXT-X-ENDLIST\n",
    "dash": (
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
        'profiles="urn:mpeg:dash:profile:isoff-on-demand:2011" mediaPresentationDuration="PT4S">'
        '<Period><AdaptationSet mimeType="video/mp2t"><Representation id="0" bandwidth="9">'
        "<BaseURL>{name}</BaseURL></Representation></AdaptationSet></Period></MPD>"
    ),
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 9 RTP/AVP 33\n",
    "pls": "[playlist]\nFile1={path}\nNumberOfEntries=1\n",
    "asx": '<asx version="3.0"><entry><ref href="{name}"/></entry></asx>',
}
"""Files that are lists of others, each of a video that stands beside it."""


@pytest.fixture(params=LISTS)
def playlist(request, made, tmp_path):
    (tmp_path / "beside.ts").write_bytes(made("h264-open.ts").read_bytes())
    path = tmp_path / "episode.mkv"
    path.write_text(LISTS[request.param].format(name="beside.ts", path=tmp_path / "beside.ts"))
    return path


def test_a_list_of_files_is_not_followed(playlist):
    assert "is a list of other files" in _said(probe, playlist)


@pytest.mark.parametrize("name", ["list.m3u8", "list.mpd", "list.ffconcat", "list.sdp"])
def test_a_list_by_its_name_is_not_followed(name, made, tmp_path):
    (tmp_path / "beside.ts").write_bytes(made("h264-open.ts").read_bytes())
    path = tmp_path / name
    path.write_text(LISTS["m3u8"].format(path=tmp_path / "beside.ts"))
    assert "is a list of other files" in _said(probe, path)


def test_the_ffmpeg_program_does_not_follow_a_list_either(playlist, tmp_path):
    """It is run on files that were probed; one may have been changed since."""
    copy = ffmpeg.output(source_input(playlist)["v"], str(tmp_path / "out.mkv"), c="copy")
    with pytest.raises(MediaError, match="could not process it"):
        run(copy, playlist)
    assert not (tmp_path / "out.mkv").exists() or not (tmp_path / "out.mkv").stat().st_size


def test_a_pattern_of_names_opens_no_other_pictures(run_ffmpeg, tmp_path):
    run_ffmpeg("-f", "lavfi", "-i", "color", "-frames:v", "3", tmp_path / "still%03d.png")
    path = tmp_path / "still%03d.png"
    path.write_text("nothing")
    assert "is a picture, not a video" in _said(probe, path)


@pytest.mark.parametrize("name", ["subtitle.idx", "script.avs", "clip.MLV"])
def test_companions_of_a_file_are_not_opened(name, made, tmp_path):
    """VobSub's pictures, what a script loads, a recording's later parts."""
    heads = {
        "subtitle.idx": b"# VobSub index file, v7 (do not modify this line!)\nid: en, index: 0\n",
        "script.avs": b'FFmpegSource2("beside.ts")\n',
        "clip.MLV": b"MLVI" + (52).to_bytes(4, "little") + b"v2.0\0\0\0\0" + bytes(200),
    }
    for beside in ("beside.ts", "subtitle.sub", "clip.M00"):
        (tmp_path / beside).write_bytes(made("h264-open.ts").read_bytes())
    (tmp_path / name).write_bytes(heads[name])
    assert "is not a video that FFmpeg knows" in _said(probe, tmp_path / name)


def test_a_quicktime_file_that_refers_to_another_has_no_frame(made, tmp_path):
    """The entry of a data reference (ISO/IEC 14496-12, 8.7.2) names the file beside it."""
    data = made("h264.mp4").read_bytes()
    (tmp_path / "beside.mp4").write_bytes(data)
    here = data.index(b"url \0\0\0\1")
    outside = data[:here] + b"url \0\0\0\0" + data[here + 8 :]
    start, stop = outside.index(b"mdat") + 4, outside.index(b"moov") - 4
    path = tmp_path / "episode.mp4"
    path.write_bytes(outside[:start] + bytes(stop - start) + outside[stop:])
    assert "undecodable" in _said(probe, path)


@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_picture(run_ffmpeg, tmp_path, suffix):
    path = tmp_path / f"still.{suffix}"
    run_ffmpeg("-f", "lavfi", "-i", "color", "-frames:v", "1", "-update", "1", path)
    assert "is a picture, not a video" in _said(probe, path)


@pytest.mark.parametrize("name", ["sound.mka", "sound.mp4", "sound.wav"])
def test_no_video_stream(run_ffmpeg, tmp_path, name):
    path = tmp_path / name
    run_ffmpeg("-f", "lavfi", "-i", "sine=duration=1", path)
    assert "has no video stream" in _said(probe, path)


def test_cover_art_is_no_video_stream(run_ffmpeg, tmp_path):
    path, cover = tmp_path / "song.mp4", tmp_path / "cover.png"
    run_ffmpeg("-f", "lavfi", "-i", "color", "-frames:v", "1", "-update", "1", cover)
    sound = ["-f", "lavfi", "-i", "sine=duration=1"]
    streams = ["-map", "0", "-map", "1", "-c:v", "copy", "-disposition:v", "attached_pic"]
    run_ffmpeg(*sound, "-i", cover, *streams, path)
    assert "has no video stream" in _said(probe, path)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("nothing.mkv", "ends before its first frame"),
        ("nothing.mp4", "has no video stream"),
        ("nothing.avi", "has a video stream without a single frame"),
    ],
)
def test_zero_duration(run_ffmpeg, tmp_path, name, problem):
    path = tmp_path / name
    run_ffmpeg("-f", "lavfi", "-i", "color", "-c:v", "libx264", "-frames:v", "0", path)
    assert problem in _said(probe, path)


def test_everything_edited_away(made, run_ffmpeg, tmp_path):
    """The packets are there, but the file's edit list shows none of them."""
    path = tmp_path / "edited.mp4"
    run_ffmpeg("-ss", "100", "-i", made("h264.mp4"), "-c", "copy", path)
    assert "has a video stream without a single frame" in _said(probe, path)


def test_mp4_without_its_index(made, tmp_path):
    path = tmp_path / "cut.mp4"
    path.write_bytes(made("h264.mp4").read_bytes()[:20000])
    assert "is an MP4 without its index (moov)" in _said(probe, path)


def test_noise_in_place_of_every_packet(made, tmp_path):
    path = tmp_path / "noise.mp4"
    data = bytearray(made("h264.mp4").read_bytes())
    start, stop = data.index(b"mdat") + 4, data.index(b"moov") - 4
    data[start:stop] = bytes(stop - start)
    path.write_bytes(data)
    assert "96 packets of h264 video, all undecodable" in _said(probe, path)


def _half(path, data):
    path.write_bytes(data[: len(data) * 6 // 10])
    video = probe(path)
    cut = plan(video, 0)
    frames = [frame for chunk in cut.chunks for frame in decode(video, chunk)]
    return video, cut, frames


@pytest.mark.parametrize("name", ["h264-open.mkv", "hevc-open.mkv", "vp9.webm", "mpeg4.avi"])
def test_truncated(made, tmp_path, name):
    """Six tenths of a file: the frames that are there are decoded, and it is said where it ends."""
    video, cut, frames = _half(tmp_path / name, made(name).read_bytes())
    assert not cut.complete
    assert [frame.number for frame in frames] == list(range(len(frames)))
    assert 30 < len(frames) <= cut.frames <= len(frames) + 1
    assert cut.end - cut.chunks[-1].pts[-1] * video.time_base < Fraction(1, 20)


def test_truncated_mp4_with_its_index_in_front(made, run_ffmpeg, tmp_path):
    """The index promises 4 s, and the file holds the first part of them."""
    front = tmp_path / "front.mp4"
    run_ffmpeg("-i", made("h264.mp4"), "-c", "copy", "-movflags", "faststart", front)
    video, cut, frames = _half(tmp_path / "cut.mp4", front.read_bytes())
    assert not cut.complete
    assert video.duration == 4
    assert 1 < cut.end < 3
    assert len(frames) <= cut.frames <= len(frames) + 1  # the last packet may be there in part


def test_truncated_transport_stream(made, tmp_path):
    """Nothing says how long it should be, but it ends within a packet."""
    data = made("h264-open.ts").read_bytes()
    _, cut, frames = _half(tmp_path / "cut.ts", data[: len(data) // 188 * 188 - 100])
    assert not cut.complete
    assert 30 < len(frames) <= cut.frames


def test_whole_files_are_complete(sample, made):
    assert plan(probe(made(sample.name))).complete


def test_hash_is_of_the_content(made, tmp_path):
    path = made("one.mkv")
    copy = tmp_path / "another name.mkv"
    copy.write_bytes(path.read_bytes())
    assert content_hash(copy) == content_hash(path)
    assert len(bytes.fromhex(content_hash(path))) == 16
    copy.write_bytes(path.read_bytes()[:-1] + b"\0\0")
    assert content_hash(copy) != content_hash(path)
