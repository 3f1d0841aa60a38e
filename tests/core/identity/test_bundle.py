"""Bundles: what is saved is what is loaded, and what is not a bundle says so in one sentence."""

from __future__ import annotations

import io
import json
import pickle
import subprocess
import sys
import zipfile
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest

from eyecatch.core.errors import ModelError, RequestError
from eyecatch.core.identity.bundle import load_bundle, write_manifest
from eyecatch.core.identity.bundle_writer import Card, save_bundle, unsaved_bundle
from eyecatch.core.identity.inference import Identify
from eyecatch.core.identity.manifest import Character
from eyecatch.core.identity.networks import Architecture, study_network
from eyecatch.core.identity.prototypes import Prototypes, write_prototypes
from eyecatch.core.identity.show_metric import ShowMetric
from eyecatch.core.identity.weights import load_weights
from eyecatch.core.tensorflow import keras

CARD = Card({"seed": 8}, "# Another card\n")

SLOW = pytest.mark.slow
with_classes = pytest.mark.parametrize("made", ["study"], indirect=True)
with_prototypes = pytest.mark.parametrize("made", ["compact"], indirect=True)


def test_a_saved_bundle_is_loaded_as_it_was(shared_bundle, made, network, prototypes):
    bundle = load_bundle(shared_bundle.folder)
    assert bundle == shared_bundle
    assert bundle.names == ("Hiei", '飛影 "H" 😈', None)
    assert bundle.characters[1].aliases == ("Jaganshi",)
    assert bundle.calibration == made.calibration
    assert bundle.architecture == made.architecture
    assert bundle.card == {"seed": 7}
    loaded = load_weights(bundle.architecture, bundle.weights).get_weights()
    assert all(np.array_equal(a, b) for a, b in zip(loaded, network.get_weights(), strict=True))


def test_a_bundle_goes_to_another_process_before_and_after_use(shared_bundle):
    assert pickle.loads(pickle.dumps(shared_bundle)) == shared_bundle


def test_loading_needs_no_tensorflow(shared_bundle):
    code = (
        "import sys; from eyecatch.core.identity.bundle import load_bundle;"
        f"load_bundle({str(shared_bundle.folder)!r});"
        "assert not {'tensorflow', 'keras', 'cv2'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_existing_bundle_is_replaced_only_when_told_to(folder, made, network, prototypes):
    before = load_bundle(folder)
    with pytest.raises(RequestError, match="exists; choose another name, or use --force"):
        save_bundle(folder, made, network, CARD, prototypes)
    assert load_bundle(folder) == before
    after = save_bundle(folder, made, network, CARD, prototypes, force=True)
    assert after.card == {"seed": 8}
    assert after.digest != before.digest
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_a_folder_that_is_no_bundle_is_never_replaced(tmp_path, made, network, prototypes):
    (tmp_path / "holiday.txt").write_text("mine")
    with pytest.raises(RequestError, match="is no bundle"):
        save_bundle(tmp_path, made, network, CARD, prototypes, force=True)
    assert (tmp_path / "holiday.txt").read_text() == "mine"


def test_a_bundle_that_fails_half_way_leaves_nothing(tmp_path, made, network, prototypes):
    unwritable = Card({"what": {1, 2}}, "a set is no JSON")
    with pytest.raises(TypeError):
        save_bundle(tmp_path / "c.bundle", made, network, unwritable, prototypes)
    assert not list(tmp_path.iterdir())


def change(folder, **values):
    manifest = json.loads((folder / "bundle.json").read_text())
    (folder / "bundle.json").write_text(json.dumps(manifest | values))


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda f: (f / "bundle.json").unlink(), "no bundle: it has no bundle.json"),
        (lambda f: (f / "bundle.json").write_text("{"), "can't be read"),
        (lambda f: (f / "bundle.json").write_text("[" * 100_000), "can't be read"),
        (lambda f: (f / "bundle.json").write_bytes(b"\xff\xfe\x00"), "can't be read"),
        (lambda f: change(f, format="a cake"), "is of something else"),
        (
            lambda f: change(f, version=4),
            "its format version is 4, and this program reads 3 and before",
        ),
        (lambda f: change(f, characters=[]), "it is no bundle"),
        (lambda f: change(f, characters=[{"name": "Hiei", "aliases": []}] * 2), "the same name"),
        (lambda f: change(f, characters=[{"name": " ", "aliases": []}]), "has to have letters"),
        (lambda f: change(f, characters=[{"name": "\x1b[2J", "aliases": []}]), "no letters"),
        (
            lambda f: change(f, characters=[{"name": "Hiei", "aliases": [], "maybe": 2}]),
            "expected 0..1",
        ),
        (
            lambda f: change(f, characters=[{"name": "Hiei", "aliases": [], "sure": "yes"}]),
            "damaged",
        ),
        (lambda f: change(f, characters=7), "damaged"),
        (lambda f: change(f, calibration={"temperature": 0}), "damaged"),
        (lambda f: change(f, network={"name": "os.system", "options": {}}), "expected one of"),
        (lambda f: change(f, network={"name": "compact", "options": {"x": 1}}), "unexpected"),
        (lambda f: change(f, files={}), "digest differs"),
        (lambda f: (f / "model.keras").unlink(), "lacks its model.keras"),
        (lambda f: (f / "card.md").write_text("better than it is"), "digest differs"),
    ],
)
def test_damage_is_said_in_one_sentence(folder, damage, sentence):
    damage(folder)
    with pytest.raises(ModelError, match=sentence) as caught:
        load_bundle(folder)
    assert str(folder) in str(caught.value)
    assert "\n" not in str(caught.value)


