"""The parts of ``bench/speed.py``: what each of them compares, and on which videos."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import burn
import episodes
import ways
from measure import Cost
from ways import Reuse, Told, by_index

from eyecatch.core.detect.registry import resolve
from eyecatch.core.errors import ModelError
from eyecatch.core.identity.bundle import load_bundle
from eyecatch.core.video.probe import probe

Way = Callable[[], Cost | Told | Reuse]


@dataclass(frozen=True)
class Room:
    """Where the videos are, and how long they may be.

    Attributes:
        folder: of all that is drawn and kept.
        seconds: length of an episode.
        most: how many episodes at most.
        season: episodes of a season.
    """

    folder: Path
    seconds: float
    most: int
    season: int

    def episode(self) -> Path:
        """The episode of 1080p H.264."""
        return episodes.h264(self.folder, self.seconds)

    def short(self) -> Path:
        """The first minute of it, for what is done many times over."""
        return episodes.excerpt(self.episode(), min(60.0, self.seconds))

    def whole(self) -> Path:
        """An episode of 25 minutes: that of five, five times over."""
        return episodes.repeated(self.episode(), 5 if self.seconds >= 300 else 2)

    def pieces(self) -> float:
        """The length of chunks of which a short episode has several, so that all cores work."""
        return min(60.0, self.seconds) / 6

    def model(self) -> Path:
        """The bundle that names faces."""
        return ways.make_bundle(self.folder)


@dataclass(frozen=True)
class Part:
    """What is compared.

    Attributes:
        ways: a name and what is run, in the order of running.
        rounds: how often all are run, unless another number is asked for.
        against: the name of the way that the others are held against.
        fewer: rounds of the ways that are run less often, being slow and no more than context.
        told: what else belongs to the figures, as the length of the videos.
    """

    ways: Mapping[str, Way]
    rounds: int = 5
    against: str = ""
    fewer: Mapping[str, int] = field(default_factory=dict)
    told: Mapping[str, float] = field(default_factory=dict)


def decode(room: Room) -> Part:
    """Decoding alone against whole jobs, 1080p H.264."""
    return _pairs(room, room.episode(), cascade=True)


def hevc(room: Room) -> Part:
    """The same, a minute of 720p HEVC with 10 bits."""
    return _pairs(room, episodes.hevc(room.folder, min(60.0, room.seconds)), cascade=False)


def _pairs(room: Room, video: Path, *, cascade: bool) -> Part:
    index = partial(by_index, [video], room.model())
    compared: dict[str, Way] = {
        "ffmpeg decodes": partial(ways.by_ffmpeg, video),
        "PyAV decodes": partial(ways.by_pyav, video),
        "index": partial(index),
        "index, Ray": partial(index, "ray"),
    }
    if cascade and has_cascade():
        compared["index, Ray, cascade"] = partial(index, "ray", "cascade")
    fewer = {"PyAV decodes": 2, "index, Ray": 3, "index, Ray, cascade": 1}
    return Part(compared, against="ffmpeg decodes", fewer=fewer, told={"seconds": _length(video)})


def study(room: Room) -> Part:
    """The study's loop on two seconds, all that one has the patience for, and an index."""
    if not has_cascade():
        raise ModelError("the cascade", "is not here", "set EYECATCH_CASCADE to its file")
    excerpt, short = episodes.excerpt(room.episode(), 2), room.short()
    compared: dict[str, Way] = {
        "study's loop": partial(ways.by_study, excerpt, room.folder),
        "index": partial(by_index, [short], room.model()),
    }
    told = {"seconds of the study's": _length(excerpt), "seconds of the index's": _length(short)}
    return Part(compared, rounds=2, told=told)


def render(room: Room) -> Part:
    """Encoding alone against burning in; ``bench/burn.py`` tells more of it."""
    seconds = min(30.0, room.seconds)
    folder = room.folder / f"burn_{seconds:g}s"
    folder.mkdir(exist_ok=True)
    if not (folder / "episode.mkv").exists():
        (folder / "episode.mkv").hardlink_to(episodes.excerpt(room.episode(), seconds))
    burn.prepare(folder)
    compared: dict[str, Way] = {
        name: partial(_timed, how(folder))
        for name, how in (("ffmpeg encodes", burn.plain), ("burnt in", burn.burnt))
    }
    return Part(compared, rounds=3, against="ffmpeg encodes", told={"seconds": seconds})


def length(room: Room) -> Part:
    """Time against episodes, of a minute each."""
    files = episodes.copies(room.short(), room.most)
    counts = [n for n in (1, 2, 4, 8) if n <= room.most]
    ray = partial(by_index, model=room.model(), runner="ray", chunk_seconds=room.pieces())
    compared: dict[str, Way] = {str(n): partial(ray, files[:n]) for n in counts}
    return Part(compared, rounds=3, told={"seconds": _length(files[0])})


