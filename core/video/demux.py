"""Reading packets on past damage, as players do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av.error
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream

from eyecatch.core.shortage import blame_machine

TRIES = 10
"""Errors without a packet between them after which nothing more is to come; so many mpv takes."""

STEP = 65536
"""Bytes of a transport stream that FFmpeg looks through for a packet before it says EAGAIN."""


def demux(container: InputContainer, path: Path, *streams: Stream) -> Iterator[Packet[Any]]:
    """The packets of some streams of an open file, or of all, from where it stands.

    Ogg and transport streams report an error where bytes were destroyed, and read on when they are
    asked again.

    Raises:
        av.error.FFmpegError: nothing can be read after the last packet, up to the end of the file.
        MachineError: the machine lacks something.
    """
    patience, steps = TRIES, max(container.size, 0) // STEP + TRIES
    failed: av.error.FFmpegError | None = None
    while patience and steps:
        try:
            for packet in container.demux(*streams):
                if packet.size:
                    patience, failed = TRIES, None
                yield packet
        except av.error.BlockingIOError as error:
            steps, failed = steps - 1, error
        except av.error.FFmpegError as error:
            blame_machine(path, error)
            patience, failed = patience - 1, error
        except IndexError:  # PyAV ends so where damage was taken for one more stream
            break
        else:
            break
    if failed is not None:
        raise failed
