"""Opening an index: made, migrated, refused; each fault is one sentence that says what to do."""

import json
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from eyecatch.core.errors import DatabaseError, EyecatchError
from eyecatch.db.connection.opening import VERSION
from eyecatch.db.connection.session import for_writing, make_engine
from eyecatch.db.connection.urls import parse_url
from eyecatch.db.index import open_index
from eyecatch.db.migrations.upgrade import alembic_config
from eyecatch.db.models import Base
from eyecatch.db.records.scan import Provenance


def _sentence(error: pytest.ExceptionInfo[DatabaseError]) -> str:
    said = str(error.value)
    assert said.endswith(".")
    assert "\n" not in said
    assert isinstance(error.value, EyecatchError)
    return said


def test_migrations_make_what_the_code_expects(url):
    _migrate(url)
    engine = sa.create_engine(parse_url(url))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
        assert context.get_current_revision() == VERSION
    engine.dispose()


def _migrate(url):
    """An index as the migrations make it, one after the other."""
    engine = make_engine(parse_url(url), 1.0)
    with for_writing(engine).begin() as connection:
        command.upgrade(alembic_config(connection), "head")
    engine.dispose()


def test_a_new_index_is_what_migrations_make(url):
    open_index(url).close()
    new = _schema(url)
    engine = sa.create_engine(parse_url(url))
    cascade = " CASCADE" if engine.dialect.name == "postgresql" else ""
    with engine.begin() as connection:
        for table in new:
            connection.exec_driver_sql(f'DROP TABLE "{table}"{cascade}')
    engine.dispose()
    _migrate(url)
    assert new == _schema(url)


def _schema(url):
    """All that the database says of each table, but for the order of columns and constraints."""
    engine = sa.create_engine(parse_url(url))
    found = sa.inspect(engine)
    asked = {
        "columns": found.get_columns,
        "key": lambda table: [found.get_pk_constraint(table)],
        "references": found.get_foreign_keys,
        "unique": found.get_unique_constraints,
        "checks": found.get_check_constraints,
        "indexes": found.get_indexes,
    }
    schema = {
        table: {
            what: sorted(json.dumps(one, default=str, sort_keys=True) for one in ask(table))
            for what, ask in asked.items()
        }
        for table in found.get_table_names()
    }
    engine.dispose()
    return schema


def test_the_known_version_is_the_newest_migration():
    assert ScriptDirectory.from_config(alembic_config()).get_current_head() == VERSION


def test_opening_again_changes_nothing(url, season, dump):
    with open_index(url) as index:
        season.index(index)
    before = dump()
    open_index(url, create=False).close()
    assert dump() == before


def test_an_older_index_is_brought_up_to_date_even_by_who_only_asks(url):
    engine = make_engine(parse_url(url), 1.0)
    with for_writing(engine).begin() as connection:
        command.upgrade(alembic_config(connection), "0001")
    engine.dispose()
    with open_index(url, create=False) as index:
        assert index.summaries.status() == index.runs.list_all() == index.bad_files.list_all() == []


def test_names_of_an_older_index_are_found_in_any_case(url):
    engine = make_engine(parse_url(url), 1.0)
    with for_writing(engine).begin() as connection:
        command.upgrade(alembic_config(connection), "0003")
        connection.exec_driver_sql("INSERT INTO character (name) VALUES ('Hiei'), ('KuraMa')")
        connection.exec_driver_sql("INSERT INTO alias VALUES (1, 'Jaganshi')")
    engine.dispose()
    with open_index(url, create=False) as index:
        assert [index.characters.own_name(name) for name in ("hiei", "JAGANSHI", "kurama")] == [
            "Hiei",
            "Hiei",
            "KuraMa",
        ]


def test_a_newer_index_is_refused(url):
    open_index(url).close()
    engine = sa.create_engine(parse_url(url))
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    with pytest.raises(DatabaseError) as error:
        open_index(url)
    assert "newer" in _sentence(error)


def test_another_programs_database_is_left_alone(url):
    engine = sa.create_engine(parse_url(url))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE photos (id INTEGER)")
    with pytest.raises(DatabaseError) as error:
        open_index(url)
    assert "another program" in _sentence(error)
    assert sa.inspect(engine).get_table_names() == ["photos"]
    engine.dispose()


