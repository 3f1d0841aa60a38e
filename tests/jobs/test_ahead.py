"""Work ahead: all of it, in order, whatever becomes of either side."""

from __future__ import annotations

import itertools
import threading
from contextlib import closing

import pytest

from eyecatch.jobs.indexing.prefetch import Ahead


def everything(ahead):
    taken = []
    while not ahead.over:
        taken += ahead.take()
    return taken


def test_everything_comes_in_order():
    with closing(Ahead(iter(range(1000)))) as ahead:
        assert everything(ahead) == list(range(1000))


def test_nothing_is_the_end_too():
    with closing(Ahead(iter(()))) as ahead:
        assert ahead.take() == []
        assert ahead.over


def test_what_is_ready_is_there_without_waiting():
    go_on = threading.Event()

    def items():
        yield 1
        go_on.wait()
        yield 2

    with closing(Ahead(items())) as ahead:
        assert ahead.take() == [1]
        assert ahead.take(wait=False) == []
        assert not ahead.over
        go_on.set()
        assert everything(ahead) == [2]


def test_an_error_comes_after_what_came_before_it():
    def items():
        yield 1
        raise OSError("the disk is gone")

    with closing(Ahead(items())) as ahead:
        assert ahead.take(60) == [1]
        with pytest.raises(OSError, match="the disk is gone"):
            ahead.take()


def test_leaving_ends_the_thread_after_the_item_it_is_at():
    leaving = threading.Event()

    def items():
        yield 0
        leaving.wait()
        yield from itertools.count(1)

    with closing(Ahead(items())) as ahead:
        assert ahead.take() == [0]
        leaving.set()
    assert not [one for one in threading.enumerate() if one.name == "ahead"]
