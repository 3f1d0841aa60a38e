"""What can be done: each a form that is sent, done, and answered with a page to go back to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from eyecatch.core.errors import RequestError
from eyecatch.db.index import Index
from eyecatch.db.records.review import ActionRow
from eyecatch.jobs.render.source import local_file
from eyecatch.jobs.review.media import player
from eyecatch.jobs.review.state import AppState

LARGEST_NUMBER = 2**63 - 1

LARGEST = 2**20
"""Bytes of a form; fifty thousand faces take less."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a form said: values by name, as text."""

    values: dict[str, list[str]]

    def text(self, name: str) -> str:
        """The value of a field; empty where there is none."""
        return self.values.get(name, [""])[0]

    def numbers(self, name: str) -> list[int]:
        """The values of a field as numbers that a database holds; RequestError if one is none."""
        try:
            numbers = [int(value) for value in self.values.get(name, [])]
        except ValueError:
            numbers = [LARGEST_NUMBER + 1]
        if any(abs(number) > LARGEST_NUMBER for number in numbers):
            raise RequestError(f"{name} has to be a number", "reload the page")
        return numbers

    def number(self, name: str) -> int:
        """The value of a field as a number; RequestError if it is none."""
        numbers = self.numbers(name)
        if not numbers:
            raise RequestError(f"the form has no {name}", "reload the page")
        return numbers[0]

    @property
    def back(self) -> str:
        """The page to go back to: one of ours."""
        page = self.text("back")
        fine = page.startswith("/") and not page.startswith(("//", "/\\"))
        return page if fine and page.isprintable() else "/"


async def read_form(request: Request) -> Form:
    """The form of a request, as browsers encode it by default; 413 if it is too large."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            raise HTTPException(413, "this form is too large")
    return Form(parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True))


Sent = Depends(read_form)


class ActionRoutes:
    """Where the page's forms are sent to."""

    def __init__(self, state: AppState) -> None:
        self._state = state

    def router(self) -> APIRouter:
        """Where each form is sent to."""
        router = APIRouter()
        forms: dict[str, Callable[..., Response]] = {
            "/name": self.name,
            "/unname": self.unname,
            "/deny": self.deny,
            "/merge": self.merge,
            "/split": self.split,
            "/undo": self.undo,
            "/look": self.look,
            "/episodes/{episode_id}/proxy": self.proxy,
        }
        for path, done in forms.items():
            router.add_api_route(path, done, methods=["POST"], response_model=None)
        return router

    def _do(self, form: Form, action: Callable[[Index], ActionRow]) -> Response:
        self._state.act(action)
        return RedirectResponse(form.back, 303)

    def name(self, form: Form = Sent) -> Response:
        """Name a cluster, or some faces of it; without a cluster, faces of any."""
        called = None if form.text("nobody") else form.text("name")
        faces, stamp = form.numbers("face"), form.text("stamp") or None
        if not form.text("cluster"):
            return self._do(form, lambda index: index.actions.name_faces(faces, called))
        cluster = form.number("cluster")
        return self._do(
            form, lambda index: index.actions.name_cluster(cluster, called, faces, stamp)
        )

    def unname(self, form: Form = Sent) -> Response:
        """Take a name back."""
        return self._do(form, lambda index: index.actions.unname(form.text("name")))

    def deny(self, form: Form = Sent) -> Response:
        """Faces are not who they are called."""
        faces = form.numbers("face")
        return self._do(form, lambda index: index.actions.deny(faces))

    def merge(self, form: Form = Sent) -> Response:
        """Clusters are one person."""
        into, others = form.number("into"), form.numbers("other")
        return self._do(form, lambda index: index.actions.merge(into, others))

    def split(self, form: Form = Sent) -> Response:
        """Faces of a cluster are somebody else."""
        cluster, faces, stamp = form.number("cluster"), form.numbers("face"), form.text("stamp")
        return self._do(form, lambda index: index.actions.split(cluster, faces, stamp or None)[0])

    def undo(self, form: Form = Sent) -> Response:
        """Take the last action back, if it is still the one that was seen."""
        action = form.number("action")
        return self._do(form, lambda index: index.actions.undo(action))

    def look(self, form: Form = Sent) -> Response:
        """Look at faces that nobody has looked at."""
        self._state.look()
        return RedirectResponse(form.back, 303)

    def proxy(self, episode_id: int, form: Form = Sent) -> Response:
        """Have a copy made that browsers play."""
        shown = player(self._state, episode_id)
        if shown.missing is None:
            self._state.proxies.make(shown.episode, local_file(self._state.index, shown.episode))
        return RedirectResponse(form.back, 303)
