"""An index that somebody else made: what it points to is not served, followed or asked."""

from __future__ import annotations

import socket
import sqlite3
from contextlib import closing

import pytest

from eyecatch.core.errors import DatabaseError, MediaError
from eyecatch.core.files import user_cache
from eyecatch.db.index import open_index
from eyecatch.jobs.render.render import render_episode
from eyecatch.jobs.review.proxies import proxy_folder

VIDEO = "/episodes/1/video"


@pytest.fixture
def rewrite(unnamed):
    """Changes a row of the index as its maker could have."""

    def change(statement, *values):
        with closing(sqlite3.connect(unnamed, isolation_level=None)) as connection:
            assert connection.execute(statement, values).rowcount

    return change


@pytest.fixture
def stranger(monkeypatch, tmp_path):
    """Whoever opens the index is another user than who made it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "elsewhere"))


@pytest.fixture
def private(tmp_path, rewrite):
    """A video of the user's own, whose size and time the index knows."""
    file = tmp_path / "private.mp4"
    file.write_bytes(b"private")
    stat = file.stat()
    rewrite(
        "UPDATE episode_file SET path = ?, size = ?, mtime_ns = ? WHERE episode_id = 1",
        str(file), stat.st_size, stat.st_mtime_ns,
    )  # fmt: skip
    return file


def test_who_indexed_watches_without_reading_the_file_first(page, room, monkeypatch):
    monkeypatch.setattr("eyecatch.jobs.found_file.content_hash", pytest.fail)
    assert room.index.episode_files.believed(1)
    assert page.get(VIDEO).status_code == 200


def test_an_index_moved_to_another_machine_is_watched_by_its_content(page, room, stranger):
    """A season that was shared with its index: the content says that it is the same."""
    assert room.index.episode_files.believed(1) == set()
    assert page.get(VIDEO).status_code == 200
    assert room.index.episode_files.believed(1), "and from then on it is believed"


def test_an_index_on_a_server_is_of_those_who_are_let_in(room, stranger, monkeypatch):
    monkeypatch.setattr(room.index.engine.dialect, "name", "postgresql")
    assert {file.path for file in room.index.episode_files.believed(1)} == {
        file.path for file in room.index.episodes.files(1)
    }


def test_a_file_of_known_size_and_time_is_not_served(page, private):
    answer = page.get(VIDEO)
    assert answer.status_code == 404
    assert b"private" not in answer.content.replace(b"private.mp4", b"")
    assert page.get("/episodes/1").status_code == 200


def test_a_file_of_known_size_and_time_is_not_rendered(room, private, tmp_path):
    with pytest.raises(MediaError, match="has changed since it was indexed"):
        render_episode(room.index, 1, out=tmp_path / "copy.mkv")


def test_a_seal_of_one_file_is_none_of_another(room, rewrite):
    rewrite("UPDATE episode_file SET seal = (SELECT seal FROM episode_file WHERE episode_id = 2)")
    assert room.index.episode_files.believed(1) == set()
    assert room.index.episode_files.believed(2)


def test_an_address_is_not_asked(page, rewrite, room):
    """Nor is one in the row of the episode itself."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/S01E01.mkv"
        rewrite("UPDATE episode_file SET path = ? WHERE episode_id = 1", address)
        rewrite("UPDATE episode SET path = ? WHERE id = 1", address)
        assert page.get("/").status_code == 200
        shown = page.get("/episodes/1")
        assert shown.status_code == 200
        assert "an address that only this index names" in shown.text
        assert page.get(VIDEO).status_code == 404
        with pytest.raises(MediaError, match="index it there yourself"):
            render_episode(room.index, 1)
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()


@pytest.mark.parametrize(
    "address", ["ftp://127.0.0.1:1/S01E01.mkv", "gs://bucket/S01E01.mkv", "sftp://127.0.0.1:1/a"]
)
def test_an_address_of_ones_own_that_is_dead_is_said(address, rewrite, room):
    rewrite("UPDATE episode_file SET path = ? WHERE episode_id = 1", address)
    (file,) = room.index.episodes.files(1)
    room.index.episode_files.vouch(room.index.episodes.get(1).digest, file)
    with pytest.raises(MediaError, match="can't be reached"):
        render_episode(room.index, 1)


DIGESTS = ("../private", "/etc/passwd", "..", "a/../../private", "a\0b", "", "~/private", "a" * 999)


@pytest.mark.parametrize("digest", DIGESTS, ids=range(len(DIGESTS)))
def test_a_digest_that_is_a_path_is_refused(page, room, rewrite, tmp_path, digest):
    (tmp_path / "private.mp4").write_bytes(b"private")
    rewrite("UPDATE episode SET digest = ? WHERE id = 1", digest)
    answer = page.get(VIDEO)
    assert answer.status_code == 503
    assert "digest of a row of its table episode is" in answer.text
    with pytest.raises(DatabaseError, match="not a digest"):
        room.index.episodes.get(1)


def test_a_link_among_the_proxies_is_not_followed(page, room, tmp_path):
    (tmp_path / "private.mp4").write_bytes(b"private")
    (tmp_path / "proxies").mkdir()
    digest = room.index.episodes.get(1).digest
    (tmp_path / "proxies" / f"{digest}.mp4").symlink_to(tmp_path / "private.mp4")
    assert room.proxies.path(room.index.episodes.get(1)) is None
    assert page.get(VIDEO).content != b"private"


def test_a_folder_of_proxies_that_is_a_link_is_not_followed(tmp_path):
    folder = tmp_path / "season.db.proxies"
    with open_index(str(tmp_path / "season.db")) as index:
        assert proxy_folder(index) == folder
        folder.symlink_to(tmp_path)
        assert proxy_folder(index) == user_cache() / "proxies"
