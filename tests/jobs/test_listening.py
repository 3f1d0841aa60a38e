"""An index job listens to its episodes, once, whatever comes between."""

from __future__ import annotations

import shutil
from contextlib import closing

import pytest

import eyecatch
from eyecatch.core.errors import MediaError, RequestError
from eyecatch.core.synthetic.encode import Encoding
from eyecatch.core.synthetic.season import draw_episode
from eyecatch.db.index import open_index
from eyecatch.jobs.indexing import sound_thread
from eyecatch.jobs.indexing.sound_thread import SoundThread
from eyecatch.jobs.segmenting import listening
from eyecatch.jobs.segmenting.listening import hear, listen, recording


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """An episode with sound and one without, of six seconds."""
    folder = tmp_path_factory.mktemp("drawn")
    draw_episode(folder / "heard.mkv", seconds=6, size=(320, 180))
    silent = Encoding(sound=None)
    draw_episode(folder / "silent.mkv", seconds=6, size=(320, 180), seed=2, encoding=silent)
    return folder


@pytest.fixture
def folder(drawn, tmp_path):
    """A copy that may be changed."""
    return shutil.copytree(drawn, tmp_path / "season")


def index(folder, db, **wishes):
    return eyecatch.index([folder], db=db, runner="inline", **wishes)


def sounds(db):
    """By title, how many hashes each episode has; None where nobody has listened."""
    with open_index(db, create=False) as opened:
        loaded = {one.title: opened.signatures.load(one.id) for one in opened.episodes.listed()}
    return {title: one.sound and len(one.sound.hashes) for title, one in loaded.items()}


@pytest.fixture
def deaf(monkeypatch):
    """Nobody hears anything, as if jobs were stopped before they had listened."""

    def nothing(*_):
        raise MediaError("a.mkv", "was not heard to its end")

    monkeypatch.setattr(sound_thread, "hear", nothing)
    yield
    monkeypatch.undo()


def test_a_job_listens(folder, db):
    assert index(folder, db).faults == ()
    assert sounds(db) == {"heard": 27, "silent": 0}


def test_what_was_heard_is_not_heard_again(folder, db, monkeypatch):
    index(folder, db)
    monkeypatch.setattr(sound_thread, "hear", lambda *_: pytest.fail("heard again"))
    index(folder, db)
    index(folder, db, rescan=True)
    assert sounds(db) == {"heard": 27, "silent": 0}


def test_the_next_job_listens_where_one_was_stopped(folder, db, deaf, request, caplog):
    assert index(folder, db).faults == ()
    assert sounds(db) == {"heard": None, "silent": None}
    assert "was not heard to its end" in caplog.text
    request.getfixturevalue("monkeypatch").undo()
    assert index(folder, db).progress.chunks == 0
    assert sounds(db) == {"heard": 27, "silent": 0}


def test_an_index_of_an_earlier_version_is_asked_for(folder, db, deaf, request):
    """Its pictures have no hashes either, so a job that finds nothing to do does nothing."""
    index(folder, db)
    request.getfixturevalue("monkeypatch").undo()
    forget_pictures(db)
    index(folder, db)
    assert sounds(db) == {"heard": None, "silent": None}
    with open_index(db) as opened:
        for episode in opened.episodes.listed():
            listen(opened, episode)
            listen(opened, episode)
    assert sounds(db) == {"heard": 27, "silent": 0}


def forget_pictures(db):
    sqlite3 = pytest.importorskip("sqlite3")
    with closing(sqlite3.connect(db)) as connection:
        connection.execute("DELETE FROM picture_hash")
        connection.commit()


def test_a_file_that_goes_meanwhile_costs_its_sound_alone(folder, db, monkeypatch, caplog):
    def gone(one, stopped):
        one.path.rename(one.path.with_suffix(".away"))
        try:
            return hear(one, stopped)
        finally:
            one.path.with_suffix(".away").rename(one.path)

    monkeypatch.setattr(sound_thread, "hear", gone)
    assert index(folder / "heard.mkv", db).faults == ()
    assert sounds(db) == {"heard": None}
    assert "there is no such file" in caplog.text


def test_a_file_that_holds_something_else_by_then_is_not_believed(folder, db, deaf, request):
    index(folder / "heard.mkv", db)
    request.getfixturevalue("monkeypatch").undo()
    with open_index(db) as opened:
        (episode,) = opened.episodes.listed()
        heard = hear(recording(opened, episode))
        shutil.copy(folder / "silent.mkv", folder / "heard.mkv")
        listening.keep(opened, heard)
        assert opened.signatures.lacks_sound(episode.id)
        with pytest.raises(MediaError, match="has changed"):
            listen(opened, episode)


def test_two_jobs_keep_one_sound(folder, db, deaf, request):
    index(folder / "heard.mkv", db)
    request.getfixturevalue("monkeypatch").undo()
    with open_index(db) as opened, open_index(db) as another:
        (episode,) = opened.episodes.listed()
        one, two = SoundThread(opened), SoundThread(another)
        with closing(one), closing(two):
            one.add(episode.id)
            two.add(episode.id)
            one.finish()
            two.finish()
    assert sounds(db) == {"heard": 27}


def test_without_ffmpeg_all_else_is_done_and_it_is_said_once(folder, db, monkeypatch, caplog):
    def nothing(*_):
        raise RequestError("this ffmpeg has no Chromaprint", "see: eyecatch doctor")

    monkeypatch.setattr(sound_thread, "hear", nothing)
    assert index(folder, db).faults == ()
    assert sounds(db) == {"heard": None, "silent": None}
    assert caplog.text.count("no Chromaprint") == 1


def test_a_crash_of_what_reads_is_a_line_of_the_log(folder, db, monkeypatch, caplog):
    monkeypatch.setattr(sound_thread, "hear", lambda *_: 1 / 0)
    assert index(folder, db).faults == ()
    assert "ZeroDivisionError" in caplog.text


def test_what_hangs_ends_with_the_job(folder, db, monkeypatch):
    """A stop of the job, as by Ctrl-C, isn't kept waiting."""
    index(folder / "heard.mkv", db)
    with open_index(db) as opened:
        thread = SoundThread(opened)
        monkeypatch.setattr(opened.signatures, "lacks_sound", lambda _: True, raising=False)

        def hang(_, stopped):
            while not stopped():
                pass
            raise MediaError("a.mkv", "was not heard to its end")

        monkeypatch.setattr(sound_thread, "hear", hang)
        thread.add(1)
        thread.save()
        thread.close()
        assert not thread._thread.is_alive()
