"""A process that scans chunk after chunk keeps nothing of them."""

import gc
from pathlib import Path

import pytest

from eyecatch.core.scan.config import ScanConfig
from eyecatch.core.scan.scanner import Scan
from eyecatch.core.video.plan import plan
from eyecatch.core.video.probe import probe

FIRST, LAST = 12, 200
MEMORY = Path("/proc/self/smaps_rollup")


def own_memory():
    lines = MEMORY.read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))


@pytest.fixture
def no_collector():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collector")
def test_a_scan_leaves_nothing_that_only_the_garbage_collector_finds(film, detector):
    video = probe(film)
    (chunk,) = plan(video, 1e9).chunks
    scan = Scan(ScanConfig(), detector)
    scan(video, chunk)
    gc.collect()
    assert scan(video, chunk).tracklets
    assert gc.collect() == 0


@pytest.mark.slow
@pytest.mark.skipif(not MEMORY.exists(), reason="the system doesn't tell a process's own memory")
@pytest.mark.usefixtures("no_collector")
def test_a_process_is_as_large_after_200_chunks_as_after_12(film, detector):
    video = probe(film)
    chunks = plan(video, 0.1).chunks
    scan = Scan(ScanConfig(), detector)
    sizes = []
    for done in range(LAST):
        scan(video, chunks[done % len(chunks)])
        sizes.append(own_memory())
    assert max(sizes) <= 1.03 * max(sizes[:FIRST])
