"""What can be done: each a form that is sent, done, and answered with a page to go back to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from eyecatch.core.errors import RequestError
from eyecatch.db.answers import ActionRow
from eyecatch.db.index import Index
from eyecatch.jobs.render.source import found_file
from eyecatch.jobs.review.media import player
from eyecatch.jobs.review.room import Room

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
        """The values of a field as numbers; RequestError if one is none."""
        try:
            return [int(value) for value in self.values.get(name, [])]
        except ValueError:
            raise RequestError(f"{name} has to be a number", "reload the page") from None

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


def routes(room: Room) -> APIRouter:
    """The forms of a room."""
    router = APIRouter()

    def done(form: Form, action: Callable[[Index], ActionRow]) -> Response:
        room.act(action)
        return RedirectResponse(form.back, 303)

    @router.post("/name")
    def name(form: Form = Sent) -> Response:
        """Names a cluster, or faces of it; without a cluster, the faces."""
        called = None if form.text("nobody") else form.text("name")
        faces, stamp = form.numbers("face"), form.text("stamp") or None
        if not form.text("cluster"):
            return done(form, lambda index: index.name_faces(faces, called))
        cluster = form.number("cluster")
        return done(form, lambda index: index.name_cluster(cluster, called, faces, stamp))

    @router.post("/deny")
    def deny(form: Form = Sent) -> Response:
        faces = form.numbers("face")
        return done(form, lambda index: index.deny(faces))

    @router.post("/unname")
    def unname(form: Form = Sent) -> Response:
        return done(form, lambda index: index.unname(form.text("name")))

    @router.post("/merge")
    def merge(form: Form = Sent) -> Response:
        into, others = form.number("into"), form.numbers("other")
        return done(form, lambda index: index.merge(into, others))

    @router.post("/split")
    def split(form: Form = Sent) -> Response:
        cluster, faces, stamp = form.number("cluster"), form.numbers("face"), form.text("stamp")
        return done(form, lambda index: index.split(cluster, faces, stamp or None)[0])

    @router.post("/undo")
    def undo(form: Form = Sent) -> Response:
        action = form.number("action")
        return done(form, lambda index: index.undo(action))

    @router.post("/look")
    def look(form: Form = Sent) -> Response:
        room.look()
        return RedirectResponse(form.back, 303)

    @router.post("/episodes/{episode_id}/proxy")
    def proxy(episode_id: int, form: Form = Sent) -> Response:
        shown = player(room, episode_id)
        if shown.missing is None:
            room.proxies.make(shown.episode, found_file(room.index, shown.episode))
        return RedirectResponse(form.back, 303)

    return router
