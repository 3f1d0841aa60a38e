"""Levels of trust: thresholds move, nothing else does, and a table from a stranger is checked."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from eyecatch.core.errors import ModelError, RequestError
from eyecatch.core.identity.bundle import load_bundle, write_manifest
from eyecatch.core.identity.decision import vote
from eyecatch.core.identity.ensemble import Ensemble
from eyecatch.core.identity.inference import Identify
from eyecatch.core.identity.manifest import Character
from eyecatch.core.identity.trust import LEVELS, MAX_THRESHOLD

TABLE = {"high": (0.75, 0.95), "balanced": (0.5, 0.9), "eager": (0.25, 0.75)}
OWN = (Character("Hiei", (), 0.6, 0.92), Character("Botan"))
with_prototypes = pytest.mark.parametrize("made", ["compact"], indirect=True)


@pytest.fixture
def tabled(folder, made):
    """The bundle with a table, and with a character that has thresholds of its own."""
    write_manifest(folder, replace(made, trust=TABLE, characters=OWN))
    return load_bundle(folder)


def test_a_table_is_read_as_it_was_written(tabled):
    assert tabled.trust == TABLE
    assert tabled.level == "balanced"
    assert tabled.thresholds == ((0.6, 0.92), (0.5, 0.9), (0.5, 0.9))


def test_balanced_is_the_bundle_itself(tabled):
    assert tabled.with_trust("balanced") == tabled
    assert tabled.with_trust("balanced").digest == tabled.digest == tabled.file_digest


@pytest.mark.parametrize("level", ["high", "eager"])
def test_a_level_moves_the_thresholds_of_all(tabled, level):
    there = tabled.with_trust(level)
    assert there.calibration.thresholds == TABLE[level]
    by = np.subtract(TABLE[level], TABLE["balanced"])
    own, plain, nobody = there.thresholds
    assert own == pytest.approx(np.clip(np.add((0.6, 0.92), by), 0, MAX_THRESHOLD))
    assert plain == nobody == TABLE[level]
    assert there.calibration.temperature == tabled.calibration.temperature
    assert (there.names, there.network, there.folder) == (
        tabled.names,
        tabled.network,
        tabled.folder,
    )


def test_a_level_is_another_bundle_of_the_same_file(tabled):
    levels = [tabled.with_trust(level) for level in LEVELS]
    assert len({one.digest for one in levels}) == len(LEVELS)
    assert {one.file_digest for one in levels} == {tabled.file_digest}
    assert len({Ensemble([one]).digest for one in levels}) == len(LEVELS)
    again = pickle.loads(pickle.dumps(levels[0]))
    assert (again, again.digest) == (levels[0], levels[0].digest)


def test_whom_a_stricter_level_names_every_other_names_too(tabled):
    rows = np.random.default_rng(5).normal(scale=4, size=(300, 1, len(tabled.names)))
    levels = [tabled.with_trust(level) for level in LEVELS]
    said = [
        [vote(row, np.ones(1), one.calibration, one.names, one.thresholds) for row in rows]
        for one in levels
    ]
    for stricter, other in pairwise(said):
        for one, more in zip(stricter, other, strict=True):
            assert one.confidence == more.confidence
            assert one.character in {None, more.character}
            assert one.character is None or one.unsure >= more.unsure
    shares = [sum(verdict.character is not None for verdict in some) for some in said]
    assert shares[0] < shares[1] < shares[2]


@pytest.mark.parametrize(
    ("own", "level", "sure"), [(0.97, "high", MAX_THRESHOLD), (0.995, "high", 0.995)]
)
def test_no_threshold_rises_too_far_or_falls_at_a_stricter_level(tabled, own, level, sure):
    moved = replace(tabled, characters=(Character("Hiei", (), 0.1, own), OWN[1])).with_trust(level)
    assert moved.thresholds[0][1] == sure
    eager = replace(tabled, characters=(Character("Hiei", (), 0.1, 0.1), OWN[1]))
    assert eager.with_trust("eager").thresholds[0] == (0.0, 0.0)


@with_prototypes
def test_every_level_gives_the_same_answers(tabled, crops):
    one, other = (Identify(some)(crops[:4]) for some in (tabled, tabled.with_trust("eager")))
    assert np.array_equal(one.logits, other.logits)
    assert np.array_equal(one.embeddings, other.embeddings)


def test_a_bundle_without_a_table_decides_at_balanced_alone(folder):
    bundle = load_bundle(folder)
    assert "trust" not in json.loads((folder / "bundle.json").read_text("utf-8"))
    assert bundle.with_trust("balanced") == bundle
    with pytest.raises(ModelError, match="train it again, or use --trust balanced") as caught:
        bundle.with_trust("high")
    assert str(folder) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_level_that_is_none_is_said(tabled):
    with pytest.raises(RequestError, match="no level of trust 'lax'; use high, balanced or eager"):
        tabled.with_trust("lax")


def both(maybe, sure):
    return {"maybe": maybe, "sure": sure}


GOOD = {level: both(*thresholds) for level, thresholds in TABLE.items()}


@pytest.mark.parametrize(
    "table",
    [
        {},
        [],
        None,
        "high",
        7,
        {"high": both(0.8, 0.9)},
        GOOD | {"reckless": both(0, 0)},
        GOOD | {"high": [0.8, 0.9]},
        GOOD | {"high": {"maybe": 0.8}},
        GOOD | {"high": both(0.8, 0.9) | {"never": 1}},
        GOOD | {"high": both("0.8", 0.9)},
        GOOD | {"high": both(True, True)},
        GOOD | {"high": both(None, 0.95)},
        GOOD | {"high": both(float("nan"), 0.95)},
        GOOD | {"high": both(0.96, 0.95)},
        GOOD | {"high": both(0.8, 10**400)},
        GOOD | {"high": both(0.4, 0.95)},
        GOOD | {"eager": both(-0.1, 0.5)},
        GOOD | {"eager": both(0.3, 0.95)},
        GOOD | {"balanced": both(0.6, 0.9)},
    ],
    ids=lambda table: json.dumps(table)[:60],
)
def test_a_table_that_is_none_is_said_in_one_sentence(folder, tabled, table):
    manifest = json.loads((folder / "bundle.json").read_text("utf-8"))
    (folder / "bundle.json").write_text(json.dumps(manifest | {"trust": table}), "utf-8")
    with pytest.raises(ModelError, match=r"its bundle\.json is damaged") as caught:
        load_bundle(folder)
    assert "\n" not in str(caught.value)
