"""What is done with a character on its page: each a form, as those of ``actions``."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from eyecatch.db.records.review import ActionRow
from eyecatch.db.review.character_edits import CharacterEdits
from eyecatch.jobs.review.parameters import Form, Sent
from eyecatch.jobs.review.state import AppState

Edit = Callable[[CharacterEdits, Form], ActionRow]
"""Does what a form asks."""

EDITS: dict[str, Edit] = {
    "rename": lambda edits, form: edits.rename(form.text("who"), form.text("name")),
    "merge": lambda edits, form: edits.merge(form.text("who"), [form.text("name")]),
    "alias": lambda edits, form: edits.add_aliases(form.text("who"), [form.text("name")]),
    "no-alias": lambda edits, form: edits.remove_aliases(form.text("who"), [form.text("name")]),
    "cover": lambda edits, form: edits.set_cover(form.text("who"), form.number("face")),
    "forget": lambda edits, form: edits.forget(form.text("who")),
}
"""By the last part of the form's address; ``who`` is the character, ``name`` the other name."""


class CharacterRoutes:
    """Where the forms of a character's page are sent to."""

    def __init__(self, state: AppState) -> None:
        self._state = state

    def router(self) -> APIRouter:
        """Where each form is sent to."""
        router = APIRouter()
        for path, edit in EDITS.items():
            router.add_api_route(
                f"/characters/{path}", self._route(edit), methods=["POST"], response_model=None
            )
        return router

    def _route(self, edit: Edit) -> Callable[..., Response]:
        def done(form: Form = Sent) -> Response:
            self._state.act(lambda index: edit(index.character_edits, form))
            return RedirectResponse(form.back, 303)

        return done
