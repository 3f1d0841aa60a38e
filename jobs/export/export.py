"""``eyecatch export``: what the index holds, for other programs."""

from __future__ import annotations

from typing import Any, Literal, Unpack, overload

from eyecatch.core.arguments import (
    AnyPath,
    Database,
    check_keywords,
    checked,
    path_of,
    renamed,
)
from eyecatch.core.errors import RequestError
from eyecatch.jobs.export import exporting
from eyecatch.jobs.export.exporting import Exported
from eyecatch.jobs.export.formats import KINDS
from eyecatch.jobs.export.options import (
    AppearanceKeywords,
    AppearanceOptions,
    BundleKeywords,
    BundleOptions,
    DatasetKeywords,
    DatasetOptions,
    ExportKeywords,
    ExportOptions,
    SegmentKeywords,
    SegmentOptions,
    SheetKeywords,
    SheetOptions,
)
from eyecatch.jobs.progress import StepListener, ignore_steps


@overload
def export(
    what: Literal["frames"],
    *,
    db: Database | None = ...,
    out: AnyPath | None = ...,
    **keywords: Unpack[ExportKeywords],
) -> Exported: ...


@overload
def export(
    what: Literal["appearances"],
    *,
    db: Database | None = ...,
    out: AnyPath | None = ...,
    **keywords: Unpack[AppearanceKeywords],
) -> Exported: ...


@overload
def export(
    what: Literal["segments"],
    *,
    db: Database | None = ...,
    out: AnyPath | None = ...,
    **keywords: Unpack[SegmentKeywords],
) -> Exported: ...


@overload
def export(
    what: Literal["dataset"],
    *,
    db: Database | None = ...,
    out: AnyPath | None = ...,
    listener: StepListener = ...,
    **keywords: Unpack[DatasetKeywords],
) -> Exported: ...


@overload
def export(
    what: Literal["sheet"],
    *,
    db: Database | None = ...,
    out: AnyPath | None = ...,
    **keywords: Unpack[SheetKeywords],
) -> Exported: ...


@overload
def export(
    what: Literal["bundle"],
    *,
    db: Database | None = ...,
    out: AnyPath | None = ...,
    **keywords: Unpack[BundleKeywords],
) -> Exported: ...


@renamed(form="format", sheet="of")
@checked
def export(
    what: str,
    *,
    db: Database | None = None,
    out: AnyPath | None = None,
    listener: StepListener = ignore_steps,
    **keywords: Any,
) -> Exported:
    """Write what the index holds in a format of other programs; ``docs/exports.md`` has them all.

    Args:
        what: ``frames``, ``appearances``, ``segments``, ``dataset``, ``sheet`` or ``bundle``.
        db: path of an SQLite file, or any SQLAlchemy URL; None for that of ``EYECATCH_DB``, else
            ``eyecatch.db`` in this folder.
        out: the file, or the folder of a dataset or bundle; None for standard output, where the
            format is text. Where there is a file for each episode or character, a name that doesn't
            end as those do is a folder for them.
        listener: datasets only: called with how many pictures are written, and of how many.
        **keywords: all optional:

            format: but for a bundle: the name of a format; None for the first that
                ``docs/exports.md`` has of them.
            episodes: but for a bundle: a file's name, with or without suffix, or its path; or
                several; all if empty.
            force: replace what is there; of folders, only what an export wrote, or a bundle.
            characters: but for segments and a bundle: a name or alias, or several; all, and unknown
                faces, if empty.
            unsure: but for segments and a bundle: names that are unsure count too.
            beside: of appearances and segments, in formats with a file for each episode: write it
                beside the video, called like it.
            thumbs: of appearances as ``nfo``: folder or URL by which the player sees the pictures
                of the characters, if not by their path here; ``none`` writes none.
            join: of appearances: seconds between two of a character that still count as one.
            with_kinds: of appearances and a sheet: kinds of segments that count too, such as
                ``("opening", "recap")``, or ``all``.
            min_seconds: of appearances and a sheet: least screen time in an episode, as in
                ``find``; 0 for glimpses too.
            every: of a dataset as ``coco`` or ``yolo``: every n-th drawing becomes a picture.
            crops: of a dataset as ``kohya``: ``whole`` (the picture), ``full`` (its full height
                round a character), ``bust``, ``head``, or several; all by default.
            max: of the same: pictures of a character at most, the sharpest, of all episodes.
            resolution: of the same: pixels that a crop has at most, as the side of a square.
            enlarge: of the same: how many times as large as in the video a crop is at most.
            repeats: of the same: how often each picture is shown; None for such that all
                characters are shown about as often.
            of: of a sheet: ``season`` (a grid), ``timeline`` (of each episode) or ``faces`` (of
                each character).
            series: of a bundle: only the people of this show; None for all.

    Raises:
        RequestError: there is no such episode, format or series, nothing to draw, nobody named,
            or ``out`` can't be written.
        UnknownCharacterError: no character is called so.
        MediaError: an episode's file is gone or has changed (datasets only).
        DatabaseError: there is no index, or it can't be read.

    Example:
        >>> import eyecatch
        >>> done = eyecatch.export("frames", db="season.db", format="csv", out="frames.csv")
        >>> done.rows > 100
        True
        >>> eyecatch.export("appearances", db="season.db", format="edl", out="edl/").rows
        2
    """
    where = path_of(out)
    match what:
        case "frames":
            return exporting.frames(db, where, ExportOptions(**_known(ExportKeywords, keywords)))
        case "appearances":
            chosen = AppearanceOptions(**_known(AppearanceKeywords, keywords))
            return exporting.appearances(db, where, chosen)
        case "segments":
            return exporting.segments(
                db, where, SegmentOptions(**_known(SegmentKeywords, keywords))
            )
        case "dataset":
            return exporting.dataset(
                db, where, DatasetOptions(**_known(DatasetKeywords, keywords)), listener
            )
        case "sheet":
            return exporting.sheet(db, where, SheetOptions(**_known(SheetKeywords, keywords)))
        case "bundle":
            return exporting.bundle(db, where, BundleOptions(**_known(BundleKeywords, keywords)))
        case _:
            choices = " or ".join([*KINDS, "bundle"])
            raise RequestError(f"{what!r} is no export", f"choose {choices}")


def _known(typed: type, keywords: dict[str, Any]) -> dict[str, Any]:
    return check_keywords("export()", typed, keywords)
