import numpy as np
import pytest

from eyecatch.core.detect.cnn import CnnDetector
from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.detect.network import build, packed
from eyecatch.core.detect.postprocess import decode
from eyecatch.core.detections import Detections, iou
from eyecatch.training.annotations import read_boxes
from eyecatch.training.detector import dataset, train, workspace
from eyecatch.training.detector.batches import BatchPlan, batches
from eyecatch.training.detector.export import export
from eyecatch.training.detector.loop import Schedule, fit, log_losses
from eyecatch.training.detector.loss import make_target
from eyecatch.training.detector.mosaic import Patch, PicturePool, make_patch
from eyecatch.training.detector.pseudo_labels import write_pseudo_labels
from eyecatch.training.detector.synthetic import synthetic_pictures

NONE = np.zeros((0, 4), np.float32)


@pytest.fixture(scope="module")
def pool():
    return PicturePool.of([(1.0, synthetic_pictures(6, seed=3)), (1.0, [])])


def test_invented_pictures_follow_from_the_seed():
    one, same, other = synthetic_pictures(3, 5), synthetic_pictures(3, 5), synthetic_pictures(3, 6)
    assert all(np.array_equal(a.picture, b.picture) for a, b in zip(one, same, strict=True))
    assert not all(np.array_equal(a.picture, b.picture) for a, b in zip(one, other, strict=True))


def test_patches_follow_from_the_seed_and_their_boxes_lie_inside(pool):
    one = [make_patch(pool, 128, np.random.default_rng(7)) for _ in range(2)]
    assert np.array_equal(one[0].picture, one[1].picture)
    assert np.array_equal(one[0].boxes, one[1].boxes)
    chance, count = np.random.default_rng(8), 0
    for _ in range(30):
        made = make_patch(pool, 128, chance)
        assert made.picture.shape == (128, 128, 3)
        for boxes in (made.boxes, made.ignored):
            assert (boxes >= 0).all()
            assert (boxes[:, :2] + boxes[:, 2:] <= 128.01).all()
        count += len(made.boxes)
    assert count > 30


def test_boxes_move_with_the_picture(pool):
    marked = []
    for one in pool.pictures:
        picture = np.zeros_like(one.picture)
        for x, y, w, h in one.boxes.astype(int):
            picture[y : y + h, x : x + w] = 255
        marked.append(dataset.LabelledPicture("", picture, one.boxes, NONE))
    chance, inside, whole = np.random.default_rng(1), [], []
    for _ in range(20):
        made = make_patch(PicturePool.of([(1.0, marked)]), 128, chance)
        light = made.picture.max(axis=2)
        for x, y, w, h in made.boxes.astype(int):
            inside.append(np.median(light[y : y + h + 1, x : x + w + 1]))
        whole.append(light.mean())
    assert np.median(inside) > 1.5 * np.median(whole)


@pytest.mark.parametrize("boxes", [[[20, 30, 40, 50]], [[4, 4, 12, 12], [70, 60, 50, 60]], []])
def test_a_perfect_answer_decodes_to_the_boxes(boxes):
    boxes = np.array(boxes, np.float32).reshape(-1, 4)
    wanted = make_target(Patch(np.zeros((128, 128, 3), np.uint8), boxes, NONE))
    map_ = np.zeros((16, 16, 5), np.float32)
    heat = np.clip(wanted[..., 0], 1e-4, 1 - 1e-4)
    map_[..., 0] = np.log(heat / (1 - heat))
    map_[..., 1:] = np.log(np.maximum(wanted[..., 2:6], 1e-3))
    found = decode(map_, 0.9)
    assert len(found) == len(boxes)
    assert (iou(boxes, found.boxes).max(axis=1, initial=0) > 0.98).all()
    assert wanted[..., 6].sum() == pytest.approx(len(boxes), abs=1e-4)


def test_nothing_is_learned_where_a_face_is_unsure():
    ignored = np.array([[16, 16, 32, 32]], np.float32)
    wanted = make_target(Patch(np.zeros((64, 64, 3), np.uint8), NONE, ignored))
    assert (wanted[2:6, 2:6, 1] == 0).all()
    assert wanted[0, 0, 1] == 1
    assert wanted[..., 0].max() == 0


