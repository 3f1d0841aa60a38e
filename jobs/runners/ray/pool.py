"""Actors that all do the same: each is handed a little work at a time, and replaced when it dies.

An actor's ``run`` gives two objects: a small one, which says that it is done, and the answer,
which stays where it was made until somebody gets it.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

import ray
import ray.exceptions

from eyecatch.core.errors import RequestError

Job = TypeVar("Job")

IN_HAND: Final = 2
"""Jobs of an actor: the next one is there when it is done with one."""

MOST_PENDING: Final = 16
"""Actors that wait for a processor, at most, in a cluster of fewer actors than that; else as many
as there are: what waits is what a cluster grows by, which so may double."""

MOST_STILLBORN: Final = 8
"""Actors that die before any begins, in a row, until that is taken for the cluster's fault."""


@dataclass(eq=False, slots=True)
class _Member(Generic[Job]):
    """An actor, and what it has in hand: the object that says it is done, the answer, the job."""

    actor: Any
    ready: ray.ObjectRef[None] | None
    in_hand: deque[tuple[ray.ObjectRef[Any], ray.ObjectRef[Any], Job]] = field(
        default_factory=deque
    )


class Pool(Generic[Job]):
    """Hands jobs out, first come, first served.

    Args:
        start: makes an actor.
        call: has an actor begin a job; gives the two objects.
        least: how many actors there are at least, while there are so many jobs.
        most: how many there may be, where the cluster has room.

    Attributes:
        waiting: jobs that no actor has; the owner puts them there.
    """

    def __init__(
        self,
        start: Callable[[], Any],
        call: Callable[[Any, Job], tuple[ray.ObjectRef[Any], ray.ObjectRef[Any]]],
        *,
        least: int,
        most: int,
    ) -> None:
        self.waiting: deque[Job] = deque()
        self._start, self._call = start, call
        self._least, self._most = least, most
        self._members: list[_Member[Job]] = []
        self._stillborn = 0

    @property
    def in_hand(self) -> int:
        """How many jobs actors have."""
        return sum(len(member.in_hand) for member in self._members)

    @property
    def busy(self) -> bool:
        """Whether there is a job left."""
        return bool(self.waiting or self.in_hand)

    @property
    def capacity(self) -> int:
        """How many jobs the actors can have in hand that have begun."""
        return IN_HAND * sum(member.ready is None for member in self._members)

    def at_work(self) -> list[Any]:
        """The actors that have something in hand; any thread may ask."""
        return [member.actor for member in list(self._members) if member.in_hand]

    def refs(self) -> Iterator[ray.ObjectRef[Any]]:
        """What to wait for: one object of each actor from which there is something to come."""
        for member in self._members:
            if member.ready is not None:
                yield member.ready
            elif member.in_hand:
                yield member.in_hand[0][0]

    def open(self) -> None:
        """Start as many actors as there are at least, whatever there is to do."""
        self._grow(self._least)

    def advance(self, room: float = math.inf) -> None:
        """Start the actors that are wanted, and hand out at most ``room`` jobs."""
        wanted = self._wanted()
        self._grow(wanted)
        self._withdraw(len(self._members) - max(self._least, wanted))
        for depth in range(IN_HAND):  # all have one before any has two
            for member in self._members:
                if not self.waiting or room <= 0:
                    return
                if member.ready is None and len(member.in_hand) == depth:
                    job = self.waiting.popleft()
                    member.in_hand.append((*self._call(member.actor, job), job))
                    room -= 1

    def take(self, ref: ray.ObjectRef[Any]) -> tuple[Job, ray.ObjectRef[Any] | None] | None:
        """What came of an object of ``refs``: a job, and its answer or None if it was lost.

        What else an actor had in hand that died waits again, before all else: it was not begun.

        Raises:
            RequestError: the actors can't begin.
            ray.exceptions.RayTaskError: what a job raised.
        """
        for member in self._members:
            if ref == member.ready:
                self._begin(member, ref)
                return None
            if member.in_hand and ref == member.in_hand[0][0]:
                return self._done(member)
        return None

    def close(self) -> None:
        """End all actors, whatever they have in hand."""
        for member in self._members:
            ray.kill(member.actor)
        self._members.clear()

    def _grow(self, wanted: int) -> None:
        while len(self._members) < wanted:
            actor = self._start()
            self._members.append(_Member(actor, actor.ready.remote()))

    def _withdraw(self, surplus: int) -> None:
        """Let no cluster grow for the last few jobs."""
        pending = [member for member in self._members if member.ready is not None]
        for member in pending[: max(0, surplus)]:
            self._remove(member)

    def _wanted(self) -> int:
        ready = sum(member.ready is None for member in self._members)
        grown = ready + max(MOST_PENDING, ready)
        jobs = len(self.waiting) + self.in_hand
        # One that has begun stays, since starting it is what costs.
        return max(ready, min(jobs, self._most, max(self._least, grown)))

    def _begin(self, member: _Member[Job], ready: ray.ObjectRef[None]) -> None:
        try:
            ray.get(ready)
        except ray.exceptions.RayError as error:
            self._remove(member)
            self._stillborn += 1
            unfit = isinstance(error, ray.exceptions.RayActorError) and error.actor_init_failed
            if unfit or self._stillborn > MOST_STILLBORN:
                raise _unfit(error) from error
        else:
            member.ready, self._stillborn = None, 0

    def _done(self, member: _Member[Job]) -> tuple[Job, ray.ObjectRef[Any] | None]:
        done, answer, job = member.in_hand.popleft()
        try:
            ray.get(done)
        except ray.exceptions.RayTaskError as error:  # the actor lives
            if not isinstance(error.cause, ray.exceptions.RayError):  # not of what it was handed
                raise
            return job, None
        except ray.exceptions.RayError:
            self.waiting.extendleft(job for _, _, job in reversed(member.in_hand))
            self._remove(member)
            return job, None
        return job, answer

    def _remove(self, member: _Member[Job]) -> None:
        self._members.remove(member)
        ray.kill(member.actor)


def _unfit(error: Exception) -> RequestError:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    reason = lines[-1].rstrip(".") if lines else repr(error)
    return RequestError(
        f"Ray's workers can't begin ({reason})",
        "run eyecatch doctor on their node, or use --runner inline",
    )
