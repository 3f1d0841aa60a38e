"""Items fetched ahead by a thread: all of them, in order, whatever becomes of either side."""

from __future__ import annotations

import itertools
import threading
from contextlib import closing

import pytest

from eyecatch.jobs.indexing.prefetch import Prefetcher


def everything(fetched):
    taken = []
    while not fetched.over:
        taken += fetched.take()
    return taken


def test_everything_comes_in_order():
    with closing(Prefetcher(iter(range(1000)))) as fetched:
        assert everything(fetched) == list(range(1000))


def test_nothing_is_the_end_too():
    with closing(Prefetcher(iter(()))) as fetched:
        assert fetched.take() == []
        assert fetched.over


def test_what_is_ready_is_there_without_waiting():
    go_on = threading.Event()

    def items():
        yield 1
        go_on.wait()
        yield 2

    with closing(Prefetcher(items())) as fetched:
        assert fetched.take() == [1]
        assert fetched.take(wait=False) == []
        assert not fetched.over
        go_on.set()
        assert everything(fetched) == [2]


def test_an_error_comes_after_what_came_before_it():
    def items():
        yield 1
        raise OSError("the disk is gone")

    with closing(Prefetcher(items())) as fetched:
        assert fetched.take(60) == [1]
        with pytest.raises(OSError, match="the disk is gone"):
            fetched.take()


def test_leaving_ends_the_thread_after_the_item_it_is_at():
    leaving = threading.Event()

    def items():
        yield 0
        leaving.wait()
        yield from itertools.count(1)

    with closing(Prefetcher(items())) as fetched:
        assert fetched.take() == [0]
        leaving.set()
    assert not [one for one in threading.enumerate() if one.name == "fetched"]