def workers(room: Room) -> Part:
    """Time against processes that scan, up to twice as many as there are cores."""
    files = episodes.copies(room.short(), 2)
    ray = partial(by_index, files, room.model(), "ray", chunk_seconds=room.pieces())
    counts = [*range(1, cores() + 1), 2 * cores()]
    compared: dict[str, Way] = {str(n): partial(ray, resources={"CPU": n}) for n in counts}
    return Part(compared, rounds=2, told={"seconds": 2 * _length(files[0])})


def gpu(room: Room) -> Part:
    """A node with a GPU that is none: how long its stage waits."""
    files = episodes.copies(room.short(), room.most)
    job = partial(by_index, files, room.model(), "ray", chunk_seconds=room.pieces())
    resources = {"CPU": cores(), "GPU": 1}
    compared: dict[str, Way] = {"index, Ray, logical GPU": partial(job, resources=resources)}
    return Part(compared, rounds=2, told={"seconds": len(files) * _length(files[0])})


def whole(room: Room) -> Part:
    """Decoding alone against whole jobs, an episode of the length that episodes have."""
    video = room.whole()
    index = partial(by_index, [video], room.model())
    compared: dict[str, Way] = {
        "ffmpeg decodes": partial(ways.by_ffmpeg, video),
        "index": partial(index),
        "index, Ray": partial(index, "ray"),
    }
    told = {"seconds": _length(video)}
    return Part(compared, rounds=3, against="ffmpeg decodes", fewer={"index, Ray": 1}, told=told)


def season(room: Room) -> Part:
    """An index of a season of such episodes, between two decodings of an episode."""
    files = episodes.copies(room.whole(), room.season)
    compared: dict[str, Way] = {
        "ffmpeg decodes the first": partial(ways.by_ffmpeg, files[0]),
        "index": partial(by_index, files, room.model()),
        "ffmpeg decodes the last": partial(ways.by_ffmpeg, files[-1]),
    }
    return Part(compared, rounds=1, told={"episodes": len(files), "seconds": _length(files[0])})


def memory(room: Room) -> Part:
    """The peak of such an episode; to look at the memory takes time, so no times are told of it."""
    job = partial(by_index, [room.whole()], room.model(), memory=True)
    compared: dict[str, Way] = {"index": partial(job), "index, Ray": partial(job, "ray")}
    return Part(compared, rounds=1, told={"seconds": _length(room.whole())})


def apart(room: Room) -> Part:
    """Inline in the job's own process against inline in another one, both with their memory."""
    compared: dict[str, Way] = {}
    for name, video in (("short", room.episode()), ("long", room.whole())):
        job = partial(by_index, [video], room.model(), "inline", memory=True)
        compared[f"{name}, here"] = partial(job, longest_here=float("1e9"))
        compared[f"{name}, apart"] = partial(job, longest_here=0.0)
    told = {"short": _length(room.episode()), "long": _length(room.whole())}
    return Part(compared, rounds=3, told=told)


def start(room: Room) -> Part:
    """What a person waits for."""
    index = room.folder / "start.db"
    if not index.exists():
        short = episodes.excerpt(room.episode(), 2)
        ways.verb("index", str(short), "--model", str(room.model()), "--db", str(index))
    name = str(load_bundle(room.model()).names[0])
    compared: dict[str, Way] = {
        "eyecatch --help": partial(ways.verb, "--help"),
        "eyecatch find": partial(ways.verb, "find", name, "--db", str(index)),
    }
    return Part(compared)


def held(room: Room) -> Part:
    """How much of the detector's work is reused, and what recall that costs."""
    episode, truth = episodes.judged(room.folder, min(60.0, room.seconds))
    compared: dict[str, Way] = {"three scans": partial(ways.by_reuse, episode, truth)}
    return Part(compared, rounds=1, told={"seconds": _length(episode)})


PARTS: dict[str, Callable[[Room], Part]] = {
    part.__name__: part
    for part in (
        start,
        decode,
        whole,
        season,
        hevc,
        length,
        workers,
        gpu,
        render,
        study,
        held,
        memory,
        apart,
    )
}


def cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0))


def has_cascade() -> bool:
    """Whether the cascade's file is on this machine."""
    try:
        resolve("cascade")
    except ModelError:
        return False
    return True


def _timed(command: list[str]) -> Cost:
    seconds, cpu = burn.timed(command)
    return Cost(seconds, cpu, 0, "")


def _length(video: Path) -> float:
    return float(probe(video).duration or 0)
