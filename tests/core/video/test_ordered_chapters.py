"""Files that aren't Matroska have no ordered chapters, whatever their bytes look like."""

import pytest

from eyecatch.core.video.ordered_chapters import keep_order


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes(64),
        b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c" * 4,  # ASF
        b"\x01\x02\x03\x04\x05\x06\x07\x08\x01\x09\x0a\x0b\x0c\x0d" * 4,
        b"\x1a\x08\x01" + b"\xff" * 40,
    ],
)
def test_what_is_no_matroska_is_left_alone(data, tmp_path):
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(data)
    target.write_bytes(data)
    keep_order(source, target)
    assert target.read_bytes() == data
