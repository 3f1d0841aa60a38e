"""How much later than a file says its packets are shown, where its clock begins again."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from av.packet import Packet

from eyecatch.core.video.packet_roles import PacketRoles

JUMP = Fraction(1, 2)
"""Seconds by which pictures move against the file's clock only where another recording begins."""

BACK = Fraction(1, 5)
"""Seconds by which a stream's time falls only where its clock begins again."""


@dataclass(slots=True)
class ClockShifts:
    """Sound and subtitles go with the pictures beside them.

    Attributes:
        places: bytes of the file at which each recording in it begins.
        seconds: by which all in it is shown later than it says.
        start: seconds that are subtracted from every time.
    """

    places: list[int]
    seconds: list[Fraction]
    start: Fraction
    _at: dict[int, int] = field(default_factory=dict)
    _last: dict[int, Fraction] = field(default_factory=dict)

    @classmethod
    def of(
        cls, roles: PacketRoles, pts: npt.NDArray[np.int64], unit: Fraction, start: Fraction
    ) -> Self:
        """The shifts of a file.

        Args:
            roles: its packets.
            pts: int64 (n,): when each frame is to begin.
            unit: seconds of one unit of these.
            start: seconds that players take for 0.
        """
        places, seconds = [0], [Fraction(0)]
        for number, said, place in zip(roles.numbers, roles.seconds, roles.places, strict=True):
            if number is None or said is None:
                continue
            shift = int(pts[number]) * unit - said
            if abs(shift - seconds[-1]) > JUMP:
                places.append(place or places[-1])
                seconds.append(shift)
        return cls(places, seconds, start)

    def time(self, packet: Packet[Any]) -> Fraction | None:
        """When a packet of sound or text is to be heard or seen; None if that isn't known.

        To be called in the order of the file. A stream moves on to the next recording with the
        pictures, or where its own time falls, for its first packets may come before them.
        """
        said = packet.dts if packet.pts is None else packet.pts
        if said is None or packet.time_base is None:
            return None
        stream, time = packet.stream_index, said * packet.time_base
        at = self._at.get(stream, 0)
        while self._is_later(at + 1, packet.pos):
            at += 1
        fell = time + self.seconds[at] < self._last.get(stream, time + self.seconds[at]) - BACK
        if fell and at + 1 < len(self.seconds):
            at += 1
        self._at[stream], self._last[stream] = at, time + self.seconds[at]
        return time + self.seconds[at] - self.start

    def _is_later(self, at: int, place: int | None) -> bool:
        return at < len(self.places) and place is not None and place >= self.places[at]