@with_classes
def test_a_bundle_of_version_1_is_read(folder, shared_bundle):
    manifest = json.loads((folder / "bundle.json").read_text())
    for newer in ("series", "version"):
        del manifest[newer]
    del manifest["calibration"]["nobody"]
    for character in manifest["characters"]:
        del character["maybe"], character["sure"]
    (folder / "bundle.json").write_text(json.dumps(manifest | {"version": 1}))
    old = load_bundle(folder)
    for name in ("architecture", "characters", "names", "thresholds", "calibration", "series"):
        assert getattr(old, name) == getattr(shared_bundle, name)


@with_prototypes
def test_a_folder_without_its_prototypes_is_said(folder, shared_bundle):
    (folder / "prototypes.npz").unlink()
    with pytest.raises(ModelError, match=r"lacks its prototypes\.npz"):
        load_bundle(folder)


@with_prototypes
@pytest.mark.parametrize(
    ("owners", "length", "sentence"),
    [([0, 1], 8, "prototypes of 2 for 3 names"), ([0, 1, 2], 9, "prototypes of length 9")],
)
def test_prototypes_of_another_bundle_are_said(folder, made, owners, length, sentence):
    count = len(owners)
    others = Prototypes(
        np.eye(count, length, dtype=np.float32), np.array(owners), np.ones(count, int)
    )
    write_prototypes(folder / "prototypes.npz", others)
    write_manifest(folder, made)
    with pytest.raises(ModelError, match=sentence):
        load_bundle(folder)


def with_metric(prototypes, seed=4):
    matrix = np.random.default_rng(seed).normal(size=(8, 8)).astype(np.float32)
    return replace(prototypes, metric=ShowMetric(matrix + matrix.T, matrix[0] / 10))


@with_prototypes
def test_a_metric_goes_with_its_bundle(tmp_path, shared_bundle, made, prototypes, crops):
    plain = Identify(shared_bundle)(crops[:9])
    mapped = with_metric(prototypes)
    bundle = save_bundle(tmp_path / "metric.bundle", made, shared_bundle.weights, CARD, mapped)
    said = Identify(bundle.folder)(crops[:9])
    assert np.array_equal(said.embeddings, plain.embeddings)  # an index keeps these
    assert np.array_equal(said.logits, mapped.logits(plain.embeddings).astype(np.float32))
    assert not np.allclose(said.logits, plain.logits, atol=0.1)
    assert bundle.network == shared_bundle.network
    one, other = (
        unsaved_bundle(made, bundle, with_metric(prototypes, seed)).digest for seed in (4, 5)
    )
    assert one != other


@with_prototypes
def test_a_program_that_knows_no_metric_refuses_it_and_reads_all_others(
    tmp_path, shared_bundle, made, prototypes
):
    save_bundle(
        tmp_path / "metric.bundle", made, shared_bundle.weights, CARD, with_metric(prototypes)
    )
    versions = [
        json.loads((one / "bundle.json").read_text())["version"]
        for one in (shared_bundle.folder, tmp_path / "metric.bundle")
    ]
    assert versions == [2, 3]


