"""Files and folders that appear only when they are whole."""

import contextlib
import os
import resource
import signal

import pytest

from eyecatch.core.errors import RequestError
from eyecatch.core.files import CARD, refuse, whole_file, whole_folder


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
