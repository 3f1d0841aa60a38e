import os
import struct
import zlib

import cv2
import numpy as np
import pytest

from eyecatch.core.errors import MediaError
from eyecatch.core.images import is_image, read_image

# TIFF header, one entry: orientation (0x0112) 6, "turn by 90 degrees clockwise to see it upright".
TURNED = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"


def write(path, picture):
    ok, content = cv2.imencode(path.suffix, picture)
    assert ok
    path.write_bytes(content.tobytes())
    return path


@pytest.fixture
def halves():
    """Blue on the left, red on the right."""
    picture = np.zeros((40, 60, 3), np.uint8)
    picture[:, :30, 0] = picture[:, 30:, 2] = 255
    return picture


@pytest.mark.parametrize("kind", [".jpg", ".png", ".webp", ".bmp", ".gif", ".tiff", ".avif"])
def test_every_kind_of_picture_under_any_name(kind, halves, tmp_path):
    path = write(tmp_path / f"飛影 ünd 蔵馬{kind}", halves)
    picture = read_image(path)
    assert picture.shape == (40, 60, 3)
    assert picture.dtype == np.uint8
    assert np.abs(picture[20, [5, 55]].astype(int) - halves[20, [5, 55]]).max() < 30
    assert is_image(path)


@pytest.mark.parametrize("kind", [".jpg", ".png", ".webp"])
def test_exif_turns_a_picture_upright(kind, halves, tmp_path):
    exif = np.frombuffer(TURNED, np.uint8)
    _, content = cv2.imencodeWithMetadata(kind, halves, [cv2.IMAGE_METADATA_EXIF], [exif])
    path = tmp_path / f"turned{kind}"
    path.write_bytes(content.tobytes())
    picture = read_image(path)
    assert picture.shape == (60, 40, 3)
    assert picture[5, 20].argmax() == 0  # what was left is on top
    assert picture[55, 20].argmax() == 2


def test_grey_and_sixteen_bits(tmp_path):
    grey = read_image(write(tmp_path / "grey.png", np.full((3, 4), 90, np.uint8)))
    assert (grey == np.full((3, 4, 3), 90)).all()
    deep = read_image(write(tmp_path / "deep.png", np.full((3, 4), 90 * 257, np.uint16)))
    assert np.abs(deep.astype(int) - 90).max() <= 1


@pytest.mark.parametrize(("kind", "full"), [(np.uint8, 255), (np.uint16, 65535)])
def test_what_is_transparent_becomes_mid_grey(kind, full, tmp_path):
    picture = np.zeros((2, 3, 4), kind)
    picture[..., 1] = full
    picture[0, :, 3] = full
    seen = read_image(write(tmp_path / "a.png", picture))
    assert seen[0, 0].tolist() == [0, 255, 0]
    assert seen[1, 0].tolist() == [128, 128, 128]


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "empty"), (b"some text", "no picture"), (b"\x89PNG\r\n\x1a\n\0\0", "no picture")],
)
def test_what_is_no_picture(content, words, tmp_path):
    path = tmp_path / "bad.png"
    path.write_bytes(content)
    with pytest.raises(MediaError, match=rf"bad\.png.*{words}"):
        read_image(path)


def test_what_can_not_be_opened(tmp_path):
    with pytest.raises(MediaError, match="there is no such file"):
        read_image(tmp_path / "absent.png")
    with pytest.raises(MediaError, match="can't be read"):
        read_image(tmp_path)


def test_pictures_are_known_by_their_names():
    assert is_image("A.JPG")
    assert not is_image(".DS_Store")
    assert not is_image("boxes.csv")


def png(width, height, rows=()):
    """A PNG of one colour that is said to be so large; without rows nothing of it is there."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"".join([
        b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", head),
        chunk(b"IDAT", zlib.compress(b"".join(rows))), chunk(b"IEND", b""),
    ])  # fmt: skip


def small(kind):
    return cv2.imencode(kind, np.zeros((8, 8, 3), np.uint8))[1].tobytes()


def gif(width, height):
    content = small(".gif")
    return content[:6] + struct.pack("<HH", width, height) + content[10:]


def bmp(width, height):
    return b"BM" + struct.pack("<IIIIiiHHIIiiII", 54, 0, 54, 40, width, height, 1, 24, *[0] * 6)


def webp(width, height):
    """Another size in a key frame's header (RFC 6386, 9.1), which has 14 bits for a side."""
    quality = [cv2.IMWRITE_WEBP_QUALITY, 80]  # above 100 it is lossless
    content = cv2.imencode(".webp", np.zeros((8, 8, 3), np.uint8), quality)[1].tobytes()
    at = content.index(b"\x9d\x01\x2a") + 3
    sides = struct.pack("<HH", min(width, 16383), min(height, 16383))
    return content[:at] + sides + content[at + 4 :]


def tiff(width, height):
    entries = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, 1),
               (262, 3, 1, 1), (273, 4, 1, 8), (278, 4, 1, height), (279, 4, 1, 1)]  # fmt: skip
    packed = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + packed + bytes(4)


def jpeg(width, height):
    """Another size in the header of a small one."""
    content = small(".jpg")
    at = content.index(b"\xff\xc0") + 5
    return content[:at] + struct.pack(">HH", height, width) + content[at + 4 :]


@pytest.mark.parametrize("side", [12_000, 30_000])
@pytest.mark.parametrize("kind", [png, gif, bmp, webp, tiff, jpeg], ids=lambda kind: kind.__name__)
def test_a_giant_is_refused_by_its_header(kind, side, tmp_path, monkeypatch):
    def decoded(*_):
        raise AssertionError("it was decoded")

    monkeypatch.setattr(cv2, "imdecode", decoded)
    path = tmp_path / "giant.png"
    path.write_bytes(kind(side, side))
    with pytest.raises(MediaError, match="million"):
        read_image(path)


def test_a_sparse_file_is_not_read(tmp_path):
    path = tmp_path / "sparse.png"
    path.write_bytes(png(8, 8))
    os.truncate(path, 60 * 10**9)
    with pytest.raises(MediaError, match="60,000 MB"):
        read_image(path)


def test_what_is_no_regular_file_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(MediaError, match="not a regular file"):
        read_image(tmp_path / "pipe.png")


@pytest.mark.parametrize("width", [5, 700])
def test_transparency_is_the_same_in_strips(width, tmp_path):
    picture = np.random.default_rng(1).integers(0, 256, (600, width, 4), np.uint8)
    read = read_image(write(tmp_path / "clear.png", picture))
    alpha = picture[..., 3:] / 255
    assert np.abs(read - (picture[..., :3] * alpha + 128 * (1 - alpha))).max() <= 0.51


def test_a_picture_of_a_programs_settings_is_read(halves, tmp_path):
    """Programs that draw keep megabytes of text before the picture, which is no bomb."""
    content = write(tmp_path / "drawn.png", halves).read_bytes()
    text = b"zTXtworkflow\0\0" + zlib.compress(b"{}" * 2_000_000)
    chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
    (tmp_path / "drawn.png").write_bytes(content[:33] + chunk + content[33:])
    assert read_image(tmp_path / "drawn.png").shape == (40, 60, 3)
