"""The pages on which people are named: clusters that wait, and names that are unsure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from fastapi import APIRouter
from starlette.responses import Response

from eyecatch.db.records.review import FaceRow
from eyecatch.db.review.batches import ANY_SERIES
from eyecatch.jobs.review.parameters import READ, Flag, Id, OneSeries, PageNumber
from eyecatch.jobs.review.state import AppState
from eyecatch.jobs.review.suggestions import similar_clusters
from eyecatch.jobs.review.templating import page

CLUSTERS, FACES, QUESTIONS = 24, 12, 24
"""On one page: clusters, faces of each, faces that may be one character."""

MOST_FACES = 240
"""Of a cluster on its page; the others come when these are done."""

EXAMPLES = 24
"""Clusters of which a face is shown before all are set aside."""


class NamingPages:
    """The pages of a room on which people are named."""

    def __init__(self, room: AppState) -> None:
        self._room, self._index = room, room.index

    def router(self) -> APIRouter:
        """Where each page is."""
        router = APIRouter()
        pages: dict[str, Callable[..., Response]] = {
            "/unknowns": self.unknowns,
            "/unknowns/nobody": self.nobody,
            "/clusters/{cluster_id}": self.cluster,
            "/unsure": self.unsure,
        }
        for path, shown in pages.items():
            router.add_api_route(path, shown, methods=READ, response_model=None)
        return router

    def unknowns(
        self, number: PageNumber = 1, rest: Flag = False, series: OneSeries = None
    ) -> Response:
        """Clusters that wait for a name: those worth a click, or the rest."""
        offers = self._room.offers
        every = [one for one in offers.clusters() if series in (None, one[0].series_id or 0)]
        rows = [row for row, doubt in every if (doubt is not None) == rest]
        first = (number - 1) * CLUSTERS
        shown = rows[first : first + CLUSTERS]
        return page(
            self._room,
            "unknowns.html",
            clusters=[
                (row, self._index.faces.waiting(row.id, FACES), offers.names(row)) for row in shown
            ],
            waiting=len(rows),
            others=len(every) - len(rows),
            seconds=sum(row.seconds for row in rows),
            unnamed=self._index.batches.unnamed(series_number(series)),
            names=self._index.pages.names(),
            every_series=self._index.pages.series(),
            series=series,
            rest=rest,
            number=number,
            more=len(rows) > first + CLUSTERS,
        )

    def nobody(self, series: OneSeries = None) -> Response:
        """What would be set aside, before it is."""
        rows = self._index.clusters.waiting()
        here = [row for row in rows if series in (None, row.series_id or 0)]
        faces = [face for row in here[:EXAMPLES] for face in self._index.faces.waiting(row.id, 1)]
        return page(
            self._room,
            "nobody.html",
            unnamed=self._index.batches.unnamed(series_number(series)),
            faces=[face for face in faces if face.character is None],
            every_series=dict(self._index.pages.series()),
            series=series,
        )

    def cluster(self, cluster_id: Id) -> Response:
        """One of them, and those that look alike."""
        row = self._index.clusters.get(cluster_id)
        near = similar_clusters(self._room, row)
        return page(
            self._room,
            "cluster.html",
            row=row,
            faces=self._index.faces.waiting(cluster_id, MOST_FACES),
            guesses=self._room.offers.names(row),
            near=[(one, self._index.faces.waiting(one.id, 6), cosine) for one, cosine in near],
            names=self._index.pages.names(),
        )

    def unsure(self, rest: Flag = False, series: OneSeries = None) -> Response:
        """Names that are unsure, character by character: those worth a click, or the rest."""
        every = self._room.offers.unsure()
        homes = self._index.pages.series_of({face.episode_id for face, _ in every})
        groups: dict[str, list[FaceRow]] = defaultdict(list)
        for face, doubt in every:
            if (doubt is not None) == rest and series in (None, homes[face.episode_id] or 0):
                groups[face.character or ""].append(face)
        ids = {name: key for key, name in self._index.characters.names().items()}
        return page(
            self._room,
            "unsure.html",
            groups=[
                (ids[name], name, faces[:QUESTIONS], len(faces)) for name, faces in groups.items()
            ],
            names=self._index.pages.names(),
            every_series=self._index.pages.series(),
            series=series,
            rest=rest,
        )


def series_number(asked: int | None) -> int | None:
    """The number of a series as the index has it; an address has 0 for that of none."""
    return ANY_SERIES if asked is None else asked or None
