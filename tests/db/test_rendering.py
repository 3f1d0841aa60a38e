"""What rendering asks of the index: an episode's files, its clock, and where its chunks are."""

from eyecatch.db.records.scan import FileStamp


def test_files_of_an_episode_come_last_seen_first(index, season):
    episode = season.add(index)
    moved = FileStamp("/elsewhere/S01E01.mkv", 1000, 2)
    index.episodes.add_file(episode.digest, moved)
    assert index.episodes.files(episode.id) == [moved, FileStamp("/season/S01E01.mkv", 1000, 1)]


def test_the_clock_knows_when_each_frame_begins_and_the_last_one_ends(index, season):
    plan = season.plan(chunks=2, frames=3)
    clock = index.chunks.frame_times(season.add(index, plan=plan).id)
    assert clock.pts.tolist() == [500, 540, 581, 624, 664, 705]
    assert clock.starts(6) == plan.end * 1000


def test_chunks_come_in_order_and_leave_no_frame_out(index, season):
    episode = season.add(index, plan=season.plan(chunks=3, frames=24))
    assert index.chunks.ranges(episode.id) == [(0, 24), (24, 48), (48, 72)]
