"""A detector's file: numbers and a card, whoever made it; it is read strictly and never run."""

from __future__ import annotations

import io
import json
import os
from dataclasses import asdict, replace

import numpy as np
import pytest
from click.shell_completion import ShellComplete

from eyecatch.core.detect.cnn import CnnDetector
from eyecatch.core.detect.config import EARLIER_WEIGHTS, DetectorConfig
from eyecatch.core.detect.detector_card import LARGEST, DetectorCard, decode_card
from eyecatch.core.detect.detector_file import (
    WEIGHTS,
    encode_detector_file,
    read_detector_file,
)
from eyecatch.core.detect.flat_model import with_weights
from eyecatch.core.detect.network import build
from eyecatch.core.detect.registry import configured, load, names, resolve
from eyecatch.core.errors import ModelError, RequestError
from eyecatch.core.scan.config import ScanConfig
from eyecatch.jobs.cli import cli
from tests.core.detect.test_cnn import drawn

CARD = DetectorCard(
    eyecatch="0.1.0",
    made="2026-11-29",
    started_from="ab" * 32,
    files=2,
    episodes=("アイ_01.mkv", "アイ_02.mkv"),
    frames=40,
    faces=31,
    labelled_pictures=1,
    labelled_boxes=2,
    seed=7,
    rounds=({"faces": 31, "found": 0.9},),
)


@pytest.fixture(scope="module")
def weights():
    """The package's weights, and a little beside them."""
    return read_detector_file(WEIGHTS).weights


@pytest.fixture
def file(tmp_path, weights):
    """A detector that was adapted, so to speak: the heat's bias is raised."""
    path = tmp_path / "Show.detector"
    moved = [*weights[:-1], weights[-1] + np.array([0.2, 0, 0, 0, 0], np.float32)]
    path.write_bytes(encode_detector_file(moved, CARD))
    return path


def changed(path, **arrays):
    """The file with some arrays in place of its own; None takes one out."""
    with np.load(path) as opened:
        kept = {**opened, **arrays}
    content = io.BytesIO()
    np.savez(content, **{name: one for name, one in kept.items() if one is not None})
    path.write_bytes(content.getvalue())


def letters(text):
    return np.frombuffer(text.encode("utf-8"), np.uint8)


def test_the_card_and_the_weights_come_back(file, weights):
    read = read_detector_file(file)
    assert read.card == CARD
    assert [one.shape for one in read.weights] == [one.shape for one in weights]
    assert read.weights[-1][0] == pytest.approx(weights[-1][0] + 0.2)


def test_the_network_s_arrays_are_those_of_the_package(weights):
    """So a file is measured without TensorFlow."""
    assert [one.shape for one in build().get_weights()] == [one.shape for one in weights]


def test_the_package_s_weights_give_its_own_model_almost_to_the_bit(weights):
    with np.load(WEIGHTS) as arrays:
        flat = arrays["flat"].tobytes()
    made = with_weights(flat, weights)
    ours, theirs = (np.frombuffer(one, np.uint8) for one in (made, flat))
    assert len(made) == len(flat)
    assert (ours != theirs).mean() < 1e-4
    assert (ours != theirs).any() or made == flat


def test_a_file_is_run_by_both_ways_alike_and_finds_by_its_own_weights(file):
    config = resolve(file)
    lite, compiled = CnnDetector(config, device="cpu"), CnnDetector(config, device="gpu")
    pictures = [drawn(seed)[0] for seed in range(3)]
    shipped = load("cnn").detect(pictures)
    for one, other, before in zip(
        lite.detect(pictures), compiled.detect(pictures), shipped, strict=True
    ):
        assert len(one) == len(other) > 0
        assert one.boxes == pytest.approx(other.boxes, abs=0.1)
        assert one.scores == pytest.approx(other.scores, abs=1e-3)
        assert one.scores.max() > before.scores.max()  # as the bias was raised


def test_a_model_that_a_stranger_puts_in_is_never_run(file):
    pictures = [drawn(0)[0]]
    before = CnnDetector(resolve(file), device="cpu").detect(pictures)[0]
    changed(file, flat=np.frombuffer(os.urandom(4096), np.uint8))
    after = CnnDetector(resolve(file), device="cpu").detect(pictures)[0]
    assert after.boxes.tolist() == before.boxes.tolist()


def test_the_digest_is_of_the_weights_alone(file, tmp_path, weights):
    digest = resolve(file).digest
    other = tmp_path / "sub" / "Other.detector"
    other.parent.mkdir()
    other.write_bytes(
        encode_detector_file(
            read_detector_file(file).weights, replace(CARD, episodes=("z.mkv",), seed=8)
        )
    )
    assert resolve(other).digest == digest
    assert ScanConfig(resolve(other)).digest == ScanConfig(resolve(file)).digest
    other.write_bytes(encode_detector_file(weights, CARD))
    assert resolve(other).digest != digest


