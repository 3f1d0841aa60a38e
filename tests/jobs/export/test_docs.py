"""What can be exported is described, and what is described is there."""

import json
import re
from pathlib import Path

import pytest

import eyecatch
from eyecatch.jobs.export import appearances as cast
from eyecatch.jobs.export import frames
from eyecatch.jobs.export.formats import KINDS, formats_of
from eyecatch.jobs.export.options import SHEETS

DOCS = (Path(__file__).parents[3] / "docs" / "exports.md").read_text(encoding="utf-8")


def section(what):
    return re.split(r"^## ", DOCS.split(f"\n## {what}\n")[1], flags=re.MULTILINE)[0]


@pytest.mark.parametrize("what", KINDS)
def test_every_format_is_described(what):
    for form in formats_of(what):
        assert re.search(rf"`{form.name}`|--format {form.name}\b", section(what)), form


def test_every_episode_format_is_described_with_its_suffix():
    rows = re.findall(r"^\| `(\w+)` \| `(\S+)` \|", section("appearances"), flags=re.MULTILINE)
    assert rows == [
        (one.name, one.suffix) for one in formats_of("appearances") if one.kind != "table"
    ]


def test_every_sheet_is_described():
    assert re.findall(r"`--of (\w+)`", section("sheet")) == list(SHEETS)


def test_columns_are_described_in_their_order():
    listed = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", section("frames"), flags=re.MULTILINE)
    names = re.findall(r"\w+", " ".join(listed))
    assert names == [column.name for column in frames.COLUMNS]
    for column in cast.COLUMNS:
        assert f"`{column.name}`" in section("appearances")


def test_json_has_the_keys_of_its_description(filled, tmp_path):
    blocks = [json.loads(b) for b in re.findall(r"```json\n(.*?)```", DOCS, flags=re.DOTALL)]
    for (what, form), example in zip(
        [("frames", "json"), ("appearances", "xray")], blocks, strict=True
    ):
        out = tmp_path / "out.json"
        eyecatch.export(what, db=filled.db, form=form, out=out, episodes=["S01E01"], force=True)
        assert shape(json.loads(out.read_text())) == shape(example)


def shape(value):
    """Keys, all the way down the first of each list."""
    if isinstance(value, dict):
        return {key: shape(one) for key, one in value.items() if key != "unsure"}
    return [shape(value[0])] if isinstance(value, list) and value else None
