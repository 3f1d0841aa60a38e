"""A character from a few pictures: what a user relies on, and bad input."""

from __future__ import annotations

import logging
import shutil
from dataclasses import fields

import cv2
import numpy as np
import pytest

import eyecatch
from eyecatch.core.crops import decode
from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.errors import ModelError, RequestError, UnknownCharacterError
from eyecatch.core.identity.bundle import Bundle, load_bundle
from eyecatch.core.identity.bundle_writer import Card, save_bundle
from eyecatch.core.identity.decision import vote
from eyecatch.core.identity.inference import Identify
from eyecatch.core.identity.manifest import Contents
from eyecatch.core.synthetic.portraits import draw_faces
from eyecatch.jobs.cli import main
from eyecatch.training.dataset import read_faces
from eyecatch.training.enrolment.enrol import enrol
from eyecatch.training.enrolment.images import read_face_images

HIEI, KUWABARA, BOTAN = "Hiei", "飛影 'K' 😈", "Botan"


@pytest.fixture(scope="session")
def embedder(tmp_path_factory, faces, make_embedder) -> Bundle:
    people = read_faces(faces)
    out = tmp_path_factory.mktemp("embedder") / "base"
    return make_embedder(out, people.crops, people.labels)


@pytest.fixture(scope="session")
def known(tmp_path_factory, embedder, faces) -> Bundle:
    """The embedder with two characters."""
    folder = tmp_path_factory.mktemp("known")
    one = enrol(embedder, HIEI, [faces / HIEI], out=folder / "1.bundle", crop=True)
    return enrol(one, KUWABARA, [faces / KUWABARA], out=folder / "2.bundle", crop=True)


@pytest.fixture(scope="session")
def looks(embedder, faces):
    """The name and the embedding of every face; all bundles here embed alike."""
    people = read_faces(faces)
    said = Identify(embedder)(people.crops)
    return [people.names[label] for label in people.labels], said.embeddings


def verdicts(bundle, looks):
    """What a bundle says of every face."""
    assert bundle.prototypes is not None
    return [
        vote(row[None], np.ones(1), bundle.calibration, bundle.names, bundle.thresholds)
        for row in bundle.prototypes.logits(looks[1])
    ]


def share_named(bundle, looks, of, name=None):
    """The share of somebody's faces that are called by that name, or by another."""
    given = [
        verdict.character == (name or of)
        for who, verdict in zip(looks[0], verdicts(bundle, looks), strict=True)
        if who == of
    ]
    return sum(given) / len(given)


def test_a_character_of_five_pictures_is_named(tmp_path, known, faces, looks):
    pictures = sorted((faces / BOTAN).iterdir())[:5]
    bundle = enrol(known, BOTAN, pictures, out=tmp_path / "a.bundle", crop=True)
    assert [one.name for one in bundle.characters] == [HIEI, KUWABARA, BOTAN]
    for name in (HIEI, KUWABARA, BOTAN):
        assert share_named(bundle, looks, name) > 0.8
    assert np.array_equal(Identify(bundle)(read_faces(faces).crops).embeddings, looks[1])
    assert load_bundle(known.folder) == known


def test_one_picture_is_enough(tmp_path, known, faces, looks):
    bundle = enrol(known, BOTAN, [faces / BOTAN / "0.png"], out=tmp_path / "a.bundle", crop=True)
    assert share_named(bundle, looks, BOTAN) > 0.2
    assert share_named(bundle, looks, HIEI) > 0.8


def test_what_is_enrolled_and_removed_leaves_nothing(tmp_path, known, faces):
    more = enrol(known, BOTAN, [faces / BOTAN], out=tmp_path / "a.bundle", crop=True)
    less = enrol(more, BOTAN, out=tmp_path / "b.bundle", remove=True)
    assert less.digest == known.digest
    assert (
        "enrolled"
        not in enrol(
            enrol(less, HIEI, out=tmp_path / "c.bundle", remove=True),
            KUWABARA,
            out=tmp_path / "d.bundle",
            remove=True,
        ).card
    )


def test_levels_of_trust_outlast_who_comes_and_goes(tmp_path, known, faces):
    levels = {"high": (0.8, 0.9), "balanced": (0.5, 0.8), "eager": (0.25, 0.8)}
    values = {one.name: getattr(known, one.name) for one in fields(Contents)}
    contents = Contents(**values | {"trust": levels})
    card = Card(known.card, known.card_text)
    tabled = save_bundle(tmp_path / "t.bundle", contents, known.weights, card, known.prototypes)
    more = enrol(tabled, BOTAN, [faces / BOTAN], out=tmp_path / "a.bundle", crop=True)
    assert more.trust == levels
    less = enrol(more, BOTAN, out=tmp_path / "b.bundle", remove=True)
    assert less.digest == tabled.digest


