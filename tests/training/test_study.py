"""The road map, with very few steps."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from eyecatch.core.errors import RequestError
from eyecatch.core.synthetic.cast import CAST
from eyecatch.core.synthetic.portraits import draw_faces
from eyecatch.training.classifier.config import QUICK, STUDY
from eyecatch.training.study.dataset import MAX_CHARACTERS, gather, kept_for_measuring
from eyecatch.training.study.run import roadmap

STEPS = {"epochs": 1, "batch": 8, "min_steps": 1}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Two characters with a split of their own, and five of a game without one."""
    root = tmp_path_factory.mktemp("road")
    draw_faces(root / "all", per_character=6)
    for k, who in enumerate(CAST):
        pictures = sorted((root / "all" / who.name).iterdir())
        for n, picture in enumerate(pictures[k // 2 :]):
            place = ("faces/dev" if n < 2 else "faces/train") if k < 2 else "identities/game"
            (root / place / who.name).mkdir(parents=True, exist_ok=True)
            picture.rename(root / place / who.name / picture.name)
    return root


def test_it_walks_and_goes_on_where_it_stopped(folders, base, tmp_path):
    settings = {"study": replace(STUDY, **STEPS), "quick": replace(QUICK, views=1, **STEPS)}
    out = tmp_path / "out"
    told = []
    ways = {"out": out, "base": base, **settings}
    rows = roadmap(
        folders / "faces", folders / "identities", sizes=(2, 3), on_row=told.append, **ways
    )
    assert [(row.characters, row.network) for row in rows] == [
        (2, "study"), (2, "compact --quick"), (3, "study"), (3, "compact --quick"),
    ]  # fmt: skip
    assert told == rows
    assert [row.measured for row in rows] == [4, 4, 5, 5]
    assert all(0 <= row.top1 <= row.top5 <= 1 for row in rows)
    assert (out / "roadmap.md").read_text("utf-8").count("\n") == 6
    assert (out / "roadmap.png").stat().st_size > 1000
    assert (out / "roadmap.svg").read_text("utf-8").startswith("<?xml")
    marked = out / "study-2" / "row.json"
    marked.write_text(json.dumps(json.loads(marked.read_text()) | {"seconds": 123.0}))
    again = roadmap(folders / "faces", folders / "identities", sizes=(2,), **ways)
    assert again[0].seconds == 123.0


def test_those_with_the_most_pictures_come_first(folders):
    people = gather(folders / "faces", folders / "identities", 6)
    assert {one.name for one in people[:2]} == {CAST[0].name, CAST[1].name}
    sizes = [len(one.training) + len(one.held_out) for one in people[2:]]
    assert sizes == sorted(sizes, reverse=True)
    for one in people:
        assert one.held_out
        assert not set(one.training) & set(one.held_out)
    with pytest.raises(RequestError, match="is no folder"):
        gather(folders / "none", folders / "identities", 2)


def test_too_few_characters_are_said(folders, tmp_path):
    with pytest.raises(RequestError, match="99 are needed"):
        roadmap(folders / "faces", folders / "identities", tmp_path / "out", sizes=(99,))
    assert not (tmp_path / "out").exists()


def test_what_is_measured_is_kept_from_the_embedder(folders):
    people = gather(folders / "faces", folders / "identities", MAX_CHARACTERS)
    kept = kept_for_measuring(folders / "faces", folders / "identities")
    assert kept == {path for one in people[2:] for path in one.held_out}
