import pytest

from eyecatch.core import runtime
from eyecatch.core.runtime import Stopwatch


@pytest.fixture
def watch(monkeypatch):
    """A stopwatch by which every look at the clock is a second later."""
    now = iter(range(1000))
    monkeypatch.setattr(runtime.time, "perf_counter", lambda: float(next(now)))
    return Stopwatch()


def test_a_moment_counts_for_the_innermost_block_only(watch):
    with watch.during("outer"):
        with watch.during("inner"):
            pass
        with watch.during("inner"), watch.during("outer"):
            pass
    assert watch.seconds == {"outer": 4.0, "inner": 3.0}


def test_time_between_blocks_counts_for_none(watch):
    with watch.during("one"):
        pass
    with watch.during("one"):
        pass
    assert watch.seconds == {"one": 2.0}


def test_an_error_ends_its_block(watch):
    with watch.during("one"):
        with pytest.raises(KeyError), watch.during("two"):
            raise KeyError
        watch.seconds.clear()
    assert set(watch.seconds) == {"one"}
