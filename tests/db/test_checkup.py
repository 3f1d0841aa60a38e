"""A check of a whole index: damage of every kind is found in its table, or it is sound."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import numpy as np
import pytest
import sqlalchemy as sa

import eyecatch
from eyecatch.core.crops import CROP_SIZE, encode
from eyecatch.core.segments.types import FoundSegment, PictureHashes
from eyecatch.db.index import open_index
from eyecatch.db.models import Base, Crop
from eyecatch.jobs.index_checkup import LOST

X, CODEC, ROW = "x of a row", "codec of a row of its table episode is missing", "of a row of its"
RENULL = "UPDATE sqlite_master SET sql = replace(sql, 'codec VARCHAR NOT NULL', 'codec VARCHAR')"
DAMAGE = {
    "a text for a number": ("UPDATE frame SET x = 'left' WHERE frame < 5", "frame", 10, X),
    "a missing value": ("UPDATE episode SET codec = NULL", "episode", 1, CODEC),
    "a huge number": ("UPDATE track SET start = 1 << 40", "track", 6, f"start {ROW}"),
    "no JSON": ("UPDATE bundle SET card = '{'", "bundle", 1, f"card {ROW}"),
    "a path for a digest": ("UPDATE episode SET digest = '../a'", "episode", 1, "not a digest"),
    "no plan": ("UPDATE chunk SET plan = x'00'", "chunk", 3, f"plan {ROW}"),
    "another plan": ("UPDATE chunk SET stop = stop + 1", "chunk", 3, "a plan of 24 frames"),
    "no arrays": ("UPDATE timeline SET arrays = x'504b'", "timeline", 3, f"arrays {ROW}"),
    "other arrays": ("UPDATE timeline SET frames = 9", "timeline", 3, "where 9 were decoded"),
    "no timeline": ("DELETE FROM timeline", "chunk", 3, "a chunk is done and has no timeline"),
    "no hashes": ("UPDATE picture_hash SET arrays = x'50'", "picture_hash", 1, f"arrays {ROW}"),
    "a segment of nothing": ("UPDATE segment SET stop = start", "segment", 1, "ends before it"),
    "a segment elsewhere": ("UPDATE segment SET start = 9", "appearance", 1, "and segments"),
    "no picture": ("UPDATE crop SET jpeg = x'ffd8ff' WHERE id < 5", "crop", 4, "this is no crop"),
    "half a number": ("UPDATE identification SET logits = x'0000ff'", "identification", 12, "vec"),
    "no number": ("UPDATE identification SET logits = x'007c'", "identification", 12, "finite"),
    "an orphan": ("DELETE FROM shot", "track", 6, "shot_id names a shot that isn't there"),
    "lost frames": ("DELETE FROM frame", "tracklet", 6, "a tracklet has no frame"),
    "lost appearances": ("DELETE FROM appearance", "appearance", 1, "don't follow from its tracks"),
    "another end": ("UPDATE appearance SET stop = stop + 9", "appearance", 1, "don't follow"),
    "another state": ("UPDATE chunk SET state = 'gone'", "", 1, "CHECK constraint failed in chunk"),
}
"""A statement, in which table and how many rows something is found, and a part of what is said."""


@pytest.fixture
def sound(index, season):
    """An index of one episode, whose crops are pictures; frames 2 to 30 are an opening."""
    episode = season.index(index)
    hashes = PictureHashes(np.arange(3, dtype=np.int32), np.zeros(3, np.uint64))
    index.signatures.save_pictures(episode.id, 0, hashes)
    index.segments.keep_found({episode.id: [FoundSegment(0, "opening", 2, 30, 0.9, 0)]})
    jpeg = encode(np.zeros((CROP_SIZE, CROP_SIZE, 3), np.uint8))
    with index.writing() as connection:
        connection.execute(sa.update(Crop).values(jpeg=jpeg))
    return index


def test_a_sound_index_has_no_fault(sound, url):
    assert list(sound.checkup.faults()) == []
    (finding,) = eyecatch.doctor(db=url)
    assert (finding.fine, finding.found) == (True, "sound, 1 episode")


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("statement", "table", "rows", "said"), DAMAGE.values(), ids=DAMAGE)
def test_damage_is_found_and_what_is_lost_is_said(sound, url, statement, table, rows, said):
    sound.close()
    with closing(sqlite3.connect(url, isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(RENULL)  # as another program would have made the table
        connection.execute("PRAGMA writable_schema = RESET")
        assert connection.execute(statement).rowcount
    with open_index(url, create=False) as index:
        found = [fault for fault in index.checkup.faults() if fault.table == table]
    assert any(fault.rows == rows and said in fault.problem for fault in found), found
    findings = eyecatch.doctor(db=url)
    assert findings
    assert not any(finding.fine or not finding.so for finding in findings)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_pages_that_are_damaged_are_said_and_the_rest_is_read(sound, url):
    with sound.writing() as connection:
        connection.execute(sa.update(Crop).values(jpeg=bytes(20_000)))
    with closing(sqlite3.connect(url)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    sound.close()
    with open(url, "r+b") as file:  # noqa: PTH123 - it is a path already
        file.seek(-30 * 4096, 2)
        file.write(bytes(28 * 4096))
    findings = eyecatch.doctor(db=url)
    assert any(one.what == "index" and not one.fine for one in findings), findings


def test_of_every_table_is_said_what_is_lost():
    assert set(LOST) == {"", *(table.name for table in Base.metadata.sorted_tables)}
