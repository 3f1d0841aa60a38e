"""Evaluate: a bundle on folders of faces."""

from __future__ import annotations

import json
import shutil

import pytest

from eyecatch.core.errors import RequestError
from eyecatch.training.evaluation.evaluate import evaluate


def test_known_faces_are_measured(bundle, faces):
    measured = evaluate(bundle.folder, faces)
    assert measured.bundle == bundle.digest
    assert measured.known.faces == 36
    assert measured.known.top1 > 0.8
    assert measured.known.top5 == 1
    assert set(measured.known.characters) == set(bundle.names)
    assert measured.unseen is None
    assert json.loads(json.dumps(measured.as_dict()))["known"]["faces"] == 36


def test_strangers_come_from_unseen_and_from_unknown(bundle, faces, strangers, tmp_path):
    people = tmp_path / "people"
    shutil.copytree(faces, people)
    shutil.copytree(strangers / "someone", people / "unknown")
    shutil.copytree(strangers / "someone", strangers_too := tmp_path / "more" / "deep" / "er")
    shutil.copytree(faces / "Hiei", tmp_path / "more" / "Hiei")
    measured = evaluate(bundle, people, strangers_too.parents[1])
    assert measured.unseen is not None
    assert measured.unseen.faces == 12
    assert 0 <= measured.unseen.auroc <= 1
    assert measured.unseen.surely_wrong <= measured.unseen.wrongly_named
    (note,) = measured.notes
    assert "'Hiei' is a character that the bundle knows" in note


def test_folders_the_bundle_does_not_know_are_left_out_and_said(bundle, faces, strangers, tmp_path):
    shutil.copytree(faces / "Hiei", tmp_path / "Hiei")
    shutil.copytree(strangers / "someone", tmp_path / "someone")
    measured = evaluate(bundle, tmp_path)
    assert measured.known.faces == 12
    assert ["'someone' is no character" in note for note in measured.notes] == [True]


def test_nothing_to_measure_is_said(bundle, faces, strangers, tmp_path):
    with pytest.raises(RequestError, match="no folder with the name of a character"):
        evaluate(bundle, strangers)
    with pytest.raises(RequestError, match="holds no picture"):
        evaluate(bundle, faces, tmp_path)
    with pytest.raises(RequestError, match="is no folder"):
        evaluate(bundle, faces, tmp_path / "none")
