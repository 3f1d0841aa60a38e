"""The model of ``bench/simulate.py``: its arithmetic, where the answer is known."""

from __future__ import annotations

import importlib
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def model(root) -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(root / "bench")
        return importlib.import_module("simulate")


@pytest.fixture(scope="module")
def times(model):
    """Nothing but scanning takes any time."""
    return model.Times(
        start=5.0, scan=0.1, read=0.0, driver=0.0, outcome=0.0, chunk=60.0, disk=1e30, network=1e9
    )


def test_one_worker_takes_the_sum(model, times):
    assert model.simulate(times, 3, 600, 1).clock == pytest.approx(5 + 3 * 600 * 0.1)
    dear = model.replace(times, driver=0.5)
    assert model.simulate(dear, 3, 600, 1).clock == pytest.approx(5 + 180 + 0.5), "beside the scan"
    shared = model.replace(dear, cores=1)
    assert model.simulate(shared, 3, 600, 1).clock == pytest.approx(5 + 180 + 30 * 0.5)


def test_workers_share_the_chunks_and_no_chunk_is_divided(model, times):
    assert model.simulate(times, 1, 600, 5).clock == pytest.approx(5 + 2 * 6)
    assert model.simulate(times, 1, 600, 1000).clock == pytest.approx(5 + 6)
    assert model.simulate(times, 1, 119, 1000).clock == pytest.approx(5 + 11.9)


@pytest.mark.parametrize(
    ("change", "limit", "least"),
    [
        ({"driver": 0.2}, "driver", 100 * 0.2),
        ({"outcome": 1e8}, "network", 100 * 0.1),
        ({"video": 1e6, "disk": 1e8}, "disk", 2 * 6000 / 100),
    ],
)
def test_many_workers_are_bounded_by_what_all_share(model, times, change, limit, least):
    found = model.simulate(model.replace(times, **change), 10, 600, 10_000)
    assert found.limit == limit
    assert found.clock >= least
    assert found.busy[limit] == pytest.approx(least)


def test_more_workers_are_never_slower(model):
    for episodes, seconds in [(1, 10), (2, 1440), (3, 10800)]:
        clocks = [model.simulate(model.Times(), episodes, seconds, n).clock for n in (1, 2, 7, 64)]
        assert clocks == sorted(clocks, reverse=True)


def test_where_the_driver_begins_to_limit_follows_from_both_times(model, times):
    """A chunk is scanned in 6 s, and a driver that takes .1 s of it keeps sixty busy."""
    quick = model.replace(times, driver=0.1, start=0.0)
    assert model.simulate(quick, 100, 1440, 55).limit == "workers"
    assert model.simulate(quick, 100, 1440, 65).limit == "driver"
