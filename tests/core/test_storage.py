"""Paths and URLs: what they mean, and what is said of those that lead nowhere."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

import pytest
from fsspec.implementations.memory import MemoryFileSystem
from fsspec.registry import _registry

from eyecatch.core.errors import MediaError, RequestError
from eyecatch.core.inputs import videos
from eyecatch.core.storage import is_remote, place, reachable


@pytest.fixture
def memory():
    """A bucket in this process."""
    files = MemoryFileSystem()
    for name in (
        "S1/E02.mkv",
        "S1/E01.mkv",
        "S1/.trash/E03.mkv",
        "S1/notes.txt",
        "S2/E01.MP4",
        "[G] S3/[G] E?.mkv",
    ):
        files.pipe(f"/season/{name}", b"a video")
    yield files
    files.rm("/season", recursive=True)


def test_what_is_no_url_is_a_path():
    assert place("Ep: 1.mkv") == Path("Ep: 1.mkv")
    assert place(Path("a/b.mkv")) == Path("a/b.mkv")
    assert place("file:///videos/Ep%201.mkv") == Path("/videos/Ep 1.mkv")
    assert not is_remote(place("file:///videos/a.mkv"))


def test_a_url_stays_what_it_is_on_its_way_to_a_worker(memory):
    there = place("memory://season/S1/E01.mkv")
    assert is_remote(there)
    assert (str(there), there.name, there.suffix) == (
        "memory://season/S1/E01.mkv",
        "E01.mkv",
        ".mkv",
    )
    assert pickle.loads(pickle.dumps(there)) == there == place(str(there))


@pytest.mark.parametrize(
    ("url", "names"),
    [
        ("memory://season", ["S1/E01.mkv", "S1/E02.mkv", "S2/E01.MP4", "[G] S3/[G] E?.mkv"]),
        ("memory://season/S1/", ["S1/E01.mkv", "S1/E02.mkv"]),
        ("memory://season/S1/*.mkv", ["S1/E01.mkv", "S1/E02.mkv"]),
        ("memory://season/*/E01.*", ["S1/E01.mkv", "S2/E01.MP4"]),
        ("memory://season/[G] S3/[G] E?.mkv", ["[G] S3/[G] E?.mkv"]),
        ("memory://season/[G] S3/*E?*", ["[G] S3/[G] E?.mkv"]),
        ("memory://season/S1/notes.txt", ["S1/notes.txt"]),
    ],
)
def test_folders_and_patterns_behind_urls(memory, url, names):
    found = videos([url])
    assert found.faults == ()
    assert [str(file) for file in found.files] == [f"memory://season/{name}" for name in names]


def test_a_pattern_that_meets_nothing_is_told(memory):
    (fault,) = videos(["memory://season/S9/*.mkv"]).faults
    assert str(fault).startswith("memory://season/S9/*.mkv: no videos")


def test_an_object_that_is_not_there_is_no_file(memory):
    found = videos(["memory://season/S1/E09.mkv", "memory://season/S1/E01.mkv"])
    assert [str(file) for file in found.files] == ["memory://season/S1/E01.mkv"]
    said = "memory://season/S1/E09.mkv: there is no such file; check the path."
    assert [str(fault) for fault in found.faults] == [said]


def test_a_kind_of_url_that_nobody_knows():
    with pytest.raises(RequestError, match="nothing is known of gopher://"):
        place("gopher://season/E01.mkv")


def test_a_package_that_is_not_installed_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "s3fs", None)
    monkeypatch.delitem(_registry, "s3", raising=False)
    with pytest.raises(RequestError, match=r"pip install 'eyecatch\[s3\]'") as error:
        videos(["s3://bucket/E01.mkv"])
    assert "\n" not in str(error.value)
    assert place("s3://bucket/E01.mkv").name == "E01.mkv", "who only asks an index needs none"


def test_what_a_service_says_is_a_sentence(memory):
    there = place("memory://season/S1/E01.mkv")
    said = r"can't be reached \(no key\); check the URL"
    with pytest.raises(MediaError, match=said), reachable(there):
        raise LookupError("no key")
