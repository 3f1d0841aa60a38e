"""From video files to episodes of the index."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from eyecatch.core.errors import EyecatchError, MachineError, MediaError
from eyecatch.core.inputs import Sources
from eyecatch.core.name_parsing import parsed_name
from eyecatch.core.shortage import blame_machine
from eyecatch.core.storage import is_remote, place, reachable
from eyecatch.core.video.content_hash import content_hash
from eyecatch.core.video.made import is_made
from eyecatch.core.video.plan import plan
from eyecatch.core.video.probe import probe
from eyecatch.db.index import Index
from eyecatch.db.models.base import PENDING
from eyecatch.db.records.scan import EpisodeRecord, FileStamp
from eyecatch.jobs.indexing.index_fault import IndexFault, unread
from eyecatch.jobs.origins import with_clock

log = logging.getLogger(__name__)


def register_all(  # noqa: PLR0913 - each is one plain wish of the caller's
    index: Index,
    sources: Sources,
    *,
    series: Mapping[Path, str | None],
    chunk_seconds: float | None,
    again: bool,
    on_made: Callable[[Path], None] = lambda _: None,
) -> Iterator[int | IndexFault]:
    """Make sure that the index knows the episodes in files, one after the other.

    A file that can't be indexed is remembered with the reason, and not read again while it stays
    as it is, unless ``again`` says so.

    Args:
        index: an open index.
        sources: the files.
        series: of each file, name of the show that it belongs to if it is new; None for none.
        chunk_seconds: least length of the chunks of new episodes; None for what suits them.
        again: try those again that could not be indexed.
        on_made: called with each file that eyecatch wrote itself and that nobody named outright; it
            is left out.

    Yields:
        The ids of the episodes, each once, and what is wrong with each file or path that has none.
    """
    seen: set[int] = set()
    yield from map(unread, sources.faults)
    _replace(index)  # what an earlier version, or a process that died, left listed twice
    bad = {fault.path for fault in index.bad_files.list_all()}
    for file in sources.files:
        try:
            if not again:
                _check_known(index, file)
            if file not in sources.named and _unchanged(index, file) is None and is_made(file):
                on_made(file)
                continue
            id_ = register(index, file, series.get(file), chunk_seconds).id
        except (MediaError, MachineError) as error:
            yield unread(error)
            continue
        if (path := str(file.absolute())) in bad:
            index.bad_files.forget(path)
        if id_ not in seen:
            seen.add(id_)
            yield id_


def register(
    index: Index, file: Path, series: str | None, chunk_seconds: float | None
) -> EpisodeRecord:
    """Make sure that the index knows the episode in a file, whatever the file is called.

    A file of known path, size and time is not read again. Content that the index knows under
    another name keeps its rows. New content is probed and planned.

    Raises:
        MediaError: the file can't be read, or is no video; the index remembers it.
    """
    record = _unchanged(index, file)
    if record is not None:
        index.episode_files.vouch(record.digest, FileStamp.of(file))
        if is_remote(record.video.path) or record.video.path.exists():
            return with_clock(index, record)
        index.replacements.moved(record.id, str(file.absolute()))  # back to where it was once
    else:
        record = _add(index, file, series, chunk_seconds)
        _replace(index, str(file.absolute()))
    name = parsed_name(str(file.absolute()))
    if record.named_by is None or name.label is not None:  # a name that says nothing tells no more
        index.episode_names.save({record.id: name})
    return with_clock(index, index.episodes.get(record.id))


def _add(
    index: Index, file: Path, series: str | None, chunk_seconds: float | None
) -> EpisodeRecord:
    stamp = None
    try:
        digest = content_hash(file)
        stamp = FileStamp.of(file)
        if index.episodes.by_digest(digest) is not None:
            return with_clock(index, index.episodes.add_file(digest, stamp))
        with _on_record(index, stamp), reachable(file):
            try:
                video = probe(file)
                planned = plan(video, chunk_seconds)
            except Exception as error:
                blame_machine(file, error)
                raise
        if not planned.frames:
            problem = "not one frame of it can be read"
            raise MediaError(str(file), problem, "copy or download it again")
    except MediaError as error:
        if stamp is not None or file.exists():  # what isn't there is no file that is bad
            index.bad_files.add(str(file.absolute()), error, stamp)
        raise
    made = index.episodes.add(digest, stamp, video, planned, series)
    index.bad_files.forget(stamp.path)
    return made


@contextmanager
def _on_record(index: Index, file: FileStamp) -> Iterator[None]:
    """Reads what is in a file; should that kill this process, it is on record.

    Raises:
        MediaError: the file is to blame, also for what nobody thought of.
    """
    index.bad_files.begin(file)
    try:
        yield
    except MediaError:  # the caller notes it
        raise
    except BaseException as error:
        if isinstance(error, EyecatchError) or not isinstance(error, Exception):
            index.bad_files.put_back(file.path)  # the machine's fault, or somebody stops the job
            raise
        log.debug("%s", file.path, exc_info=True)
        problem = f"can't be read ({type(error).__name__}: {error})"
        raise MediaError(file.path, problem, "check what is in it") from error


def _replace(index: Index, path: str | None = None) -> None:
    """Take off the lists what a file, or any file, held before, unless another file has it still.

    Names of people follow to the newer content when it is decided, or at once where it is.
    """
    for older, newer in index.replacements.pairs(path):
        believed = index.episode_files.believed(older)
        left = next(
            (file for file in index.episodes.files(older) if _is_unchanged(file, believed)), None
        )
        if left is not None:
            index.replacements.moved(older, left.path)
            continue
        index.replacements.replace(older, newer)
        if index.episodes.get(newer).state != PENDING:
            index.replacements.follow(newer)


def _is_unchanged(file: FileStamp, believed: set[FileStamp]) -> bool:
    """Whether a file is there as it was; an address that only the index names isn't asked."""
    try:
        path = place(file.path)
        if is_remote(path) and file not in believed:
            return True
        return FileStamp.of(path) == file
    except (OSError, EyecatchError):
        return False


def _check_known(index: Index, file: Path) -> None:
    if file.is_file() and (known := index.bad_files.reason(FileStamp.of(file))) is not None:
        raise known


def _unchanged(index: Index, file: Path) -> EpisodeRecord | None:
    if not file.is_file():
        return None
    digest = index.episodes.digest_of(FileStamp.of(file))
    return None if digest is None else index.episodes.by_digest(digest)
