"""Indexes that may be read and not written, as on a read-only disk."""

import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import sqlalchemy as sa
from alembic import command

from eyecatch.core.errors import DatabaseError
from eyecatch.db.connection.session import for_writing, make_engine
from eyecatch.db.connection.urls import parse_url
from eyecatch.db.index import open_index
from eyecatch.db.migrations.upgrade import alembic_config

NOBODY = 65534


@pytest.fixture
def disk():
    """A folder that can be made read-only, for the administrator too: the test becomes nobody."""
    with TemporaryDirectory(prefix="eyecatch read-only 50%") as name:
        folder = Path(name)

        def lock():
            for path in folder.glob("i.db*"):
                path.chmod(0o444)
            folder.chmod(0o555)
            if os.geteuid() == 0:
                os.seteuid(NOBODY)

        folder.chmod(0o755)
        (folder / "tmp").mkdir(mode=0o777)
        (folder / "tmp").chmod(0o777)
        try:
            yield folder, lock
        finally:
            if os.getuid() == 0:
                os.seteuid(0)
            folder.chmod(0o755)


def ask(folder):
    with open_index(str(folder / "i.db"), create=False) as index:
        found = {one.name: one.episodes for one in index.summaries.characters()}
        found.pop("Yusuke", None)  # of the bundle alone
        assert index.named_faces.crops("network", "digest") == []
        with pytest.raises(DatabaseError, match=r"i\.db: the index is read-only"):
            index.bad_files.forget("/x.mkv")
        return found


def test_an_index_on_a_read_only_disk_is_asked(disk, season):
    folder, lock = disk
    with open_index(str(folder / "i.db")) as index:
        season.index(index)
    before = (folder / "i.db").read_bytes()
    lock()
    assert ask(folder) == {"Hiei": 1, "Kurama": 1}
    assert sorted(path.name for path in folder.iterdir()) == ["i.db", "tmp"]
    assert (folder / "i.db").read_bytes() == before


def test_what_is_left_in_the_log_beside_it_counts(disk, season, tmp_path):
    folder, lock = disk
    with open_index(str(tmp_path / "i.db")) as index:
        season.index(index)
        for name in ("i.db", "i.db-wal"):
            shutil.copy(tmp_path / name, folder)
    assert (folder / "i.db-wal").stat().st_size
    lock()
    assert ask(folder) == {"Hiei": 1, "Kurama": 1}


def test_a_log_that_nobody_shares_any_more_is_read_beside_its_index(disk, season, tmp_path):
    folder, lock = disk
    with open_index(str(tmp_path / "i.db")) as index:
        season.index(index)
        for path in tmp_path.glob("i.db*"):
            shutil.copy(path, folder)
    assert (folder / "i.db-shm").exists()
    lock()
    assert ask(folder) == {"Hiei": 1, "Kurama": 1}


def test_an_older_index_is_asked_in_a_copy_that_goes(disk, monkeypatch):
    folder, lock = disk
    monkeypatch.setattr(tempfile, "tempdir", str(folder / "tmp"))
    engine = make_engine(parse_url(str(folder / "i.db")), 1.0)
    with for_writing(engine).begin() as connection:
        command.upgrade(alembic_config(connection), "0001")
        connection.execute(sa.text("INSERT INTO series (name) VALUES ('Drawn')"))
    engine.dispose()
    before = (folder / "i.db").read_bytes()
    lock()
    with open_index(str(folder / "i.db"), create=False) as index:
        assert index.characters.series_called("drawn") == "Drawn"
    assert (folder / "i.db").read_bytes() == before
    assert list((folder / "tmp").iterdir()) == []


def test_an_index_of_another_kind_of_log_is_asked(disk, season):
    folder, lock = disk
    with open_index(str(folder / "i.db")) as index:
        season.index(index)
    with closing(sqlite3.connect(folder / "i.db")) as base:
        base.execute("PRAGMA journal_mode = DELETE")
    lock()
    assert ask(folder) == {"Hiei": 1, "Kurama": 1}


@pytest.mark.parametrize("content", [b"", b"no database, " * 100])
def test_what_is_no_index_is_a_sentence(disk, content):
    folder, lock = disk
    (folder / "i.db").write_bytes(content)
    lock()
    with pytest.raises(DatabaseError, match=r"there is no index|is not an index"):
        open_index(str(folder / "i.db"), create=False)


def test_an_index_to_be_filled_is_refused_with_a_sentence(disk, season):
    folder, lock = disk
    with open_index(str(folder / "i.db")) as index:
        season.index(index)
    lock()
    with pytest.raises(DatabaseError, match=r"read-only|may be written"):
        open_index(str(folder / "i.db"))


def test_who_has_to_write_to_answer_gets_a_copy_that_goes(disk, season, monkeypatch):
    folder, lock = disk
    monkeypatch.setattr(tempfile, "tempdir", str(folder / "tmp"))
    with open_index(str(folder / "i.db")) as index:
        season.index(index)
    before = (folder / "i.db").read_bytes()
    lock()
    with open_index(str(folder / "i.db"), create=False, aside=True) as index:
        index.bundles.choose_trust("high")
        assert index.bundles.trust() == "high"
    with open_index(str(folder / "i.db"), create=False) as index:
        assert index.bundles.trust() == "balanced"
    assert (folder / "i.db").read_bytes() == before
    assert list((folder / "tmp").iterdir()) == []
