"""Files that change, break or were never videos: told, remembered, tried again when asked."""

from __future__ import annotations

import json
import shutil

import pytest

import eyecatch
from eyecatch.jobs.cli import main
from eyecatch.jobs.indexing import index as index_module
from eyecatch.jobs.runners.inline import InlineRunner


@pytest.fixture
def copy(season, tmp_path):
    """The season in a folder of its own."""
    return shutil.copytree(season.folder, tmp_path / "season")


def test_a_file_that_changes_while_it_is_read(
    season, whole, db, copy, monkeypatch, content, finish
):
    """Its middle is overwritten after the first chunk; then it is put right."""
    victim = copy / season.episodes[0].name
    good = victim.read_bytes()

    class Spoiled(InlineRunner):
        def run(self, tasks, work, begin):
            for outcome in super().run(tasks, work, begin):
                yield outcome
                half = len(good) // 2
                victim.write_bytes(good[:half] + b"\0" * 4000 + good[half + 4000 :])

    monkeypatch.setattr(index_module, "make_runner", lambda *_, **__: Spoiled())
    report = eyecatch.index([copy], db=db, chunk_seconds=1.0)
    monkeypatch.undo()
    assert any("changed while it was read" in fault for fault in report.faults)
    assert all(victim.name in fault for fault in report.faults)
    victim.write_bytes(good)
    report, _ = finish(copy, db, retry_failed=True)
    assert report.faults == ()
    assert content(db) == whole[0]


def test_a_file_that_is_no_video_is_remembered(season, db, copy, capsys, finish):
    poison = copy / "poison.mkv"
    poison.write_bytes(b"no video at all, " * 500)
    report, _ = finish(copy, db)
    (fault,) = report.faults
    main(["status", "--db", db, "--json"])
    (known,) = json.loads(capsys.readouterr().out)["files"]
    assert (known["episode"], known["state"], known["errors"]) == ("poison.mkv", "failed", [fault])
    main(["status", "--db", db])
    assert "poison.mkv" in capsys.readouterr().out
    assert finish(copy, db)[0].faults == (fault,), "told again, though not read again"
    assert _tries(db) == [1]
    finish(copy, db, retry_failed=True)
    assert _tries(db) == [2]
    shutil.copy(season.episodes[0], poison)
    assert finish(copy, db)[0].faults == (), "another content is tried by itself"
    assert _tries(db) == []


def _tries(db):
    return [one.attempts for one in eyecatch.status(db=db).bad_files]
