import json
import shutil

import cv2
import numpy as np
import pytest

from eyecatch.core.identity.bundle import load_bundle
from eyecatch.core.identity.networks import compact_network
from eyecatch.core.identity.prototypes import SCALE
from eyecatch.training.embedder import export, train
from eyecatch.training.embedder.augment import GREY, fill_transparent
from eyecatch.training.embedder.batches import BatchPlan, make_batches
from eyecatch.training.embedder.dataset import Identities, read_identities
from eyecatch.training.embedder.invented import invent_people
from eyecatch.training.embedder.kept_aside import roles
from eyecatch.training.embedder.loop import Schedule, Trainer
from eyecatch.training.study.dataset import kept_for_measuring

TINY = {"size": 32, "first": 4, "middle": 8, "last": 16, "embedding": 8}
COLOURS = {
    "faces/train/Hiei": (40, 40, 200),
    "identities/one/a": (200, 60, 40),
    "identities/one/b": (40, 200, 40),
}


def marked(colour, seed):
    """A picture that is mostly of one colour."""
    picture = np.random.default_rng(seed).integers(0, 256, (128, 128, 3), np.uint8)
    cv2.circle(picture, (64, 64), 52, colour, -1)
    return picture


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    root = tmp_path_factory.mktemp("data")
    for row, (name, colour) in enumerate(COLOURS.items()):
        (root / name).mkdir(parents=True)
        for k in range(6):
            cv2.imwrite(str(root / name / f"{k}.png"), marked(colour, 10 * row + k))
    (root / "shows" / "toon" / "frames").mkdir(parents=True)
    frame = np.zeros((200, 300, 3), np.uint8)
    frame[50:150, 100:200] = (0, 220, 220)
    cv2.imwrite(str(root / "shows" / "toon" / "frames" / "f.png"), frame)
    rows = "image,x,y,w,h,label\nf.png,120,70,60,60,Velma\nf.png,10,10,20,20,unknown\n"
    (root / "shows" / "toon" / "boxes.csv").write_text(rows)
    return root


def test_everybody_is_read_but_who_is_unknown(data):
    people = read_identities(data)
    assert people.names == (*COLOURS, "shows/toon/Velma")
    kept = kept_for_measuring(data / "faces", data / "identities")
    assert kept
    assert {path.parent.name for path in kept} <= {"a", "b"}
    counts = np.bincount(people.labels).tolist()
    assert (counts[0], counts[3]) == (6, 1)
    assert counts[1] + counts[2] == 12 - len(kept)
    velma = people.pictures[people.labels == 3][0]
    assert velma[64, 64].tolist() == [0, 220, 220]
    some = people.only(np.array([False, True, False, True]))
    assert some.names == ("identities/one/a", "shows/toon/Velma")
    assert np.array_equal(some.pictures, people.pictures[np.isin(people.labels, [1, 3])])
    assert np.bincount(some.labels).tolist() == [counts[1], 1]


def test_nameless_and_invented_people_are_one_person_each(data, tmp_path):
    place = tmp_path / "data"
    shutil.copytree(data, place)
    images = place / "detection" / "anime_pseudo" / "images"
    images.mkdir(parents=True)
    cv2.imwrite(str(images / "a.png"), marked((9, 9, 9), 7))
    rows = "image,x,y,w,h,score,agree\na.png,20,20,60,60,.9,1\na.png,5,5,30,30,.9,1\n"
    (images.parent / "boxes.csv").write_text(rows)
    people = read_identities(place, invented=3)
    assert people.names[-4:] == ("pseudo/0", "invented/0", "invented/1", "invented/2")
    assert np.bincount(people.labels)[-4:].tolist() == [1, 6, 6, 6]
    thin = people.thinned(2)
    assert np.bincount(thin.labels).max() == 2
    assert thin.names == people.names


def test_nobody_who_is_measured_or_of_the_cohort_is_taught():
    names = [f"identities/one/{k}" for k in range(40)]
    names += ["identities/genshin/a", "faces/train/holo_gura", "faces/train/holo_bae"]
    names += ["faces/train/Hiei", "shows/louie/ora", "pseudo/0", "invented/0"]
    part = dict(zip(names, roles(names).tolist(), strict=True))
    assert [name for name in names[:40] if part[name] != "taught"] == [names[19], names[39]]
    assert [part[name] for name in names[40:]] == [
        "measured", "measured", "cohort", "taught", "measured", "cohort", "taught",
    ]  # fmt: skip


