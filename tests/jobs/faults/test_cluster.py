"""A cluster that breaks under a job: workers, nodes, memory; and one that is not fit for it."""

from __future__ import annotations

import os
import signal

import pytest
from ray.cluster_utils import Cluster

from eyecatch import __version__

# Runs in the driver before the job: its scanner dies with the second chunk of an episode
# in hand, when what it answered before has arrived.
# Being of the main module, it goes to the workers by value.
DIES = """
from eyecatch.jobs.runners.ray import actors as hurt
class Dying(hurt.ScanActor):
    def run(self, task, tries):
        import os, signal
        done = super().run(task, tries)
        if task.chunk.index == 1 and tries <= int(os.environ["DEATHS"]):
            os.kill(os.getpid(), signal.SIGKILL)
        return done
hurt.ScanActor = Dying
"""

# Its scanner has no more memory than it holds already while it scans one chunk.
STARVES = """
from eyecatch.jobs.runners.ray import actors as hurt
class Starving(hurt.ScanActor):
    def run(self, task, tries):
        import resource
        if task.chunk.index != 1:
            return super().run(task, tries)
        free = resource.getrlimit(resource.RLIMIT_AS)
        with open("/proc/self/statm") as file:
            held = int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (held, free[1]))
        try:
            return super().run(task, tries)
        finally:
            resource.setrlimit(resource.RLIMIT_AS, free)
hurt.ScanActor = Starving
"""


# Placed as if TensorFlow could use the cluster's GPUs; whoever names faces says what it owns.
HAS_GPU = """
import functools
from eyecatch.jobs.runners.ray import actors, placement
placement.device_of = lambda place: "/physical_device:GPU:0"
class Owner(actors.IdentifyActor):
    def __init__(self, work):
        import os, pathlib, ray
        owned = ray.get_runtime_context().get_assigned_resources().get("GPU", 0)
        pathlib.Path(OWNERS, str(os.getpid())).write_text(f"{owned:g}")
        super().__init__(work)
actors.IdentifyActor = Owner
from eyecatch.jobs.ray_options import RayOptions
wish = {"model": os.environ["BUNDLE"], "ray": RayOptions(gpus=float(os.environ["GPUS"]))}
eyecatch.index = functools.partial(eyecatch.index, **wish)
"""


@pytest.fixture
def nodes():
    """A head without processors and one node with one, on this machine."""
    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    try:
        yield made
    finally:
        made.shutdown()


def test_a_worker_that_is_killed_begins_its_chunk_again(
    season, whole, db, job, content, finish, tmp_path
):
    status, faults, said = job(db, runner="ray", env={"HURT": DIES, "DEATHS": "1"}).end()
    assert (status, faults) == (0, []), said
    report, again = finish(season.folder, db)
    assert report.progress.chunks == 0, "all was done"
    assert again == len(season.episodes), "the ledger says that one chunk of each was begun twice"
    assert content(db) == whole[0]


@pytest.mark.slow
def test_a_chunk_that_kills_every_worker_fails_alone(season, whole, db, job, content, finish):
    status, faults, said = job(db, runner="ray", env={"HURT": DIES, "DEATHS": "3"}).end()
    assert status == 0, said
    assert len(faults) == len(season.episodes)
    assert all("3 worker processes died on chunk 1" in fault for fault in faults)
    report, _ = finish(season.folder, db, retry_failed=True)
    assert report.progress.chunks == len(season.episodes)
    assert content(db) == whole[0]


@pytest.mark.slow
def test_a_worker_without_memory_fails_its_chunk_alone(season, whole, db, job, content, finish):
    status, faults, said = job(db, runner="ray", env={"HURT": STARVES}).end()
    assert status == 0, said
    report, _ = finish(season.folder, db, retry_failed=True)
    assert report.progress.chunks == len(faults)
    assert content(db) == whole[0]


