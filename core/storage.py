"""Where videos are: files of this machine, or objects at a URL such as ``s3://bucket/S01E01.mkv``.

A URL becomes a path of universal_pathlib, which reads through fsspec and has the methods of
``pathlib.Path`` that are called here; so all else takes a path, wherever it leads.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final, cast
from urllib.parse import unquote_to_bytes, urlparse

from eyecatch.core.arguments import AnyPath, path_of
from eyecatch.core.errors import EyecatchError, MediaError, RequestError

_URL: Final = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_EXTRAS: Final = {"s3": "s3", "s3a": "s3"}
"""What to install for a kind of URL, where that is an extra of ours."""

BLOCK: Final = 4 * 2**20
"""Bytes that are asked for at once: reads are in order but for a few seeks."""


def place(name: AnyPath) -> Path:
    """The path for what a person wrote: a path, or a URL that fsspec knows.

    Raises:
        RequestError: a URL of a kind that is not known.
    """
    if not isinstance(name, str):
        return path_of(name) if isinstance(name, os.PathLike) else name  # a URL as a path
    match = _URL.match(name)
    if match is None:
        return Path(name)
    if (kind := match[1].lower()) == "file":
        return Path(os.fsdecode(unquote_to_bytes(urlparse(name).path)))
    from upath import UPath  # noqa: PLC0415 - for those whose videos are elsewhere

    try:
        # A listing that is remembered would hide that an object has changed.
        return cast(Path, UPath(name, use_listings_cache=False))
    except ValueError:
        problem = f"{name}: nothing is known of {kind}://"
        raise RequestError(problem, "name a file, or a URL such as s3://bucket/file") from None


def readable(path: Path) -> Path:
    """The path, once it is certain that the library is installed that reads its kind of URL.

    Raises:
        RequestError: it isn't; the sentence says what to install.
    """
    if is_remote(path):
        from fsspec import get_filesystem_class  # type: ignore[import-untyped] # noqa: PLC0415

        kind = cast(Any, path).protocol
        try:
            get_filesystem_class(kind)
        except ImportError as error:
            reason = str(error).splitlines()[0].rstrip(".")
            advice = f"pip install 'eyecatch[{_EXTRAS[kind]}]'" if kind in _EXTRAS else reason
            problem = f"{path}: {kind}:// needs a package that isn't here"
            raise RequestError(problem, advice) from error
    return path


def is_remote(path: Path) -> bool:
    """Whether a path leads to an object behind a URL."""
    return not isinstance(path, Path)


@contextmanager
def reachable(path: Path) -> Iterator[None]:
    """Turns errors of a remote service's library into a MediaError; an OSError passes.

    Raises:
        MediaError: the service can't be reached, or wants other credentials.
    """
    try:
        yield
    except (EyecatchError, OSError):
        raise
    except Exception as error:  # each library has errors of its own: botocore's, aiohttp's
        if not is_remote(path):
            raise
        reason = " ".join(str(error).split()).rstrip(".") or type(error).__name__
        advice = "check the URL, the network and the credentials"
        raise MediaError(str(path), f"can't be reached ({reason})", advice) from error


def opened(path: Path) -> IO[bytes]:
    """A remote file, opened for reading and seeking; it is not downloaded as a whole."""
    with reachable(path):
        return cast(Any, path).fs.open(cast(Any, path).path, "rb", block_size=BLOCK)  # type: ignore[no-any-return]


def objects(path: Path) -> Sequence[Path] | None:
    """The objects that a remote folder or pattern means, by name; None if it is one object.

    Args:
        path: a URL; ``*`` and ``**`` in it are a pattern. Brackets are letters, which names of
            episodes often begin with, and a question mark begins what a signed URL needs.
    """
    whole: Any = path
    with reachable(path):
        base, pattern = _split_pattern(str(path))
        if pattern:
            whole = place(base)
            wanted = f"{whole.path.rstrip('/')}/{pattern}"
            names = whole.fs.glob(re.sub(r"[\[?]", r"[\g<0>]", wanted))
        elif not str(path).startswith("http") and whole.is_dir():  # a page would be read for links
            names = whole.fs.find(whole.path)
        else:
            return None
    root = whole.fs._strip_protocol(whole.path).strip("/")
    parts = [whole.fs._strip_protocol(name).strip("/").removeprefix(root) for name in names]
    return [whole / part.lstrip("/") for part in sorted(parts)]


def _split_pattern(url: str) -> tuple[str, str]:
    """A URL up to the last folder without a pattern in it, and the pattern that follows."""
    if "*" not in url:
        return url, ""
    cut = url.rindex("/", 0, url.index("*"))
    return url[:cut], url[cut + 1 :]
