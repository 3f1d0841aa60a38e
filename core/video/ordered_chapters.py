"""What FFmpeg drops of Matroska's chapters: in what order players show the parts, of which file.

Only what is needed of the format is read (RFC 9559; its elements are EBML, RFC 8794).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

SEGMENT, SEEK_HEAD, SEEK = 0x18538067, 0x114D9B74, 0x4DBB
SEEK_ID, SEEK_POSITION = 0x53AB, 0x53AC
CHAPTERS, EDITION, FLAG_ORDERED = 0x1043A770, 0x45B9, 0x45DD
CHAPTER, UID, SEGMENT_UUID = 0xB6, 0x73C4, 0x6E67
VOID = 0xEC


class Element(NamedTuple):
    """An element in a file: its id, and where it begins, where its content does, and both end."""

    id: int
    start: int
    content: int
    end: int


def keep_order(source: Path, target: Path) -> None:
    """Give a copy the chapters of its source, where these are ordered and both are Matroska."""
    with source.open("rb") as file:
        segment = _find(file, 0, source.stat().st_size, SEGMENT)
        found = segment and _find(file, segment.content, segment.end, CHAPTERS)
        if not found or not _is_ordered(file, found):
            return
        chapters = _read(file, found.start, found.end)
    with target.open("r+b") as file:
        _replace(file, target.stat().st_size, chapters)


def linked_chapters(path: Path) -> frozenset[int]:
    """Ids of the chapters of a Matroska file that are in another file, as openings often are."""
    found = set()
    with path.open("rb") as file:
        segment = _find(file, 0, path.stat().st_size, SEGMENT)
        chapters = segment and _find(file, segment.content, segment.end, CHAPTERS)
        for edition in _elements(file, chapters.content, chapters.end) if chapters else ():
            for chapter in _elements(file, edition.content, edition.end):
                parts = {one.id: one for one in _elements(file, chapter.content, chapter.end)}
                if chapter.id == CHAPTER and SEGMENT_UUID in parts and UID in parts:
                    uid = parts[UID]
                    data = _read(file, uid.content, min(uid.end, uid.content + 8))
                    found.add(int.from_bytes(data, "big"))
    return frozenset(found)


def _replace(file: IO[bytes], size: int, chapters: bytes) -> None:
    """Put chapters at the end of a file, and the way to them into its head."""
    segment = _find(file, 0, size, SEGMENT)
    if segment is None or segment.end != size:
        return
    parts = list(_elements(file, segment.content, segment.end))
    head = next((place for place, one in enumerate(parts) if one.id == SEEK_HEAD), None)
    if head is None:
        return
    end = parts[head].end
    if parts[head + 1].id == VOID:  # room that ffmpeg left for entries
        end = parts[head + 1].end
    entries = {one: at for one, at in _entries(file, parts[head]) if one != CHAPTERS}
    entries[CHAPTERS] = size - segment.content
    content = b"".join(
        _element(SEEK, _element(SEEK_ID, _bytes(one)) + _element(SEEK_POSITION, _bytes(at)))
        for one, at in entries.items()
    )
    rest = end - parts[head].start - len(_element(SEEK_HEAD, content)) - 9
    if rest < 0:
        return
    written = _element(SEEK_HEAD, content) + _void(rest + 9)
    for one in parts:
        if one.id == CHAPTERS:
            _write(file, one.start, _void(one.end - one.start))
    _write(file, size, chapters)
    _write(file, parts[head].start, written)
    length = segment.content - segment.start - 4
    _write(file, segment.start + 4, _size(size - segment.content + len(chapters), length))


def _is_ordered(file: IO[bytes], chapters: Element) -> bool:
    return any(
        flag.id == FLAG_ORDERED and any(_read(file, flag.content, flag.end))
        for edition in _elements(file, chapters.content, chapters.end)
        if edition.id == EDITION
        for flag in _elements(file, edition.content, edition.end)
    )


def _entries(file: IO[bytes], head: Element) -> Iterator[tuple[int, int]]:
    """What a seek head says: ids of elements and how far from the segment's content they are."""
    for seek in _elements(file, head.content, head.end):
        if seek.id == SEEK:
            said = {
                one.id: int.from_bytes(_read(file, one.content, one.end), "big")
                for one in _elements(file, seek.content, seek.end)
            }
            yield said[SEEK_ID], said[SEEK_POSITION]


def _find(file: IO[bytes], start: int, stop: int, wanted: int) -> Element | None:
    return next((one for one in _elements(file, start, stop) if one.id == wanted), None)


def _elements(file: IO[bytes], start: int, stop: int) -> Iterator[Element]:
    """The elements between two places, as far as they say how long they are."""
    while start < stop:
        file.seek(start)
        head = file.read(12)
        id_length = _length(head)
        if not 1 <= id_length <= 4 or len(head) <= id_length:  # an id has no more: not Matroska
            return
        length = _length(head[id_length:])
        marked = int.from_bytes(head[id_length : id_length + length], "big")
        content = start + id_length + length
        known = marked != (1 << (7 * length + 1)) - 1  # all ones: a stream that is written live
        end = content + marked - (1 << 7 * length) if known else stop
        if not length or end > stop:
            return
        yield Element(int.from_bytes(head[:id_length], "big"), start, content, end)
        start = end


def _length(data: bytes) -> int:
    """How many bytes a number at the start of ``data`` takes; 0 if it is none."""
    return 9 - data[0].bit_length() if data and data[0] else 0


def _read(file: IO[bytes], start: int, stop: int) -> bytes:
    file.seek(start)
    return file.read(stop - start)


def _write(file: IO[bytes], at: int, data: bytes) -> None:
    file.seek(at)
    file.write(data)


def _bytes(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8 or 1, "big")


def _size(number: int, length: int) -> bytes:
    return (number | 1 << 7 * length).to_bytes(length, "big")


def _element(number: int, content: bytes) -> bytes:
    length = 1 if len(content) < 127 else 8
    return _bytes(number) + _size(len(content), length) + content


def _void(length: int) -> bytes:
    """Nothing, of a length of at least 9."""
    return bytes([VOID]) + _size(length - 9, 8) + bytes(length - 9)
