import csv
import json

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from eyecatch.core.detections import Detections
from eyecatch.core.errors import RequestError
from eyecatch.jobs.cli import cli
from eyecatch.training.evaluation.detector import evaluate_detector

TRUTH = {"a.png": [(10, 10, 40, 40)], "b.png": [(5, 5, 20, 20), (60, 60, 30, 30)], "c.png": []}
SHADES = {"a.png": 10, "b.png": 20, "c.png": 30}


@pytest.fixture
def folder(tmp_path):
    images = tmp_path / "images"
    images.mkdir()
    for name, shade in SHADES.items():
        cv2.imwrite(str(images / name), np.full((100, 100, 3), shade, np.uint8))
    (images / "notes.txt").write_text("no picture")
    with (tmp_path / "boxes.csv").open("w", newline="") as lines:
        rows = csv.writer(lines)
        rows.writerow(["image", "x", "y", "w", "h", "label"])
        rows.writerows((name, *box, "face") for name, boxes in TRUTH.items() for box in boxes)
    return tmp_path


class Says:
    """A detector that knows what to say of a picture by its shade."""

    lines = 100

    def __init__(self, answers):
        self.answers = {SHADES[name]: found for name, found in answers.items()}

    def detect(self, pictures):
        return [self._found(self.answers.get(int(p[0, 0, 0]), [])) for p in pictures]

    def _found(self, rows):
        rows = np.array(rows, np.float32).reshape(-1, 5)
        return Detections(rows[:, :4], rows[:, 4])


def measure(folder, answers, **more):
    return evaluate_detector(Says(answers), folder / "images", folder / "boxes.csv", **more)


def test_a_perfect_detector_scores_one(folder):
    answers = {name: [(*box, 0.9) for box in boxes] for name, boxes in TRUTH.items()}
    report = measure(folder, answers)
    assert (report.pictures, report.faces) == (3, 3)
    for figures in report.figures:
        assert (figures.recall, figures.precision, figures.average) == (1, 1, 1)


def test_misses_false_alarms_and_poor_boxes_count(folder):
    answers = {"a.png": [(10, 10, 40, 80, 0.9)], "c.png": [(0, 0, 20, 20, 0.5)]}
    loose, strict = measure(folder, answers).figures
    assert loose.recall == pytest.approx(1 / 3)
    assert loose.precision == pytest.approx(1 / 2)
    assert loose.average == pytest.approx(1 / 3)
    assert strict.recall == pytest.approx(1 / 3)  # an IoU of exactly .5 is enough
    worse = {"a.png": [(10, 10, 40, 90, 0.9)]}
    assert measure(folder, worse).figures[1].recall == 0


def test_a_face_found_twice_counts_once(folder):
    answers = {"a.png": [(10, 10, 40, 40, 0.9), (11, 10, 40, 40, 0.8)]}
    loose = measure(folder, answers).figures[0]
    assert loose.precision == 0.5


def test_recall_is_told_by_size(folder):
    answers = {"b.png": [(5, 5, 20, 20, 0.9)]}
    sizes = measure(folder, answers).figures[0].by_size
    assert [(faces, recall) for _, _, faces, recall in sizes] == [(1, 1.0), (2, 0.0)]


def test_recall_and_false_alarms_are_told_up_to_the_whole_picture(folder):
    more = "a.png,0,0,100,130,face\n"  # of a face larger than what is shown of it
    boxes = folder / "boxes.csv"
    boxes.write_text(boxes.read_text() + more)
    found = [(0, 0, 100, 100, 0.9), (60, 60, 4, 4, 0.8)]
    heights = measure(folder, {"a.png": found}).figures[0].by_height
    assert [(one.low, one.high, one.faces, one.recall, one.false) for one in heights] == [
        (0.0, 0.05, 0, None, 1),
        (0.2, 0.4, 2, 0.0, 0),
        (0.4, 0.6, 1, 0.0, 0),
        (0.8, None, 1, 1.0, 0),
    ]


HEAD, FACE = (10, 10, 80, 80), (30, 40, 40, 36)


def test_a_face_is_found_by_its_centre_where_heads_are_boxed(folder):
    """And the other way round; what is large or small without measure is no answer."""
    for true, found in [(HEAD, FACE), (FACE, HEAD)]:
        (folder / "boxes.csv").write_text("image,x,y,w,h\na.png," + ",".join(map(str, true)))
        (figures,) = measure(folder, {"a.png": [(*found, 0.9)]}, match="centre").figures
        assert (figures.match, figures.recall, figures.precision) == ("centre", 1, 1)
        assert measure(folder, {"a.png": [(*found, 0.9)]}).figures[0].recall == 0
    for found in [(0, 0, 100, 100), (60, 60, 8, 8), (70, 45, 20, 20)]:
        (folder / "boxes.csv").write_text("image,x,y,w,h\na.png,45,45,30,30\n")
        (figures,) = measure(folder, {"a.png": [(*found, 0.9)]}, match="centre").figures
        assert (figures.recall, figures.precision) == (0, 0)


def test_two_boxes_in_one_head_are_one_hit(folder):
    (folder / "boxes.csv").write_text("image,x,y,w,h\na.png," + ",".join(map(str, HEAD)))
    found = [(*FACE, 0.9), (35, 35, 40, 40, 0.8)]
    (figures,) = measure(folder, {"a.png": found}, match="centre").figures
    assert (figures.recall, figures.precision, figures.average) == (1, 0.5, 1)


def test_the_command_prints_every_height_and_json_of_the_same(folder):
    where = ["evaluate-detector", str(folder / "images"), str(folder / "boxes.csv")]
    table = CliRunner().invoke(cli, [*where, "--match", "centre"])
    assert table.exit_code == 0, table.output
    assert "height of face" in table.output
    assert "40%-60%" in table.output
    answer = CliRunner().invoke(cli, [*where, "--json"])
    figures = json.loads(answer.stdout)["figures"]
    assert [one["match"] for one in figures] == ["iou", "iou"]
    assert figures[0]["by_height"][0] == {
        "low": 0.2, "high": 0.4, "faces": 2, "recall": 0.0, "false": 0,
    }  # fmt: skip


def test_an_unknown_match_is_refused(folder):
    with pytest.raises(RequestError, match="no match 'heads'"):
        measure(folder, {}, match="heads")


def test_errors_are_drawn(folder):
    out = folder / "errors.png"
    measure(folder, {"c.png": [(0, 0, 20, 20, 0.5)]}, errors=out)
    assert cv2.imread(str(out)).shape[0] >= 240
    (folder / "no").write_text("a file where a folder should be")
    with pytest.raises(RequestError, match="can't be written"):
        measure(folder, {}, errors=folder / "no" / "such.png")


def test_missing_folders_are_said_so(folder):
    with pytest.raises(RequestError, match="no folder"):
        evaluate_detector(Says({}), folder / "absent", folder / "boxes.csv")
    with pytest.raises(RequestError, match="can't be read"):
        evaluate_detector(Says({}), folder / "images", folder / "absent.csv")
