"""Whose fault it is: a machine's that lacks memory, a file's that kills, or nobody's who stops."""

from __future__ import annotations

import errno
import json
from types import SimpleNamespace

import av
import pytest

import eyecatch
from eyecatch.core.errors import MachineError, MediaError
from eyecatch.core.shortage import shortage
from eyecatch.core.synthetic.season import draw_season
from eyecatch.core.video import decoder as decoder_module
from eyecatch.core.video import probe as probe_module
from eyecatch.db.index import open_index
from eyecatch.db.records.scan import MAX_TRIES, FileStamp
from eyecatch.jobs.indexing import register as register_module

NO_MEMORY = av.error.MemoryError(errno.ENOMEM, "Cannot allocate memory")
TOO_MANY = OSError(errno.EMFILE, "Too many open files")


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """Two episodes of two seconds."""
    return draw_season(tmp_path_factory.mktemp("pair"), episodes=2, seconds=2.0, size=(160, 90))


class Starved:
    """A stream whose decoder finds no memory after some packets."""

    def __init__(self, stream, packets):
        self.stream, self.left = stream, packets
        self.codec_context = stream.codec_context

    def decode(self, packet):
        self.left -= 1
        if self.left < 0:
            raise NO_MEMORY
        return self.stream.decode(packet)


def index(pair, db, **keywords):
    return eyecatch.index([pair.folder], db=db, runner="inline", **keywords)


def states(db):
    return [one.episode.state for one in eyecatch.status(db=db).episodes]


def test_lack_of_memory_is_no_damage(pair, db, monkeypatch):
    """However often: nothing is kept of it, and all is there once there is memory."""
    real = decoder_module.video_stream
    index(pair, f"{db}.whole")
    for _ in range(MAX_TRIES):
        with monkeypatch.context() as patch:
            patch.setattr(decoder_module, "video_stream", lambda *words: Starved(real(*words), 30))
            patch.setattr(
                decoder_module.Decoder,
                "_packets",
                lambda self: (p for p in self._container.demux(self._stream.stream) if p.size),
            )
            faults = index(pair, db).faults
        assert len(faults) == 2
        assert all("there is not enough memory" in fault for fault in faults)
        assert states(db) == ["pending"] * 2
    assert index(pair, db).faults == ()
    with open_index(db) as ours, open_index(f"{db}.whole") as whole:
        assert ours.fingerprint.compute() == whole.fingerprint.compute()


def test_lack_of_memory_at_the_first_frame_is_not_remembered(pair, db, monkeypatch):
    def decode(_):
        raise NO_MEMORY

    packets = [SimpleNamespace(size=1, is_discard=False)]
    container = SimpleNamespace(size=1, demux=lambda _: packets)
    with pytest.raises(MachineError, match="not enough memory to read it; close other programs"):
        probe_module._first_frame(
            pair.episodes[0], container, SimpleNamespace(decode=decode, codec=None)
        )

    def probe(_):
        raise NO_MEMORY

    with monkeypatch.context() as patch:
        patch.setattr(register_module, "probe", probe)
        assert len(index(pair, db).faults) == 2
    assert eyecatch.status(db=db).bad_files == ()
    assert index(pair, db).faults == ()


def test_too_many_open_files_are_no_fault_of_a_file(pair, db, monkeypatch):
    def probe(_):
        raise TOO_MANY

    with monkeypatch.context() as patch:
        patch.setattr(register_module, "probe", probe)
        faults = index(pair, db).faults
        assert all("too many files are open" in fault for fault in faults)
    assert index(pair, db).faults == ()


@pytest.mark.parametrize(
    ("text", "lacks"),
    [
        ("OpenCV(4.12) alloc.cpp:73: error: (-4:Insufficient memory) Failed to allocate", True),
        ("failed to allocate memory", True),
        ("std::bad_alloc", True),
        ("libLiteRt.so: failed to map segment from shared object", True),
        ("Invalid data found when processing input", False),
    ],
)
def test_libraries_say_it_in_words(text, lacks):
    assert (shortage(RuntimeError(text)) is not None) == lacks


@pytest.mark.parametrize(
    "make", [MediaError, lambda name, _: OSError(errno.EIO, "I/O error", name)]
)
def test_what_a_file_is_called_blames_nobody(make):
    assert shortage(make("/videos/Out of Memory.mkv", "is not a video")) is None


def test_a_file_that_kills_whoever_reads_it_is_set_aside(pair, db, run):
    """The ledger of processes that died; the good file is indexed."""
    victim = pair.episodes[0]
    with open_index(db) as opened:
        for _ in range(MAX_TRIES):
            opened.bad_files.begin(FileStamp.of(victim))
    report = index(pair, db)
    (fault,) = report.faults
    assert fault.startswith(str(victim))
    assert f"the process that read it died {MAX_TRIES} times" in fault
    assert states(db) == ["done"]
    told = json.loads(run("status", "--db", db, "--json")[1])["files"]
    assert [one["again"] for one in told] == [MAX_TRIES - 1]
    assert index(pair, db, retry_failed=True).faults == ()
    assert eyecatch.status(db=db).bad_files == ()


def test_what_nobody_thought_of_stops_no_other_file(pair, db, monkeypatch):
    real = register_module.probe

    def probe(path):
        if path.name == pair.episodes[0].name:
            raise IndexError("list index out of range")
        return real(path)

    with monkeypatch.context() as patch:
        patch.setattr(register_module, "probe", probe)
        (fault,) = index(pair, db).faults
    assert "can't be read (IndexError: list index out of range)" in fault
    assert states(db) == ["done"]


def test_who_stops_while_a_file_is_read_blames_it_for_nothing(pair, db, monkeypatch):
    def probe(_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(register_module, "probe", probe)
        for _ in range(MAX_TRIES):
            with pytest.raises(KeyboardInterrupt):
                index(pair, db)
    assert index(pair, db).faults == ()
