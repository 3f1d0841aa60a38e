"""The report of an evaluation: what is in its files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from eyecatch.core.errors import RequestError
from eyecatch.core.identity.decision import Calibration
from eyecatch.core.images import read_image
from eyecatch.training.evaluation.evaluate import evaluate
from eyecatch.training.evaluation.plots import draw_confusion
from eyecatch.training.evaluation.predictions import Confusion, Predictions, confusions, mistakes
from eyecatch.training.evaluation.report import PICTURES
from eyecatch.training.metrics import Answers

NAMES = ("Botan", "飛影 'K' 😈", None)


def asked(logits, labels, prefix):
    answers = Answers.of(np.float32(logits), NAMES, Calibration(1, 0.6, 0.9, nobody=1.0))
    paths = tuple(Path(f"{prefix}{k}.jpg") for k in range(len(labels)))
    return Predictions(paths, (b"",) * len(labels), np.array(labels), answers)


@pytest.fixture
def mine():
    return asked([[9, 0, 0], [0, 9, 0], [8, 0, 0], [1, 2, 0]], [0, 1, 1, 0], "known")


@pytest.fixture
def theirs():
    return asked([[7, 0, 0], [0, 0, 0]], [-1, -1], "stranger")


def test_every_answer_is_counted_once(mine, theirs):
    counted = confusions(mine, theirs, NAMES)
    hiei = NAMES[1]
    assert counted == (
        Confusion("Botan", "Botan", 1),
        Confusion("Botan", None, 1),
        Confusion(hiei, "Botan", 1),
        Confusion(hiei, hiei, 1),
        Confusion(None, "Botan", 1),
        Confusion(None, None, 1),
    )
    assert sum(one.faces for one in confusions(mine, None, NAMES)) == 4


def test_mistakes_come_surest_first_and_silence_about_strangers_is_none(mine, theirs):
    found = mistakes(mine, theirs, NAMES)
    assert [Path(one.path).stem for one in found] == ["known2", "stranger0", "known3"]
    assert [one.named for one in found] == [True, True, False]
    assert found[1].true is None
    assert found[0].first == "Botan"
    assert found[0].confidence >= found[1].confidence >= found[2].confidence


def test_a_report_has_figures_words_and_pictures(bundle, faces, strangers, tmp_path):
    out = tmp_path / "deep" / "report"
    measured = evaluate(bundle.folder, faces, strangers, out)
    assert {path.name for path in out.iterdir()} == {"report.json", "card.md", *PICTURES}
    written = json.loads((out / "report.json").read_text("utf-8"))
    assert written == json.loads(json.dumps(measured.as_dict()))
    assert sum(one["faces"] for one in written["confusion"]) == 42
    text = (out / "card.md").read_text("utf-8")
    assert "| AUROC known against unseen |" in text
    assert "飛影 'K' 😈" in text
    for name in PICTURES:
        assert f"({name})" in text
        assert read_image(out / name).std() > 1
    evaluate(bundle.folder, faces, out=out)
    assert json.loads((out / "report.json").read_text("utf-8"))["unseen"] is None


def test_a_report_takes_nobodys_place(bundle, faces, tmp_path):
    (tmp_path / "diary.txt").touch()
    with pytest.raises(RequestError, match="exists and isn't empty"):
        evaluate(bundle.folder, faces, out=tmp_path)
    with pytest.raises(RequestError, match="is a file"):
        evaluate(bundle.folder, faces, out=tmp_path / "diary.txt")


def test_of_very_many_names_those_that_are_confused_are_shown(tmp_path):
    right = [Confusion(f"n{k}", f"n{k}", 3) for k in range(200)]
    wrong = [Confusion(f"n{k}", f"n{k + 1}", 1) for k in range(0, 40, 2)]
    draw_confusion([*right, *wrong], tmp_path / "many.png")
    draw_confusion(right, tmp_path / "none.png")
    draw_confusion([Confusion("one", "one", 1)], tmp_path / "one.png")
    assert read_image(tmp_path / "many.png").shape < read_image(tmp_path / "none.png").shape
