"""What stands before every request: its size, where it comes from, the token, and what the answer's page may do."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.responses import JSONResponse

from spobet.serving.reading import MAX_BODY

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
_POLICY = (
    "default-src 'self'; img-src 'self' data:; media-src 'self' blob:; style-src 'self'; connect-src 'self'; "
    "script-src 'self' 'wasm-unsafe-eval'; "
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


class Guard:
    """ASGI middleware. token: asked for as `Authorization: Bearer TOKEN` by everything under /api, "" asks for none.

    Refuses bodies over MAX_BODY, also where their length is not told, and requests that a page of another origin makes.
    """

    def __init__(self, app: Any, token: str = "") -> None:
        self._app, self._token = app, token

    async def __call__(self, scope: dict, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in scope["headers"]
        }
        refusal = self._refusal(scope, headers)
        if refusal:
            await JSONResponse({"error": refusal[1]}, refusal[0], headers=_HEADERS)(
                scope, receive, send
            )
            return
        await self._app(scope, _bounded(receive), _with_headers(send))

    def _refusal(self, scope: dict, headers: dict[str, str]) -> tuple[int, str] | None:
        """Status and reason, None where the request may pass."""
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > MAX_BODY:
            return 413, f"a body of {length[:20]} bytes, expected at most {MAX_BODY:,}"
        origin = headers.get("origin")
        if origin is not None and origin.split("://", 1)[-1] != headers.get("host"):
            return 403, "a page of another origin may not ask here"
        given = headers.get("authorization", "").removeprefix("Bearer ")
        if (
            self._token
            and scope["path"].startswith("/api")
            and not hmac.compare_digest(given.encode(), self._token.encode())
        ):
            return 401, "this server asks for a token: Authorization: Bearer TOKEN"
        return None


class BodyTooLarge(Exception):
    """A body of untold length went over MAX_BODY."""


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
            told = message.get("headers", [])
            names = {name for name, _ in told}
            message = {
                **message,
                "headers": [*told, *(entry for entry in _ENCODED if entry[0] not in names)],
            }
        await send(message)

    return sending
