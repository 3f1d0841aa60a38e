"""The names that people gave in an index, as a bundle: for stills, and to keep."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing

import numpy as np
import pytest

import eyecatch
from eyecatch.core.crops import decode, encode
from eyecatch.core.errors import RequestError
from eyecatch.core.identity.base_embedder import base_bundle
from eyecatch.core.identity.bundle import load_bundle
from eyecatch.core.images import read_image
from eyecatch.db.index import open_index
from eyecatch.jobs.bundling.index_bundle import bundle_of_index, bundles_of_index, save_made
from eyecatch.jobs.naming.pipeline import NamingPipeline


@pytest.fixture(scope="session")
def told(grouped, whose, tmp_path_factory):
    """The evening with every cluster named, or set aside; not to be written to."""
    db = str(shutil.copy(grouped, tmp_path_factory.mktemp("told") / "season.db"))
    for cluster, who in whose.items():
        eyecatch.name(cluster, None if who == "unknown" else who, db=db)
    return db


@pytest.fixture
def named(told, tmp_path):
    """The same, to be written to."""
    return str(shutil.copy(told, tmp_path / "named.db"))


def crops_of(db):
    """The name that a person gave, and the picture, of each crop."""
    base = base_bundle()
    with open_index(db, create=False) as index:
        crops = index.named_faces.crops(base.network, base.digest)
        jpegs = index.named_faces.jpegs([crop.id for crop in crops])
    return [(crop.character, jpegs[crop.id]) for crop in crops]


@pytest.fixture(scope="session")
def pictures(told, tmp_path_factory):
    """A file of each crop, and the name that a person gave it."""
    folder = tmp_path_factory.mktemp("pictures")
    files = {}
    for number, (who, jpeg) in enumerate(crops_of(told)):
        file = folder / f"{number:04}.jpg"
        file.write_bytes(jpeg)
        files[file] = who
    return files


def tracks_of(db):
    with open_index(db, create=False) as index:
        return {
            (status.episode.name, one.number): one.character
            for status in index.summaries.status()
            for one in index.exports.tracks(status.episode.id)
        }


def execute(db, *statements):
    with closing(sqlite3.connect(db)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def test_a_face_that_a_person_named_is_known_by_its_own_crop(told, pictures):
    stills = list(eyecatch.identify(list(pictures), db=told, crop=True))
    said = [(pictures[still.image], still.faces[0]) for still in stills]
    known = [(who, face) for who, face in said if who is not None]
    assert len(known) > 20
    right = [face.character == who for who, face in known]
    assert sum(right) >= 0.95 * len(known)
    assert not [who for who, face in known if face.character not in (None, who)]


def test_the_bundle_names_the_episodes_as_the_people_did(told, grouped, evening, tmp_path):
    out = tmp_path / "season.bundle"
    done = eyecatch.export("bundle", db=told, out=out)
    assert (done.files, done.rows) == ((out,), len(load_bundle(out).characters))
    again = str(shutil.copy(grouped, tmp_path / "again.db"))
    eyecatch.index([evening.folder], db=again, model=out, runner="inline", series="Drawn")
    people, model = tracks_of(told), tracks_of(again)
    assert people.keys() == model.keys()
    same = [people[track] == model[track] for track in people if people[track] is not None]
    assert sum(same) >= 0.95 * len(same)


def test_asking_the_index_is_asking_the_bundle_that_it_makes(told, pictures, tmp_path):
    out = tmp_path / "season.bundle"
    eyecatch.export("bundle", db=told, out=out)
    stills = list(pictures)[:20]
    by_index = list(eyecatch.identify(stills, db=told, crop=True))
    assert by_index == list(eyecatch.identify(stills, model=out, crop=True))
    both = list(eyecatch.identify(stills, model=out, db=told, crop=True))
    assert [still.faces[0].character for still in both] == [
        still.faces[0].character for still in by_index
    ]


def test_the_card_says_where_it_comes_from_and_the_series_stays(told, run, tmp_path):
    out = tmp_path / "season.bundle"
    status, _, err = run("export", "bundle", "--db", told, "--out", out)
    bundle = load_bundle(out)
    assert (status, bundle.series) == (0, "Drawn")
    assert err == f"Wrote {out}: {len(bundle.characters)} characters.\n"
    counts = {one["character"]: one for one in bundle.card["data"]["characters"]}
    by_person = [who for who, _ in crops_of(told)]
    assert {name: one["pictures"] for name, one in counts.items()} == {
        name: by_person.count(name) for name in bundle.names
    }
    assert bundle.card["data"]["nobody"] == by_person.count(None)
    for name, one in counts.items():
        assert f"| {name} | {one['faces']} | {one['pictures']} | {one['episodes']} |" in (
            bundle.card_text
        )
    assert run("export", "bundle", "--db", told, "--out", out)[0] == 1
    assert run("export", "bundle", "--db", told, "--out", out, "--force")[0] == 0
    assert load_bundle(out).digest == bundle.digest


def test_it_is_a_bundle_to_enrol_into(told, pictures, tmp_path):
    out = tmp_path / "season.bundle"
    eyecatch.export("bundle", db=told, out=out)
    before = load_bundle(out)
    stranger = [file for file, who in pictures.items() if who == before.names[0]][:3]
    less = eyecatch.enrol(out, before.names[0], out=tmp_path / "less.bundle", remove=True)
    assert less.names == before.names[1:]
    more = eyecatch.enrol(less, "Newcomer", stranger, out=tmp_path / "more.bundle", crop=True)
    assert more.names == (*before.names[1:], "Newcomer")
    assert "Newcomer" in more.card_text


def test_nobody_and_no_face_are_nobody_s_prototypes(unnamed, whose):
    first, second, third, *_ = [number for number, who in whose.items() if who != "unknown"]
    eyecatch.name(first, whose[first], db=unnamed)
    eyecatch.name(second, None, db=unnamed)
    aside = [who for who, _ in crops_of(unnamed)].count(None)
    eyecatch.name(third, None, db=unnamed, no_face=True)
    with open_index(unnamed, create=False) as index:
        made = bundle_of_index(index)
    assert made.bundle.names == (whose[first],)
    assert made.card.facts["data"]["nobody"] == aside > 0
    counted = sum(who == whose[first] for who, _ in crops_of(unnamed))
    assert made.bundle.prototypes.counts.sum() == counted


def test_an_index_where_nobody_is_named_says_so(unnamed, pictures, run, tmp_path):
    still = next(iter(pictures))
    for words in (
        ("identify", still, "--db", unnamed),
        ("export", "bundle", "--db", unnamed, "--out", tmp_path / "x.bundle"),
    ):
        status, out, err = run(*words)
        assert (status, out) == (1, "")
        assert err == (
            f"eyecatch: in {unnamed} people have named nobody yet; "
            f"name faces first: eyecatch review --db {unnamed}.\n"
        )
    assert not (tmp_path / "x.bundle").exists()


def test_without_a_model_and_an_index_faces_are_found_and_are_nobody(still, run):
    status, out, err = run("identify", still)
    (face,) = json.loads(out)["faces"]
    assert (status, face["character"], face["confidence"], face["top"]) == (0, None, 0, [])
    assert face["score"] > 0.3
    assert err.startswith("Nobody is known without names: give --model BUNDLE, or --db INDEX")


@pytest.fixture
def still(pictures, tmp_path):
    """A picture with one face."""
    face = decode(next(iter(pictures)).read_bytes())
    (tmp_path / "still.jpg").write_bytes(encode(np.pad(face, ((40, 40), (40, 40), (0, 0)), "edge")))
    assert read_image(tmp_path / "still.jpg").shape == (208, 208, 3)
    return tmp_path / "still.jpg"


def test_the_index_of_other_verbs_is_asked_where_no_model_is_named(
    named, pictures, run, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    picture = next(file for file, who in pictures.items() if who is not None)
    words = ("identify", picture, "--crop")
    monkeypatch.setenv("EYECATCH_DB", str(named))
    status, out, err = run(*words)
    assert (status, err) == (0, f"Names are those of {named}.\n")
    assert out == run(*words, "--db", named)[1]
    assert json.loads(out)["faces"][0]["character"] == pictures[picture]
    assert "Names are" not in run(*words, "--model", "none")[2], "a model answers alone"
    monkeypatch.delenv("EYECATCH_DB")
    (tmp_path / "eyecatch.toml").write_text(f"db = {json.dumps(str(named))}")
    assert run(*words)[1] == out
    (tmp_path / "eyecatch.toml").write_text('db = "none.db"')
    status, out, err = run(*words)
    assert (status, json.loads(out)["faces"][0]["character"]) == (0, None)
    assert "Nobody is known without names" in err
    assert not (tmp_path / "none.db").exists()


def test_a_person_reads_few_digits_and_json_has_four(pictures, told, run):
    status, out, _ = run(
        "identify", *list(pictures)[:3], "--db", told, "--crop", "--format", "table"
    )
    assert status == 0
    assert max(len(word) for line in out.splitlines()[2:] for word in line.split()[1:]) < 12
    _, out, _ = run("identify", *list(pictures)[:3], "--db", told, "--crop")
    for line in out.splitlines():
        (face,) = json.loads(line)["faces"]
        numbers = [face["confidence"], face["score"], *(chance for _, chance in face["top"])]
        assert numbers == [round(number, 4) for number in numbers]


def test_asking_writes_nothing(named, pictures):
    with closing(sqlite3.connect(named)) as connection:
        before = list(connection.iterdump())
        list(eyecatch.identify(list(pictures)[:2], db=named, crop=True))
        assert list(connection.iterdump()) == before


def test_each_series_may_have_its_own_and_equal_names_are_one(named, pictures, tmp_path, run):
    """Two shows: the second episode is made one of another."""
    execute(
        named,
        "INSERT INTO series (name) VALUES ('Other')",
        "UPDATE episode SET series_id = (SELECT id FROM series WHERE name = 'Other') "
        "WHERE id = (SELECT max(id) FROM episode)",
    )
    with open_index(named, create=False) as index:
        everybody = bundle_of_index(index).bundle
        own = {one.series: one for one in bundles_of_index(index)}
        assert own.keys() == {"Drawn", "Other"}
        other = bundle_of_index(index, "other")
        with pytest.raises(RequestError, match="no series is called 'Third'"):
            bundle_of_index(index, "Third")
    assert other.bundle == own["Other"]
    assert other.card.facts["series"] == ["Other"]
    assert set(everybody.names) == set(own["Drawn"].names) | set(own["Other"].names)
    assert len(set(everybody.names)) == len(everybody.names)
    assert everybody.series is None
    status, _, _ = run(
        "export", "bundle", "--db", named, "--series", "Other", "--out", tmp_path / "o.bundle"
    )
    assert (status, load_bundle(tmp_path / "o.bundle").series) == (0, "Other")
    shared = set(own["Drawn"].names) & set(own["Other"].names)
    assert shared
    for series in (None, "Other"):
        (still,) = eyecatch.identify(
            [next(file for file, who in pictures.items() if who in shared)],
            db=named, crop=True, series=series,
        )  # fmt: skip
        names = [name for name, _ in still.faces[0].top]
        assert len(set(names)) == len(names)


def test_embeddings_that_are_missing_are_made_of_the_pictures(named, told, caplog):
    execute(named, "DELETE FROM identification")
    with open_index(named, create=False) as index, open_index(told, create=False) as whole:
        again, before = (bundle_of_index(one).bundle for one in (index, whole))
    assert "eyecatch unknowns --db" in caplog.text
    assert again.names == before.names
    np.testing.assert_allclose(again.prototypes.vectors, before.prototypes.vectors, atol=0.01)


def test_the_index_s_own_embedder_is_used_as_long_as_it_is_there(
    named, make_embedder, tmp_path, caplog
):
    faces = [(who, jpeg) for who, jpeg in crops_of(named) if who is not None]
    names = sorted({who for who, _ in faces})
    labels = [names.index(who) for who, _ in faces]
    other = make_embedder(tmp_path / "other", [jpeg for _, jpeg in faces], labels)
    with open_index(named, create=False) as index:
        NamingPipeline(index, other).embed()
        made = bundle_of_index(index)
        assert made.bundle.weights_digest == other.weights_digest
        saved = save_made(made, tmp_path / "own.bundle")
        assert (saved.weights_digest, saved.names) == (other.weights_digest, tuple(names))
        shutil.rmtree(tmp_path / "other")
        execute(named, f"DELETE FROM identification WHERE bundle_id <> {_id(index, other)}")
        assert bundle_of_index(index).bundle.weights_digest == base_bundle().weights_digest
    assert "have no embedding of the embedder at hand" in caplog.text


def _id(index, bundle):
    return index.bundles.id_of(bundle.digest)


def test_pictures_that_are_damaged_are_nobody(named, whose):
    """Of one character none is left, of the others all."""
    gone = next(who for who in whose.values() if who != "unknown")
    execute(
        named,
        "DELETE FROM identification",
        "UPDATE crop SET jpeg = x'00' WHERE tracklet_id IN (SELECT tracklet.id FROM tracklet "
        "JOIN track ON track.id = tracklet.track_id JOIN character ON "
        f"character.id = track.character_id WHERE character.name = '{gone}')",
    )
    with open_index(named, create=False) as index:
        names = bundle_of_index(index).bundle.names
    assert set(names) == set(whose.values()) - {gone, "unknown"}
    execute(named, "UPDATE crop SET jpeg = x'00'")
    with (
        open_index(named, create=False) as index,
        pytest.raises(RequestError, match="no picture of a face that people named can be read"),
    ):
        bundle_of_index(index)
