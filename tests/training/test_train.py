"""From folders of faces to a bundle that names them."""

from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np
import pytest

from eyecatch.core.errors import ModelError, RequestError
from eyecatch.core.identity.bundle import load_bundle
from eyecatch.core.identity.inference import Identify
from eyecatch.training.classifier.config import STUDY, Settings
from eyecatch.training.classifier.loop import (
    TrainingData,
    batch_order,
    is_out_of_patience,
    sampling_weights,
)
from eyecatch.training.classifier.train import train
from eyecatch.training.dataset import read_faces

QUICK = replace(STUDY, epochs=3, batch=8, min_steps=6, learning_rate=2e-3, seed=3)


def test_faces_train_a_bundle_that_names_them(bundle, faces, epochs):
    people = read_faces(faces)
    assert bundle.names == people.names
    logits = Identify(bundle)(people.crops).logits
    assert (logits.argmax(axis=1) == people.labels).mean() > 0.8
    assert [epoch.number for epoch in epochs] == [1, 2, 3]
    assert epochs[-1].left == 0
    assert not bundle.folder.with_name("a.bundle.training").exists()


def test_the_card_says_how_it_was_made(bundle, epochs):
    card = bundle.card
    assert card["settings"] == QUICK.as_stored()
    assert card["data"]["characters"] == dict.fromkeys(bundle.names, 12)
    assert card["data"]["held_out"] == 3
    assert len(card["training"]["epochs"]) == 3
    assert 0 <= card["held_out"]["known"]["top1"] <= 1
    text = (bundle.folder / "card.md").read_text("utf-8")
    assert "36 faces, 3 of them held out" in text
    assert "飛影 'K' 😈" in text
    assert str(epochs[-1]).startswith("epoch 3/3: loss ")


def test_an_interrupted_training_goes_on_as_if_it_had_not_been(tmp_path, faces, bundle):
    out = tmp_path / "b.bundle"

    def interrupt(epoch):
        if epoch.number == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(faces, out, settings=QUICK, progress=interrupt)
    assert not out.exists()
    with pytest.raises(RequestError, match="use --resume to go on with it, or --force"):
        train(faces, out, settings=QUICK)
    with pytest.raises(RequestError, match="other settings or faces"):
        train(faces, out, settings=replace(QUICK, seed=4), resume=True)
    told = []
    resumed = train(faces, out, settings=QUICK, resume=True, progress=told.append)
    assert [epoch.number for epoch in told] == [3]
    crops = read_faces(faces).crops
    np.testing.assert_allclose(
        Identify(resumed)(crops).logits, Identify(bundle)(crops).logits, rtol=1e-3, atol=1e-3
    )


@pytest.mark.parametrize("resume", [False, True])
def test_a_training_that_ended_in_its_first_epoch_begins_again(tmp_path, faces, resume):
    out = tmp_path / "b.bundle"

    def interrupt(done, _):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(faces, out, settings=QUICK, step=interrupt)
    assert out.with_name("b.bundle.training").is_dir()
    told = []
    train(faces, out, settings=replace(QUICK, epochs=1), resume=resume, progress=told.append)
    assert [epoch.number for epoch in told] == [1]
    assert not out.with_name("b.bundle.training").exists()


def test_settings_are_stored_under_the_names_of_version_0_1():
    """Cards and checkpoints of that version are read, and written, with these keys."""
    assert list(Settings().as_stored()) == [
        "arch", "base", "quick", "epochs", "seed", "batch", "least_steps", "learning_rate",
        "weight_decay", "smoothing", "margin", "prototypes", "blend", "least_to_learn", "views",
        "balance", "held_out", "least_to_hold_out", "alike", "patience", "flip", "zoom", "shift",
        "turn", "hidden", "light", "tint", "saturation", "grey", "night", "past", "coarse", "poor",
        "soft", "cutmix", "good_enough",
    ]  # fmt: skip
    assert replace(Settings(), occlusion=0.7).as_stored()["hidden"] == 0.7


