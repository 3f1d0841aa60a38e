"""What waits and isn't worth a click: it is counted, not listed, and nothing of it is lost."""

from __future__ import annotations

import csv
import json

import eyecatch
from eyecatch.db.index import open_index
from eyecatch.jobs.naming.offers import Offers
from eyecatch.jobs.naming.pipeline import NamingPipeline


def clusters_of(out):
    """The numbers in the first column of a table."""
    words = [line.split() for line in out.splitlines()]
    return {int(first) for first, *_ in filter(None, words) if first.isdecimal()}


def test_what_is_blurred_is_counted_and_listed_only_if_asked(run, unnamed, blurred):
    _, out, err = run("unknowns", "--db", unnamed)
    assert blurred not in clusters_of(out)
    (rest,) = (line for line in err.splitlines() if "small or doubtful group" in line)
    assert "--all shows" in rest
    _, every, err = run("unknowns", "--db", unnamed, "--all")
    assert blurred in clusters_of(every)
    assert "doubtful" not in err
    found = eyecatch.unknowns(db=unnamed)
    assert found.more == len(clusters_of(every) - clusters_of(out))


def test_json_and_csv_list_everything_and_say_which_is_doubtful(run, unnamed, blurred):
    told = json.loads(run("unknowns", "--db", unnamed, "--json")[1])["clusters"]
    doubts = {one["cluster"]: one["doubt"] for one in told}
    assert doubts[blurred] == "unclear"
    assert None in doubts.values()
    rows = list(csv.DictReader(run("unknowns", "--db", unnamed, "--format", "csv")[1].splitlines()))
    assert {int(row["cluster"]): row["doubt"] or None for row in rows} == doubts


def test_sheets_are_drawn_of_what_is_listed(run, unnamed, blurred, tmp_path):
    run("unknowns", "--db", unnamed, "--sheet", tmp_path / "some")
    run("unknowns", "--db", unnamed, "--sheet", tmp_path / "all", "--all")
    some, every = (
        {int(file.stem) for file in (tmp_path / name).iterdir()} for name in ("some", "all")
    )
    assert blurred in every - some
    assert some < every


def test_what_waits_behind_can_be_named_and_its_seconds_count(run, unnamed, blurred):
    before = eyecatch.unknowns(db=unnamed).share
    run("name", blurred, "Hiei", "--db", unnamed)
    after = eyecatch.unknowns(db=unnamed).share
    assert after.seconds == before.seconds
    assert after.named > before.named


def test_what_a_person_split_off_or_merged_is_asked_about(unnamed, blur):
    with open_index(unnamed) as index:
        offers = Offers(index, NamingPipeline(index))
        row = index.clusters.waiting()[0]
        face = index.faces.waiting(row.id)[-1].id
        _, alone = index.actions.split(row.id, [face])
        blur(alone)
        assert {one.id: doubt for one, doubt in offers.clusters()}[alone] is None
