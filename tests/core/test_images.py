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
    with pytest.raises(MediaError, match="can't be read"):
        read_image(tmp_path / "absent.png")
    with pytest.raises(MediaError, match="can't be read"):
        read_image(tmp_path)


def test_pictures_are_known_by_their_names():
    assert is_image("A.JPG")
    assert not is_image(".DS_Store")
    assert not is_image("boxes.csv")
