"""A web server for tests that fails, stalls and truncates as they ask."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

STALL = 0.6  # seconds of silence


def free_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@dataclass
class Site:
    """Files by path, and what to do wrong: path -> one fault a request, in order, then none.

    Faults: a status such as "500"; "stall" falls silent half-way, "truncate" hangs up half-way;
    "page" sends a web page; "no range" sends everything whatever is asked. asked: (path, Range
    header) of every request.
    """

    files: dict[str, bytes]
    faults: dict[str, list[str]] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    version: int = 1
    address: str = ""


@contextmanager
def serving(site: Site) -> Iterator[Site]:
    """The site at `address` on this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.lstrip("/")
            wanted = self.headers.get("Range")
            site.asked.append((path, wanted))
            fault = site.faults.get(path, [])[:1]
            site.faults[path] = site.faults.get(path, [])[1:]
            _answer(self, site, path, wanted, fault[0] if fault else "")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    site.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _answer(
    request: BaseHTTPRequestHandler, site: Site, path: str, wanted: str | None, fault: str
) -> None:
    content = site.files.get(path)
    if fault.isdecimal() or content is None:
        request.send_error(int(fault) if fault else 404)
        return
    tag = f'"{path}-{site.version}"'
    start = (
        int(wanted.removeprefix("bytes=").rstrip("-"))
        if wanted and request.headers.get("If-Range") == tag
        else 0
    )
    start = 0 if fault == "no range" else start
    body = b"<html>quota</html>" if fault == "page" else content[start:]
    request.send_response(206 if start else 200)
    request.send_header(
        "Content-Type", "text/html" if fault == "page" else "application/octet-stream"
    )
    request.send_header("Content-Length", str(len(body)))
    request.send_header("ETag", tag)
    request.end_headers()
    broken = fault in ("stall", "truncate")
    request.wfile.write(body[: len(body) // 2] if broken else body)
    if fault == "stall":
        request.wfile.flush()
        time.sleep(STALL)
