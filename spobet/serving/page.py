"""The page's files: ours as they are, those of others gzipped as they lie in web/vendor."""

from __future__ import annotations

import gzip
import mimetypes
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

WEB = Path(__file__).parent / "web"
_TYPES = {".mjs": "text/javascript", ".js": "text/javascript", ".wasm": "application/wasm"}


def add_page(app: FastAPI) -> None:
    """Serve the page at / and what it loads."""
    vendored = {file.name.removesuffix(".gz"): file for file in (WEB / "vendor").glob("*.gz")}
    for suffix, kind in _TYPES.items():
        # some systems call scripts text/plain, and browsers then run none
        mimetypes.add_type(kind, suffix)

    @app.get("/", include_in_schema=False)
    def page() -> FileResponse:
        return FileResponse(WEB / "index.html")

    @app.get("/vendor/{name}", include_in_schema=False)
    def vendor(name: str, request: Request) -> Response:
        if name not in vendored:
            return Response(status_code=404)
        kind = _TYPES.get(Path(name).suffix, "application/octet-stream")
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(gzip.decompress(vendored[name].read_bytes()), media_type=kind)
        tag = f'"{vendored[name].stat().st_mtime_ns:x}-{vendored[name].stat().st_size:x}"'
        headers = {"cache-control": "no-cache", "etag": tag}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        headers["content-encoding"] = "gzip"
        return FileResponse(vendored[name], media_type=kind, headers=headers)

    app.mount("/", StaticFiles(directory=WEB), name="web")
