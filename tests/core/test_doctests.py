"""Examples in docstrings: what they say comes out, in a folder of their own."""

import doctest
from importlib import import_module

import pytest

MODULES = [
    "core.detect.config",
    "core.detect.registry",
    "core.detections",
    "core.files",
    "core.identity.bundle",
    "core.identity.decision",
    "core.identity.prototypes",
    "core.runtime",
    "core.scan.matching",
    "core.scan.scanner",
    "core.video.decode",
    "core.video.plan",
    "core.video.probe",
]


@pytest.mark.parametrize("module", MODULES)
def test_examples_come_out_as_written(module, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    done = doctest.testmod(import_module(f"eyecatch.{module}"), optionflags=flags)
    assert done.attempted, f"{module} has no example"
    assert not done.failed
