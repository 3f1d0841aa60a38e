"""``eyecatch review``."""

from __future__ import annotations

import gc
import secrets
import socket
from collections.abc import Callable
from urllib.parse import urlencode

import uvicorn

from eyecatch.core.arguments import Database, checked
from eyecatch.core.errors import RequestError
from eyecatch.core.names import has_controls
from eyecatch.db.index import open_index
from eyecatch.jobs.review.app import make_app
from eyecatch.jobs.review.auth import LOOPBACK
from eyecatch.jobs.review.proxies import proxy_folder
from eyecatch.jobs.review.state import AppState


@checked
def review(  # noqa: PLR0913 - each is an option
    *,
    db: Database | None = None,
    port: int = 8765,
    host: str = "127.0.0.1",
    token: str | None = None,
    trust: str | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> None:
    """Serve the page on which people name faces, until the program is stopped.

    Args:
        db: path of an SQLite file, or any SQLAlchemy URL; None for that of ``EYECATCH_DB``, else
            ``eyecatch.db`` in this folder.
        port: where it listens; 0 for any that is free.
        host: on which address; any but loopback asks every visitor for the token.
        token: which one; None to make one up.
        trust: how sure names that follow have to be, as in ``unknowns``.
        say: called with the address, once the page is there.

    Raises:
        DatabaseError: there is no index, or it can't be read.
        RequestError: nothing can listen there, or there is no such level.
        ModelError: the base embedder has no thresholds for it.

    Example:
        >>> import eyecatch
        >>> eyecatch.review(db="season.db", say=print)  # doctest: +SKIP
        http://127.0.0.1:8765/
    """
    secret = token or (None if host in LOOPBACK else secrets.token_urlsafe(18))
    if secret is not None and not (len(secret) >= MIN_TOKEN_LETTERS and not has_controls(secret)):
        raise RequestError(
            f"a token needs {MIN_TOKEN_LETTERS} letters", "leave it out: one is made up"
        )
    with open_index(db, create=False) as index, listening(host, port) as listener:
        room = AppState(index, proxy_folder(index))
        room.pipeline.choose_trust(trust)
        room.look()
        config = uvicorn.Config(
            make_app(room, secret),
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,  # a video that is being watched would hold it for ever
        )
        gc.freeze()  # what is loaded is no garbage, and isn't looked through with a name's rows
        say(address(listener, secret))
        try:
            uvicorn.Server(config).run(sockets=[listener])
        finally:
            gc.unfreeze()
            room.close()


MIN_TOKEN_LETTERS = 12
"""Letters that a token has at least."""


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens; RequestError if it can't."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        why = str(getattr(error, "strerror", None) or error).partition(" (while")[0]
        raise RequestError(
            f"nothing can listen at {host}, port {port} ({why})", "choose another --host or --port"
        ) from error


def address(listener: socket.socket, token: str | None) -> str:
    """What to open in a browser."""
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}/" + (f"?{urlencode({'token': token})}" if token else "")