def test_asking_an_index_that_is_not_there_makes_none(url, tmp_path):
    with pytest.raises(DatabaseError) as error:
        open_index(url, create=False)
    assert "there is no index" in _sentence(error)
    assert list(tmp_path.glob("*.db")) == []


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda tmp: tmp / "absent" / "a.db", "folder does not exist"),
        (lambda tmp: tmp, "is a folder"),
        (lambda tmp: _text(tmp / "notes.txt"), "is not an index"),
        (lambda _: "mysql://root:secret@localhost/a", "no supported kind"),
        (lambda _: "postgresql://me:secret@:port:/", "not a database url"),
        (lambda tmp: f"sqlite:///file:{_text(tmp / 'a')}.db?mode=ro&uri=true", "can't be opened"),
        (lambda tmp: f"postgresql://me:secret@/a?host={tmp}", "no such"),
    ],
)
def test_what_is_no_index_is_refused_in_a_sentence(make, said, tmp_path):
    with pytest.raises(DatabaseError) as error:
        open_index(str(make(tmp_path)))
    assert said in _sentence(error).lower().replace("database says", "no such")
    assert "secret" not in str(error.value)


def _text(path):
    path.write_text("Hiei, Kurama, Yusuke\n" * 100)
    return path


def test_a_postgres_database_that_is_not_there(postgres):
    with pytest.raises(DatabaseError) as error:
        open_index(postgres.set(database="absent").render_as_string(hide_password=False))
    assert "no such database" in _sentence(error)


def test_a_read_only_index_answers_but_takes_nothing(tmp_path, season):
    with open_index(str(tmp_path / "a.db")) as index:
        season.index(index)
    url = f"sqlite:///file:{tmp_path / 'a.db'}?mode=ro&uri=true"
    with open_index(url, create=False) as index:
        assert len(index.queries.find(["Hiei"])) == 1
        with pytest.raises(DatabaseError) as error:
            index.runs.start({}, {})
    assert "read-only" in _sentence(error)


def test_a_full_disk_costs_only_the_chunk_that_did_not_fit(tmp_path, season):
    path = tmp_path / "a.db"
    with open_index(str(path)) as index:
        episode = season.add(index)
        chunks = index.chunks.pending(episode.id, "scan-1")
        index.chunks.save(episode.id, season.scan(chunks[0]), Provenance("scan-1"))
        with index.engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(DatabaseError) as error:
            index.chunks.save(episode.id, season.scan(chunks[1], faces=999), Provenance("scan-1"))
        assert "disk is full" in _sentence(error)
    with open_index(str(path)) as index:
        assert [c.index for c in index.chunks.pending(episode.id, "scan-1")] == [1, 2]


def test_a_locked_index_is_waited_for_then_named(tmp_path):
    path = tmp_path / "a.db"
    with open_index(str(path), patience=0.05) as index, closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseError) as error:
            index.runs.start({}, {})
        assert "locked" in _sentence(error)
        assert index.runs.list_all() == [], "those who ask are not kept waiting"
        other.rollback()
        assert index.runs.start({}, {}) == 1


def test_sqlite_is_set_up_to_be_shared(tmp_path):
    with open_index(str(tmp_path / "a.db")) as index, index.reading() as connection:
        pragmas = ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        values = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in pragmas]
    assert values == ["wal", 1, 1, 30000]


_WRITER = """
import sys
from eyecatch.db.index import open_index
for turn in range(10):
    with open_index(sys.argv[1]) as index:
        index.runs.finish(index.runs.start({"turn": turn}, {}), "done")
"""


def test_several_processes_make_and_write_one_index(url):
    writers = [subprocess.Popen([sys.executable, "-c", _WRITER, url]) for _ in range(3)]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    with open_index(url) as index:
        assert [run.state for run in index.runs.list_all()] == ["done"] * 30


def test_threads_share_an_index(index, season):
    episode = season.add(index)
    threads = [
        threading.Thread(
            target=index.chunks.save, args=(episode.id, season.scan(chunk), Provenance("scan-1"))
        )
        for chunk in season.plan().chunks
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert index.chunks.pending(episode.id, "scan-1") == []
