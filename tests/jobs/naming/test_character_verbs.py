"""A character's life by the command line: another name, other names, merged, forgotten, undone."""

from __future__ import annotations

import pytest

import eyecatch
from eyecatch.core.errors import RequestError, UnknownCharacterError
from eyecatch.db.index import open_index


@pytest.fixture
def known(unnamed, whose):
    """Two characters of the evening, whose clusters were named; the first under two names."""
    people = sorted({who for who in whose.values() if who != "unknown"})[:2]
    for number, who in whose.items():
        if who in people:
            eyecatch.name(number, who, db=unnamed)
    return people


def listed(db):
    return {one.name: one.aliases for one in eyecatch.characters(db=db)}


def test_a_character_from_its_name_to_its_end(run, unnamed, known):
    first, second = known
    before = eyecatch.find(first, db=unnamed)

    status, out, err = run("rename", first.lower(), "Velma Dinkley", "--db", unnamed)
    assert (status, out, err) == (0, "", f"Renamed {first} to Velma Dinkley.\n")
    after = eyecatch.find(first, db=unnamed)
    assert [one.ranges for one in after] == [one.ranges for one in before]
    assert {one.characters for one in after} == {("Velma Dinkley",)}

    status, _, err = run("rename", second, "velma dinkley", "--db", unnamed)
    assert status == 1
    assert "velma dinkley is a character already" in err
    assert f"merge --db {unnamed} 'Velma Dinkley' {second}" in err

    assert "also called" in run("alias", "Velma Dinkley", "Vel", "V", "--db", unnamed)[2]
    with open_index(unnamed) as index:
        last = index.actions.last()
        with pytest.raises(RequestError, match="is called vel already"):
            index.character_edits.add_aliases("Velma Dinkley", ["vel"])
    status, _, err = run("alias", "Velma Dinkley", "VEL", "velma dinkley", "--db", unnamed)
    assert (status, err.splitlines()[0]) == (0, "Nothing is new.")
    with open_index(unnamed) as index:
        assert index.actions.last() == last
    assert run("alias", "vel", "v", "--remove", "--db", unnamed)[0] == 0
    assert listed(unnamed)["Velma Dinkley"] == (first, "Vel")

    assert run("merge", "Velma Dinkley", second, "--db", unnamed)[2] == (
        f"Merged {second} into Velma Dinkley.\n"
    )
    assert listed(unnamed) == {"Velma Dinkley": tuple(sorted((first, second, "Vel")))}
    assert eyecatch.find(second, db=unnamed)[0].characters == ("Velma Dinkley",)

    named = eyecatch.unknowns(db=unnamed).share.named
    status, _, err = run("forget", "vel", "--dry-run", "--db", unnamed)
    assert err.startswith("Would forget Velma Dinkley: ")
    assert eyecatch.unknowns(db=unnamed).share.named == named
    status, _, err = run("forget", "vel", "--db", unnamed)
    assert status == 0
    assert err.endswith("for a name again.\n")
    assert eyecatch.unknowns(db=unnamed).share.named == 0
    assert listed(unnamed) == {}
    with pytest.raises(UnknownCharacterError):
        eyecatch.find("Velma Dinkley", db=unnamed)

    for _ in range(5):  # forget, merge, alias, alias, rename
        assert run("undo", "--db", unnamed)[0] == 0
    assert listed(unnamed) == {first: (), second: ()}
    assert [one.ranges for one in eyecatch.find(first, db=unnamed)] == [
        one.ranges for one in before
    ]


def test_a_cluster_and_a_character_are_not_merged(run, unnamed, known):
    status, _, err = run("merge", "12", known[0], "--db", unnamed)
    assert status == 1
    assert f"12 is a cluster, and {known[0]} a character" in err
    assert f"name --db {unnamed} 12 {known[0]}" in err
    status, _, err = run("forget", "Nobody", "--db", unnamed)
    assert status == 1
    assert "no episode is called" in err