@with_prototypes
@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda path: path.unlink(), r"lacks its metric\.npz"),
        (lambda path: path.write_bytes(path.read_bytes()[:-9]), "its digest differs"),
    ],
)
def test_a_metric_that_is_gone_or_damaged_is_said(
    tmp_path, shared_bundle, made, prototypes, spoil, sentence
):
    bundle = save_bundle(
        tmp_path / "m.bundle", made, shared_bundle.weights, CARD, with_metric(prototypes)
    )
    spoil(bundle.folder / "metric.npz")
    with pytest.raises(ModelError, match=sentence):
        load_bundle(bundle.folder)


@with_prototypes
def test_a_metric_for_embeddings_of_another_length_is_said(
    tmp_path, shared_bundle, made, prototypes
):
    bundle = save_bundle(
        tmp_path / "m.bundle", made, shared_bundle.weights, CARD, with_metric(prototypes)
    )
    np.savez(bundle.folder / "metric.npz", matrix=np.eye(4, dtype="f4"), centre=np.zeros(4, "f4"))
    write_manifest(bundle.folder, made)
    with pytest.raises(ModelError, match="for embeddings of 4 numbers, not 8"):
        load_bundle(bundle.folder)


def test_weights_are_taken_over_to_the_byte(tmp_path, shared_bundle, made, prototypes):
    copy = save_bundle(tmp_path / "c.bundle", made, shared_bundle.weights, CARD, prototypes)
    assert copy.weights.read_bytes() == shared_bundle.weights.read_bytes()
    assert copy.card == {"seed": 8}


def test_a_character_has_its_own_thresholds_or_the_bundles(made):
    own = replace(made.characters[0], maybe=0.95)
    contents = replace(made, characters=(own, *made.characters[1:]))
    assert contents.thresholds == ((0.95, 0.95), (0.5, 0.9), (0.5, 0.9))


@with_prototypes
def test_an_embedder_without_characters_is_a_bundle(tmp_path, made, network, crops):
    base = replace(made, characters=(), nobody=False)
    bundle = save_bundle(tmp_path / "base", base, network, CARD)
    said = Identify(bundle)(crops[:3])
    assert (said.embeddings.shape, said.logits.shape) == ((3, 8), (3, 0))


@pytest.mark.parametrize("name", ["Rei\x1b[2J", "L" * 201, "Rei\x00", "\udc83", "", " "])
def test_a_name_that_would_be_refused_in_a_bundle_gets_into_none(name):
    for character in ((name,), ("Rei", (name,))):
        with pytest.raises(ValueError, match="name"):
            Character(*character)


def test_what_is_no_folder_is_no_bundle(tmp_path):
    with pytest.raises(ModelError, match="there is no such bundle"):
        load_bundle(tmp_path / "none")
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(ModelError, match="no bundle"):
        load_bundle(tmp_path / "file")


def rewrite(path, **members):
    """Replaces members of a ``.keras`` archive."""
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in (content | members).items():
            archive.writestr(name, data)
    path.write_bytes(buffer.getvalue())


def test_code_in_the_weights_is_never_run(folder, made, crops, tmp_path):
    """A stranger's bundle with digests that fit, a Lambda and a foreign module in its network."""
    proof = tmp_path / "proof"
    keras_ = keras()
    evil = keras_.Sequential([keras_.layers.Input((1,)), keras_.layers.Lambda(lambda x: x)])
    config = json.loads(evil.to_json())
    config["config"]["layers"].append(
        {
            "module": "subprocess",
            "class_name": "call",
            "registered_name": None,
            "config": {"args": ["touch", str(proof)]},
        }
    )
    before = Identify(folder)(crops[:3])
    rewrite(folder / "model.keras", **{"config.json": json.dumps(config)})
    write_manifest(folder, made)
    after = Identify(folder)(crops[:3])
    assert np.array_equal(after.logits, before.logits)
    assert not proof.exists()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(b"no archive"),
        lambda path: rewrite(path, **{"model.weights.h5": b"no HDF5"}),
        lambda path: path.write_bytes(path.read_bytes()[:2000]),
    ],
)
def test_weights_that_are_none_are_said(folder, made, crops, spoil):
    spoil(folder / "model.keras")
    write_manifest(folder, made)
    with pytest.raises(ModelError, match="weights don't fit"):
        Identify(folder)(crops[:1])


