"""What stands before every request: its size, its origin, the token, and what the page may load."""

from __future__ import annotations

import hmac
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import JSONResponse

MAX_BODY = 30_000_000  # bytes of a request: a minute of phone video
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
_POLICY = (
    "default-src 'self'; img-src 'self' data:; media-src 'self' blob:; style-src 'self'; "
    "connect-src 'self'; script-src 'self' 'wasm-unsafe-eval'; "
    "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
_ENCODED = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]


def add_guards(app: FastAPI, token: str, hosts: tuple[str, ...], origins: tuple[str, ...]) -> None:
    """Put every check before an application.

    hosts: names in the Host header that are answered, "*" for all; a name that an attacker lets
    point to this machine is not among them. origins: pages of other servers that may ask.
    """
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)
    app.add_middleware(Guard, token=token, origins=origins)
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(origins),
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["authorization", "content-type"],
        )


def hosts_of(address: str) -> tuple[str, ...]:
    """The Host names of a server that listens at an address; 0.0.0.0 and :: stand for them all."""
    if address not in ("0.0.0.0", "::"):
        return (*LOCAL_HOSTS, f"[{address}]" if ":" in address else address)
    name = socket.gethostname()
    try:
        found = {str(info[4][0]) for info in socket.getaddrinfo(name, None)}
    except OSError:  # a machine that does not know its own name
        found = set()
    addresses = (f"[{one}]" if ":" in one else one for one in sorted(found))
    return (*LOCAL_HOSTS, name, *addresses)


class Guard:
    """ASGI middleware that refuses large bodies, pages of other origins, and missing tokens.

    token: what everything under /api asks for as `Authorization: Bearer TOKEN`; "" asks for none.
    """

    def __init__(self, app: Any, token: str = "", origins: tuple[str, ...] = ()) -> None:
        self._app, self._token, self._origins = app, token, origins

    async def __call__(self, scope: dict, receive: Receive, send: Send) -> None:
        """Answer a refused request, hand any other on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in scope["headers"]
        }
        refusal = self._refusal(scope, headers)
        if refusal:
            status, reason = refusal
            answer = JSONResponse({"error": reason}, status, headers=_HEADERS)
            await answer(scope, receive, send)
            return
        await self._app(scope, _bounded(receive), _with_headers(send))

    def _refusal(self, scope: dict, headers: dict[str, str]) -> tuple[int, str] | None:
        """Status and reason, None where the request may pass."""
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > MAX_BODY:
            return 413, f"a body of {length[:20]} bytes, expected at most {MAX_BODY:,}"
        origin = headers.get("origin")
        same = origin is None or origin.split("://", 1)[-1] == headers.get("host")
        if not same and origin not in self._origins:
            return 403, "a page of another origin may not ask here (serve --allow-origin)"
        given = headers.get("authorization", "").removeprefix("Bearer ")
        asks = self._token and scope["path"].startswith("/api")
        if asks and not hmac.compare_digest(given.encode(), self._token.encode()):
            return 401, "this server asks for a token: Authorization: Bearer TOKEN"
        return None


class BodyTooLarge(Exception):
    """A body sent without its length went over MAX_BODY."""


def _bounded(receive: Receive) -> Receive:
    size = 0

    async def bounded() -> MutableMapping[str, Any]:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > MAX_BODY:
            raise BodyTooLarge
        return message

    return bounded


def _with_headers(send: Send) -> Send:
    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            headers = message.get("headers", [])
            names = {name for name, _ in headers}
            missing = [entry for entry in _ENCODED if entry[0] not in names]
            message = {**message, "headers": [*headers, *missing]}
        await send(message)

    return sending