def test_the_order_of_enrolment_does_not_matter(tmp_path, embedder, known, faces, looks):
    one = enrol(embedder, KUWABARA, [faces / KUWABARA], out=tmp_path / "1", crop=True)
    two = enrol(one, HIEI, [faces / HIEI], out=tmp_path / "2", crop=True)
    for first, second in zip(verdicts(known, looks), verdicts(two, looks), strict=True):
        assert dict(first.top) == pytest.approx(dict(second.top))


def test_the_network_stays_as_it_is(known, embedder):
    assert known.weights.read_bytes() == embedder.weights.read_bytes()


def test_the_card_tells_of_it(tmp_path, known, faces):
    entries = known.card["enrolled"]
    assert [(one["character"], one["pictures"]) for one in entries] == [(HIEI, 12), (KUWABARA, 12)]
    assert known.card["made"] == "by tests"
    assert known.card_text.startswith("# An embedder\n")
    assert f"| {KUWABARA} | 12 |" in known.card_text


def test_a_variant_adds_to_a_known_character(tmp_path, known, faces, looks):
    out = tmp_path / "a.bundle"
    with pytest.raises(RequestError, match="use --variant to add a costume"):
        enrol(known, "hiei", [faces / BOTAN], out=out, crop=True)
    bundle = enrol(known, "hiei", [faces / BOTAN], out=out, crop=True, variant=True)
    assert [one.name for one in bundle.characters] == [HIEI, KUWABARA]
    assert share_named(bundle, looks, BOTAN, name=HIEI) > 0.8
    assert share_named(bundle, looks, HIEI) > 0.8
    with pytest.raises(UnknownCharacterError, match="did you mean Hiei"):
        enrol(known, "Hie", [faces / BOTAN], out=out, crop=True, variant=True, force=True)


def test_aliases_are_names_too(tmp_path, known, faces):
    out = tmp_path / "a.bundle"
    bundle = enrol(
        known, BOTAN, [faces / BOTAN], out=out, crop=True, aliases=["牡丹", "botan", "Guide"]
    )
    assert bundle.characters[-1].aliases == ("牡丹", "Guide")
    bundle = enrol(bundle, "guide", out=out, aliases=["Grim Reaper"])
    assert bundle.characters[-1].aliases == ("牡丹", "Guide", "Grim Reaper")
    with pytest.raises(RequestError, match=r"knows a character 'Botan' already"):
        enrol(bundle, "GUIDE", [faces / BOTAN], out=out, crop=True)
    with pytest.raises(RequestError, match="knows a character 'Hiei' already"):
        enrol(bundle, BOTAN, out=out, aliases=["HIEI"])
    assert [c.name for c in enrol(bundle, "牡丹", out=out, remove=True).characters] == [
        HIEI, KUWABARA
    ]  # fmt: skip


def test_the_bundle_may_be_replaced_and_others_are_not(tmp_path, known, faces):
    mine = shutil.copytree(known.folder, tmp_path / "mine.bundle")
    again = enrol(mine, BOTAN, [faces / BOTAN], out=mine, crop=True, series="Yu Yu Hakusho")
    assert len(load_bundle(mine).characters) == 3
    assert again.series == "Yu Yu Hakusho"
    with pytest.raises(RequestError, match="exists; choose another name, or use --force"):
        enrol(known, BOTAN, [faces / BOTAN], out=mine, crop=True)
    assert enrol(known, HIEI, out=mine, remove=True, force=True).series is None


def test_the_largest_face_is_taken(tmp_path):
    drawn = tmp_path / "drawn"
    draw_faces(drawn, per_character=2)
    small, large = (cv2.imread(str(p)) for p in sorted(drawn.glob("*/*"))[1:4:2])
    sheet = np.full((360, 640, 3), 200, np.uint8)
    sheet[40:130, 20:110] = cv2.resize(small, (90, 90))
    sheet[40:300, 300:560] = cv2.resize(large, (260, 260))
    cv2.imwrite(str(tmp_path / "sheet.png"), sheet)
    (crop,) = read_face_images([tmp_path / "sheet.png"], DetectorConfig()).crops
    taken = decode(crop).astype(float)
    assert np.abs(taken - large).mean() < 0.7 * np.abs(taken - small).mean()


# Bad input


