"""What a request may bring: each value is bounded here, before anything is done with it.

Numbers fit the database's 64 bits, times fit an episode, and text is short and without control
characters, so that no database refuses it and no answer takes long.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Final, Literal
from urllib.parse import parse_qs, urlencode

from fastapi import Depends, HTTPException, Path, Query
from pydantic import AfterValidator, Field
from starlette.requests import Request

from eyecatch.core.errors import RequestError
from eyecatch.core.names import LONGEST, has_controls

READ = ["GET", "HEAD"]
"""Ways to ask for what changes nothing."""

LARGEST_NUMBER = 2**63 - 1

LARGEST = 2**20
"""Bytes of a form; fifty thousand faces take less."""

LONGEST_TIME = 10**7
"""Seconds, four months; no episode is as long, and times of it fit 64 bits in any time base."""

LONGEST_TEXT = 2000
"""Letters of a field of a form; names have fewer, addresses to go back to may not."""


def _plain(text: str) -> str:
    if has_controls(text):
        raise ValueError("expected letters, not control characters")
    return text


Id = Annotated[int, Path(ge=0, le=LARGEST_NUMBER)]
"""The number of a row, in the path."""

NumberOfRow = Annotated[int, Field(ge=0, le=LARGEST_NUMBER)]

PageNumber = Annotated[int, Query(ge=1, le=10**6)]
"""Of the first, second, … page of a list."""

Flag = Annotated[bool, Query()]
"""Whether something is so: 1 or 0."""

OneSeries = Annotated[int | None, Query(ge=0, le=LARGEST_NUMBER)]
"""The number of a series; 0 stands for the episodes of none, and nothing for all."""

Seconds = Annotated[float, Query(ge=-LONGEST_TIME, le=LONGEST_TIME, allow_inf_nan=False)]
"""A player's time; a little before its start is fine."""

Time = Annotated[float | None, Query(ge=-LONGEST_TIME, le=LONGEST_TIME, allow_inf_nan=False)]
"""The same, if it is said."""

Chosen = Annotated[tuple[NumberOfRow, ...], Query(alias="character", max_length=LONGEST_TEXT)]
"""Numbers of characters; 0 stands for faces without a name."""

Chance = Annotated[float, Query(ge=0, le=1, allow_inf_nan=False)]
"""How sure something has to be."""

Parts = Annotated[Literal["story", "everything"], Query()]
"""What of an episode counts."""

CHANCES: Final = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99)
"""That a page offers."""

Words = Annotated[str, Query(max_length=LONGEST), AfterValidator(_plain)]
"""What is searched for."""


@dataclass(frozen=True, slots=True)
class PageCounting:
    """What a page counts, as its address says.

    Attributes:
        confidence: least of an appearance, 0..1.
        parts: ``everything`` where openings, recaps and the like count beside story.
    """

    confidence: float = 0.0
    parts: str = "story"

    @property
    def with_kinds(self) -> str | tuple[()]:
        """The same as ``eyecatch.find`` takes it."""
        return "all" if self.parts == "everything" else ()

    @property
    def chances(self) -> list[float]:
        """What is offered as the least confidence; what was asked for is among it."""
        return sorted({*CHANCES, self.confidence})

    def query(self, parts: str | None = None, **others: object) -> str:
        """The end of an address that says so, empty where it says nothing special.

        Args:
            parts: instead of its own.
            **others: what else it says.
        """
        said: dict[str, object] = dict(others)
        if self.confidence:
            said["confidence"] = self.confidence
        if (parts or self.parts) != "story":
            said["count"] = parts or self.parts
        return f"?{urlencode(said, doseq=True)}" if said else ""


@dataclass(frozen=True, slots=True)
class Form:
    """What a form said: values by name, as text."""

    values: dict[str, list[str]]

    def text(self, name: str) -> str:
        """The value of a field, empty where there is none; RequestError if it is no line."""
        text = self.values.get(name, [""])[0]
        if len(text) > LONGEST_TEXT or has_controls(text):
            raise RequestError(
                f"{name} has to be one line of {LONGEST_TEXT} letters at most", "write another"
            )
        return text

    def numbers(self, name: str) -> list[int]:
        """The values of a field as numbers that a database holds; RequestError if one is none."""
        try:
            numbers = [int(value) for value in self.values.get(name, [])]
        except ValueError:
            numbers = [LARGEST_NUMBER + 1]
        if any(abs(number) > LARGEST_NUMBER for number in numbers):
            raise RequestError(f"{name} has to be a number", "reload the page")
        return numbers

    def chosen(self, name: str) -> dict[int, str]:
        """What was ticked: numbers, each with the stamp that its thing had, as ``12:3-45``.

        Raises:
            RequestError: nothing was, or a number is none.
        """
        pairs = [value.partition(":") for value in self.values.get(name, [])]
        if not pairs:
            raise RequestError("nothing was chosen", "tick one at least")
        numbers = Form({name: [number for number, _, _ in pairs]}).numbers(name)
        return dict(zip(numbers, (stamp for _, _, stamp in pairs), strict=True))

    def number(self, name: str) -> int:
        """The value of a field as a number; RequestError if it is none."""
        numbers = self.numbers(name)
        if not numbers:
            raise RequestError(f"the form has no {name}", "reload the page")
        return numbers[0]

    def seconds(self, name: str) -> float:
        """The value of a field as a player's time; RequestError if it is none."""
        try:
            value = float(self.text(name))
        except ValueError:
            value = math.nan
        if not abs(value) <= LONGEST_TIME:  # which NaN isn't either
            raise RequestError(f"{name} has to be a time in seconds", "pause the video first")
        return value

    @property
    def back(self) -> str:
        """The page to go back to: one of ours."""
        page = self.values.get("back", [""])[0]
        fine = page.startswith("/") and not page.startswith(("//", "/\\"))
        return page if fine and page.isprintable() and len(page) <= LONGEST_TEXT else "/"


async def read_form(request: Request) -> Form:
    """The form of a request, as browsers encode it by default; 413 if it is too large."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            raise HTTPException(413, "this form is too large")
    return Form(parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True))


Sent = Depends(read_form)