def test_batches_have_their_share_of_each_kind_of_people():
    names = ("faces/train/a", "identities/one/b", "invented/0", "invented/1")
    pictures = np.zeros((40, 128, 128, 3), np.uint8)
    labels = np.array([0] * 4 + [1] * 4 + [2] * 16 + [3] * 16)
    plan = BatchPlan(10, 64, 32, seed=1)
    drawn = np.concatenate(
        [labels for _, labels, _, _ in make_batches(Identities(names, pictures, labels), plan)]
    )
    assert np.bincount(drawn)[:2] / len(drawn) == pytest.approx([0.35, 0.4], abs=0.06)


def test_an_invented_person_looks_the_same_in_every_picture_and_like_nobody_else():
    faces = invent_people(8, 4, seed=3).astype(float)
    assert np.array_equal(faces, invent_people(8, 4, seed=3))
    colours = faces[:, :, 40:90, 40:90].mean(axis=(2, 3))
    within = colours.std(axis=1).mean()
    assert within < colours.mean(axis=1).std(axis=0).mean()
    assert len({one.tobytes() for person in faces for one in person}) == 32


def test_a_transparent_ground_is_filled_and_the_person_stays():
    picture = np.full((128, 128, 3), GREY, np.uint8)
    picture[40:100, 40:100] = (10, 20, 30)
    picture[60:70, 60:70] = GREY  # grey within the person is no ground
    new = fill_transparent(picture, np.random.default_rng(1))
    assert np.array_equal(new[40:100, 40:100], picture[40:100, 40:100])
    assert (np.abs(new[:30].astype(int) - GREY).max(axis=2) > 3).mean() > 0.9
    face = marked((1, 2, 3), 5)
    assert np.array_equal(fill_transparent(face, np.random.default_rng(1)), face)


def test_batches_follow_from_the_seed(data):
    people = read_identities(data)
    order = BatchPlan(2, 6, 32, seed=3)
    one, same = list(make_batches(people, order)), list(make_batches(people, order))
    for (faces, labels, others, share), again in zip(one, same, strict=True):
        assert faces.shape == (6, 32, 32, 3)
        assert np.array_equal(faces, again[0])
        assert np.array_equal(others, np.roll(labels, 1))
        assert 0.5 < share <= 1


def test_it_learns_to_tell_people_apart_and_ships(data, tmp_path, monkeypatch):
    people = read_identities(data)
    schedule = Schedule(size=32, steps=60, rate=5e-3, last=1e-4, margin=0.1, mean=0.8)
    network = compact_network(**TINY).build()
    start = np.random.default_rng(0).standard_normal((4, 2, 8), np.float32)
    trainer = Trainer(network, start, schedule)
    trainer.fit(
        make_batches(people, BatchPlan(schedule.steps, 8, schedule.size, seed=0)), lambda: None
    )
    assert train.nearest(network, people.only(np.array([True, True, True, False]))) > 0.8

    monkeypatch.setattr(export, "compact_network", lambda: compact_network(**TINY))
    known = people.only(np.array([True, True, True, False]))
    monkeypatch.setattr(export, "roles", lambda names: np.array(["taught", "cohort", "cohort"]))
    export.export(network, known, {"only": schedule}, train.TAUGHT, tmp_path / "base")
    bundle = load_bundle(tmp_path / "base")
    assert len(bundle.cohort) == int((known.labels > 0).sum())
    assert bundle.characters == ()
    assert bundle.architecture.options["embedding"] == 8
    facts = json.loads((tmp_path / "base" / "card.json").read_text())
    assert facts["data"]["people"] == 1
    assert facts["cohort"]["people"] == 2
    assert facts["strangers"]["top1"] > 0.8
    assert "AUROC" in bundle.card_text


def test_a_face_is_asked_about_without_itself():
    embeddings = np.random.default_rng(0).normal(size=(9, 5))
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    labels = np.repeat([0, 1, 2], 3)
    cosines = export.leave_one_out_logits(embeddings, labels) / SCALE
    own = embeddings[[1, 2]].sum(axis=0)
    other = embeddings[3:6].sum(axis=0)
    assert cosines[0, 0] == pytest.approx(embeddings[0] @ own / np.linalg.norm(own), abs=1e-5)
    assert cosines[0, 1] == pytest.approx(embeddings[0] @ other / np.linalg.norm(other), abs=1e-5)
