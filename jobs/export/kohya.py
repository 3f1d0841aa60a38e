"""Data sets for LoRA trainings, as kohya's sd-scripts and the programs round it read them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Final

from eyecatch.core.arguments import several
from eyecatch.core.crops import encode, resize
from eyecatch.core.distinct import file_names
from eyecatch.core.errors import MediaError
from eyecatch.core.images import encode_jpeg, resized
from eyecatch.core.text import one_line
from eyecatch.db.records.face_rows import FrameRow
from eyecatch.db.records.scan import EpisodeRecord
from eyecatch.jobs.export.character_crops import Box, CropPlan, Room, planned
from eyecatch.jobs.export.character_drawings import Candidate, Kept, candidates
from eyecatch.jobs.export.dataset import finish, titled
from eyecatch.jobs.export.frame_images import decode_frames
from eyecatch.jobs.export.options import DatasetOptions
from eyecatch.jobs.found_file import found_file
from eyecatch.jobs.progress import StepListener
from eyecatch.jobs.selection import Selection
from eyecatch.training.near_duplicates import difference_hashes

TAGS: Final = {
    "whole": "screenshot",
    "full": "full height",
    "bust": "upper body",
    "head": "portrait",
}
"""What a caption says of a crop; Danbooru's words where it has one."""

