"""Characters are renamed, merged, given aliases and forgotten; models and undo follow."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from eyecatch.core.errors import RequestError, UnknownCharacterError
from eyecatch.db.records.scan import Provenance

on_sqlite = pytest.mark.parametrize("url", ["sqlite"], indirect=True)

KEPT = ("appearance", "character", "alias", "unlike", "overruled", "tally")


@pytest.fixture
def cast(index, season):
    """A model calls tracks Hiei and Kurama by turns; a person called the first one Botan."""
    episode = season.index(index, "S01E01.mkv", ("Hiei", "Kurama"))
    embedder = index.bundles.add("embedder", "", [], {})
    votes = index.predictions.track_votes(episode.id, index.bundles.id_of("bundle-1"))
    looks = {vote.track_id: np.eye(4, dtype=np.float32)[0] for vote in votes}
    index.faces.save(episode.id, looks, embedder)
    seen = index.faces.embeddings(1, embedder)
    faces = [face for _, face in sorted(zip(seen.tracks.tolist(), seen.ids.tolist(), strict=True))]
    index.actions.name_faces(faces[:1], "Botan")
    return SimpleNamespace(index=index, faces=faces, episode=episode, season=season)


def called(index):
    """Who the tracks of the episode are, in order."""
    return [track.character for track in index.exports.tracks(1)]


def listed(index):
    """Who is listed, with other names; Yusuke is always, as the model knows him."""
    found = {one.name: one.aliases for one in index.summaries.characters()}
    assert found.pop("Yusuke") == ()
    return found


def decide_again(cast, *names, name="S01E02.mkv"):
    """The model decides another episode."""
    return cast.season.index(cast.index, name, names)


ACTS = {
    "rename": lambda edits: edits.rename("Hiei", "Jaganshi Hiei"),
    "rename a person's": lambda edits: edits.rename("botan", "Botan of the Styx"),
    "merge": lambda edits: edits.merge("Kurama", ["Hiei", "Botan"]),
    "alias": lambda edits: edits.add_aliases("Hiei", ["Shorty", "Three Eyes"]),
    "forget": lambda edits: edits.forget("Hiei"),
    "forget a person's": lambda edits: edits.forget("Botan"),
}


@pytest.mark.parametrize("act", ACTS)
def test_undo_puts_everything_back(cast, dump, act):
    before = dump()
    ACTS[act](cast.index.character_edits)
    changed = dump()
    assert any(changed[name] != before[name] for name in KEPT)
    cast.index.actions.undo()
    after = dump()
    assert {name: after[name] for name in KEPT} == {name: before[name] for name in KEPT}
    assert [row[1:8] for row in after["decision"]] == [row[1:8] for row in before["decision"]]
    assert after["track"] == before["track"]


@on_sqlite
def test_a_name_that_was_changed_is_still_what_the_model_means(cast):
    index = cast.index
    done = index.character_edits.rename("Hiei", "Jaganshi Hiei")
    assert done.message == "renamed Hiei to Jaganshi Hiei"
    assert called(index)[2] == "Jaganshi Hiei"
    decide_again(cast, "Hiei", "Kurama")
    assert listed(index) == {"Jaganshi Hiei": ("Hiei",), "Kurama": (), "Botan": ()}
    assert [found.episode.title for found in index.queries.find(["hiei"])] == ["S01E01", "S01E02"]
    assert index.exports.tracks(1)[2].top[0][0] == "Jaganshi Hiei"
    index.actions.name_faces(cast.faces[:1], "Hiei")  # a person types the old name
    assert listed(index).keys() == {"Jaganshi Hiei", "Kurama"}


@on_sqlite
def test_a_name_may_be_changed_back_and_forth(cast):
    index = cast.index
    index.character_edits.rename("Hiei", "Jaganshi")
    index.character_edits.rename("Jaganshi", "Hiei")
    assert listed(index)["Hiei"] == ("Jaganshi",)
    index.character_edits.rename("Hiei", "HIEI")
    assert index.characters.own_name("jaganshi") == "HIEI"
    decide_again(cast, "Hiei", "Kurama")
    assert listed(index).keys() == {"HIEI", "Kurama", "Botan"}


@on_sqlite
def test_names_that_were_mixed_up_are_exchanged(cast):
    """What is only left of an earlier name makes way; but not where a model says it."""
    index, edits = cast.index, cast.index.character_edits
    index.actions.name_faces(cast.faces[3:4], "Keiko")
    edits.rename("Botan", "somebody")
    edits.rename("Keiko", "Botan")
    edits.rename("somebody", "Keiko")
    assert [called(index)[place] for place in (0, 3)] == ["Keiko", "Botan"]
    assert listed(index)["Botan"] == ()
    assert listed(index)["Keiko"] == ("somebody",)
    for _ in range(3):
        index.actions.undo()
    assert [called(index)[place] for place in (0, 3)] == ["Botan", "Keiko"]
    edits.rename("Hiei", "Jaganshi")
    with pytest.raises(RequestError, match="that is what Jaganshi is called too"):
        edits.rename("Keiko", "Hiei")


@on_sqlite
def test_two_are_one_whatever_models_and_people_called_them(cast):
    index = cast.index
    index.actions.deny(cast.faces[1:2])  # not Kurama
    index.character_edits.merge("Botan", ["Kurama", "Hiei"])
    assert set(called(index)) == {"Botan", None}
    assert listed(index) == {"Botan": ("Hiei", "Kurama")}
    own = {name: key for key, name in index.characters.names().items()}
    assert index.propagation.denials() == [(cast.faces[1], own["Botan"])]
    decide_again(cast, "Hiei", "Kurama")
    assert listed(index).keys() == {"Botan"}
    crops = index.named_faces.crops("embedder", "embedder")
    assert {(one.character, one.aliases) for one in crops} == {("Botan", ("Hiei", "Kurama"))}
    index.actions.undo()
    assert listed(index).keys() == {"Botan", "Kurama", "Hiei"}
    two = [track.character for track in index.exports.tracks(2)]
    assert two[:2] == ["Hiei", "Kurama"], "of an episode that was decided meanwhile too"


@on_sqlite
def test_one_that_was_merged_may_take_the_name_of_the_other(cast):
    index = cast.index
    index.character_edits.merge("Hiei", ["Kurama"])
    index.character_edits.rename("Hiei", "Kurama")
    assert listed(index) == {"Kurama": ("Hiei",), "Botan": ()}
    decide_again(cast, "Hiei", "Kurama")
    assert listed(index).keys() == {"Kurama", "Botan"}
    for _ in range(2):
        index.actions.undo()
    assert called(index)[:3] == ["Botan", "Kurama", "Hiei"]


@on_sqlite
def test_forgotten_is_nobody_until_somebody_is_called_so_again(cast):
    index = cast.index
    done = index.character_edits.forget("Hiei")
    assert done.message == "forgot Hiei: 2 faces are nobody's again"
    assert called(index) == ["Botan", "Kurama", None, "Kurama", None, "Kurama"]
    decide_again(cast, "Hiei", "Kurama")
    assert listed(index).keys() == {"Botan", "Kurama"}
    assert "Hiei" not in {name for _, name in index.pages.names()}
    with pytest.raises(UnknownCharacterError):
        index.queries.find(["Hiei"])
    index.actions.name_faces(cast.faces[2:3], "Hiei")
    assert called(index)[2::2] == ["Hiei", "Hiei"]
    assert [one.episode.title for one in index.queries.find(["Hiei"])] == ["S01E01", "S01E02"]
    index.actions.undo()
    assert "Hiei" not in listed(index)
    assert called(index)[2::2] == [None, None]


@on_sqlite
def test_nobody_s_name_is_listed_and_offered_nowhere(cast):
    index, edits = cast.index, cast.index.character_edits
    index.actions.name_faces(cast.faces[:1], "Keiko")  # nobody is called Botan any more
    assert listed(index).keys() == {"Hiei", "Kurama", "Keiko"}
    assert {name for _, name in index.pages.names()} == {"Hiei", "Kurama", "Keiko", "Yusuke"}
    with pytest.raises(UnknownCharacterError) as error:
        index.queries.find(["Botann"])
    assert "Botan" not in str(error.value).replace("Botann", "")
    edits.rename("Keiko", "Botan")  # whose name is free
    assert listed(index)["Botan"] == ("Keiko",)
    assert called(index)[0] == "Botan"
    for _ in range(2):
        index.actions.undo()
    assert called(index)[0] == "Botan"
    assert "Keiko" not in listed(index)


@on_sqlite
def test_another_name_is_given_and_taken_away(cast):
    index, edits = cast.index, cast.index.character_edits
    edits.add_aliases("Hiei", ["Shorty", "Three Eyes", "shorty"])
    assert index.characters.own_name("three eyes") == "Hiei"
    edits.remove_aliases("Hiei", ["SHORTY"])
    assert listed(index)["Hiei"] == ("Three Eyes",)
    edits.rename("Hiei", "Jaganshi")
    with pytest.raises(RequestError, match="a model calls Jaganshi Hiei"):
        edits.remove_aliases("Jaganshi", ["Hiei"])
    edits.merge("Jaganshi", ["Kurama"])
    edits.remove_aliases("Jaganshi", ["Kurama"])  # which parts the two again
    assert called(index)[1:3] == ["Kurama", "Jaganshi"]


@on_sqlite
def test_a_cover_is_chosen_among_the_character_s_faces(cast):
    edits = cast.index.character_edits
    edits.set_cover("Hiei", cast.faces[2])
    with pytest.raises(RequestError, match="is not called Hiei"):
        edits.set_cover("Hiei", cast.faces[1])


@on_sqlite
@pytest.mark.parametrize(
    ("act", "told"),
    [
        (lambda edits: edits.rename("Hiei", "kurama"), "eyecatch merge Kurama Hiei"),
        (lambda edits: edits.rename("Hiei", "Hiei"), "called so already"),
        (lambda edits: edits.rename("Hiei", " "), "has to have letters"),
        (lambda edits: edits.rename("Nobody", "Somebody"), "no character is called"),
        (lambda edits: edits.merge("Hiei", ["hiei"]), "with itself"),
        (lambda edits: edits.add_aliases("Hiei", ["Botan"]), "eyecatch merge Botan Hiei"),
        (lambda edits: edits.remove_aliases("Hiei", ["Shorty"]), "is not called Shorty"),
        (lambda edits: edits.remove_aliases("Hiei", ["hiei"]), "own name"),
        (lambda edits: edits.forget("Nobody"), "no character is called"),
    ],
)
def test_what_can_t_be_done_is_said_and_changes_nothing(cast, dump, act, told):
    before = dump()
    with pytest.raises(RequestError, match=told):
        act(cast.index.character_edits)
    assert dump() == before


@on_sqlite
def test_what_a_model_says_anew_of_a_decided_episode_is_by_present_names(cast):
    index, episode = cast.index, cast.episode.id
    index.character_edits.rename("Hiei", "Jaganshi")
    bundle = index.bundles.id_of("bundle-1")
    votes = index.predictions.tracks_to_decide(episode, bundle)
    verdicts = {vote.track_id: cast.season.verdict("Hiei") for vote in votes}
    index.verdicts.save(episode, verdicts, Provenance("scan-1", None, bundle))
    assert set(called(index)) == {"Botan", "Jaganshi"}
