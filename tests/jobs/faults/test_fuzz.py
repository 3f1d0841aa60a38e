"""Videos, bundles and indexes damaged by a seed: an answer or a sentence, and no traceback."""

from __future__ import annotations

import random
import re
import shutil
from pathlib import Path

import pytest

from eyecatch.core.errors import EyecatchError
from eyecatch.core.identity.bundle import MANIFEST, load_bundle

pytestmark = pytest.mark.slow


def damage(path: Path, chance: random.Random) -> str:
    """Spoil a file in one of the ways that disks, copies and strangers have; says which."""
    content = bytearray(path.read_bytes())
    place = chance.randrange(len(content))
    length = min(chance.choice([1, 16, 512, 4096, 65536]), len(content) - place)
    way = chance.choice(["flip", "zero", "noise", "cut", "double", "drop"])
    if way == "flip":
        content[place] ^= 1 << chance.randrange(8)
    elif way == "zero":
        content[place : place + length] = bytes(length)
    elif way == "noise":
        content[place : place + length] = chance.randbytes(length)
    elif way == "cut":
        del content[place:]
    elif way == "double":
        content[place:place] = content[place : place + length]
    else:
        del content[place : place + length]
    path.write_bytes(content)
    return f"{way} {length} at {place} of {path.name}"


def answered(run, *words):
    """Run a verb; it answers, in whole or in part, or says in sentences why not."""
    status, _, err = run(*words)
    assert status in {0, 1, 3}
    if status:
        assert re.search(r"^eyecatch: .*[.?]$", err, re.MULTILINE)


@pytest.mark.parametrize("seed", range(12))
def test_a_damaged_video_is_indexed_as_far_as_it_goes(run, season, tmp_path, seed):
    chance = random.Random(seed)
    video = Path(shutil.copy(season.episodes[0], tmp_path / "damaged.mkv"))
    for _ in range(chance.randrange(1, 4)):
        damage(video, chance)
    db = tmp_path / "season.db"
    answered(run, "index", video, "--db", db, "--runner", "inline", "-q")
    answered(run, "status", "--db", db)
    answered(run, "export", "frames", "--db", db)


@pytest.mark.parametrize("seed", range(60))
def test_a_damaged_index_is_asked(run, indexed, tmp_path, seed):
    chance = random.Random(seed)
    db = Path(shutil.copy(indexed, tmp_path / "season.db"))
    damage(db, chance)
    for words in (["episodes", "--json"], ["characters"], ["status"], ["export", "frames"]):
        answered(run, *words, "--db", db)


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_bundle_is_refused(bundle, tmp_path, seed):
    chance = random.Random(seed)
    copy = Path(shutil.copytree(bundle, tmp_path / "cast.bundle"))
    damage(chance.choice(sorted(one for one in copy.iterdir() if one.is_file())), chance)
    try:
        load_bundle(copy)
    except EyecatchError:
        return
    assert (copy / MANIFEST).read_bytes() != (bundle / MANIFEST).read_bytes(), "digests hold"
