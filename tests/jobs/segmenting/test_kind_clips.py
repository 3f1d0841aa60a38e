"""Clips of a kind of segment: what a season shares is cut once."""

from __future__ import annotations

import json

import pytest

import eyecatch
from eyecatch.core.errors import RequestError
from eyecatch.core.video.plan import plan
from eyecatch.core.video.probe import probe


@pytest.mark.parametrize(("kind", "count"), [("opening", 1), ("eyecatch", 1), ("preview", 3)])
def test_each_is_cut_once(searched, tmp_path, kind, count):
    report = eyecatch.clips(db=searched, kind=kind, out=tmp_path / "out")
    assert report.faults == ()
    assert len(report.clips) == count
    rows = json.loads((tmp_path / "out" / "manifest.json").read_text())
    for row, clip in zip(rows, report.clips, strict=True):
        assert (row["segment"], row["characters"]) == (kind, [])
        assert kind in row["file"]
        frames = clip.stop_frame - clip.start_frame
        assert plan(probe(tmp_path / "out" / row["file"])).frames == frames


@pytest.mark.parametrize(
    ("names", "kind", "said"),
    [
        ((), "openin", "the nearest is opening"),
        ((), None, "name some, or a --kind"),
        (("Akari",), "opening", "name some, or a --kind"),
        ((), "recap", "there is no recap in the index"),
    ],
)
def test_what_can_not_be_cut_is_said(searched, tmp_path, names, kind, said):
    with pytest.raises(RequestError, match=said):
        eyecatch.clips(names, db=searched, kind=kind, out=tmp_path / "out")