@pytest.mark.parametrize("given", [str, lambda file: file, lambda f: DetectorConfig("cnn", str(f))])
def test_a_detector_is_named_by_its_file(file, given):
    assert resolve(given(file)) == resolve(str(file))
    assert len(load(given(file)).detect([drawn(0)[0]])[0]) > 0


def test_a_relative_path_is_made_absolute_for_workers_elsewhere(file, monkeypatch):
    monkeypatch.chdir(file.parent)
    assert resolve(file.name).model == str(file)


def test_a_name_is_a_name_whatever_files_there_are(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cnn").write_bytes(b"")
    assert resolve("cnn").model == str(WEIGHTS)
    with pytest.raises(RequestError, match="no detector called 'eyes'"):
        configured("eyes")
    with pytest.raises(ModelError, match="there is no such file"):
        resolve("Eyes.detector")


WRONG = [
    ({"w001": np.zeros(17, np.float32)}, r"of the network of eyecatch 0\.1\.0; make one"),
    ({"w092": None}, "network of eyecatch"),
    ({"w093": np.zeros(5, np.float32)}, "network of eyecatch"),
    ({"extra": np.zeros(5, np.float32)}, "holds other arrays"),
    ({"w001": np.full(16, np.nan, np.float32)}, "not all numbers"),
    ({"w001": np.zeros(16, np.int64)}, "of other kinds"),
    ({"w001": np.full(16, 3e38, np.float32)}, "too large"),
    ({"card": letters("{")}, "its card is no JSON"),
    ({"card": letters("[" * 100_000)}, "its card is no JSON"),
    ({"card": np.zeros(LARGEST + 1, np.uint8)}, "not sound"),
    ({"card": letters('{"format": 2, "more": 1}')}, "made by a newer version of eyecatch; update"),
    ({"card": letters('{"format": true}')}, "not sound"),
]


@pytest.mark.filterwarnings("error::RuntimeWarning")  # it would stand beside the sentence
@pytest.mark.parametrize(("arrays", "said"), WRONG, ids=[said for _, said in WRONG])
def test_a_file_of_something_else_is_one_sentence(file, arrays, said):
    changed(file, **arrays)
    with pytest.raises(ModelError, match=said) as raised:
        CnnDetector(resolve(file), device="cpu")
    assert str(raised.value).startswith(f"{file}: ")
    assert str(raised.value).count(".\n") == 0


def card(**values):
    return json.dumps({"format": 1, **json.loads(json.dumps(asdict(CARD))), **values}).encode()


@pytest.mark.parametrize(
    "values",
    [
        {"frames": -1},
        {"frames": True},
        {"frames": 1.5},
        {"frames": 10**400},
        {"seed": "1"},
        {"made": "yesterday"},
        {"eyecatch": "0.1\x1b[31m"},
        {"eyecatch": "1" * 50},
        {"started_from": "AB" * 32},
        {"episodes": "a.mkv"},
        {"episodes": [1]},
        {"episodes": ["x" * 1001]},
        {"episodes": ["x"] * 2001},
        {"rounds": [{"Recall!": 1}]},
        {"rounds": [{"recall": "x"}]},
        {"rounds": [{"recall": float("inf")}]},
        {"rounds": [[]]},
        {"rounds": [{}] * 51},
        {"more": 1},
        {"format": 0},
    ],
    ids=str,
)
def test_a_card_of_a_stranger_is_checked(values):
    assert decode_card(card()) == CARD
    with pytest.raises(ValueError, match="its card is"):
        decode_card(card(**values))


def test_the_command_line_takes_a_name_or_a_file(file, capsys):
    command = cli.get_command(None, "identify")
    (option,) = (one for one in command.params if "--detector" in one.opts)
    assert option.type.convert(str(file), option, None) == DetectorConfig("cnn", str(file))
    assert option.type.convert("cascade", option, None) == DetectorConfig("cascade")
    with pytest.raises(SystemExit):
        command.main(["a.png", "--model", "b", "--detector", "eyes"])
    assert "'eyes' is neither one of 'cnn', 'cascade' nor a file." in capsys.readouterr().err


def test_the_shell_offers_names_and_files():
    offered = ShellComplete(cli, {}, "eyecatch", "_EYECATCH").get_completions(
        ["index", "--detector"], "c"
    )
    assert [(one.value, one.type) for one in offered] == [
        *((name, "plain") for name in names()),
        ("c", "file"),
    ]


def test_the_weights_of_earlier_versions_are_not_those_of_this_one():
    assert read_detector_file(WEIGHTS).digest not in EARLIER_WEIGHTS
    assert len(set(EARLIER_WEIGHTS)) == len(EARLIER_WEIGHTS)
