"""collect: faces of stills and episodes sorted by look, once each, whatever a person did since."""

from __future__ import annotations

import shutil

import pytest

from eyecatch.core.crops import decode
from eyecatch.core.errors import RequestError
from eyecatch.core.images import read_image
from eyecatch.training.collection.collect import collect
from eyecatch.training.collection.options import Danbooru
from eyecatch.training.dataset import read_faces


@pytest.fixture(scope="module")
def collected(tmp_path_factory, stills, episode, hair):
    """The stills and the episode, collected; only to be read."""
    out = tmp_path_factory.mktemp("collected") / "faces"
    return out, collect([stills, episode], out, embed=hair)


@pytest.fixture
def copy(tmp_path, collected):
    """The same, to be played with."""
    return shutil.copytree(collected[0], tmp_path / "faces")


def test_each_look_gets_a_folder_with_a_contact_sheet(collected, rows):
    out, did = collected
    groups = sorted(name for name in did.labels if name.startswith("group_"))
    assert set(did.labels) == {*groups, "alone"}
    assert did.labels["alone"] == 1
    assert did.notes == ()
    for number, group in enumerate(groups, start=1):
        assert group == f"group_{number:03}_{did.labels[group]:03}faces"
        assert len(list((out / group).glob("*.jpg"))) == did.labels[group]
        assert read_image(out / f"{group}.jpg").shape[1] % 128 == 0
    named = {
        name: {row["group"] for row in rows(out) if name in row["source"] and row["file"]}
        for name in ("akari", "美", "daichi")
    }
    assert len(named["akari"]) == len(named["美"]) == 1
    assert named["akari"] != named["美"]
    assert named["daichi"] == {"alone"}


def test_every_face_has_a_row_that_says_where_it_is_from(collected, rows, episode):
    out, did = collected
    table = rows(out)
    written = [row for row in table if row["file"]]
    assert len(written) == did.faces
    assert [row["group"] for row in table if not row["file"]] == ["duplicate"] * did.duplicates
    for row in written:
        assert decode((out / row["file"]).read_bytes()).shape == (128, 128, 3)
        assert row["file"].startswith(f"{row['group']}/")
        assert all(int(row[column]) >= 0 for column in "xywh")
        assert 0 < float(row["score"]) <= 1
    of_episode = [row for row in written if row["source"] == str(episode)]
    assert of_episode
    for row in of_episode:
        assert float(row["time"]) == pytest.approx(int(row["frame"]) * 1001 / 24000, abs=0.002)
        box = "_".join(row[column] for column in "xywh")
        assert row["file"].endswith(f"-00h00m{float(row['time']):06.3f}s-{box}.jpg")


def test_the_embedder_of_the_package_tells_looks(tmp_path, stills, rows):
    collect([stills], tmp_path / "out")
    groups = {
        name: {row["group"] for row in rows(tmp_path / "out") if name in row["source"]}
        for name in ("akari", "美")
    }
    assert not groups["akari"] & groups["美"] - {"alone", "duplicate"}
    assert any(group.startswith("group_") for group in groups["akari"])


def test_two_faces_of_one_picture_or_frame_are_two_people(tmp_path, stills, hair):
    def blind(crops):
        return hair(crops[:1]).repeat(len(crops), axis=0)

    did = collect([stills / "two.png"], tmp_path / "out", embed=blind)
    assert did.labels == {"alone": 2}


def test_giants_are_left_out_and_the_others_are_not(tmp_path, stills, hair, put_giants):
    folder = shutil.copytree(stills, tmp_path / "in")
    put_giants(folder)
    alone = collect([stills], tmp_path / "alone", embed=hair)
    beside = collect([folder], tmp_path / "beside", embed=hair)
    assert (beside.faces, beside.unread) == (alone.faces, 2)


def test_again_adds_only_what_is_new(copy, stills, episode, hair, still, rows, tree):
    before = tree(copy)
    again = collect([stills, episode], copy, embed=hair)
    assert (again.faces, again.labels, again.duplicates) == (0, {}, 0)
    assert tree(copy) == before
    new = [still(copy.parent / f"{seed}.png", "Riku", seed=seed) for seed in range(2)]
    more = collect([stills, *new], copy, embed=hair)
    number = 1 + sum(path.is_dir() and path.name != "alone" for path in copy.iterdir())
    assert more.labels == {f"group_{number - 1:03}_002faces": 2}
    assert before.items() - tree(copy).items() == {("collected.csv", before["collected.csv"])}
    assert len({row["file"] for row in rows(copy) if row["file"]}) == len(tree(copy)) - number


