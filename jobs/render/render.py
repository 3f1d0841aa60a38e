"""``eyecatch render``: an episode with boxes and names."""

from __future__ import annotations

import shutil
from pathlib import Path

from eyecatch.core.errors import RequestError
from eyecatch.core.files import refuse, whole_file
from eyecatch.core.video.container_layout import container_of
from eyecatch.db.index import Index, open_index
from eyecatch.db.records.scan import EpisodeRecord
from eyecatch.jobs.progress import Steps, unheard
from eyecatch.jobs.render.burn import write_burnt
from eyecatch.jobs.render.encoders import Wish
from eyecatch.jobs.render.encoders import encoder as encoder_for
from eyecatch.jobs.render.parallel_burn import write_split
from eyecatch.jobs.render.soft import write_script, write_soft
from eyecatch.jobs.render.source import check_found, source
from eyecatch.jobs.selection import pick

FOLDER = Path("annotated")
"""Where an episode goes that no name is given for: not beside its source, which is often a folder
that is indexed as a whole."""

WAYS = ("soft", "burn")


def render(  # noqa: PLR0913 - each is one plain wish of the caller's
    episode: str | Path,
    *,
    db: str = "eyecatch.db",
    how: str = "soft",
    out: Path | None = None,
    force: bool = False,
    unsure: bool = False,
    encoder: str = "x264",
    quality: int | None = None,
    runner: str = "inline",
    listener: Steps = unheard,
) -> Path:
    """Write an episode with a box and a name at every face.

    Args:
        episode: its file's name, with or without suffix, or its path.
        db: path of an SQLite file, or any SQLAlchemy URL.
        how: ``soft``, a subtitle track beside the untouched streams; ``burn``, in the picture.
        out: the file, whose suffix says what is written: ``.mkv``, for soft also ``.ass``, for burn
            also ``.mp4`` and ``.mov``. None for ``annotated/<episode>`` in the current folder.
        force: replace a file that is there.
        unsure: say the names that are unsure too; else those faces are unknown.
        encoder: for burn: ``x264``, ``nvenc``, ``qsv``, ``videotoolbox`` or ``auto``.
        quality: on the encoder's own scale, lower is better; None for what suits it.
        runner: for burn: ``inline``, one ffmpeg on all cores, or ``ray``, one a CPU of the cluster.
        listener: is told how many frames are written, and how many there will be.

    Returns:
        The file.

    Raises:
        RequestError: there is no such episode, no face in it, or ``out`` can't be written.
        MediaError: the source is gone or has changed, or ffmpeg failed.
        DatabaseError: there is no index, or it can't be read.
    """
    with open_index(db, create=False) as index:
        chosen = one_episode(index, episode)
        return render_episode(
            index,
            chosen.id,
            how=how,
            out=out,
            force=force,
            unsure=unsure,
            encoder=encoder,
            quality=quality,
            runner=runner,
            listener=listener,
        )


def one_episode(index: Index, name: str | Path) -> EpisodeRecord:
    """The episode of a name; RequestError where it is none, or several."""
    found = pick(index, [name])
    if len(found) > 1:
        paths = ", ".join(str(one.video.path) for one in found)
        raise RequestError(f"several episodes are called {name}", f"name one by its path: {paths}")
    return found[0]


def render_episode(  # noqa: PLR0913 - as ``render``
    index: Index,
    episode_id: int,
    *,
    how: str = "soft",
    out: Path | None = None,
    force: bool = False,
    unsure: bool = False,
    encoder: str = "x264",
    quality: int | None = None,
    runner: str = "inline",
    listener: Steps = unheard,
) -> Path:
    """As ``render``, of an episode of an open index."""
    if how not in WAYS:
        raise RequestError(f"an episode can't be rendered {how!r}", f"choose {' or '.join(WAYS)}")
    episode = index.episodes.get(episode_id)
    target = out or default_name(episode, how)
    script = how == "soft" and target.suffix.lower() == ".ass"
    if not script:
        container_of(target)
    refuse(target, force)
    made = source(index, episode, unsure=unsure)
    check_found(made)
    total = len(made.clock.pts)

    def watch(frames: int) -> None:
        listener(frames, total)

    if target.exists() and target.samefile(made.video.path):
        raise RequestError(f"{target} is the episode itself", "choose another name")
    with whole_file(target, force=force) as aside:
        if how == "burn":
            chosen = encoder_for(Wish(encoder, quality), made.video.pixel_format)
            parts = index.chunks.ranges(episode_id) if runner == "ray" else []
            if len(parts) > 1:
                write_split(made, aside, chosen, parts, watch)
            else:
                write_burnt(made, aside, chosen, watch)
        elif script:
            write_script(made, aside)
        else:
            check_room(target, made.video.path.stat().st_size)
            write_soft(made, aside, watch)
    return target


def default_name(episode: EpisodeRecord, how: str) -> Path:
    """Where an episode goes if no name is given; a burnt MP4 stays one."""
    suffix = episode.video.path.suffix.lower()
    kept = how == "burn" and suffix in {".mp4", ".m4v", ".mov"}
    return FOLDER / f"{episode.title}{suffix if kept else '.mkv'}"


def check_room(target: Path, size: int) -> None:
    """RequestError if a disk hasn't room for a file of some bytes."""
    folder = next(parent for parent in target.absolute().parents if parent.is_dir())
    free = shutil.disk_usage(folder).free
    if free < size:
        need = f"{target} needs {size / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free"
        raise RequestError(need, "make room, or choose another disk")
