"""The driver's process: killed, stopped, out of disk, beside another; then all is as if never."""

from __future__ import annotations

import random
import signal

import pytest

import eyecatch
from eyecatch.db.index import open_index
from eyecatch.db.records.scan import MAX_TRIES, Provenance
from eyecatch.jobs.runners.inline import InlineRunner

# However little there is to do, it is done in a process of its own.
APART = "from eyecatch.jobs import runners; runners.LONGEST_HERE = 0.0"


@pytest.mark.parametrize(
    ("runner", "hurt"),
    [
        ("inline", ""),
        pytest.param("inline", APART, marks=pytest.mark.slow),
        pytest.param("ray", "", marks=pytest.mark.slow),
    ],
    ids=["inline", "apart", "ray"],
)
def test_a_driver_killed_midway_loses_and_doubles_nothing(
    season, whole, db, job, runner, hurt, content, finish
):
    rows, chunks = whole
    first = job(db, runner=runner, env={"HURT": hurt})
    assert first.wait_for("done:", 2)
    first.kill()
    assert [run.state for run in eyecatch.status(db=db).runs] == ["died"]
    report, again = finish(season.folder, db)
    assert content(db) == rows
    assert report.progress.chunks <= chunks - 2, "what was finished is not done again"
    assert again <= (InlineRunner().at_once if runner == "inline" else 1)


@pytest.mark.slow
def test_a_driver_killed_at_any_moment(season, whole, db, job, content):
    """Again and again until it is done."""
    rows, chunks = whole
    dice = random.Random(6)
    kills = 0
    while True:
        one = job(db)
        if not one.wait_for(dice.choice(["begins", "done:", "decided"])):
            assert one.end()[0] == 0
            break
        one.kill()
        kills += 1
        assert kills < 2 * chunks, "each goes on from where the last one was"
    assert kills
    assert content(db) == rows
    again = sum(one.again for one in eyecatch.status(db=db).episodes)
    assert again <= kills * InlineRunner().at_once


def test_a_chunk_that_kills_is_given_up(season, whole, db, content, finish):
    """The ledger of a driver that died three times on one chunk."""
    with open_index(db) as index:
        eyecatch.index([season.episodes[0]], db=db, runner="inline", chunk_seconds=1.0)
    with open_index(db) as index:
        (status,) = index.summaries.status()
        digest = status.episode.scan_digest
        index.chunks.fail(status.episode.id, 1, "as if never scanned", Provenance(digest))
        for _ in range(3):
            index.attempts.begin(status.episode.id, 1)
    (fault,) = eyecatch.index([season.episodes[0]], db=db, runner="inline").faults
    assert f"died {MAX_TRIES} times" in fault
    assert season.episodes[0].name in fault
    report, again = finish(season.folder, db, retry_failed=True)
    assert report.faults == ()
    assert again >= 3, "the ledger tells"
    assert content(db) == whole[0]


def test_ctrl_c_twice(season, whole, db, job, content, finish):
    first = job(db)
    assert first.wait_for("done:")
    first.process.send_signal(signal.SIGINT)
    first.process.send_signal(signal.SIGINT)
    assert first.end()[0] != 0
    assert [run.state for run in eyecatch.status(db=db).runs] in (["stopped"], ["died"])
    finish(season.folder, db)
    assert content(db) == whole[0]


def test_a_disk_that_fills_up(season, whole, db, job, tmp_path, content, finish):
    """The system lets no file grow beyond the index's size; its log would for a while."""
    free = str(tmp_path / "free.db")
    finish(season.folder, free)
    room = (tmp_path / "free.db").stat().st_size
    status, _, said = job(db, room=room).end()
    assert status == 1
    (sentence,) = [line for line in said.splitlines() if line.startswith("eyecatch: ")]
    assert "disk" in sentence
    assert "Traceback" not in said
    report, _ = finish(season.folder, db)
    assert 0 < report.progress.chunks < whole[1], "what fitted is kept"
    assert content(db) == whole[0]


def test_two_jobs_on_the_same_episodes_at_once(season, whole, db, job, content, finish):
    pair = [job(db), job(db)]
    for one in pair:
        status, faults, said = one.end()
        assert status == 0, said
        assert all("is at work on it" in fault for fault in faults)
    assert finish(season.folder, db)[1] == 0, "no chunk was begun twice"
    assert content(db) == whole[0]
