"""Episodes behind URLs: the rows of local ones, on every runner; and a service that goes away."""

from __future__ import annotations

from contextlib import closing

import pytest

import eyecatch
from eyecatch.core.video.content_hash import content_hash
from eyecatch.db.index import open_index
from eyecatch.jobs.found_file import local_file
from eyecatch.jobs.indexing import index as index_module
from eyecatch.jobs.runners.inline import InlineRunner

BUCKET = "eyecatch-tests"


class Service:
    """An S3 server of this process; what it holds outlives a stop."""

    def __init__(self, make) -> None:
        self._make, self._server = make, make("127.0.0.1", 0, verbose=False)
        self._server.start()
        self.host, self.port = self._server.get_host_and_port()

    def stop(self) -> None:
        self._server.stop()

    def start(self) -> None:
        self._server = self._make(self.host, self.port, verbose=False)
        self._server.start()


@pytest.fixture(scope="module")
def service(season):
    """One with the season in a bucket; credentials go to whoever is started from here."""
    server = pytest.importorskip("moto.server", reason="no S3 server to test against")
    fs = pytest.importorskip("s3fs", reason="no package for s3://").S3FileSystem
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "AWS_ACCESS_KEY_ID": "tests",
            "AWS_SECRET_ACCESS_KEY": "tests",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }.items():
            patch.setenv(name, value)
        made = Service(server.ThreadedMotoServer)
        patch.setenv("AWS_ENDPOINT_URL", f"http://{made.host}:{made.port}")
        bucket = fs(skip_instance_cache=True)
        bucket.mkdir(BUCKET)
        for file in season.episodes:
            bucket.put(str(file), f"{BUCKET}/season/{file.name}")
        yield made
        made.stop()
        fs.clear_instance_cache()


def test_a_season_in_a_bucket_has_the_rows_of_a_local_one(
    season, whole, service, db, content, finish
):
    report, again = finish(f"s3://{BUCKET}/season/*.mkv", db)
    assert (report.faults, again) == ((), 0)
    assert content(db) == whole[0]
    assert str(report.episodes[0].video.path).startswith(f"s3://{BUCKET}/season/")
    assert finish(f"s3://{BUCKET}/season", db)[0].progress.chunks == 0, "it is known"
    assert finish(season.folder, db)[0].progress.chunks == 0, "wherever it is"


def test_ffmpeg_gets_a_copy(season, service, db, finish):
    """A single episode, as it is rendered."""
    finish(f"s3://{BUCKET}/season/{season.episodes[0].name}", db)
    with open_index(db) as index:
        (status,) = index.summaries.status()
        copy = local_file(index, status.episode)
        assert copy == local_file(index, status.episode), "once"
    assert copy.name == season.episodes[0].name
    assert content_hash(copy) == status.episode.digest


def test_an_object_that_is_not_there_is_a_sentence(service, db):
    report = eyecatch.index([f"s3://{BUCKET}/season/S09E09.mkv"], db=db, runner="inline")
    assert report.faults == (
        f"s3://{BUCKET}/season/S09E09.mkv: there is no such file; check the path.",
    )


@pytest.mark.slow
def test_a_bucket_is_seen_by_the_workers(whole, service, db, job, content):
    status, faults, said = job(db, folder=f"s3://{BUCKET}/season", runner="ray").end()
    assert (status, faults) == (0, []), said
    assert content(db) == whole[0]


@pytest.mark.slow
def test_a_service_that_goes_away_midway(whole, service, db, monkeypatch, content, finish):
    class Broken(InlineRunner):
        def run(self, tasks, work, begin):
            with closing(super().run(tasks, work, begin)) as outcomes:
                yield next(outcomes)
                service.stop()
                yield from outcomes

    monkeypatch.setattr(index_module, "make_runner", lambda *_, **__: Broken())
    url = f"s3://{BUCKET}/season"
    try:
        report = eyecatch.index([url], db=db, chunk_seconds=1.0)
    finally:
        service.start()
    monkeypatch.undo()
    assert report.faults
    assert all(fault.startswith(url) and fault.endswith(".") for fault in report.faults)
    report, _ = finish(url, db, retry_failed=True)
    assert report.faults == ()
    assert content(db) == whole[0]