MOST_REPEATS: Final = 10
"""Times that a picture is shown in an epoch at most, where its character has few."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """A crop that is to be written.

    Attributes:
        character: whose folder it is for.
        episode, frame: where it is from.
        plan: what is cut out.
        faces: all of the frame.
    """

    character: str
    episode: EpisodeRecord
    frame: int
    plan: CropPlan
    faces: tuple[FrameRow, ...]

    def caption(self) -> str:
        """Name, who else is there, series, how many, and what is shown, parted by commas."""
        there = [face for face in self.faces if self.plan.holds(_box(face))]
        names = {face.character for face in there if face.character not in (None, self.character)}
        series = [self.episode.series] if self.episode.series else []
        count = "solo" if len(there) < 2 else f"{len(there)} people"
        tags = [self.character, *sorted(filter(None, names)), *series, count, TAGS[self.plan.kind]]
        return ", ".join(tag(one) for one in tags)


def tag(text: str) -> str:
    """A text as a part of a caption, which commas part."""
    return " ".join(one_line(text).replace(",", " ").split())


def write_kohya(
    selection: Selection, options: DatasetOptions, folder: Path, home: Path, listener: StepListener
) -> int:
    """Fill an empty folder with a folder a character, captions, and ``dataset.toml``.

    Args:
        selection: of what; the index is open.
        options: what is cut out, and how much.
        folder: is there.
        home: what it will be called.
        listener: called with how many pictures are written, and of how many.

    Returns:
        How many pictures it has.

    Raises:
        RequestError: there is nothing to write.
        MediaError: an episode's file is gone, has changed, or can't be decoded.
    """
    titles = {episode.id: title for episode, title in titled(selection)}
    wholes: set[tuple[int, int]] = set()
    shown = [one for name, some in candidates(selection).items()
             for one in _planned(selection, name, some, options, wholes)]  # fmt: skip
    names = sorted({one.character for one in shown})
    folders = dict(zip(names, file_names(names), strict=True))
    counts = _write(selection, shown, {name: folder / folders[name] for name in names},
                    titles, listener)  # fmt: skip
    repeats = {name: options.repeats or _repeats(counts, name) for name in names if counts[name]}
    for name, times in repeats.items():
        (folder / folders[name]).rename(folder / f"{times}_{folders[name]}")
        folders[name] = f"{times}_{folders[name]}"
    subsets = [(home / folders[name], name, times) for name, times in repeats.items()]
    (folder / "dataset.toml").write_text(_toml(subsets, options.resolution), encoding="utf-8")
    facts = {
        "form": "kohya",
        "crops": list(several(options.crops)),
        "resolution": options.resolution,
    }
    return finish(selection, folder, sum(counts.values()), facts)


def _planned(
    selection: Selection,
    name: str,
    some: Sequence[Candidate],
    options: DatasetOptions,
    wholes: set[tuple[int, int]],
) -> Iterator[_Shown]:
    """The crops of a character, at most as many as are wanted.

    ``wholes`` are the pictures that somebody has as a whole: those of two are in one folder only.
    """
    faces = _faces(selection, some)
    count = 0
    for episode, crop in some:
        there = faces[episode.id, crop.frame]
        own = next((face for face in there if face.track == crop.track), None)
        if own is None:
            continue
        video = episode.video
        room = Room(video.width, video.height, video.pixel_aspect, options.resolution,
                    options.enlarge)  # fmt: skip
        others = [_box(face) for face in there if face is not own]
        for kind in several(options.crops):
            if count == options.max:
                return
            plan = planned(kind, _box(own), others, room)
            if plan is None or (kind == "whole" and (episode.id, crop.frame) in wholes):
                continue
            if kind == "whole":
                wholes.add((episode.id, crop.frame))
            count += 1
            yield _Shown(name, episode, crop.frame, plan, there)


def _box(face: FrameRow) -> Box:
    return face.x, face.y, face.w, face.h


def _faces(
    selection: Selection, some: Sequence[Candidate]
) -> dict[tuple[int, int], tuple[FrameRow, ...]]:
    """All faces of the frames of some drawings, by episode and frame."""
    wanted = {(episode.id, crop.frame) for episode, crop in some}
    found: dict[tuple[int, int], tuple[FrameRow, ...]] = defaultdict(tuple)
    for episode in {one: None for one, _ in some}:
        rows = selection.index.exports.frames(episode.id, unsure=selection.unsure)
        for frame, faces in groupby(rows, key=attrgetter("frame")):
            if (episode.id, frame) in wanted:
                found[episode.id, frame] = tuple(faces)
    return found


def _write(
    selection: Selection,
    shown: Sequence[_Shown],
    folders: Mapping[str, Path],
    titles: Mapping[int, str],
    listener: StepListener,
) -> dict[str, int]:
    """Write pictures and captions; how many each character has, without near duplicates."""
    kept: dict[tuple[str, str], Kept] = defaultdict(Kept)
    counts = dict.fromkeys(folders, 0)
    done = 0
    for path in folders.values():
        path.mkdir()
    by_episode = {episode: [one for one in shown if one.episode is episode]
                  for episode in selection.episodes}  # fmt: skip
    for episode, here in by_episode.items():
        if here:
            found_file(selection.index, episode)  # one that is gone is told before an hour of work
    for episode, here in by_episode.items():
        missing = {one.frame for one in here}
        for frame, picture in decode_frames(selection.index, episode, missing.copy()):
            missing.discard(frame)
            for one in here:
                if one.frame != frame:
                    continue
                left, top, width, height = one.plan.box
                cut = resized(picture[top : top + height, left : left + width], one.plan.size)
                (look,) = difference_hashes([encode(resize(cut))])
                if kept[one.character, one.plan.kind].is_new(look):
                    stem = f"{titles[episode.id]}_{frame:06}_{one.plan.kind}"
                    place = folders[one.character] / f"{stem}.jpg"
                    place.write_bytes(encode_jpeg(cut))
                    place.with_suffix(".txt").write_text(one.caption() + "\n", encoding="utf-8")
                    counts[one.character] += 1
                done += 1
                listener(done, len(shown))
        if missing:
            problem = f"frame {min(missing)} can't be decoded any more"
            raise MediaError(str(episode.video.path), problem, "index it again")
    return counts


def _repeats(counts: Mapping[str, int], name: str) -> int:
    """How often a character's pictures are repeated, so that all are shown about as often."""
    return min(max(round(max(counts.values()) / counts[name]), 1), MOST_REPEATS)


def _toml(subsets: Sequence[tuple[Path, str, int]], resolution: int) -> str:
    """For ``--dataset_config`` of sd-scripts (its page "Config Readme")."""
    lines = [
        "# For sd-scripts: train_network.py --dataset_config dataset.toml. If the folder is moved,",
        "# its paths have to follow; --train_data_dir with the folder itself needs none of this.",
        "[general]",
        "enable_bucket = true",
        "bucket_no_upscale = true",
        "bucket_reso_steps = 64",
        "min_bucket_reso = 256",
        "max_bucket_reso = 2048",
        'caption_extension = ".txt"',
        "shuffle_caption = true",
        "keep_tokens = 1  # the character's name",
        "",
        "[[datasets]]",
        f"resolution = {resolution}",
    ]
    for folder, name, repeats in subsets:
        lines += [
            "",
            "  [[datasets.subsets]]",
            f"  image_dir = {_string(str(folder))}",
            f"  class_tokens = {_string(tag(name))}",
            f"  num_repeats = {repeats}",
        ]
    return "\n".join(lines) + "\n"


def _string(text: str) -> str:
    """A string of TOML, which is that of JSON but for one letter."""
    return json.dumps(one_line(text), ensure_ascii=False).replace("\x7f", "\\u007f")
