"""What a scan's digest covers: an index is scanned again when it changes, and only then."""

import json
from dataclasses import asdict, dataclass, replace
from typing import ClassVar

import pytest

from eyecatch.core.detect.cascade import CascadeConfig
from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.detect.registry import resolve
from eyecatch.core.scan.config import ScanConfig, earlier_scans

FILE = "ab" * 32  # digest of a made-up file
CNN = DetectorConfig("cnn", "/a/cnn.npz", FILE, 360)
CASCADE = CascadeConfig("/a/cascade.xml", FILE, 540)

# Computed by the program before digests covered a detector's own options only; indexes hold them.
DIGESTS = [
    (ScanConfig(), "19b55df97d84226ee109b3765a68cced6a40b98f8681e8d0de11c98c0ade6a9c"),
    (ScanConfig(CNN), "0c2f5d49ef779c371ecbc56aac3a99481de94086c5672d7c8204e6b2010bd930"),
    (
        ScanConfig(replace(CNN, lines=540)),
        "4f3407392224f06c97c2df40df05769746048dcceec73c4523dd4ec4c0a49dba",
    ),
    (ScanConfig(CASCADE), "6fd155cee4852ebd3ca24543215d6154ef47619eebafe761f83069d85b3d9234"),
    (
        ScanConfig(CascadeConfig()),
        "888379c87c0e8bd8f7feb49ebcf491ddeb493843172dab0aaa44ea04c4307dc4",
    ),
    (
        ScanConfig(replace(CASCADE, scale=1.3)),
        "6ef7f02b53b1853181fcdbddd12f15af9706fa18a52f4ae9c10c39a82df5d0e2",
    ),
    (
        ScanConfig(replace(CASCADE, neighbours=1)),
        "6f73c7538ddbcc154fe8696a862ddc8954147c450c87b8080513d64032f629cf",
    ),
    (
        ScanConfig(replace(CASCADE, smallest=0.1)),
        "e6eb4a3c85d17bf6d922f65cefeaf8f8c7bc6d9b182dcb7eed3ac9aaf47dccd9",
    ),
    (
        ScanConfig(replace(CASCADE, lines=180, scale=1.3, neighbours=1, smallest=0.1)),
        "c2ed7ba29fb524b55307ea2d9d37eaaf02361d3eb22f21ebc0ff016a44089f77",
    ),
    (
        ScanConfig(CNN, held_change=0.01),
        "996566c6f4badcb652bbe7656ce1993b016f4dcead198422d66feb7e847a873b",
    ),
    (ScanConfig(CNN, every=1), "2e0629fbba63b3a9d2d0f9b8748de1090ccf8e949007017121646e4daba8b423"),
    (ScanConfig(CNN, crops=5), "70c2e2071d2f6b68dd98113ca7996f80dc64890720967164f193bd494476b43d"),
    (
        ScanConfig(CNN, version=3),
        "6ff73da0409b2dd18ce148b7ba690ae214aecb426f04dbe4d613c867de1bc136",
    ),
]


@pytest.mark.parametrize(("config", "digest"), DIGESTS)
def test_digests_are_those_that_indexes_hold(config, digest):
    assert config.digest == digest


def test_scans_by_the_weights_of_earlier_versions_are_known():
    weights = "737484cd3d220ca67272f8ba31166507ff0235495b3d7e319c61db6585ca3c9b"
    resolved = resolve("cnn")
    assert resolved.digest == weights, "other weights: add these to EARLIER_WEIGHTS, and pin those"
    digest = "4f5d31b0486948ad9008e1fd7d58bd7fc8cdc27be86b098a325baf38aaf7b545"
    assert digest in [one.digest for one in earlier_scans(ScanConfig(resolved))], "of 0.1.0"


@dataclass(frozen=True, slots=True)
class LaterScan(ScanConfig):
    """As ``ScanConfig`` would be with one option more."""

    blend: float = 0.0


@dataclass(frozen=True, slots=True)
class LaterCascade(CascadeConfig):
    """As ``CascadeConfig`` would be with one option more."""

    largest: float = 1.0


def test_an_option_added_later_changes_no_digest_by_its_default():
    assert LaterScan(CNN).digest == ScanConfig(CNN).digest
    assert LaterScan(CNN, blend=0.5).digest != ScanConfig(CNN).digest
    later = LaterCascade("/a/cascade.xml", FILE, 540)
    assert ScanConfig(later).digest == ScanConfig(CASCADE).digest
    assert ScanConfig(replace(later, largest=0.5)).digest != ScanConfig(CASCADE).digest


def test_an_option_that_the_detector_does_not_read_is_not_one_of_its_own():
    with pytest.raises(TypeError):
        DetectorConfig("cnn", neighbours=7)
    with pytest.raises(TypeError):
        CascadeConfig(name="cnn")


def test_a_plain_configuration_becomes_one_of_its_detector_s_class(haar):
    plain = resolve(DetectorConfig("cascade", str(haar), lines=300))
    assert plain == resolve(CascadeConfig(str(haar), lines=300))
    assert plain.scale == 1.1


def test_where_the_file_is_changes_no_digest():
    assert ScanConfig(replace(CNN, model="/b/cnn.npz")).digest == ScanConfig(CNN).digest


def test_another_version_of_a_detector_is_another_digest():
    @dataclass(frozen=True, slots=True)
    class Better(CascadeConfig):
        VERSION: ClassVar[int] = 2

    better = Better("/a/cascade.xml", FILE, 540)
    assert ScanConfig(better).digest != ScanConfig(CASCADE).digest


@pytest.mark.parametrize(("config", "_digest"), DIGESTS)
def test_a_configuration_is_json(config, _digest):
    assert json.loads(json.dumps(asdict(config))) == asdict(config)
