"""What there is to learn from: episodes that can be read, and frames that people boxed."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eyecatch.core.distinct import called
from eyecatch.core.errors import EyecatchError, MachineError, RequestError
from eyecatch.core.inputs import Sources
from eyecatch.core.shortage import blame_machine
from eyecatch.core.video.content_hash import content_hash
from eyecatch.core.video.made import is_made
from eyecatch.db.index import Index
from eyecatch.db.records.scan import FileStamp
from eyecatch.training.annotations import by_image, read_boxes
from eyecatch.training.detector.adaptation.moment_reading import describe_episode
from eyecatch.training.detector.adaptation.moment_times import CheckedBox, EpisodeSource
from eyecatch.training.detector.adaptation.moments import MAX_SIDE
from eyecatch.training.detector.dataset import LabelledPicture, load_listed

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FoundEpisodes:
    """FoundEpisodes that are learned from.

    Attributes:
        sources: those that can be read.
        stamps: of their files, by which they are known while these stay as they are.
        faults: a sentence for each file that can't.
    """

    sources: tuple[EpisodeSource, ...] = ()
    stamps: tuple[FileStamp, ...] = ()
    faults: tuple[str, ...] = ()


def find_episodes(files: Sources, index: Index | None) -> FoundEpisodes:
    """The episodes in files, with what people said of their faces in an index.

    What eyecatch wrote itself is left out, unless it was named outright.

    Args:
        files: the files.
        index: an open index, or None.

    Raises:
        MachineError: the machine lacks what it takes to read a file.
    """
    names = called(map(str, files.files))
    sources: list[EpisodeSource] = []
    stamps: list[FileStamp] = []
    faults = [*map(str, files.faults)]
    for file in files.files:
        name = names[str(file)].name if str(file) in names else file.name
        try:
            if file not in files.named and is_made(file):
                continue
            source = describe_episode(file, name, [] if index is None else _checked(index, file))
            stamps.append(FileStamp.of(file))
            sources.append(source)
        except MachineError:
            raise
        except EyecatchError as error:
            faults.append(str(error))
        except Exception as error:  # whatever one file raises, those of a season must go on
            blame_machine(file, error)
            log.debug("%s", file, exc_info=True)
            faults.append(f"{file}: can't be read ({type(error).__name__}: {error}).")
    return FoundEpisodes(tuple(sources), tuple(stamps), tuple(faults))


def _checked(index: Index, file: Path) -> list[CheckedBox]:
    """What people said of an episode's faces; nothing if the index doesn't know it."""
    digest = index.episodes.digest_of(FileStamp.of(file)) or content_hash(file)
    episode = index.episodes.by_digest(digest)
    if episode is None:
        return []
    faces = index.checked_faces.of([episode.id])
    return [CheckedBox(face.pts, face.box, face.is_face) for face in faces]


def labelled_pictures(boxes: Path, images: Path) -> tuple[list[LabelledPicture], list[str]]:
    """The pictures that a box file names, and sentences on what is missing, broken or beyond them.

    Args:
        boxes: the box file.
        images: the folder that its names are of.

    Raises:
        RequestError: the box file makes no sense, or none of its pictures can be read.
    """
    named = sorted(by_image(read_boxes(boxes)))
    if not images.is_dir():
        raise RequestError(f"{images} is no folder", "name the folder of the pictures: --images")
    if not named:
        raise RequestError(f"{boxes} has no boxes", "give a line for each face")
    # By the name alone: a link that somebody put into the folder is followed, as everywhere.
    outside = [name for name in named if Path(os.path.normpath(name)).parts[0] in {os.sep, ".."}]
    if outside:
        raise RequestError(
            f"{boxes} names {outside[0]}, which is not in {images}", "name pictures of that folder"
        )
    readable = load_listed(images, boxes, MAX_SIDE)
    pictures = [one for one in readable if _holds_its_boxes(one)]
    beyond = [one.name for one in readable if not _holds_its_boxes(one)]
    missing = [name for name in named if not _is_file(images / name)]
    broken = sorted({*named} - {*missing} - {one.name for one in readable})
    faults = [
        *_few(missing, f"{boxes} names", f"not in {images}"),
        *_few(broken, f"{images} has", "unreadable"),
        *_few(beyond, f"{boxes} names", "passed over for a box that lies outside"),
    ]
    if not pictures:
        raise RequestError(faults[0].rstrip("."), "name the folder of the pictures: --images")
    return pictures, faults


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that no file can have
        return False


def _holds_its_boxes(one: LabelledPicture) -> bool:
    """Whether each box covers some of the picture; else they may be of one of another size."""
    height, width = one.picture.shape[:2]
    x, y, w, h = one.boxes.T
    inside = (x < width) & (y < height) & (x + w > 0) & (y + h > 0)
    return bool(np.isfinite(one.boxes).all() and inside.all())


def _few(names: Sequence[str], what: str, how: str) -> list[str]:
    if not names:
        return []
    if len(names) == 1:
        return [f"{what} a picture that is {how}: {names[0]}."]
    return [f"{what} {len(names)} pictures that are {how}, such as {names[0]}."]
