"""Several bundles, one answer: properties of the rule."""

from __future__ import annotations

import itertools
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from eyecatch.core.identity.bundle import Bundle
from eyecatch.core.identity.decision import Calibration, vote
from eyecatch.core.identity.ensemble import Ensemble, merge_names
from eyecatch.core.identity.manifest import Character, Contents
from eyecatch.core.identity.networks import compact_network, study_network

ONE = np.ones(1)
PARTS = {"weights_digest": "", "prototypes": None}


def made(*names, series=None, nobody=0.0, **options) -> Bundle:
    """A bundle of these characters, each a name or a name with aliases."""
    characters = tuple(
        Character(name) if isinstance(name, str) else Character(*name) for name in names
    )
    contents = Contents(
        architecture=compact_network(),
        characters=characters,
        nobody=False,
        calibration=Calibration(1.0, 0.5, 0.9, nobody),
        crop_size=128,
        created_by="tests",
        series=series,
        **options,
    )
    values = {one.name: getattr(contents, one.name) for one in fields(Contents)}
    return Bundle(**values, folder=Path(), file_digest=f"{names}{series}{nobody}", **PARTS)


def said(*judged, series=None):
    """What bundles say together, each given with its logits of one face."""
    ensemble = Ensemble([bundle for bundle, _ in judged])
    logits = {bundle.digest: np.float32([row]) for bundle, row in judged}
    return ensemble.vote([logits[b.digest] for b in ensemble.bundles], ONE, series)


YUYU = made("Hiei", "Kurama", series="Yu Yu Hakusho")
FLINT = made("Fred", "Wilma", series="The Flintstones")
ANY = made("Misty", "Fred")


def test_one_bundle_says_what_it_says_by_itself():
    for row in ([3, 1], [-2, -3], [0.4, 0.1]):
        alone = vote(np.float32([row]), ONE, YUYU.calibration, YUYU.names)
        assert said((YUYU, row)) == alone
        assert said((YUYU, row), series="The Flintstones") == alone
        assert said((YUYU, row), (YUYU, row)) == alone


def test_an_unknown_of_one_may_be_a_known_of_another():
    alone = said((FLINT, [4, -3]))
    both = said((YUYU, [-9, -9]), (FLINT, [4, -3]))
    assert both.character == alone.character == "Fred"
    assert both.confidence == pytest.approx(alone.confidence, abs=1e-3)


def test_nobody_of_both_is_nobody():
    assert said((YUYU, [-2, -3]), (FLINT, [-3, -2])).character is None


def test_bundles_that_contradict_each_other_are_doubted():
    alone, both = said((FLINT, [4, -3])), said((YUYU, [4, -3]), (FLINT, [4, -3]))
    assert both.character is None
    assert both.confidence < 0.5 < alone.confidence


def test_a_series_own_bundle_is_preferred():
    judged = (YUYU, [4, -3]), (FLINT, [4, -3])
    assert said(*judged, series="yu yu hakusho").character == "Hiei"
    assert said(*judged, series="The Flintstones").character == "Fred"
    assert said(*judged, series="Another").character is None


def test_a_character_of_elsewhere_may_still_be_seen():
    verdict = said((YUYU, [-5, -5]), (FLINT, [7, -3]), series="Yu Yu Hakusho")
    assert verdict.character == "Fred"


def test_a_bundle_of_no_series_is_as_good_as_the_own():
    judged = (YUYU, [-5, -5]), (ANY, [3, -3])
    assert said(*judged, series="Yu Yu Hakusho") == said(*judged)


def test_a_character_known_to_several_counts_once_with_the_better_odds():
    verdict = said((ANY, [-9, 1]), (FLINT, [3, -9]))
    assert verdict.confidence == pytest.approx(said((FLINT, [3, -9])).confidence, abs=1e-3)
    assert sorted(name for name, _ in verdict.top) == ["Fred", "Misty", "Wilma"]


def test_the_order_of_bundles_and_of_names_does_not_matter():
    rows = {"Misty": 0.5, "Fred": 1.5, "Wilma": -1.0, "Hiei": 0.7, "Kurama": -2.0}
    judged = [(b, [rows[name] for name in b.names]) for b in (YUYU, FLINT, ANY)]
    first = said(*judged)
    for order in itertools.permutations(judged):
        assert said(*order) == first
    turned = made("Wilma", "Fred", series="The Flintstones")
    other = said(judged[0], (turned, [rows["Wilma"], rows["Fred"]]), judged[2])
    assert other.character == first.character
    assert other.confidence == pytest.approx(first.confidence)
    digests = {Ensemble(order).digest for order in itertools.permutations([YUYU, FLINT, ANY])}
    assert len(digests) == 1


def test_an_ensemble_is_told_from_its_parts():
    assert Ensemble([YUYU, YUYU]).digest == YUYU.digest
    assert len({Ensemble(some).digest for some in ([YUYU], [FLINT], [YUYU, FLINT])}) == 3
    with pytest.raises(ValueError, match="expected a bundle"):
        Ensemble([])


def test_crops_of_a_track_are_pooled_by_each_bundle():
    logits = [np.float32([[9, 0], [0, 0]]), np.float32([[-9, -9], [-9, -9]])]
    ensemble = Ensemble([YUYU, FLINT])
    in_order = [logits[[YUYU, FLINT].index(bundle)] for bundle in ensemble.bundles]
    pooled = ensemble.vote(in_order, np.array([1.0, 0.0]))
    assert pooled.confidence == pytest.approx(said((YUYU, [9, 0])).confidence, abs=1e-3)
    assert ensemble.vote([np.zeros((0, 2))] * 2, np.zeros(0)).top == ()


def test_bundles_without_nobody_or_without_names_have_their_say():
    study = Contents(
        architecture=study_network(2),
        characters=(Character("Jet"), Character("Spike")),
        nobody=False,
        calibration=Calibration(),
        crop_size=128,
        created_by="tests",
    )
    values = {one.name: getattr(study, one.name) for one in fields(Contents)}
    bebop = Bundle(**values, folder=Path(), file_digest="bebop", **PARTS)
    assert said((bebop, [0, 6]), (YUYU, [-5, -5])).character == "Spike"
    assert said((bebop, [0, 0.2]), (YUYU, [4, -5])).character == "Hiei"
    assert said((made(), []), (YUYU, [4, -5])).character == "Hiei"


def test_names_that_mean_the_same_become_one():
    jp = made(("飛影", ("Hiei",)), "KURAMA")
    assert merge_names([YUYU, jp, YUYU]) == [("Hiei", "Kurama")] * 3
    assert merge_names([jp, YUYU, jp])[1] == ("飛影", "KURAMA")
    assert Ensemble([YUYU, jp]).characters == ("Hiei", "KURAMA")  # a tie, so the first of them


def test_an_alias_does_not_join_two_characters_of_one_bundle():
    odd = made(("Red", ("Ash",)), "Ash")
    assert merge_names([odd, made("Red")]) == [("Red", "Ash"), ("Red",)]
