"""How verbs end, and what a log of JSON lines says of a file's fault: for scripts and machines."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

import eyecatch


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    """A file that is no video."""
    file = tmp_path_factory.mktemp("broken") / "broken.mkv"
    file.write_text("no video")
    return file


@pytest.fixture
def logged(run):
    """Runs a command with a log of JSON lines; returns its status and the lines."""

    def logged(*words):
        status, _, err = run("--log", "json", *words)
        run("--version")  # the log is text again
        return status, [json.loads(line) for line in err.splitlines()]

    return logged


def test_index_ends_with_what_became_of_its_files(run, season, broken, db):
    good = season.episodes[0]
    words = ("--db", db, "--runner", "inline", "--quiet")
    assert run("index", broken, *words)[0] == 1
    assert run("index", good, broken, *words)[0] == 3
    assert run("index", good, *words)[0] == 0
    assert run("index", good, "--no-such-option", *words)[0] == 2
    assert eyecatch.index([broken], db=db).status == 1
    assert eyecatch.index([good, broken], db=db).status == 3
    assert eyecatch.index([good], db=db).status == 0


def test_collect_ends_in_the_same_way(run, broken, tmp_path):
    assert run("collect", broken, "--out", tmp_path / "out")[0] == 1


def test_a_fault_is_an_error_with_ids_in_the_log(logged, season, broken, db):
    short = broken.with_name("short.mkv")
    whole = season.episodes[0].read_bytes()
    short.write_bytes(whole[: len(whole) * 2 // 3])
    status, lines = logged("index", short, broken, "--db", db, "--runner", "inline")
    assert status == 3
    faults = {line["path"]: line for line in lines if line["level"] == "ERROR"}
    assert set(faults) == {str(short), str(broken)}
    run = eyecatch.status(db=db).runs[-1].id
    (episode,) = eyecatch.episodes(db=db)
    assert faults[str(short)]["run"] == run
    assert faults[str(short)]["episode"] == episode.episode.id
    assert "run" in faults[str(broken)]
    chunks = [line for line in lines if "chunk" in line]
    assert {"run", "episode", "chunk"} <= set(chunks[0])
    for line in lines:
        assert datetime.fromisoformat(line["time"]).utcoffset() is not None


def test_an_error_that_ends_a_verb_is_one_in_the_log(logged, tmp_path):
    for words, expected in ((["find", "x", "--db", tmp_path / "no.db"], 1), (["fnd"], 2)):
        status, (line,) = logged(*words)
        assert (status, line["level"]) == (expected, "ERROR")


def test_a_file_for_node_exporter_says_when_it_went_well(run, season, broken, db, tmp_path, root):
    file = tmp_path / "eyecatch.prom"
    words = ("--db", db, "--runner", "inline", "--quiet", "--metrics-file", file)

    def told(status, *paths):
        assert run("index", *paths, *words)[0] == status
        families = text_string_to_metric_families(file.read_text())
        found = {one.name: one.value for family in families for one in family.samples}
        assert found["eyecatch_last_run_status"] == status
        assert found["eyecatch_last_run_timestamp_seconds"] > 1_700_000_000
        return found

    assert told(1, broken)["eyecatch_last_success_timestamp_seconds"] == 0
    first = told(0, season.episodes[0])
    assert first["eyecatch_frames_total"] == 144
    assert first["eyecatch_last_success_timestamp_seconds"] > 1_700_000_000
    page = (root / "docs" / "nightly.md").read_text()
    assert all(f"`{name}" in page for name in first if not name.endswith("_created"))
    for status, paths in ((3, (season.episodes[0], broken)), (1, (broken,))):
        again = told(status, *paths)
        kept = again["eyecatch_last_success_timestamp_seconds"]
        assert kept == first["eyecatch_last_success_timestamp_seconds"]
    assert [one.name for one in tmp_path.iterdir() if "prom" in one.name] == ["eyecatch.prom"]


def test_metrics_that_go_nowhere_are_refused_before_the_work(run, broken, db, tmp_path):
    (tmp_path / "folder.prom").mkdir()
    for file, said in (
        (tmp_path / "metrics.txt", ".prom"),
        (tmp_path / "folder.prom", "is a folder"),
        (tmp_path / "none" / "eyecatch.prom", "does not exist"),
        (Path("/dev/fd/eyecatch.prom"), "can't be written"),
    ):
        status, out, err = run("index", broken, "--db", db, "--metrics-file", file)
        assert (status, out, err.count("\n")) == (1, "", 1)
        assert said in err
        assert not Path(db).exists()