def test_pictures_that_do_not_do_are_said_and_left_out(tmp_path, known, faces, put_giants, caplog):
    folder = tmp_path / "pictures"
    shutil.copytree(faces / BOTAN, folder)
    (folder / "broken.png").write_text("no picture")
    put_giants(folder)
    shutil.copy(folder / "0.png", folder / "again.png")
    (folder / "notes.txt").write_text("a file of another kind")
    with caplog.at_level(logging.WARNING):
        bundle = enrol(known, BOTAN, [folder], out=tmp_path / "a.bundle", crop=True)
    (entry,) = [one for one in bundle.card["enrolled"] if one["character"] == BOTAN]
    assert entry["pictures"] == 12
    for sentence in (
        "broken.png: this is no picture",
        "again.png: this is the same picture as",
        "giant.png: has 12000 x 12000 pixels",
        "sparse.png: has 60,000 MB",
    ):
        assert sentence in caplog.text
        assert any(sentence in note for note in entry["notes"])


def test_a_picture_without_a_face_is_an_error_that_names_it(tmp_path, known, monkeypatch):
    blank = tmp_path / "sky.png"
    cv2.imwrite(str(blank), np.full((200, 300, 3), 180, np.uint8))
    with pytest.raises(RequestError, match=r"sky\.png: no face is found in it; .*--crop"):
        enrol(known, BOTAN, [blank], out=tmp_path / "a.bundle")
    with pytest.raises(RequestError, match=r"none of the 2 pictures can be used; .*none\.png"):
        enrol(known, BOTAN, [tmp_path / "none.png", blank], out=tmp_path / "a.bundle")
    with pytest.raises(RequestError, match="no picture was given"):
        enrol(known, BOTAN, [], out=tmp_path / "a.bundle")
    assert not (tmp_path / "a.bundle").exists()


def test_the_picture_of_somebody_else_is_said(tmp_path, known, faces, caplog):
    pictures = [*sorted((faces / BOTAN).iterdir())[:5], faces / HIEI / "3.png"]
    with caplog.at_level(logging.WARNING):
        enrol(known, BOTAN, pictures, out=tmp_path / "a.bundle", crop=True)
    assert "3.png: looks like 'Hiei', whom the bundle knows." in caplog.text


@pytest.mark.parametrize("name", ["", "  ", "unknown", "Unknown", "a\nb", "\x1b[31m", "x" * 300])
def test_what_is_no_name_is_refused_before_any_work(tmp_path, known, name):
    with pytest.raises(RequestError, match="use another name"):
        enrol(known, name, [tmp_path / "none.png"], out=tmp_path / "a.bundle")
    with pytest.raises(RequestError, match="use another name"):
        enrol(known, HIEI, [], out=tmp_path / "a.bundle", aliases=[name])


def test_odd_names_are_names(tmp_path, known, faces):
    odd = ["Edward/Alphonse", '"H"', "../../etc", "No. 6 | b", "<b>&amp;"]
    out = tmp_path / "a.bundle"
    made = enrol(known, "飛影 😈", [faces / BOTAN / "0.png"], out=out, crop=True, aliases=odd)
    assert made.characters[-1].name == "飛影 😈"
    assert load_bundle(out).characters[-1].aliases == tuple(odd)
    for name in odd:
        assert len(enrol(made, name, out=tmp_path / "b.bundle", remove=True, force=True).names) == 2


def test_a_bundle_with_fixed_characters_is_refused(tmp_path, bundle, faces):
    with pytest.raises(RequestError, match="network 'study', whose characters are fixed"):
        enrol(bundle, "Yusuke", [faces / BOTAN], out=tmp_path / "a.bundle", crop=True)
    with pytest.raises(ModelError, match="there is no such bundle"):
        enrol(tmp_path / "none", "Yusuke", [faces / BOTAN], out=tmp_path / "a.bundle", crop=True)


def test_the_verb(tmp_path, known, faces, capsys):
    out = tmp_path / "a.bundle"
    words = ["enrol", known.folder, BOTAN, faces / BOTAN / "0.png", "--crop", "--out", out]
    main([str(word) for word in [*words, "--alias", "牡丹", "--series", "Yu Yu Hakusho"]])
    assert capsys.readouterr().err == f"Wrote {out}: 3 characters.\n"
    made = load_bundle(out)
    assert (made.characters[-1].aliases, made.series) == (("牡丹",), "Yu Yu Hakusho")
    main(["enrol", str(out), "牡丹", "--remove", "--out", str(out)])
    assert len(load_bundle(out).characters) == 2
    with pytest.raises(SystemExit):
        main(["enrol", str(out), "Nobody", "--remove", "--out", str(out)])
    assert capsys.readouterr().err.endswith("no character is called 'Nobody'.\n")
    assert eyecatch.enrol is enrol
