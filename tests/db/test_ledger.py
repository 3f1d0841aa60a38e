"""Who is at work on what, what was begun in vain, files without episodes, one network's bundles."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from eyecatch.core.errors import MediaError
from eyecatch.core.video.types import chunk_id
from eyecatch.db import runs as runs_module
from eyecatch.db.index import open_index
from eyecatch.db.models.base import FAILED
from eyecatch.db.records.scan import FileStamp, Provenance

ORIGIN = Provenance("scan-1")


def test_ids_of_chunks_follow_from_their_content():
    assert chunk_id("digest", 0, 24) == chunk_id("digest", 0, 24)
    assert (
        len({chunk_id("digest", 0, 24), chunk_id("digest", 0, 25), chunk_id("other", 0, 24)}) == 3
    )
    assert chunk_id("digest", 0, 24) == "b961ad7f-450e-5d94-991f-fdbaa65aa54f", "for ever"


def test_an_episode_is_of_one_living_run_at_a_time(index, season):
    first, second = season.add(index), season.add(index, "S01E02.mkv")
    one, two = index.runs.start({}, {}), index.runs.start({}, {})
    with index.runs.hold_lock(one), index.runs.hold_lock(two):
        assert index.runs.claim([first.id, second.id], one) == {}
        assert index.runs.claim([first.id, second.id], two) == {first.id: one, second.id: one}
        assert [run.state for run in index.runs.list_all()] == ["running"] * 2
        index.runs.finish(one, "done")
        assert index.runs.claim([first.id], two) == {}, "what is done is free"
    assert [run.state for run in index.runs.list_all()] == ["done", "died"]


_CLAIMS = """
import sys
from eyecatch.db.index import open_index
index = open_index(sys.argv[1])
run = index.runs.start({}, {})
life = index.runs.hold_lock(run)
index.runs.claim([1], run)
print(run, flush=True)
sys.stdin.read()
"""


def test_what_a_killed_run_held_is_free(url, season):
    with open_index(url) as index:
        episode = season.add(index)
        ours = index.runs.start({}, {})
        with subprocess.Popen(
            [sys.executable, "-c", _CLAIMS, url],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        ) as other:  # fmt: skip
            theirs = int(other.stdout.readline())
            assert index.runs.claim([episode.id], ours) == {episode.id: theirs}
            other.kill()
            other.wait()
            while index.runs.claim([episode.id], ours):
                pass  # a server notices within a moment that its client has gone
        assert {run.id: run.state for run in index.runs.list_all()}[theirs] == "died"


def test_a_chunk_that_kills_is_failed_after_three_times(index, season):
    episode = season.add(index)
    for _ in range(2):
        index.attempts.begin(episode.id, 1)
    index.attempts.give_up(episode.id, "It kills.", ORIGIN)
    assert len(index.chunks.pending(episode.id, "scan-1")) == 3
    index.attempts.begin(episode.id, 1)
    index.attempts.give_up(episode.id, "It kills.", ORIGIN)
    assert [chunk.index for chunk in index.chunks.pending(episode.id, "scan-1")] == [0, 2]
    (status,) = index.summaries.status()
    (fault,) = status.faults
    assert (fault.state, fault.attempts, fault.error) == (FAILED, 3, "It kills.")
    assert fault.id == chunk_id(episode.digest, 24, 48)
    assert status.again == 2
    index.attempts.begin(episode.id, 1)
    index.attempts.give_up(episode.id, "It kills.", ORIGIN)
    assert index.summaries.status()[0].faults[0].attempts == 3, "a new try is counted from one"


@pytest.mark.parametrize("how", ["stopped", "could write nothing", "killed"])
def test_only_deaths_count(how, index, url, season, tmp_path):
    """Three Ctrl-C, three full disks, or three kills; a server lets go of such a lock itself."""
    if how == "could write nothing" and url.startswith("postgres"):
        pytest.skip("the disk is the server's")
    episode = season.add(index)
    for _ in range(3):
        run = index.runs.start({}, {})
        with index.runs.hold_lock(run):
            assert index.runs.claim([episode.id], run) == {}
            index.attempts.give_up(episode.id, "It kills.", ORIGIN)
            index.attempts.begin(episode.id, 1, run)
        if how == "stopped":
            index.runs.finish(run, "stopped")
        elif how == "killed" and url.startswith(str(tmp_path)):
            (tmp_path / f"season.db-run{run}.lock").touch()
        assert index.runs.list_all()  # to ask changes nothing
    index.runs.claim([episode.id], index.runs.start({}, {}))
    index.attempts.give_up(episode.id, "It kills.", ORIGIN)
    left = [chunk.index for chunk in index.chunks.pending(episode.id, "scan-1")]
    assert left == ([0, 2] if how == "killed" else [0, 1, 2])
    assert list(tmp_path.glob("*.lock")) == []


def test_attempts_are_of_one_scan(index, season):
    episode = season.add(index)
    chunk = season.plan().chunks[0]
    index.chunks.fail(episode.id, 0, "no", ORIGIN, tries=2)
    index.chunks.save(episode.id, season.scan(chunk), ORIGIN)
    assert index.summaries.status([episode.id])[0].again == 2
    index.chunks.save(episode.id, season.scan(chunk), Provenance("scan-2"))
    assert index.summaries.status([episode.id])[0].again == 0


def test_a_backlog_counts_what_is_pending(index, season):
    episode = season.add(index)
    assert index.chunks.backlog(episode.id, "scan-1") == (
        index.chunks.backlog(episode.id, "scan-2")
    )
    index.chunks.save(episode.id, season.scan(season.plan().chunks[0]), ORIGIN)
    todo = index.chunks.backlog(episode.id, "scan-1")
    assert (todo.chunks, todo.frames) == (2, 48)
    index.chunks.fail(episode.id, 1, "no", ORIGIN)
    assert index.chunks.backlog(episode.id, "scan-1").chunks == 1
    assert index.chunks.backlog(episode.id, "scan-1", retry_failed=True).chunks == 2


def test_bad_files_are_remembered_while_they_stay_as_they_are(index):
    error = MediaError("/a.mkv", "is no video", "download it again")
    stamp = FileStamp("/a.mkv", 10, 1)
    index.bad_files.add("/a.mkv", error, stamp)
    assert str(index.bad_files.reason(stamp)) == str(error)
    assert index.bad_files.reason(FileStamp("/a.mkv", 10, 2)) is None
    index.bad_files.add("/a.mkv", error, None)
    assert index.bad_files.reason(stamp) is None, (
        "one that could not be read may be read another time"
    )
    (fault,) = index.bad_files.list_all()
    assert (fault.error, fault.attempts) == (str(error), 2)
    index.bad_files.forget("/a.mkv")
    assert index.bad_files.list_all() == []


def test_bundles_of_one_network_share_embeddings(index, season):
    episode = season.index(index)
    twin = index.bundles.add("twin", "/twin", ["Hiei"], {}, network="net")
    assert index.predictions.embedded_crops(episode.id, twin).ids == (), (
        "of another network nothing is known"
    )
    index.bundles.add("bundle-1", "/yuyu.bundle", ["Hiei"], {}, network="net")
    known = index.predictions.embedded_crops(episode.id, twin)
    assert len(known.ids) == 12
    np.testing.assert_array_equal(known.embeddings[:4, :2], [[1, 0], [1, 0], [0, 1], [0, 1]])


def test_a_run_survives_a_clock_that_jumps_back(index, monkeypatch):
    run = index.runs.start({}, {})
    monkeypatch.setattr(runs_module, "now_ms", lambda: -1)
    index.runs.finish(run, "done")
    (told,) = index.runs.list_all()
    assert told.finished < told.started
    assert told.state == "done"


def test_equal_content_has_equal_fingerprints(index, season, tmp_path):
    season.index(index)
    with open_index(str(tmp_path / "other.db")) as other:
        season.add(other, "S01E09.mkv")
        season.index(other)
        unequal = {
            k for k, v in other.fingerprint.compute().items() if v != index.fingerprint.compute()[k]
        }
        assert unequal == {"episode", "chunk"}
        season.decide(other, 1, "Kuwabara")
        assert other.fingerprint.compute()["track"] != index.fingerprint.compute()["track"]


@pytest.mark.parametrize("size", [3, 2500])
def test_some_of_many_episodes(index, season, size):
    ids = [season.add(index, f"E{k}.mkv", season.plan(chunks=1, frames=2)).id for k in range(3)]
    told = index.summaries.status([*ids[:2], *range(10_000, 10_000 + size)])
    assert [one.episode.id for one in told] == ids[:2]
    assert [one.pending for one in told] == [1, 1]
