"""Whether bytes of a file that are in no packet are laid out as its container prescribes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from eyecatch.core.storage import is_remote, opened

TS_PACKETS: Final = (188, 192, 204)
"""Bytes of a transport stream's packet: plain, M2TS and with Reed-Solomon (ETSI TR 101 290)."""

WINDOW: Final = 65536
"""Bytes of a transport stream that are looked at, at each of a few places."""

SOUND: Final = 0.8
"""Share of the packets of sound transport streams, at the least, that begin as they should."""


class _Reader(Protocol):
    def seek(self, place: int, /) -> int: ...
    def read(self, size: int, /) -> bytes: ...


def _destroyed(is_sound: Callable[[_Reader, int, int], bool]) -> Callable[[Path, int, int], bool]:
    def check(path: Path, start: int, stop: int) -> bool:
        with opened(path) if is_remote(path) else path.open("rb") as file:
            return not is_sound(file, start, stop)

    return check


def _is_avi(file: _Reader, start: int, stop: int) -> bool:
    """Chunks, one after the other; some hold others (RIFF, LIST). Packets begin after the head."""
    place = start - 8
    while place < stop - 8:
        file.seek(place)
        head = file.read(8)
        name, size = head[:4], int.from_bytes(head[4:], "little")
        if len(head) < 8 or not name.isascii() or not name.decode().isprintable():
            return False
        place += 12 if name in {b"RIFF", b"LIST"} else 8 + size + size % 2
    return place == stop - 8


def _is_mp4(file: _Reader, _start: int, stop: int) -> bool:
    """Boxes, one after the other from the start of the file; packets are within them."""
    place = 0
    while place < stop:
        file.seek(place)
        head = file.read(16)
        size, name = int.from_bytes(head[:4], "big"), head[4:8]
        if len(head) < 16 or not name.isascii() or not name.decode().isprintable():
            return False
        if size == 1:  # the size follows, in 64 bits
            size = int.from_bytes(head[8:], "big")
        elif size == 0:  # the last box, up to the end of the file
            return True
        if size < 8:
            return False
        place += size
    return True


def _is_ps(file: _Reader, start: int, stop: int) -> bool:
    """Packets with start codes, one after the other (ISO/IEC 13818-1, 2.5.3)."""
    place = start
    while place < stop:
        file.seek(place)
        head = file.read(14)
        if len(head) < 14 or head[:3] != b"\0\0\1" or head[3] < 0xB9:
            return False
        if head[3] == 0xB9:  # the end of a program, after which another may begin
            place += 4
        elif head[3] == 0xBA:  # a pack: of MPEG-2 with stuffing, or of MPEG-1
            place += 14 + (head[13] & 7) if head[4] & 0xC0 == 0x40 else 12
        else:
            place += 6 + int.from_bytes(head[4:6], "big")
    return True


def _is_ts(file: _Reader, start: int, stop: int) -> bool:
    """A byte 0x47 begins each packet, at the start, in the middle and at the end."""
    span = max(0, stop - start - WINDOW)
    return all(_in_step(file, start + span * part // 4) for part in range(5))


def _in_step(file: _Reader, place: int) -> bool:
    file.seek(place)
    window = np.frombuffer(file.read(WINDOW), np.uint8)
    return any(
        bool(
            (
                (window[: len(window) // size * size].reshape(-1, size) == 0x47).mean(0) >= SOUND
            ).any()
        )
        for size in TS_PACKETS
        if len(window) >= size
    )


CHECKS: Final[dict[str, Callable[[Path, int, int], bool]]] = {
    "avi": _destroyed(_is_avi),
    "mov,mp4,m4a,3gp,3g2,mj2": _destroyed(_is_mp4),
    "mpeg": _destroyed(_is_ps),
    "mpegts": _destroyed(_is_ts),
}
"""By FFmpeg's name of a format, whether something else than its own making is between two places of
a file at which packets begin. Others have nothing between pictures that is as large as a packet."""
