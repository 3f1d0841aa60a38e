"""Files and folders that appear only when they are whole."""

import contextlib
import os
import resource
import signal
import sys
from pathlib import Path
from threading import Barrier, Thread

import pytest

from eyecatch.core.errors import RequestError
from eyecatch.core.files import (
    CARD,
    atomic_file,
    atomic_folder,
    refuse,
    user_cache,
    whole_file,
    whole_folder,
    write_atomically,
)


@contextlib.contextmanager
def little_room(size):
    """No file grows beyond ``size`` bytes meanwhile, as on a disk that fills up."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)


def test_a_disk_that_fills_up_leaves_what_was_there(tmp_path):
    out = tmp_path / "out.csv"
    out.write_text("before")
    with (
        pytest.raises(RequestError, match=r"out.csv can't be written \(.+\); check its folder"),
        little_room(4096),
        whole_file(out, force=True) as aside,
    ):
        aside.write_bytes(bytes(10_000))
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]
    assert out.read_text() == "before"


def test_a_folder_that_fails_halfway_leaves_what_was_there(tmp_path):
    out = tmp_path / "set"
    with whole_folder(out) as aside:
        (aside / CARD).write_text("first")
    with contextlib.suppress(KeyboardInterrupt), whole_folder(out, force=True) as aside:
        (aside / CARD).write_text("second")
        raise KeyboardInterrupt
    assert [path.name for path in tmp_path.iterdir()] == ["set"]
    assert (out / CARD).read_text() == "first"


def test_what_is_there_is_replaced_only_when_forced(tmp_path):
    out = tmp_path / "deep" / "out.csv"
    for text, force in (("one", False), ("two", True)):
        with whole_file(out, force=force) as aside:
            aside.write_text(text)
    assert out.read_text() == "two"
    with pytest.raises(RequestError, match="exists already"), whole_file(out):
        pass
    with pytest.raises(RequestError, match="is a folder; name a file in it"), whole_file(tmp_path):
        pass


def test_devices_are_never_replaced_and_links_stay(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(RequestError, match="is no regular file"):
        refuse(tmp_path / "pipe", force=True)
    target, link = tmp_path / "target.csv", tmp_path / "link.csv"
    target.write_text("one")
    link.symlink_to(target)
    with whole_file(link, force=True) as aside:
        aside.write_text("two")
    assert (link.is_symlink(), target.read_text()) == (True, "two")


def test_an_empty_folder_is_filled_and_a_file_is_none(tmp_path):
    (tmp_path / "empty").mkdir()
    with whole_folder(tmp_path / "empty") as aside:
        (aside / CARD).write_text("")
    assert (tmp_path / "empty" / CARD).exists()
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(RequestError, match="is a file; name a folder"),
        whole_folder(tmp_path / "file"),
    ):
        pass


def test_two_writers_of_one_file_do_not_meet(tmp_path):
    path, both = tmp_path / "new" / "cached", Barrier(2)

    def write(letter):
        with atomic_file(path) as part:
            part.write_bytes(letter * 1000)
            both.wait()

    threads = [Thread(target=write, args=(letter,)) for letter in (b"a", b"b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_bytes() in {b"a" * 1000, b"b" * 1000}
    assert list(path.parent.iterdir()) == [path]


def test_what_a_killed_writer_left_is_taken_over_by_the_next(tmp_path):
    with whole_file(tmp_path / "out.mkv") as part:
        part.write_text("first")
    part.write_text("half")
    with whole_file(tmp_path / "out.mkv", force=True) as part:
        part.write_text("whole")
    assert [path.name for path in tmp_path.iterdir()] == ["out.mkv"]


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path):
    path = tmp_path / "cached"
    write_atomically(path, b"before")
    with pytest.raises(OSError, match="large"), little_room(4096):
        write_atomically(path, bytes(10_000))
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_is_replaced_as_a_whole(tmp_path):
    folder = tmp_path / "bundle"
    for name in ("one", "two"):
        with atomic_folder(folder) as part:
            (part / name).write_text("")
    assert [path.name for path in folder.iterdir()] == ["two"]
    with contextlib.suppress(KeyboardInterrupt), atomic_folder(folder) as part:
        raise KeyboardInterrupt
    assert [path.name for path in tmp_path.rglob("*")] == ["bundle", "two"]


@pytest.mark.parametrize(
    ("platform", "variable", "expected"),
    [
        ("linux", "", ".cache/eyecatch"),
        ("darwin", "", "Library/Caches/eyecatch"),
        ("darwin", "/elsewhere", "/elsewhere/eyecatch"),
    ],
)
def test_the_cache_is_where_the_system_keeps_such(monkeypatch, platform, variable, expected):
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setenv("XDG_CACHE_HOME", variable)
    assert user_cache() == Path.home() / expected


def test_a_folder_whose_successor_is_gone_gets_its_name_back(tmp_path):
    folder = tmp_path / "bundle"
    with atomic_folder(folder) as part:
        (part / "one").write_text("")
    with pytest.raises(FileNotFoundError), atomic_folder(folder) as part:
        part.rename(tmp_path / "taken away")
    assert [path.name for path in folder.iterdir()] == ["one"]
