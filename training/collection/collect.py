"""``eyecatch collect``: faces out of pictures and videos, ready to be sorted into ``FACES/``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.errors import RequestError
from eyecatch.core.identity.base_embedder import base_bundle
from eyecatch.core.identity.clustering import Embed
from eyecatch.core.identity.inference import Identify
from eyecatch.core.inputs import media
from eyecatch.training.collection.annotated import cut_boxes
from eyecatch.training.collection.danbooru import collect_posts
from eyecatch.training.collection.extract import Looking
from eyecatch.training.collection.grouping import sort_faces
from eyecatch.training.collection.options import Danbooru, Web
from eyecatch.training.collection.scan_files import gather
from eyecatch.training.collection.store import Places
from eyecatch.training.collection.types import Collected
from eyecatch.training.collection.web import fetch

Progress = Callable[[str, int, int | None], None]
"""Is told what is being done, how much of it is done, and of how much."""


def collect(  # noqa: PLR0913 - each is one plain property of the collection
    paths: Sequence[Path],
    out: Path,
    *,
    boxes: Path | None = None,
    danbooru: Danbooru | None = None,
    web: Web | None = None,
    min_size: int = 32,
    max_per_group: int | None = None,
    group: bool = True,
    crop: bool = False,
    detector: DetectorConfig | None = None,
    embed: Embed | None = None,
    progress: Progress = lambda _what, _done, _total: None,
) -> Collected:
    """Cut faces out of pictures and videos.

    Run again into the same folder, it adds what is new, and leaves alone what a person has renamed,
    moved or thrown away since. Stopped with Ctrl-C, it sorts what it has found until then.

    Args:
        paths: pictures, videos and folders of them; none where ``danbooru`` or ``web`` is given.
        out: the folder to collect in: a folder for each look, ``alone`` for those that fit
            nowhere, and ``collected.csv`` with a row for every face that was found.
        boxes: cut exactly the faces of this file into ``out``/<label>/ instead; ``out`` must be
            new or empty. See ``training.annotations``.
        danbooru: take the pictures of these posts instead, into ``out``/<tag>/.
        web: fetch pictures from there first, into a hidden folder of ``out``.
        min_size: longer side of the smallest face that is taken, in pixels.
        max_per_group: faces of a group that are written, its best; None for all.
        group: False puts all faces into one folder, ``faces``.
        crop: the pictures are faces already; none is looked for in them.
        detector: which detector looks, and how; None for the default.
        embed: tells looks; None for the embedder that ships with the package.
        progress: is told of the work done.

    Raises:
        RequestError: what was asked can't be done, or ``out`` can't be written.
        ModelError: the detector or the embedder can't be used.
    """
    paths, out = [Path(path) for path in paths], Path(out)
    if not paths and web is None and danbooru is None:
        raise RequestError("there is nothing to collect from", "give pictures, videos or folders")
    if danbooru is not None and (paths or web is not None):
        raise RequestError("posts are collected by themselves", "collect the rest in another run")
    if boxes is not None:
        return cut_boxes(paths, out, boxes)
    places = Places(out)
    looking = Looking(detector or DetectorConfig(), min_size, crop)
    if danbooru is not None:
        return collect_posts(danbooru, looking, places, partial(progress, "posts, MB"))
    if group and embed is None:
        embed = _shipped()
    sources = media(paths)
    files = [file for file in sources.files if not file.resolve().is_relative_to(out.resolve())]
    fetched, failures = fetch(web, out, partial(progress, "fetching")) if web else ((), ())
    gathered = gather([*files, *fetched], looking, places.ledger, partial(progress, "looking, MB"))
    counts = sort_faces(gathered.looked, places, embed if group else None, max_per_group)
    places.ledger.look_no_more(gathered.digests, looking.digest)
    if gathered.stopped:
        raise KeyboardInterrupt
    return Collected(
        counts,
        (*map(str, sources.faults), *failures, *gathered.notes),
        places.duplicates,
        len(sources.faults) + len(failures) + gathered.unread,
    )


def _shipped() -> Embed:
    identify = Identify(base_bundle())
    return lambda crops: identify(crops).embeddings