def test_weights_of_another_network_are_said(shared_bundle):
    with pytest.raises(ModelError, match="weights don't fit"):
        load_weights(study_network(3, size=16, filters=4, units=9), shared_bundle.weights)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("study", {"classes": -1}),
        ("study", {"classes": 0}),
        ("study", {"classes": 2, "size": 10**9}),
        ("study", {"classes": 2, "size": 4}),
        ("study", {"classes": 2, "size": 80.5}),
        ("study", {"classes": 2, "size": True}),
        ("study", {"classes": 2, "size": "80"}),
        ("study", {"classes": 2, "filters": 0}),
        ("study", {"classes": 2, "units": 65_536}),
        ("study", {"classes": 2, "size": 512, "filters": 4096, "units": 4096}),
        ("study", {"classes": 2, "dropout": 1}),
        ("study", {"classes": 2, "dropout": float("nan")}),
        ("compact", {"size": 16}),
        ("compact", {"embedding": 0}),
        ("compact", {"first": 1.5}),
        ("compact", {"last": None}),
    ],
)
def test_an_architecture_checks_its_options(name, options):
    with pytest.raises(ValueError, match=r"expected|too large"):
        Architecture(name, options)


@pytest.mark.parametrize(
    ("option", "value"),
    [("size", 80.5), ("filters", "4"), ("units", None), ("dropout", 2), ("classes", 3.0)],
)
@with_classes
def test_altered_options_are_said(folder, option, value):
    manifest = json.loads((folder / "bundle.json").read_text("utf-8"))
    manifest["network"]["options"][option] = value
    (folder / "bundle.json").write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(ModelError, match=f"is damaged .{option}: expected"):
        load_bundle(folder)


@pytest.mark.parametrize(
    "card", [b"", b"{", b"[1]", b'"text"', b"\xff\xfe", b"[" * 100_000, b"null"], ids=ascii
)
@with_classes
def test_a_card_that_is_none_is_said(folder, made, card):
    (folder / "card.json").write_bytes(card)
    write_manifest(folder, made)
    with pytest.raises(ModelError, match=r"its card\.json"):
        load_bundle(folder).card  # noqa: B018 - it is read here


@with_classes
def test_a_card_for_people_that_is_no_text_is_said(folder, made):
    (folder / "card.md").write_bytes(b"\xff")
    write_manifest(folder, made)
    with pytest.raises(ModelError, match=r"its card\.md"):
        load_bundle(folder).card_text  # noqa: B018 - it is read here


def _weights(path):
    with zipfile.ZipFile(path) as archive:
        return archive.read("model.weights.h5")


@pytest.mark.parametrize("seed", [*range(3), *(pytest.param(n, marks=SLOW) for n in range(3, 60))])
@with_classes
def test_weights_with_flipped_bytes_are_read_or_said(folder, made, seed):
    path, chance = folder / "model.keras", np.random.default_rng(seed)
    content = bytearray(_weights(path))
    for place in chance.integers(min(len(content), 4096 if seed % 2 else len(content)), size=8):
        content[place] ^= 1 << chance.integers(8)
    rewrite(path, **{"model.weights.h5": bytes(content)})
    with suppress(ModelError):  # a flip among the numbers is only another number
        network = load_weights(made.architecture, path)
        assert all(np.isfinite(weight).all() for weight in network.get_weights())


@pytest.mark.parametrize("kind", ["packed", "external", "link", "soft link", "chunked", "huge"])
@with_classes
def test_weights_that_lead_elsewhere_or_swell_are_refused(folder, made, tmp_path, kind):
    path, h5py = folder / "model.keras", pytest.importorskip("h5py")
    (tmp_path / "private").write_bytes(bytes(400))
    file = io.BytesIO(_weights(path))
    with h5py.File(file, "r+") as opened:
        names = []
        opened.visit(names.append)
        name = next(one for one in names if one.endswith("vars/0"))
        shape = opened[name].shape
        del opened[name]
        if kind == "external":
            outside = [(str(tmp_path / "private"), 0, 400)]
            opened.create_dataset(name, (100,), "f4", external=outside)
        elif kind == "link":
            opened[name] = h5py.ExternalLink(str(tmp_path / "private"), "/a")
        elif kind == "soft link":
            opened[name] = h5py.SoftLink("/")
        elif kind == "huge":
            opened.create_dataset(name, (2**40,), "f4")
        else:
            opened.create_dataset(name, shape, "f4", chunks=shape, compression="gzip")
    rewrite(path, **{"model.weights.h5": file.getvalue()})
    if kind == "packed":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as archive:
            archive.writestr("model.weights.h5", bytes(2**20))
    with pytest.raises(ModelError, match="weights don't fit"):
        load_weights(made.architecture, path)
