"""The two descriptions of a cluster, held against Ray's own rules and this package's version."""

from __future__ import annotations

import json
import shlex
from importlib import metadata
from pathlib import Path

import jsonschema
import pytest
import ray.autoscaler
import yaml
from ray.autoscaler._private.util import prepare_config, validate_config

from eyecatch import __version__
from eyecatch.jobs.cli import cli


@pytest.fixture
def launcher(root):
    return yaml.safe_load((root / "ray_cluster.yaml").read_text())


@pytest.fixture
def kuberay(root):
    return yaml.safe_load((root / "docs" / "kuberay.yaml").read_text())


def test_the_launcher_takes_it(launcher):
    """Ray's schema, and what Ray fills in and checks besides."""
    schema = Path(ray.autoscaler.__file__).with_name("ray-schema.json")
    jsonschema.validate(launcher, json.loads(schema.read_text()))
    validate_config(prepare_config(launcher))


def test_a_mistake_is_not_taken(launcher):
    launcher["head_node_type"] = "brain"
    with pytest.raises(ValueError, match="head_node_type"):
        validate_config(prepare_config(launcher))
    del launcher["cluster_name"]
    with pytest.raises(jsonschema.ValidationError):
        validate_config(launcher)


def test_there_are_a_head_cpu_and_gpu_workers(launcher, kuberay):
    assert {"head", "cpu", "gpu"} == set(launcher["available_node_types"])
    groups = kuberay["spec"]["rayClusterSpec"]["workerGroupSpecs"]
    assert [group["groupName"] for group in groups] == ["cpu", "gpu"]
    for group in groups:
        assert group["minReplicas"] <= group["replicas"] <= group["maxReplicas"]


def test_both_are_of_this_version_and_of_the_ray_that_is_tested(launcher, kuberay, root):
    for text in ((root / "ray_cluster.yaml").read_text(), (root / "docs/kuberay.yaml").read_text()):
        assert f"eyecatch-{__version__}-py3-none-any.whl" in text
        assert metadata.version("ray") in text
    assert kuberay["spec"]["rayClusterSpec"]["rayVersion"] == metadata.version("ray")


def test_the_job_is_a_command_line_that_we_have(kuberay):
    program, *words = shlex.split(kuberay["spec"]["entrypoint"])
    assert program == "eyecatch"
    with cli.make_context("eyecatch", [*words[:2], "status"]) as context:
        command = cli.get_command(context, words[2])
        assert command is not None
        command.make_context(words[2], words[3:], parent=context)
