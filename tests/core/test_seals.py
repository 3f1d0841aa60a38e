"""Seals: the same for the same user and words, and of nobody else."""

import stat

from eyecatch.core.seals import seal


def test_a_seal_is_of_its_user_and_its_words(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "one"))
    mine = seal("a", "bc", 1)
    assert seal("a", "bc", 1) == mine
    assert len({mine, seal("ab", "c", 1), seal("a", "bc", 2), seal("a", "bc\udc83", 1)}) == 4
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "two"))
    assert seal("a", "bc", 1) != mine
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "one"))
    assert seal("a", "bc", 1) == mine
    (key,) = (tmp_path / "one" / "eyecatch").iterdir()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_where_no_key_can_be_kept_there_is_no_seal(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert seal("a") is None