def test_a_checkpoint_that_is_damaged_is_said(tmp_path, faces):
    work = tmp_path / "c.bundle.training"
    work.mkdir()
    (work / "training.json").write_text("{}")
    with pytest.raises(ModelError, match="use --force to start again"):
        train(faces, tmp_path / "c.bundle", settings=QUICK, resume=True)


def test_a_disk_that_can_not_be_written_is_said(tmp_path, faces):
    def obstruct(epoch):
        (tmp_path / "e.bundle.training" / "training.json.new").mkdir()

    with pytest.raises(RequestError, match=r"can't be written .*; make room, then go on"):
        train(faces, tmp_path / "e.bundle", settings=QUICK, progress=obstruct)


def test_an_existing_bundle_is_refused_before_any_work(faces, bundle):
    with pytest.raises(RequestError, match="exists; choose another name, or use --force"):
        train(faces, bundle.folder, settings=QUICK)
    with pytest.raises(RequestError, match="doesn't exist; make it first"):
        train(faces, bundle.folder / "no" / "such.bundle", settings=QUICK)


def test_odd_folders_train_and_are_said(tmp_path, draw, caplog):
    """One picture only; none; unknown faces; the same picture twice; nothing to hold out."""
    folder = tmp_path / "faces"
    draw(folder / "Hiei" / "1.png", 1)
    draw(folder / "Kurama" / "1.png", 1)
    draw(folder / "Kurama" / "2.png", 2)
    draw(folder / "unknown" / "3.png", 3)
    (folder / "Botan").mkdir()
    with caplog.at_level(logging.WARNING):
        made = train(folder, tmp_path / "odd.bundle", settings=replace(QUICK, epochs=1))
    assert made.names == ("Hiei", "Kurama", None)
    for sentence in ("'Hiei' has one picture only", "Botan: holds no picture", "stands under"):
        assert sentence in caplog.text
        assert any(sentence in note for note in made.card["notes"])
    assert made.card["held_out"] == {}
    assert load_bundle(made.folder) == made


def test_one_character_alone_is_refused(tmp_path, draw):
    draw(tmp_path / "faces" / "Hiei" / "1.png", 1)
    with pytest.raises(RequestError, match="one character only"):
        train(tmp_path / "faces", tmp_path / "one.bundle", settings=QUICK)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"arch": "vast"}, "no network is called 'vast'"),
        ({"epochs": 0}, "too few"),
        ({"seed": -1}, "no seed"),
    ],
)
def test_settings_are_checked(tmp_path, faces, wrong, sentence):
    with pytest.raises(RequestError, match=sentence):
        train(faces, tmp_path / "d.bundle", **wrong)


def data(labels, held):
    return TrainingData(
        np.zeros((len(labels), 1)), np.array(labels), 2, np.array(held), lambda *_: []
    )


def test_an_epoch_shows_every_face():
    held = [False] * 200 + [True] * 8
    order = batch_order(data([0] * 50 + [1] * 158, held), replace(STUDY, epochs=2, balance=0))
    assert order.shape == (2 * 17, 12)
    for epoch in (order[:17], order[17:]):
        assert set(epoch.ravel().tolist()) == set(range(200))
    assert not np.array_equal(order[:17], order[17:])
    few = batch_order(data([0, 1, 1], [False] * 3), replace(STUDY, epochs=1))
    assert few.shape == (16, 8)


def test_faces_of_rare_characters_come_oftener():
    labels = np.array([0] * 90 + [1] * 10)
    part = sampling_weights(labels, 0.5)
    assert part.sum() == pytest.approx(1)
    assert part[99] == pytest.approx(3 * part[0])
    assert np.allclose(sampling_weights(labels, 0), 0.01)
    order = batch_order(data(labels, [False] * 100), replace(STUDY, epochs=1, balance=1.0))
    assert (labels[order] == 1).mean() == pytest.approx(0.5, abs=0.01)


def test_patience_ends(epochs):
    best, *worse = (replace(epochs[0], number=k + 1, held_loss=1.0 + k) for k in range(4))
    assert not is_out_of_patience([], 3)
    assert not is_out_of_patience([best, *worse[:2]], 3)
    assert is_out_of_patience([best, *worse], 3)
