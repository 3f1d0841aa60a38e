"""What is below folders: links, loops, each file once, and what eyecatch wrote itself."""

import os

import pytest

from eyecatch.core.files import CARD
from eyecatch.core.folders import COLLECTED, files_below
from eyecatch.core.inputs import media, videos


@pytest.fixture
def disk(tmp_path):
    """A season on one disk, of which a part lies on another."""
    for name in ("one/S1/01.mkv", "one/S1/02.mkv", "two/S2/01.mkv", "two/.hidden/03.mkv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    return tmp_path


def found(*folders):
    sources = videos(folders)
    assert sources.faults == ()
    common = os.path.commonpath(folders)
    return [os.path.relpath(file, common) for file in sources.files]


def test_folders_behind_links_are_searched(disk):
    (disk / "one" / "S2").symlink_to("../two/S2")
    assert found(disk / "one") == ["S1/01.mkv", "S1/02.mkv", "S2/01.mkv"]


def test_a_link_that_is_named_is_searched(disk):
    (disk / "season").symlink_to("one", target_is_directory=True)
    assert found(disk / "season") == ["S1/01.mkv", "S1/02.mkv"]


def test_loops_end(disk):
    (disk / "one" / "S1" / "up").symlink_to("..")
    (disk / "one" / "S1" / "self").symlink_to(".")
    (disk / "two" / "back").symlink_to(disk / "one")
    (disk / "one" / "there").symlink_to(disk / "two")
    assert found(disk / "one") == ["S1/01.mkv", "S1/02.mkv", "there/S2/01.mkv"]


def test_each_file_comes_once_by_its_own_path(disk):
    (disk / "one" / "A").symlink_to("S1")
    (disk / "one" / "0.mkv").symlink_to("S1/01.mkv")
    (disk / "one" / "1.mkv").symlink_to("../two/S2/01.mkv")
    (disk / "one" / "2.mkv").symlink_to("../two/S2/01.mkv")
    (disk / "one" / "S1" / ".secret").symlink_to(disk / "two" / ".hidden")
    assert found(disk / "one") == ["1.mkv", "S1/01.mkv", "S1/02.mkv"]


def test_a_file_that_is_named_twice_comes_once(disk):
    (disk / "link.mkv").symlink_to("one/S1/01.mkv")
    sources = videos([disk / "one", disk / "one" / "S1" / "01.mkv", disk / "link.mkv"])
    assert len(sources.files) == 2


def test_a_link_that_leads_nowhere_is_not_passed_over_in_silence(disk):
    (disk / "one" / "03.mkv").symlink_to("gone.mkv")
    assert "03.mkv" in found(disk / "one")


def test_a_folder_that_cannot_be_read_is_told(disk):
    told = []
    (disk / "one").rename(disk / "none")
    assert list(files_below(disk / "one", bool, told.append)) == []
    assert [error.filename for error in told] == [str(disk / "one")]


@pytest.mark.parametrize("mark", [CARD, COLLECTED])
def test_what_eyecatch_wrote_is_passed_over_unless_it_is_named(disk, mark):
    (disk / "one" / "S1" / mark).touch()
    assert [file.name for file in media([disk / "one" / "S1"]).files] == ["01.mkv", "02.mkv"]
    (disk / "one" / "0.png").touch()
    assert [file.name for file in media([disk / "one"]).files] == ["0.png"]


def test_data_to_train_on_may_be_ours(disk):
    (disk / "one" / "S1" / CARD).touch()
    (disk / "one" / "S2").symlink_to("../two/S2")
    names = [
        str(one.relative_to(disk / "one")) for one in files_below(disk / "one", bool, ours=True)
    ]
    assert sorted(names) == ["S1/01.mkv", "S1/02.mkv", "S2/01.mkv"]


def test_copies_for_browsers_are_passed_over(disk):
    (disk / "one" / "i.db").touch()
    (disk / "one" / "i.db.proxies").mkdir()
    (disk / "one" / "i.db.proxies" / "1a.mp4").touch()
    assert found(disk / "one") == ["S1/01.mkv", "S1/02.mkv"]
    (disk / "one" / "i.db").unlink()
    assert "i.db.proxies/1a.mp4" in found(disk / "one"), "the folder is somebody else's"
