"""``eyecatch collect``."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

import click

import eyecatch
from eyecatch.core.detect.config import DetectorConfig
from eyecatch.jobs.cli import options
from eyecatch.jobs.cli.output import complain, note
from eyecatch.jobs.cli.progress import Bars
from eyecatch.jobs.statuses import status_of
from eyecatch.training.collection.options import Danbooru, Web

FOLDER = click.Path(path_type=Path)


@click.command(epilog="Example:  eyecatch collect season1/ stills/ --out faces")
@click.argument("paths", nargs=-1, type=FOLDER)
@click.option("--out", type=FOLDER, required=True, metavar="DIR", help="Folder for the faces.")
@click.option(
    "--min-size",
    type=click.IntRange(1),
    default=32,
    show_default=True,
    metavar="PIXELS",
    help="Longer side of the smallest face, brow to chin.",
)
@click.option(
    "--max-per-group", type=click.IntRange(1), metavar="N", help="Write a group's N best faces."
)
@click.option("--no-group", is_flag=True, help="Put all faces into one folder.")
@click.option("--crop", is_flag=True, help="The images are faces already: look for none.")
@click.option(
    "--boxes",
    type=FOLDER,
    metavar="FILE",
    help="CSV image,x,y,w,h,label: exactly these faces, in folders by label.",
)
@click.option(
    "--danbooru",
    "meta",
    type=FOLDER,
    metavar="FILE",
    help="Danbooru's metadata as JSON lines: pictures of one character, in folders by tag.",
)
@click.option("--images", type=FOLDER, metavar="DIR", help="With --danbooru: the pictures.")
@click.option(
    "--character",
    "characters",
    multiple=True,
    metavar="TAG",
    help="With --danbooru: only this character; may be repeated.",
)
@click.option(
    "--rating",
    "ratings",
    multiple=True,
    type=click.Choice(["g", "s", "q", "e"]),
    help="With --danbooru: only this rating; may be repeated.",
)
@click.option(
    "--least",
    type=click.IntRange(1),
    default=1,
    metavar="N",
    help="With --danbooru: leave out characters with fewer faces.",
)
@click.option(
    "--web",
    "urls",
    multiple=True,
    metavar="URL",
    help="Fetch pictures by gallery-dl first; may be repeated. Needs eyecatch[web].",
)
@click.option(
    "--most",
    type=click.IntRange(1),
    metavar="N",
    help="Faces of a character with --danbooru; pictures of a URL with --web (100).",
)
@options.detector
@options.quiet
def collect(
    paths: tuple[Path, ...],
    out: Path,
    min_size: int,
    max_per_group: int | None,
    no_group: bool,
    crop: bool,
    boxes: Path | None,
    meta: Path | None,
    images: Path | None,
    characters: tuple[str, ...],
    ratings: tuple[str, ...],
    least: int,
    urls: tuple[str, ...],
    most: int | None,
    detector: DetectorConfig | None,
    quiet: bool,
) -> None:
    """Cut faces out of images, videos and folders of them, sorted by look.

    DIR gets a folder for each look, to be renamed: group_001_023faces/ with a contact sheet beside
    it; alone/ for faces that fit nowhere; and collected.csv, which says of each face where it is
    from. Run again, it adds what is new and leaves alone what was renamed or moved.
    """
    if meta is None and (images or characters or ratings or least > 1):
        raise click.UsageError("--images, --character, --rating and --least go with --danbooru.")
    posts = None
    if meta is not None:
        if images is None:
            raise click.UsageError("--danbooru needs --images, the folder of its pictures.")
        posts = Danbooru(meta, images, characters, ratings, most, least)
    web = (Web(urls, most) if most else Web(urls)) if urls else None
    with closing(Bars(quiet)) as progress:
        collected = eyecatch.collect(
            paths,
            out,
            boxes=boxes,
            danbooru=posts,
            web=web,
            min_size=min_size,
            max_per_group=max_per_group,
            group=not no_group,
            crop=crop,
            detector=detector,
            progress=progress,
        )
    for line in collected.notes:
        complain(line)
    doubles = f" Left out {collected.duplicates} near duplicates." if collected.duplicates else ""
    note(f"Wrote {collected.faces} faces into {len(collected.labels)} folders of {out}.{doubles}")
    if status := status_of(collected.faces, collected.unread):
        sys.exit(status)