def test_what_a_person_renamed_moved_or_threw_away_stays_so(copy, stills, episode, hair, tree):
    first, second, *_ = sorted(path for path in copy.iterdir() if path.is_dir())[1:]
    moved = next(second.iterdir())
    moved.rename(first / "mine.jpg")
    next(first.glob("*-*.jpg")).unlink()
    first.rename(copy / "飛影")
    (copy / ".looked-at").unlink()  # so that all of it is looked at again
    before = tree(copy)
    assert collect([stills, episode], copy, embed=hair).faces == 0
    assert tree(copy) == before


def test_a_run_that_was_killed_leaves_nothing_twice(copy, stills, episode, hair, tree):
    (copy / ".looked-at").unlink()
    (copy / "collected.csv").unlink()
    before = {name for name in tree(copy) if "/" in name}
    collect([stills, episode], copy, embed=hair)
    assert {name for name in tree(copy) if "/" in name} == before


def test_stopped_it_sorts_what_it_has(tmp_path, stills, hair, rows):
    def stop(what, done, total):
        if len(seen) == 3:
            raise KeyboardInterrupt
        seen.append(what)

    seen: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        collect([stills], tmp_path / "out", embed=hair, progress=stop)
    assert len(rows(tmp_path / "out")) == 3
    assert collect([stills], tmp_path / "out", embed=hair).faces >= 5


def test_near_duplicates_are_dropped_and_written_down(tmp_path, stills, hair, rows, still):
    source = tmp_path / "in"
    still(source / "a.png", "Yuzu")
    still(source / "b.jpg", "Yuzu")  # the same drawing, compressed
    shutil.copy(source / "a.png", source / "c.png")  # the same file
    still(source / "d.png", "Yuzu", seed=1)
    did = collect([source], tmp_path / "out", embed=hair)
    assert (did.labels, did.duplicates) == ({"group_001_002faces": 2}, 1)
    assert [row["group"] for row in rows(tmp_path / "out") if not row["file"]] == ["duplicate"]


def test_the_best_of_a_group_and_one_folder_for_all(tmp_path, stills, hair, rows):
    akari = sorted(stills.glob("akari*"))
    few = collect(akari, tmp_path / "few", max_per_group=2, embed=hair)
    assert few.labels == {"group_001_002faces": 2}
    assert [bool(row["file"]) for row in rows(tmp_path / "few")] == [True, True, False, False]
    all_ = collect(akari, tmp_path / "all", group=False)
    assert all_.labels == {"faces": 4}


def test_small_faces_and_pictures_that_are_faces(tmp_path, stills, hair, collected):
    picture = stills / "akari 0.png"
    assert collect([picture], tmp_path / "small", min_size=200, embed=hair).faces == 0
    whole = collect([picture], tmp_path / "whole", min_size=200, crop=True, embed=hair)
    assert whole.labels == {"alone": 1}


def test_bad_files_are_said_and_never_stop_the_good_ones(tmp_path, hair, still):
    source = tmp_path / "in"
    still(source / "good.png", "Akari")
    still(source / "nobody.png")
    (source / "torn.jpg").write_bytes(b"\xff\xd8 torn")
    (source / "empty.png").touch()
    (source / "text.mkv").write_text("no film")
    (source / "notes.txt").write_text("not looked for")
    (tmp_path / "nothing").mkdir()
    paths = [source, tmp_path / "nothing", tmp_path / "missing.png"]
    did = collect(paths, tmp_path / "out", embed=hair)
    assert did.labels == {"alone": 1}
    assert did.unread == len(did.notes) == 5
    for name in ("torn.jpg", "empty.png", "text.mkv", "nothing", "missing.png"):
        assert sum(name in note for note in did.notes) == 1


def test_its_own_folder_is_not_collected_from(tmp_path, hair, still):
    still(tmp_path / "a.png", "Akari")
    assert collect([tmp_path], tmp_path / "out", embed=hair).faces == 1
    assert collect([tmp_path], tmp_path / "out", embed=hair).faces == 0


def test_what_can_not_be_done_is_said_before_any_work(tmp_path, stills):
    with pytest.raises(RequestError, match="nothing to collect from"):
        collect([], tmp_path / "out")
    with pytest.raises(RequestError, match="collected by themselves"):
        collect([stills], tmp_path / "out", danbooru=Danbooru(stills / "meta.json", stills))
    with pytest.raises(RequestError, match="is a file"):
        collect([stills], stills / "daichi.webp")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "collected.csv").write_text("file,source\na,b\n")
    with pytest.raises(RequestError, match=r"line 2 of .*collected.csv makes no sense"):
        collect([stills], tmp_path / "out", group=False)


def test_train_can_read_what_was_collected(copy):
    faces = read_faces(copy)
    assert "alone" in faces.names
    assert all("is in no character's folder" in note for note in faces.notes)
