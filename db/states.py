"""The words that rows use for how far they have come."""

from __future__ import annotations

from typing import Final

PENDING: Final = "pending"
DONE: Final = "done"
FAILED: Final = "failed"
INCOMPLETE: Final = "incomplete"
RUNNING: Final = "running"
STOPPED: Final = "stopped"
DIED: Final = "died"  # of a run, as it is told; never stored, for the dead write nothing
MODEL: Final = "model"
PERSON: Final = "person"

CHUNK_STATES: Final = (PENDING, DONE, FAILED)
EPISODE_STATES: Final = (PENDING, DONE, INCOMPLETE, FAILED)
RUN_STATES: Final = (RUNNING, DONE, STOPPED, FAILED)
DECIDERS: Final = (MODEL, PERSON)
