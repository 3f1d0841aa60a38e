"""Videos that eyecatch wrote itself: each is marked, so that none is taken for an episode."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from eyecatch.core.errors import MediaError
from eyecatch.core.images import is_image
from eyecatch.core.storage import is_remote
from eyecatch.core.video.container import open_container
from eyecatch.core.video.ffmpeg import MARK

LABELS: Final = "eyecatch: who is on screen"
"""Title of the track of labels: by it alone, what earlier versions wrote is known."""


def is_made(path: Path) -> bool:
    """Whether a file is an annotated episode, a clip, a supercut or a proxy of eyecatch's.

    A file behind a URL is read when it is indexed only; it is taken for what it says it is.
    """
    if is_remote(path) or is_image(path):
        return False
    try:
        with open_container(path) as container:
            names = [_value(one.metadata, "handler_name") for one in container.streams.video]
            titles = [_value(one.metadata, "title") for one in container.streams.subtitles]
    except MediaError:  # who registers it says why
        return False
    return MARK.partition("=")[2] in names or LABELS in titles


def _value(metadata: dict[str, str], key: str) -> str | None:
    """Matroska writes keys in capitals."""
    return next((value for name, value in metadata.items() if name.lower() == key), None)
