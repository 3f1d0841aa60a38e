"""What can be done: each a form that is sent, done, and answered with a page to go back to."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from eyecatch.db.index import Index
from eyecatch.db.records.review import ActionRow
from eyecatch.jobs.render.source import unlabelled
from eyecatch.jobs.review.media import player
from eyecatch.jobs.review.missed import draw_missed
from eyecatch.jobs.review.naming_pages import series_number
from eyecatch.jobs.review.parameters import Form, Id, Sent
from eyecatch.jobs.review.segment_band import edit_segment
from eyecatch.jobs.review.state import AppState


class ActionRoutes:
    """Where the page's forms are sent to."""

    def __init__(self, state: AppState) -> None:
        self._state = state

    def router(self) -> APIRouter:
        """Where each form is sent to."""
        router = APIRouter()
        forms: dict[str, Callable[..., Response]] = {
            "/name": self.name,
            "/deny": self.deny,
            "/merge": self.merge,
            "/clusters/name": self.name_clusters,
            "/clusters/merge": self.merge_clusters,
            "/unknowns/nobody": self.nobody,
            "/answer": self.answer,
            "/split": self.split,
            "/undo": self.undo,
            "/episodes/{episode_id}/faces": self.draw,
            "/remove": self.remove,
            "/episodes/{episode_id}/segments": self.segment,
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
        no_face = bool(form.text("no_face"))
        called = None if no_face or form.text("nobody") else form.text("name")
        faces, stamp = form.numbers("face"), form.text("stamp") or None
        if not form.text("cluster"):
            return self._do(
                form, lambda index: index.actions.name_faces(faces, called, no_face=no_face)
            )
        cluster = form.number("cluster")
        return self._do(
            form,
            lambda index: index.actions.name_cluster(
                cluster, called, faces, stamp, no_face=no_face
            ),
        )

    def name_clusters(self, form: Form = Sent) -> Response:
        """Name several clusters at once."""
        no_face = bool(form.text("no_face"))
        called = None if no_face or form.text("nobody") else form.text("name")
        stamps = form.chosen("chosen")
        return self._do(
            form, lambda index: index.batches.name_clusters(stamps, called, no_face=no_face)
        )

    def merge_clusters(self, form: Form = Sent) -> Response:
        """Several clusters are one person; the first stays."""
        into, *others = form.chosen("chosen")
        return self._do(form, lambda index: index.actions.merge(into, others))

    def nobody(self, form: Form = Sent) -> Response:
        """All that waits is nobody."""
        series = series_number(form.number("series") if form.text("series") else None)
        stamp = form.text("stamp")
        return self._do(form, lambda index: index.batches.rest_is_nobody(stamp, series))

    def answer(self, form: Form = Sent) -> Response:
        """Of the faces that were asked about, the ticked ones are who they are called."""
        right = form.numbers("face")
        wrong = [face for face in form.numbers("asked") if face not in set(right)]
        who = form.text("who")
        return self._do(form, lambda index: index.batches.answer(who, right, wrong))

    def deny(self, form: Form = Sent) -> Response:
        """Faces are not who they are called, but somebody else, who may be named."""
        faces, other = form.numbers("face"), form.text("name")
        if other:
            return self._do(form, lambda index: index.actions.name_faces(faces, other))
        return self._do(form, lambda index: index.actions.deny(faces))

    def merge(self, form: Form = Sent) -> Response:
        """Clusters are one person."""
        into, others = form.number("into"), form.numbers("other")
        return self._do(form, lambda index: index.actions.merge(into, others))

    def split(self, form: Form = Sent) -> Response:
        """Faces of a cluster are somebody else."""
        cluster, faces, stamp = form.number("cluster"), form.numbers("face"), form.text("stamp")
        return self._do(form, lambda index: index.actions.split(cluster, faces, stamp or None)[0])

    def draw(self, episode_id: Id, form: Form = Sent) -> Response:
        """A face that no detector found, drawn on an episode's frame."""
        x, y, w, h = (form.number(side) for side in ("x", "y", "w", "h"))
        called = None if form.text("somebody") else form.text("name")
        draw_missed(self._state, episode_id, form.seconds("t"), (x, y, w, h), called)
        return RedirectResponse(form.back, 303)

    def remove(self, form: Form = Sent) -> Response:
        """Take a face that was drawn out again."""
        missed = form.number("missed")
        return self._do(form, lambda index: index.actions.remove(missed))

    def segment(self, episode_id: Id, form: Form = Sent) -> Response:
        """What a part of an episode is."""
        edit_segment(self._state, episode_id, form)
        return RedirectResponse(form.back, 303)

    def undo(self, form: Form = Sent) -> Response:
        """Take the last action back, if it is still the one that was seen."""
        action = form.number("action")
        return self._do(form, lambda index: index.actions.undo(action))

    def look(self, form: Form = Sent) -> Response:
        """Look at faces that nobody has looked at."""
        self._state.look()
        return RedirectResponse(form.back, 303)

    def proxy(self, episode_id: Id, form: Form = Sent) -> Response:
        """Have a copy made that browsers play."""
        shown = player(self._state, episode_id)
        if shown.missing is None:
            self._state.proxies.make(unlabelled(self._state.index, shown.episode))
        return RedirectResponse(form.back, 303)
