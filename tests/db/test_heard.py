"""What was heard in an episode, in and out of the index."""

import numpy as np

from eyecatch.core.segments.types import ChapterMark, SoundHashes

SOUND = SoundHashes(0.867, 0.1238, np.array([0, 1, 2**32 - 1], np.uint32))
CHAPTERS = (ChapterMark(0, 90.5, "オープニング"), ChapterMark(90.5, 1420, "x" * 200))


def test_it_comes_out_as_it_went_in(index, season):
    one, other = season.add(index), season.add(index, "S01E02.mkv")
    assert index.signatures.lacks_sound(one.id)
    index.signatures.save_sound(one.id, SOUND, CHAPTERS)
    assert not index.signatures.lacks_sound(one.id)
    assert index.signatures.lacks_sound(other.id)
    loaded = index.signatures.load(one.id)
    assert (loaded.sound.start, loaded.sound.step) == (SOUND.start, SOUND.step)
    assert loaded.sound.hashes.dtype == np.uint32
    assert loaded.sound.hashes.tolist() == SOUND.hashes.tolist()
    assert loaded.chapters == CHAPTERS
    assert index.signatures.load(other.id).sound is None


def test_silence_was_heard_too_and_twice_is_once(index, season):
    one = season.add(index)
    index.signatures.save_sound(one.id, SOUND, CHAPTERS)
    for _ in range(2):
        index.signatures.save_sound(one.id, SoundHashes(0, 1, np.zeros(0, np.uint32)))
    loaded = index.signatures.load(one.id)
    assert len(loaded.sound.hashes) == 0
    assert loaded.chapters == ()
    assert not index.signatures.lacks_sound(one.id)


def test_it_changes_nothing_else(index, season):
    episode = season.index(index)
    before = index.fingerprint.compute()
    index.signatures.save_sound(episode.id, SOUND, CHAPTERS)
    after = index.fingerprint.compute()
    assert {name for name in after if after[name] != before[name]} == {"sound_hash", "chapter"}
    assert index.episodes.get(episode.id) == episode
