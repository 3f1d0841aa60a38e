"""``index --adapt``: a series is learned once, and what was learned stays with the index."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

import eyecatch
from eyecatch.core.detect.registry import load, resolve
from eyecatch.core.errors import ModelError
from eyecatch.core.scan.config import ScanConfig
from eyecatch.db.index import open_index
from eyecatch.db.records.scan import KeptDetector
from eyecatch.jobs.runners.stages import ScanStage, Work


def index(season, db, **keywords):
    return eyecatch.index([season.folder], db=db, runner="inline", **keywords)


def scans(db):
    """The digests by which the episodes were scanned."""
    with open_index(db, create=False) as opened:
        return {one.episode.scan_digest for one in opened.summaries.status()}


def test_a_series_is_learned_once_and_kept(season, db, tmp_path, teacher, monkeypatch):
    report = index(season, db, series="Drawn", adapt=True)
    assert report.faults == ()
    assert report.notes == (
        "The detector learned Drawn: in frames held out it is sure of 18 faces, "
        "and was of 16 before.",
    )
    (scanned,) = scans(db)
    assert scanned != ScanConfig(resolve("cnn")).digest
    # Again, with and without, and where the index was moved and nothing is cached.
    for keywords in ({"adapt": True}, {}):
        again = index(season, db, **keywords)
        assert (again.progress.chunks, again.notes) == (0, ())
    moved = str(shutil.copy(db, tmp_path / "moved.db"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "elsewhere"))
    assert index(season, moved).progress.chunks == 0
    assert len(teacher.called) == 1
    # Another detector overrules it, and it comes back.
    assert index(season, db, detector="cnn").progress.chunks > 0
    assert scans(db) == {ScanConfig(resolve("cnn")).digest}
    assert index(season, db).progress.chunks > 0
    assert scans(db) == {scanned}


def test_a_refusal_is_remembered_and_can_be_tried_again(season, db, teacher):
    teacher.found = 9
    report = index(season, db, adapt=True)
    assert report.notes == (
        "The weights as they are are used for Lantern Street: "
        "of 20 faces it finds 9, and found 15 before.",
    )
    assert scans(db) == {ScanConfig(resolve("cnn")).digest}
    assert index(season, db, adapt=True).progress.chunks == 0
    assert len(teacher.called) == 1
    teacher.found = 18
    again = index(season, db, adapt_again=True)
    assert len(teacher.called) == 2
    assert again.progress.chunks > 0


def test_each_series_has_its_own(season, db, teacher):
    first, second = season.episodes
    eyecatch.index([first], db=db, runner="inline", series="One", adapt=True)
    eyecatch.index([second], db=db, runner="inline", series="Two")
    assert len(scans(db)) == 2
    assert len(teacher.called) == 1
    report = index(season, db, adapt=True)  # each file's series is known
    assert len(teacher.called) == 2
    assert report.notes[0].startswith("The detector learned Two:")
    assert len(scans(db)) == 1  # the same weights, as it happens
    assert report.progress.chunks == 1


def test_a_kept_detector_of_another_version_is_a_sentence(season, db, teacher):
    index(season, db, series="Drawn", adapt=True)
    with open_index(db, create=False) as opened:
        opened.detectors.keep("Drawn", KeptDetector("0" * 64, b"of another version"))
    with pytest.raises(ModelError, match=r"detector of Drawn can't be used: .*--adapt-again"):
        index(season, db)
    assert index(season, db, detector="cnn").faults == ()
    index(season, db, adapt_again=True)
    assert index(season, db).faults == ()


def test_a_worker_elsewhere_has_the_detector_from_its_work(season, tmp_path, teacher, monkeypatch):
    out = tmp_path / "Show.detector"
    eyecatch.adapt([season.folder], out=out, frames=8)
    work = Work.of(ScanConfig(resolve(out)), ())
    assert work.here() == work.scan
    out.unlink()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    here = work.here()
    assert here.digest == work.scan.digest
    assert here.detector.model != str(out)
    assert len(load(here.detector).detect([np.zeros((64, 64, 3), np.uint8)])[0]) == 0
    assert ScanStage(work)
    assert Work.of(ScanConfig(resolve("cnn")), ()).detector == b""


def test_the_command_tells_what_was_learned(season, db, teacher, run):
    done = run(
        "index", season.folder, "--db", db, "--adapt", "--series", "Drawn", "--runner", "inline"
    )
    assert done.status == 0
    assert "The detector learned Drawn:" in done.err
    assert "looking at frames 1/2" in done.err
    again = run("index", season.folder, "--db", db, "--runner", "inline", "-q")
    assert "Nothing to scan" in again.err
    assert len(teacher.called) == 1
