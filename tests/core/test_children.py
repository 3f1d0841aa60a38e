"""Programs that are started end with whoever started them, and so do the files they write."""

from __future__ import annotations

import subprocess
import sys

import psutil
import pytest

from eyecatch.core.children import child, end_all
from eyecatch.core.files import atomic_file, atomic_folder

LONG = ["sleep", "600"]

linux = pytest.mark.skipif(sys.platform != "linux", reason="there is no such system call")

STARTS = """
import sys
from pathlib import Path
from eyecatch.core.children import child
from eyecatch.core.files import atomic_file, atomic_folder
with atomic_file(Path(sys.argv[1]) / "out.mp4"), atomic_folder(Path(sys.argv[1]) / "set") as part:
    (part / "some.txt").write_text("half")
    with child(["sleep", "600"]) as process:
        print(process.pid, flush=True)
        process.wait()
"""


@linux
def test_a_kill_takes_the_program_along_and_what_is_left_is_swept(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", STARTS, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as parent:
        program = psutil.Process(int(parent.stdout.readline()))
        with atomic_file(tmp_path / "out.mp4") as ours:  # those of a living process stay
            assert ours.exists()
            assert len(list(tmp_path.iterdir())) == 3
        parent.kill()
        parent.wait()
        psutil.wait_procs([program], timeout=60)
        assert not program.is_running() or program.status() == psutil.STATUS_ZOMBIE
    assert len(list(tmp_path.iterdir())) == 3, "ours, and what the other left"
    with atomic_file(tmp_path / "out.mp4") as ours, atomic_folder(tmp_path / "set") as folder:
        ours.write_text("whole")
        (folder / "all.txt").write_text("whole")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["all.txt", "out.mp4", "set"]


def test_whatever_stops_the_caller_stops_the_program():
    with pytest.raises(KeyboardInterrupt), child(LONG) as process:
        raise KeyboardInterrupt
    assert process.returncode < 0


def test_all_can_be_ended_at_once():
    with child(LONG) as one, child(LONG) as other:
        end_all()
    assert max(one.returncode, other.returncode) < 0
    end_all()  # nothing is there any more


def test_two_that_write_the_same_file_do_not_meet(tmp_path):
    path = tmp_path / ("綾" * 80 + "a" * 11 + ".mp4")  # 255 bytes
    with atomic_file(path) as one, atomic_file(path) as other:
        assert one != other
        one.write_text("one")
        other.write_text("other")
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    assert path.read_text() == "one", "the last one to end"
