"""Paths in a database: whatever bytes a file's name has, they come back."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from eyecatch.core.errors import MediaError
from eyecatch.db.records.scan import FileStamp


@pytest.mark.parametrize(
    "name", [b"\x83G\x83X.mkv", b"caf\xe9 50%.mkv", "か\u3099\n🎌.mkv".encode()]
)
def test_the_bytes_of_a_path_come_back(index, season, name):
    path = Path("/season") / os.fsdecode(name)
    stamp = FileStamp(str(path), 1000, 1)
    video = replace(season.video(), path=path)
    added = index.episodes.add("digest", stamp, video, season.plan())
    assert os.fsencode(added.video.path) == b"/season/" + name
    assert index.episodes.digest_of(stamp) == "digest"
    assert index.episodes.files(added.id) == [stamp]
    assert [one.video.path for one in index.pages.episodes(0, 9, "mkv")] == [path]


def test_a_bad_file_is_known_by_its_bytes(index):
    path = os.fsdecode(b"/season/\xff.mkv")
    stamp = FileStamp(path, 10, 1)
    for _ in range(2):
        index.bad_files.add(path, MediaError(path, "is no video"), stamp)
    assert str(index.bad_files.reason(stamp)) == "/season/\ufffd.mkv: is no video."
    assert [(one.path, one.attempts) for one in index.bad_files.list_all()] == [(path, 2)]
    index.bad_files.forget(path)
    assert index.bad_files.list_all() == []
