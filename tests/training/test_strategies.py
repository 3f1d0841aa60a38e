"""Training of the embedder and its prototypes, with a tiny one to start from."""

from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np
import pytest

from eyecatch.core.errors import RequestError
from eyecatch.core.identity.bundle import load_bundle
from eyecatch.core.identity.inference import Identify
from eyecatch.core.identity.prototypes import make_prototypes
from eyecatch.training.classifier.config import QUICK, Settings, settings_for
from eyecatch.training.classifier.train import train
from eyecatch.training.dataset import read_faces
from eyecatch.training.open_set import MIN_FACES

FINE = replace(Settings(), good_enough=2.0, epochs=2, batch=16, min_steps=4, min_faces_to_learn=4)
FAST = replace(QUICK, epochs=3, views=2, min_faces_to_learn=4)


@pytest.fixture(scope="session")
def quick(tmp_path_factory, faces, base):
    out = tmp_path_factory.mktemp("quick") / "a.bundle"
    return train(faces, out, settings=FAST, base=base)


@pytest.fixture(scope="session")
def fine(tmp_path_factory, faces, base):
    out = tmp_path_factory.mktemp("fine") / "a.bundle"
    return train(faces, out, settings=FINE, base=base, series="Yu Yu Hakusho")


def right(bundle, faces):
    people = read_faces(faces)
    logits = Identify(bundle)(people.crops).logits
    return (logits.argmax(axis=1) == people.labels).mean()


def test_quick_learns_prototypes_and_leaves_the_network_as_it_is(quick, faces, base):
    assert quick.weights.read_bytes() == (base / "model.keras").read_bytes()
    assert quick.names == read_faces(faces).names
    assert quick.prototypes.classes == 3
    assert right(quick, faces) > 0.9
    assert len(quick.card["training"]["epochs"]) == 3


def test_faces_are_compared_by_the_metric_that_they_teach(quick, faces, base, tmp_path):
    assert quick.prototypes.metric is None  # too few are held out to calibrate by
    assert not quick.card["metric"]
    out = tmp_path / "more.bundle"
    more = train(faces, out, settings=replace(FAST, held_out=0.6), base=base)
    assert more.card["data"]["held_out"] >= MIN_FACES
    assert more.prototypes.metric is not None
    assert more.card["metric"]
    assert "compared by a metric" in (out / "card.md").read_text(encoding="utf-8")
    assert more.weights.read_bytes() == (base / "model.keras").read_bytes()
    assert more.calibration != load_bundle(base).calibration
    assert right(more, faces) > 0.9
    again = load_bundle(out)
    assert np.array_equal(again.prototypes.metric.matrix, more.prototypes.metric.matrix)


def test_the_network_is_trained_only_if_it_does_not_do_as_it_is(faces, base, tmp_path, caplog):
    caplog.set_level(logging.INFO)
    easy = replace(FINE, good_enough=0.0)
    kept = train(faces, tmp_path / "kept.bundle", settings=easy, base=base)
    assert kept.weights.read_bytes() == (base / "model.keras").read_bytes()
    assert any("does as it is" in note for note in kept.card["notes"])
    assert "does as it is" in caplog.text
    assert not (tmp_path / "kept.bundle.training").exists()


def test_the_network_goes_on_from_the_base(fine, faces, base):
    assert fine.architecture == load_bundle(base).architecture
    assert fine.weights.read_bytes() != (base / "model.keras").read_bytes()
    assert fine.series == "Yu Yu Hakusho"
    assert fine.card["settings"]["base"] is True
    assert right(fine, faces) > 0.8


def test_the_same_faces_train_the_same_bundle(quick, faces, base, tmp_path):
    again = train(faces, tmp_path / "again.bundle", settings=FAST, base=base)
    assert np.allclose(again.prototypes.vectors, quick.prototypes.vectors, atol=1e-5)
    assert again.calibration == quick.calibration


def test_few_pictures_give_prototypes_as_enrol_makes_them(tmp_path, faces, base):
    settings = replace(FAST, min_faces_to_learn=99, min_faces_to_hold_out=99)
    made = train(faces, tmp_path / "few.bundle", settings=settings, base=base)
    assert made.card["training"] == {"best_epoch": 0, "seconds": 0, "epochs": []}
    people = read_faces(faces)
    seen = Identify(made)(people.crops).embeddings
    for k in range(3):
        vectors, _ = make_prototypes(seen[np.array(people.labels) == k])
        # Which of nearly equal faces begin the means hangs on the last bits of their embeddings.
        alike = made.prototypes.of(k) @ vectors.T
        assert min(alike.max(axis=0).min(), alike.max(axis=1).min()) > 0.999
    # With so little held out, the base's calibration says more than theirs.
    assert made.calibration == load_bundle(base).calibration


def test_unknown_faces_are_prototypes_of_nobody(tmp_path, faces, strangers, base):
    folder = tmp_path / "faces"
    folder.mkdir()
    for place in faces.iterdir():
        (folder / place.name).symlink_to(place)
    (folder / "unknown").symlink_to(strangers / "someone")
    made = train(folder, tmp_path / "n.bundle", settings=FAST, base=base)
    assert made.names[-1] is None
    assert made.prototypes.classes == 4
    people = read_faces(folder)
    nobody = [c for c, label in zip(people.crops, people.labels, strict=True) if label == 3]
    assert (Identify(made)(nobody).logits.argmax(axis=1) == 3).mean() > 0.5


def test_how_far_it_is_is_told(tmp_path, faces, base):
    told = []
    train(
        faces, tmp_path / "t.bundle", settings=FAST, base=base, step=lambda *two: told.append(two)
    )
    assert told[-1][0] == told[-1][1]
    assert all(done <= total for done, total in told)


def test_what_does_not_go_together_is_refused(tmp_path, faces, bundle, base):
    for wrong in ({"arch": "study"}, {"from_scratch": True}):
        with pytest.raises(RequestError, match="leaves the base embedder as it is"):
            train(faces, tmp_path / "x.bundle", quick=True, **wrong)
    with pytest.raises(RequestError, match="is no embedder"):
        train(faces, tmp_path / "x.bundle", base=bundle.folder)


def test_settings_are_those_of_what_is_asked():
    assert settings_for() == Settings()
    assert settings_for("study").arch == "study"
    assert settings_for(quick=True).quick
    assert not settings_for(scratch=True).base


@pytest.mark.slow
def test_from_scratch(tmp_path, faces, caplog):
    with caplog.at_level(logging.WARNING):
        made = train(faces, tmp_path / "s.bundle", from_scratch=True, epochs=1)
    assert made.prototypes.classes == 3
    assert made.architecture.size == 96
