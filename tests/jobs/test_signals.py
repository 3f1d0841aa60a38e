"""Asked to end, a verb cleans up and says so; asked again, it is still cleaning up."""

from __future__ import annotations

import os
import signal

import click
import pytest

from eyecatch.core.files import whole_file, whole_folder
from eyecatch.jobs import cli


@pytest.fixture(autouse=True)
def _as_at_the_start():
    """Ray, once started in this process by another test, leaves a handler of its own."""
    before = {one: signal.signal(one, signal.SIG_DFL) for one in (signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def verb(monkeypatch):
    """Makes a function the verb ``stand``."""

    def add(function):
        group = click.Group(
            "eyecatch", commands={"stand": click.Command("stand", callback=function)}
        )
        monkeypatch.setattr(cli, "cli", group)

    return add


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_request_to_end_cleans_up_once(number, verb, run):
    cleaned = []

    def stand():
        try:
            os.kill(os.getpid(), number)
        finally:
            os.kill(os.getpid(), number)
            cleaned.append(True)

    verb(stand)
    before = signal.getsignal(number)
    status, out, err = run("stand")
    assert (status, out, err) == (128 + number, "", "Stopped; what was finished is kept.\n")
    assert cleaned == [True]
    assert signal.getsignal(number) is before


def test_what_the_surroundings_handle_or_ignore_is_theirs(verb, run):
    asked = []
    before = signal.signal(signal.SIGTERM, lambda number, _: asked.append(number))
    try:
        verb(lambda: os.kill(os.getpid(), signal.SIGTERM))
        assert run("stand")[0] == 0
    finally:
        signal.signal(signal.SIGTERM, before)
    assert asked == [signal.SIGTERM]


def test_what_is_half_written_is_gone(verb, run, tmp_path):
    def stand():
        with whole_file(tmp_path / "out.csv") as part, whole_folder(tmp_path / "set"):
            part.write_text("half")
            os.kill(os.getpid(), signal.SIGTERM)

    verb(stand)
    assert run("stand")[0] == 143
    assert list(tmp_path.iterdir()) == []
