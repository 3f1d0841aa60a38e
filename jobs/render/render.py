"""``eyecatch render``: an episode with boxes and names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Unpack

from eyecatch.core.arguments import AnyPath, Database, checked, path_of
from eyecatch.core.errors import RequestError
from eyecatch.core.files import check_room, refuse, whole_file
from eyecatch.core.video.container_layout import container_of
from eyecatch.core.video.ffmpeg import Watch
from eyecatch.db.index import Index, open_index
from eyecatch.db.records.scan import EpisodeRecord
from eyecatch.jobs.progress import StepListener, ignore_steps
from eyecatch.jobs.render.burn import write_burnt
from eyecatch.jobs.render.chapter_parts import chapter_parts
from eyecatch.jobs.render.encoders import find_encoder
from eyecatch.jobs.render.options import RenderKeywords, RenderOptions, default_name
from eyecatch.jobs.render.parallel_burn import write_burnt_in_parts
from eyecatch.jobs.render.soft import write_script, write_soft
from eyecatch.jobs.render.source import Source, check_found, source
from eyecatch.jobs.selection import pick_one


@checked
def render(
    episode: AnyPath,
    *,
    db: Database | None = None,
    out: AnyPath | None = None,
    listener: StepListener = ignore_steps,
    **keywords: Unpack[RenderKeywords],
) -> Path:
    """Write an episode with a box and a name at every face.

    Args:
        episode: its file's name, with or without suffix, or its path.
        db: path of an SQLite file, or any SQLAlchemy URL; None for that of ``EYECATCH_DB``, else
            ``eyecatch.db`` in this folder.
        out: the file, whose suffix says what is written: ``.mkv``, for soft also ``.ass``, for burn
            also ``.mp4`` and ``.mov``. None for ``annotated/<episode>`` in the current folder.
        listener: called with how many frames are written, and how many there will be.
        **keywords: all optional:

            encoder: for burn: ``x264``, ``nvenc``, ``qsv`` or ``videotoolbox``; or ``auto``: a GPU
                encoder if one works here, else ``x264``.
            quality: for burn: on the encoder's own scale, lower is better; None for what suits it.
            how: ``soft``, a subtitle track beside the untouched streams; ``burn``, in the picture.
            unsure: say the names that are unsure too; else those faces are unknown.
            chapters: for soft: chapters for the segments that were found ("Opening") and the story
                between them ("Part A"), beside those that the file's maker named.
            runner: for burn: ``inline``, one ffmpeg on all cores, or ``ray``, one a CPU of the
                cluster.
            force: replace a file that is there.

    Returns:
        The file.

    Raises:
        RequestError: there is no such episode, no face in it, or ``out`` can't be written.
        MediaError: the source is gone or has changed, or ffmpeg failed.
        DatabaseError: there is no index, or it can't be read.

    Example:
        >>> import eyecatch
        >>> eyecatch.render("Lantern_Street_S01E01", db="season.db", out="named.mkv").name
        'named.mkv'
    """
    options = RenderOptions(**keywords)
    with open_index(db, create=False, filled=True) as index:
        return _render(index, pick_one(index, episode), path_of(out), options, listener)


def render_episode(
    index: Index,
    episode_id: int,
    *,
    out: Path | None = None,
    listener: StepListener = ignore_steps,
    **keywords: Unpack[RenderKeywords],
) -> Path:
    """As ``render``, of an episode of an open index."""
    (episode,) = index.episodes.listed([episode_id])
    return _render(index, episode, out, RenderOptions(**keywords), listener)


def _render(
    index: Index,
    episode: EpisodeRecord,
    out: Path | None,
    options: RenderOptions,
    listener: StepListener,
) -> Path:
    target = out or default_name(episode, options.how)
    if not _is_script(target, options):
        container_of(target)
    elif options.chapters:
        raise RequestError(f"{target.suffix} can't hold chapters", "name an .mkv")
    refuse(target, options.force)
    made = source(index, episode, unsure=options.unsure)
    check_found(made)
    if target.exists() and target.samefile(made.video.path):
        raise RequestError(f"{target} is the episode itself", "choose another name")
    total = len(made.clock.pts)

    def watch(frames: int) -> None:
        listener(frames, total)

    parts = chapter_parts(index, made) if options.chapters else []
    with whole_file(target, force=options.force) as aside:
        if options.how == "burn":
            ranges = index.chunks.ranges(episode.id) if options.runner == "ray" else []
            _burn(made, aside, options, ranges, watch)
        elif _is_script(target, options):
            write_script(made, aside)
        else:
            check_room(target, made.video.path.stat().st_size)
            write_soft(made, aside, options, watch, parts)
    return target


def _burn(
    made: Source,
    path: Path,
    options: RenderOptions,
    parts: Sequence[tuple[int, int]],
    watch: Watch,
) -> None:
    """Burn the labels in, part by part where there are several."""
    encoder = find_encoder(options, made.video.pixel_format)
    if len(parts) > 1:
        write_burnt_in_parts(made, path, encoder, parts, watch)
    else:
        write_burnt(made, path, encoder, watch)


def _is_script(target: Path, options: RenderOptions) -> bool:
    return options.how == "soft" and target.suffix.lower() == ".ass"