@pytest.mark.slow
def test_a_node_that_goes_takes_no_row_with_it(season, whole, db, job, nodes, content, finish):
    victim = nodes.add_node(num_cpus=1)
    one = job(db, runner="ray", env={"RAY_ADDRESS": nodes.address})
    assert one.wait_for("done:")
    nodes.add_node(num_cpus=1)
    (raylet,) = victim.all_processes["raylet"]
    os.kill(raylet.process.pid, signal.SIGKILL)
    status, _, said = one.end()
    assert status == 0, said
    report, _ = finish(season.folder, db, retry_failed=True)
    assert report.faults == ()
    assert content(db) == whole[0]


@pytest.mark.slow
def test_gpus_that_tensorflow_cannot_use_are_told_aloud(
    season, bundle, named, db, job, nodes, content
):
    nodes.add_node(num_cpus=1, num_gpus=1)
    model = (
        f"eyecatch.index = __import__('functools').partial(eyecatch.index, model={str(bundle)!r})"
    )
    status, faults, said = job(
        db, runner="ray", env={"RAY_ADDRESS": nodes.address, "HURT": model}
    ).end()
    assert (status, faults) == (0, []), said
    assert "identified on the CPU" in said
    assert content(db) == named[0]


@pytest.mark.slow
@pytest.mark.parametrize("gpus", ["1", "0.5", "0"])
def test_a_gpu_is_owned_by_one_process(
    season, bundle, named, db, job, nodes, content, tmp_path, gpus
):
    """The GPU is Ray's count alone: what runs on it runs on the CPU here.

    Without one, who scans names the faces.
    """
    nodes.add_node(num_cpus=1, num_gpus=1)
    owners = tmp_path / "owners"
    owners.mkdir()
    hurt = f"OWNERS = {str(owners)!r}\n{HAS_GPU}"
    env = {"RAY_ADDRESS": nodes.address, "HURT": hurt, "GPUS": gpus, "BUNDLE": str(bundle)}
    status, faults, said = job(db, runner="ray", env=env).end()
    assert (status, faults) == (0, []), said
    assert [file.read_text() for file in owners.iterdir()] == ([gpus] if gpus != "0" else [])
    assert content(db) == named[0]


@pytest.mark.slow
def test_workers_that_cannot_begin_are_a_sentence(season, db, job):
    """As when a node lacks a library, or its memory for a network."""
    unfit = """
from eyecatch.jobs.runners.ray import actors
class Unfit(actors.ScanActor):
    def __init__(self, work, identifies):
        raise OSError("libGL.so.1 is not there")
actors.ScanActor = Unfit
"""
    status, _, said = job(db, runner="ray", env={"HURT": unfit}).end()
    assert status == 1
    (sentence,) = [line for line in said.splitlines() if line.startswith("eyecatch: ")]
    assert "libGL.so.1 is not there" in sentence
    assert "Traceback" not in said


@pytest.mark.slow
def test_a_cluster_of_others_on_this_machine_is_left_alone(season, whole, db, job, nodes, content):
    """It could run nothing: it has no processor but the head's none."""
    status, faults, said = job(db, runner="ray", env={"RAY_ADDRESS": ""}).end()
    assert (status, faults) == (0, []), said
    assert content(db) == whole[0]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("there", "said"),
    [
        ("__version__ = '0.0.9'", f"has eyecatch 0.0.9, this process eyecatch {__version__}"),
        ("raise ImportError", f"has no eyecatch, this process eyecatch {__version__}"),
    ],
)
def test_a_node_with_another_eyecatch_is_refused(season, db, job, nodes, tmp_path, there, said):
    other = tmp_path / "other" / "eyecatch"
    other.mkdir(parents=True)
    (other / "__init__.py").write_text(there)
    nodes.add_node(num_cpus=1, env_vars={"PYTHONPATH": str(other.parent)})
    status, _, told = job(db, runner="ray", env={"RAY_ADDRESS": nodes.address}).end()
    assert status == 1
    (sentence,) = [line for line in told.splitlines() if line.startswith("eyecatch: ")]
    assert said in sentence


def test_no_cluster_there(season, db, job):
    status, _, told = job(db, runner="ray", env={"RAY_ADDRESS": "127.0.0.1:1"}).end()
    assert status == 1
    (sentence,) = [line for line in told.splitlines() if line.startswith("eyecatch: ")]
    assert "127.0.0.1:1" in sentence
    assert "RAY_ADDRESS" in sentence
