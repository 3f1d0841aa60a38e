"""Names that tell episodes apart, and files' names for any text."""

import unicodedata
from pathlib import PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eyecatch.core.distinct import called, file_names

PARTS = st.sampled_from(["E01.mkv", "E01.mp4", "e01.mkv", "E02.mkv", "S1", "S2", "Show", "E01"])
PATHS = st.lists(st.lists(PARTS, min_size=1, max_size=4).map("/".join), unique=True, max_size=8)

quick = settings(max_examples=50, deadline=None, derandomize=True, database=None)


@quick
@given(PATHS.map(lambda paths: [f"/{path}" for path in paths]))
def test_no_two_are_called_alike_and_each_is_the_end_of_its_path(paths):
    names = called(paths)
    shown = [names[path].name if path in names else PurePosixPath(path).name for path in paths]
    assert len(set(shown)) == len(shown)
    for path, name in zip(paths, shown, strict=True):
        assert path.endswith(f"/{name.lstrip('/')}")


def test_who_is_alone_is_called_like_the_file():
    assert called(["/s/1/E01.mkv", "/s/2/E02.mkv"]) == {}
    alike = called(["/s/1/E01.mkv", "/s/2/E01.mkv", "/t/1/E01.mkv"])
    assert [one.name for one in alike.values()] == ["s/1/E01.mkv", "2/E01.mkv", "t/1/E01.mkv"]


@quick
@given(st.lists(st.text(max_size=120), unique=True, max_size=8))
def test_any_texts_are_names_of_files_and_no_two_the_same(tmp_path_factory, texts):
    names = file_names(texts, {"unknown"})
    keys = {unicodedata.normalize("NFC", name).casefold() for name in names}
    assert len(keys) == len(texts), "on disks that know no case, too"
    folder = tmp_path_factory.mktemp("names")
    for name in names:
        (folder / f"{name}.ffmetadata").write_text("")
        assert not set(name) & set('<>:"/\\|?*\0\n')
        assert name.casefold() not in {"unknown", "con", "nul"}
        assert name.strip(" .") == name
    assert len(list(folder.iterdir())) == len(texts)


@pytest.mark.parametrize(
    ("texts", "names"),
    [
        (["Rei", "rei", "REI"], ["Rei", "rei (2)", "REI (3)"]),
        (["a?b", "a_b"], ["a_b (2)", "a_b"]),
        (["CON", "\uff32\uff45\uff49", "Rei"], ["CON (2)", "\uff32\uff45\uff49", "Rei (2)"]),
        ([".hidden", "...", "a/b", "a/b"], ["hidden", "_", "a_b", "a_b"]),
    ],
)
def test_names_are_these(texts, names):
    assert file_names(texts) == names
