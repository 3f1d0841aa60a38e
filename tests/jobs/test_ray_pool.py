"""Actors of Ray as a pool: how much they have in hand, what becomes of those that die."""

from __future__ import annotations

import os
import signal
import sys
from itertools import count
from pathlib import Path

import psutil
import pytest
import ray

from eyecatch.core.errors import RequestError
from eyecatch.jobs.runners.ray import worker_start
from eyecatch.jobs.runners.ray.pool import IN_HAND, MOST_PENDING, Pool

pytestmark = pytest.mark.usefixtures("cluster")


@pytest.fixture
def opened():
    """Makes pools; they are closed at the end."""
    made = []

    def open_(start, call=None, *, least=1, most=None):
        ask = call or (lambda actor, job: actor.run.options(num_returns=2).remote(job))
        made.append(Pool(start, ask, least=least, most=most or least))
        return made[-1]

    yield open_
    for one in made:
        one.close()


def worker(**options):
    """An actor that tells its process for a job, and dies of the job ``bad``."""

    class Worker:  # in here, so that it goes to its process by value
        def ready(self):
            pass

        def run(self, job):
            if job == "bad":
                os.kill(os.getpid(), signal.SIGKILL)
            if job == "wrong":
                raise KeyError(job)
            return None, os.getpid()

    return ray.remote(**{"num_cpus": 0, **options})(Worker).remote()


def answers(pool):
    """Each job and its answer, as they come; every time it is looked at, ``pool`` is handed out."""
    while pool.busy:
        pool.advance()
        (ref,), _ = ray.wait(list(pool.refs()))
        if (taken := pool.take(ref)) is not None:
            job, answer = taken
            yield job, None if answer is None else ray.get(answer)


def test_what_nobody_takes_is_not_begun(opened):
    """However many jobs there are, a slow driver has a few answers waiting for it."""
    begun = []

    def call(actor, job):
        begun.append(job)
        return actor.run.options(num_returns=2).remote(job)

    pool = opened(worker, call, least=2)
    pool.waiting.extend(range(20))
    taken = set()
    for job, _ in answers(pool):
        taken.add(job)
        assert len(begun) <= len(taken) + 2 * IN_HAND
    assert taken == set(range(20))
    assert len(begun) == 20


def test_a_job_whose_actor_died_is_told_and_the_next_one_waits_again(opened):
    pool = opened(worker)
    pool.waiting.append("first")
    ((_, before),) = answers(pool)
    pool.waiting.extend(["bad", "after", "last"])
    told = list(answers(pool))
    assert [job for job, _ in told] == ["bad", "after", "last"]
    assert told[0][1] is None
    assert told[1][1] == told[2][1] != before


def test_what_a_job_raises_is_raised_and_no_death(opened):
    pool = opened(worker)
    pool.waiting.append("wrong")
    with pytest.raises(KeyError, match="wrong"):
        list(answers(pool))


def test_what_waits_for_room_in_the_cluster_is_bounded(opened):
    """The first actor has room, no other ever will: a cluster of a fixed size."""
    numbers, started = count(), []

    def start():
        started.append(worker(num_cpus=0 if next(numbers) == 0 else 10**6))
        return started[-1]

    pool = opened(start, least=1, most=1000)
    pool.waiting.extend(range(60))
    assert sorted(job for job, _ in answers(pool)) == list(range(60))
    assert len(started) == 1 + MOST_PENDING
    assert pool.at_work() == []
    pool.advance()
    assert list(pool.refs()) == [], "and withdrawn when there is nothing more to do"


def test_actors_that_cannot_begin_are_a_sentence(opened):
    class Unfit:
        def __init__(self):
            raise OSError("libGL.so.1 is not there")

        def ready(self):
            pass

    pool = opened(ray.remote(num_cpus=0)(Unfit).remote)
    pool.waiting.append(1)
    with pytest.raises(RequestError, match=r"can't begin \(OSError: libGL.so.1 is not there\)"):
        list(answers(pool))


def test_a_ray_of_our_own_runs_its_two_servers_and_workers_that_import_it_once():
    """Neither a dashboard, a log monitor, an autoscaler nor agents; nor what Ray adds to pickle."""

    def tell():
        return sys.orig_argv[1], sys.path, {"pyarrow", "pydantic"} & sys.modules.keys()

    program, path, added = ray.get(ray.remote(num_cpus=0)(tell).remote())
    assert program == worker_start.__file__
    assert str(Path(worker_start.__file__).parent) not in path
    assert not added
    ran = set()
    for process in psutil.Process().children(recursive=True):
        words = process.cmdline()
        assert words[:1] != ["sh"], "which would outlast Ray's server for a second"
        begins = worker_start.__file__ in words  # a worker that has no name yet
        if "/ray/" in " ".join(words) and not (begins or words[0].startswith("ray::")):
            ran.add(Path(words[0]).name)
    assert ran == {"gcs_server", "raylet"}
