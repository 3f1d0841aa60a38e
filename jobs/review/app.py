"""The page as an ASGI application."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from eyecatch.core.errors import DatabaseError, EyecatchError, RequestError
from eyecatch.jobs.review import media
from eyecatch.jobs.review.actions import ActionRoutes
from eyecatch.jobs.review.auth import Guard
from eyecatch.jobs.review.character_routes import CharacterRoutes
from eyecatch.jobs.review.naming_pages import NamingPages
from eyecatch.jobs.review.pages import Pages
from eyecatch.jobs.review.pictures import picture_routes
from eyecatch.jobs.review.state import AppState
from eyecatch.jobs.review.templating import FOLDER, bare, page


def make_app(room: AppState, token: str | None = None) -> ASGIApp:
    """The application of a room.

    Args:
        room: the index and what is done to it.
        token: what every request has to bring; None to serve this machine alone.
    """
    app = FastAPI(title="eyecatch", docs_url=None, redoc_url=None, openapi_url=None)
    app.mount("/static", StaticFiles(directory=FOLDER / "static"), name="static")
    for router in routers(room):
        app.include_router(router)

    def message(sentence: str, status: int, back: str = "/") -> Response:
        return page(room, "message.html", status, sentence=sentence, back=back)

    def handler(kind: type[Exception], answer: Callable[[Exception], Response]) -> None:
        def handle(_: Request, error: Exception) -> Response:
            return answer(error)

        app.add_exception_handler(kind, handle)

    handler(DatabaseError, lambda error: bare(_sentence(error), 503))
    handler(RequestError, lambda error: message(str(error), 409))
    handler(EyecatchError, lambda error: message(str(error), 500))
    handler(RequestValidationError, lambda error: message(*_invalid(error)))
    handler(HTTPException, lambda error: message(*_http(error)))
    return Guard(app, token)


def routers(room: AppState) -> list[APIRouter]:
    """All that can be asked for."""
    pages = (NamingPages(room), Pages(room), ActionRoutes(room), CharacterRoutes(room))
    return [media.routes(room), picture_routes(room), *(one.router() for one in pages)]


def _sentence(error: Exception) -> str:
    """Without where the index is: visitors needn't know."""
    assert isinstance(error, DatabaseError)
    return str(DatabaseError("The index", error.problem, error.advice))


def _invalid(error: Exception) -> tuple[str, int]:
    assert isinstance(error, RequestValidationError)
    where, name, *_ = error.errors()[0]["loc"]
    if where == "path":
        return "There is no such page.", 404
    return f"The address has a {name} that can't be.", 400


def _http(error: Exception) -> tuple[str, int]:
    assert isinstance(error, HTTPException)
    if error.detail in {"Not Found", "Method Not Allowed"}:
        return "There is no such page.", error.status_code
    return f"{error.detail[:1].upper()}{error.detail[1:]}.", error.status_code