class Everywhere:
    """A detector that sees one face, always in the same place."""

    lines = 360

    def detect(self, seen):
        boxes, scores = np.array([[30, 40, 50, 60]], np.float32), np.array([0.8], np.float32)
        return [Detections(boxes, scores) for _ in seen]


def test_found_faces_are_added_to_the_known_ones(tmp_path):
    picture = np.zeros((200, 200, 3), np.uint8)
    known = np.array([[28, 42, 50, 60]], np.float32)
    table = tmp_path / "more.csv"
    everything = [
        dataset.LabelledPicture("a", picture, known, NONE),
        dataset.LabelledPicture("b", picture, NONE, NONE),
    ]
    write_pseudo_labels(Everywhere(), everything, table)
    rows = [(row.image, row.box, row.score) for row in read_boxes(table)]
    assert rows == [("a", (28, 42, 50, 60), 1), ("b", (30, 40, 50, 60), 0.8)]


def test_runs_of_pictures_are_held_out():
    names = [dataset.LabelledPicture(f"{i:03d}", None, NONE, NONE) for i in range(40)]
    learned, held = dataset.split(names, 4)
    assert [one.name for one in held] == [f"{i:03d}" for i in (*range(5), *range(20, 25))]
    assert len(learned) == 30


def test_the_file_answers_as_the_network_whatever_its_values(tmp_path, pool):
    model = build()
    variance = model.get_layer("02_norm").moving_variance
    variance.assign(np.full(variance.shape, 3e5, np.float32))  # of pixels; float16 ends at 65504
    picture = pool.pictures[0].picture[:256, :480]
    map_ = np.asarray(model(packed(picture[None]).astype(np.float32), training=False))[0]
    wanted = decode(map_, 0.001)
    export(model, tmp_path / "cnn.npz")
    for device in ("cpu", "gpu"):
        config = DetectorConfig("cnn", str(tmp_path / "cnn.npz"), lines=256)
        (found,) = CnnDetector(config, 0.001, device=device).detect([picture])
        assert len(found) == len(wanted) > 0
        assert found.scores == pytest.approx(wanted.scores, abs=1e-4)


def test_a_stage_is_the_mean_of_two(tmp_path):
    for stage, number in (("last", 0.25), ("finish", 0.75)):
        model = build()
        model.set_weights([np.full_like(w, number) for w in model.get_weights()])
        model.save_weights(tmp_path / f"{stage}.weights.h5")
    train.mean(workspace.Workspace(tmp_path, tmp_path))
    with np.load(tmp_path / "mean.npz") as arrays:
        weights = [arrays[name] for name in arrays.files if name != "flat"]
    assert len(weights) == len(model.get_weights())
    assert all((w == 0.5).all() for w in weights)


@pytest.mark.slow
def test_a_network_learns_and_its_file_finds_what_it_learned(tmp_path, pool):
    schedule = Schedule(steps=6, rate=2e-3, warm=2)
    model = build()
    before = [w.copy() for w in model.get_weights()]
    fit(
        model,
        batches(pool, BatchPlan(schedule.steps, 2, 64, seed=1)),
        schedule,
        log_losses(schedule.steps),
    )
    assert any(not np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))
    export(model, tmp_path / "cnn.npz")
    picture = pool.pictures[0].picture[:256, :480]
    light = CnnDetector(DetectorConfig("cnn", str(tmp_path / "cnn.npz")), 0.001, device="cpu")
    answer = np.asarray(model(packed(picture[None]).astype(np.float32), training=False))[0]
    assert np.isfinite(answer).all()
    flat, whole = light.detect([picture])[0], decode(answer, 0.001)
    assert len(whole) > 30
    # The file's kernels are rounded: of boxes as good as equal another may be kept.
    assert np.allclose(flat.scores[:30], whole.scores[:30], atol=2e-3)
