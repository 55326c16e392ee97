"""The application that `spobet serve` runs: the HTTP API of a network, and the page."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.middleware.gzip import GZipMiddleware

import spobet
from spobet.serving.gallery import Gallery
from spobet.serving.guard import LOCAL_HOSTS, MAX_BODY, BodyTooLarge, add_guards
from spobet.serving.page import add_page
from spobet.serving.routes import answers, enrolment, facts, gallery_clips, networks, practice
from spobet.serving.schemas import BadRequest
from spobet.serving.service import Service


def create_app(
    run: Path,
    enrolled: Path | None = None,
    token: str = "",
    hosts: tuple[str, ...] = LOCAL_HOSTS,
    origins: tuple[str, ...] = (),
) -> FastAPI:
    """The application that serves a run folder or a shipped network.

    enrolled: the file of enrolled signs, if not the run's. token, hosts, origins: as `add_guards`.
    """
    service, gallery = Service(run, enrolled), Gallery()
    app = FastAPI(
        title="spobet",
        version=spobet.__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    # not for what says how it is encoded: networks, which shrink little and slowly, and web/vendor
    app.add_middleware(GZipMiddleware, minimum_size=2_000, compresslevel=5)
    add_guards(app, token, hosts, origins)

    @app.exception_handler(BadRequest)
    def _bad(request: Request, error: BadRequest) -> JSONResponse:
        return JSONResponse({"error": str(error)}, 400)

    @app.exception_handler(BodyTooLarge)
    def _large(request: Request, error: BodyTooLarge) -> JSONResponse:
        return JSONResponse({"error": f"a body over {MAX_BODY:,} bytes"}, 413)

    for router in (
        facts(service),
        networks(service, gallery),
        answers(service),
        practice(service),
        enrolment(service),
        gallery_clips(gallery),
    ):
        app.include_router(router, prefix="/api")
    add_page(app)
    return app
