"""Who may ask the page, and from where: in front of everything else, as plain ASGI.

Without a token the page is for this machine alone: a request has to name it as loopback, so that no
web site can reach it under a name of its own (DNS rebinding). With a token every request has to
bring it, in a cookie that the first one, ``?token=…``, is answered with. What changes something has
to come from the page itself: browsers say so in the headers Origin and Sec-Fetch-Site.
"""

from __future__ import annotations

import hashlib
import hmac
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "eyecatch_token"

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


class Guard:
    """Lets through what may be asked.

    Args:
        app: what is guarded.
        token: what every request has to bring; None to serve this machine alone.
    """

    def __init__(self, app: ASGIApp, token: str | None = None) -> None:
        self._app, self._token = app, token
        # Not the token itself: a cookie holds ASCII alone.
        self._pass = hashlib.sha256((token or "").encode()).hexdigest()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI calls it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refused = self._refused(scope)

        async def safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await (refused or self._app)(scope, receive, safely)

    def _refused(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if self._token is None and _hostname(headers.get("host", "")) not in LOOPBACK:
            return _no("this page is for the machine that it runs on: open it as 127.0.0.1", 421)
        if self._token is not None and not _same(_cookie(headers), self._pass):
            return self._let_in(scope)
        if scope["method"] not in {"GET", "HEAD"} and not _from_here(headers):
            return _no("what changes something has to come from the page itself", 403)
        return None

    def _let_in(self, scope: Scope) -> Response:
        """The answer to a request without the cookie: the cookie, if it brings the token."""
        query = parse_qsl(scope["query_string"].decode("latin-1"))
        if not _same(dict(query).get("token", ""), self._token or ""):
            return _no("the address of this page ends in ?token=…, as eyecatch review printed", 401)
        rest = urlencode([(key, value) for key, value in query if key != "token"])
        path = "/" + scope["path"].lstrip("/")  # //host would be another host
        answer = RedirectResponse(f"{path}?{rest}" if rest else path, 303)
        answer.set_cookie(COOKIE, self._pass, httponly=True, samesite="strict")
        return answer


def _from_here(headers: Headers) -> bool:
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None and site != "same-origin":
        return False
    return origin is not None and urlsplit(origin).netloc == headers.get("host")


def _hostname(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _cookie(headers: Headers) -> str:
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


def _same(given: str, token: str) -> bool:
    return hmac.compare_digest(given.encode(), token.encode())


def _no(sentence: str, status: int) -> Response:
    return PlainTextResponse(f"eyecatch: {sentence}.\n", status)
