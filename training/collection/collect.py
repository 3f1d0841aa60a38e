"""``eyecatch collect``: faces out of pictures and videos, ready to be sorted into ``FACES/``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Unpack

from eyecatch.core.arguments import AnyPath, Paths, checked, path_of, several
from eyecatch.core.detect.config import DetectorConfig
from eyecatch.core.errors import RequestError
from eyecatch.core.file_names import shown
from eyecatch.core.identity.base_embedder import base_bundle
from eyecatch.core.identity.clustering import Embed
from eyecatch.core.identity.inference import Identify
from eyecatch.core.inputs import media
from eyecatch.core.video.made import is_made
from eyecatch.training.collection.annotated import cut_boxes
from eyecatch.training.collection.danbooru import collect_posts
from eyecatch.training.collection.extract import FaceExtractor
from eyecatch.training.collection.grouping import sort_faces
from eyecatch.training.collection.options import CollectKeywords, CollectOptions
from eyecatch.training.collection.scan_files import scan_files
from eyecatch.training.collection.store import FaceStore
from eyecatch.training.collection.types import Collected
from eyecatch.training.collection.web import fetch


@checked
def collect(paths: Paths, out: AnyPath, **keywords: Unpack[CollectKeywords]) -> Collected:
    """Cuts faces out of pictures and videos, and sorts them into folders.

    Run again into the same folder, it adds what is new, and leaves alone what a person has renamed,
    moved or deleted since. Interrupted with Ctrl-C, it sorts what it has found until then.

    Args:
        paths: a picture, video or folder of them, or several; none where ``danbooru`` or ``web`` is
            given.
        out: the folder to collect in: a folder for each group of similar faces, ``alone`` for those
            of no group, and ``collected.csv`` with a row for every face that was found.
        **keywords: all optional:

            boxes: cut exactly the faces of this box file into ``out``/<label>/ instead; ``out``
                must be new or empty. See ``training.annotations``.
            danbooru: take the pictures of these posts instead, into ``out``/<tag>/.
            web: fetch pictures from there first, into a hidden folder of ``out``.
            min_size: longer side of the smallest face that is taken, in pixels.
            max_per_group: faces of a group that are written, its best; None for all.
            group: False puts all faces into one folder, ``faces``.
            crop: the pictures are faces already; none is looked for in them.
            detector: which detector looks: its name, its file, or a configuration;
                None for the default.
            embed: function from crops to the embeddings that faces are grouped by; None for the
                embedder in the package.
            progress: is called with what is being done, how much is done, and of how much.

    Returns:
        How many faces went into each folder, and what was left out.

    Raises:
        RequestError: what was asked can't be done, or ``out`` can't be written.
        ModelError: the detector or the embedder can't be used.

    Example:
        Pictures that are faces already, into one folder; near duplicates are left out.

        >>> import eyecatch
        >>> collected = eyecatch.collect("faces/Akari", "collected", crop=True, group=False)
        >>> list(collected.labels)
        ['faces']
    """
    options = CollectOptions(**keywords)
    files = [Path(path) for path in several(paths)]
    _check(files, options)
    if (boxes := path_of(options.boxes)) is not None:
        return cut_boxes(files, Path(out), boxes)
    store = FaceStore(Path(out))
    extractor = FaceExtractor(options.detector or DetectorConfig(), options.min_size, options.crop)
    if options.danbooru is not None:
        on_progress = partial(options.progress, "posts, MB")
        return collect_posts(options.danbooru, extractor, store, on_progress)
    return _collect_files(files, extractor, store, options)


def _check(paths: Sequence[Path], options: CollectOptions) -> None:
    if not paths and options.web is None and options.danbooru is None:
        raise RequestError("there is nothing to collect from", "give pictures, videos or folders")
    if options.danbooru is not None and (paths or options.web is not None):
        raise RequestError("posts are collected by themselves", "collect the rest in another run")


def _collect_files(
    paths: Sequence[Path], extractor: FaceExtractor, store: FaceStore, options: CollectOptions
) -> Collected:
    embed = (options.embed or _base_embed()) if options.group else None
    sources, out = media(paths), store.out.resolve()
    files = [file for file in sources.files if not file.resolve().is_relative_to(out)]
    made = {file for file in files if file not in sources.named and is_made(file)}
    files = [file for file in files if file not in made]
    on_fetched = partial(options.progress, "fetching")
    fetched, failures = fetch(options.web, store.out, on_fetched) if options.web else ((), ())
    on_scanned = partial(options.progress, "looking, MB")
    scanned = scan_files([*files, *fetched], extractor, store.manifest, on_scanned)
    counts = sort_faces(scanned.found, store, embed, options.max_per_group)
    store.manifest.mark_scanned(scanned.digests, extractor.digest)
    if scanned.interrupted:
        raise KeyboardInterrupt
    return Collected(
        counts,
        (*map(str, sources.faults), *map(_left_out, sorted(made)), *failures, *scanned.notes),
        store.duplicates,
        len(sources.faults) + len(failures) + scanned.unread,
    )


def _left_out(made: Path) -> str:
    return f"{shown(str(made))}: eyecatch wrote it, so it is left out; name it to collect from it."


def _base_embed() -> Embed:
    identify = Identify(base_bundle())
    return lambda crops: identify(crops).embeddings
