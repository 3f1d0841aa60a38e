"""People's names follow to a job's episodes: each time they are due, and not for each episode."""

from types import SimpleNamespace

import pytest

from eyecatch.jobs.indexing import names_follow
from eyecatch.jobs.indexing.names_follow import SHARE, NamesFollow


@pytest.fixture
def world(monkeypatch):
    """A clock, how long names take to follow, how often they did, and to which episodes."""
    found = SimpleNamespace(now=100.0, takes=2.0, runs=0, followed=[], spoke=True)

    def run():
        found.runs += 1
        found.now += found.takes

    monkeypatch.setattr(names_follow, "NamingPipeline", lambda _: SimpleNamespace(run=run))
    monkeypatch.setattr(names_follow, "time", SimpleNamespace(monotonic=lambda: found.now))
    propagation = SimpleNamespace(somebody_spoke=lambda: found.spoke)
    index = SimpleNamespace(propagation=propagation)
    found.names = NamesFollow(index, found.followed.append)
    return found


def once(step):
    step()


def test_most_of_a_long_job_is_not_spent_on_names(world):
    for episode in range(1000):
        world.now += 1.0
        world.names.add(episode, once)
    world.names.finish(once)
    assert world.followed == [*range(1000)], "each once, in order"
    assert 1000 / (SHARE * world.takes) <= world.runs <= 1000 / (SHARE * world.takes) + 2


def test_while_it_is_quick_names_follow_at_once(world):
    world.takes = 0.01
    for episode in range(5):
        world.now += 1.0
        world.names.add(episode, once)
        assert world.followed[-1] == episode
    world.names.finish(once)
    assert world.runs == 5, "nothing was left"


def test_where_nobody_spoke_nothing_waits(world):
    world.spoke = False
    for episode in range(5):
        world.names.add(episode, once)
    assert (world.followed, world.runs) == ([*range(5)], 0)
