"""The HTTP API: ranked glosses of landmarks and files, signs in long clips, enrolled signs, the network's card; and the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
from fastapi import APIRouter, FastAPI, File, Request, Response, UploadFile
from fastapi.responses import FileResponse, JSONResponse, PlainTextResponse
from starlette.concurrency import run_in_threadpool

import spobet
from spobet.serving.gallery import NETWORK, Gallery
from spobet.serving.guard import BodyTooLarge, Guard
from spobet.serving.page import add_page
from spobet.serving.reading import (
    BESIDE,
    MAX_BODY,
    MAX_CLIPS,
    BadRequest,
    beside_landmarks,
    load_body,
    load_packed,
    read_upload,
)
from spobet.serving.service import Service, wrong_request

SHORT = 300_000  # bytes of a body: about 400 frames as JSON
PACKED = "application/octet-stream"
_POINT = {
    "anyOf": [
        {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
        {"type": "null"},
    ]
}
_CLIP: dict[str, Any] = {
    "type": "object",
    "required": ["landmarks"],
    "properties": {
        "landmarks": {
            "type": "array",
            "minItems": 1,
            "description": "One entry a frame: a list with [x, y] or null a landmark, in the network's order, or null for none.",
            "items": {"anyOf": [{"type": "array", "items": _POINT}, {"type": "null"}]},
        },
        "skeleton": {
            "type": "string",
            "description": "A built-in skeleton by name, if not the network's own.",
        },
        "unit": {"type": "string", "enum": ["pixels", "image"]},
        "frame_rate": {"type": "number", "minimum": 1, "maximum": 1000},
        "top": {"type": "integer", "minimum": 1, "maximum": 100},
    },
}
_SIGN = {
    "type": "object",
    "required": ["gloss", "clips"],
    "properties": {
        "gloss": {"type": "string", "minLength": 1},
        "clips": {"type": "array", "items": _CLIP, "minItems": 1, "maxItems": MAX_CLIPS},
    },
}


def _body(schema: dict[str, Any], **others: dict[str, Any]) -> dict[str, Any]:
    return {
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": schema}, **others},
        }
    }


def _clip_body() -> dict[str, Any]:
    """A clip as JSON, or its coordinates alone; what stands beside them may come as the query."""
    packed = "x and y of every landmark of every frame as little-endian float32, NaN where missing."
    query = [
        {"name": name, "in": "query", "required": False, "schema": _CLIP["properties"][name]}
        for name in BESIDE
    ]
    return {
        **_body(
            _CLIP,
            **{PACKED: {"schema": {"type": "string", "format": "binary", "description": packed}}},
        ),
        "parameters": query,
    }


_BAD: dict[int | str, dict[str, Any]] = {
    400: {"description": "What is wrong with the request, in words."}
}


def create_app(run: Path, enrolled: Path | None = None, token: str = "") -> FastAPI:
    """The application that serves a run folder or a shipped network.

    enrolled: the file that keeps its signs, if not the run's own. token: what clients must show, "" for none.
    """
    service = Service(run, enrolled)
    app = FastAPI(
        title="spobet",
        version=spobet.__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    app.add_middleware(Guard, token=token)

    @app.exception_handler(BadRequest)
    def _bad(request: Request, error: BadRequest) -> JSONResponse:
        return JSONResponse({"error": str(error)}, 400)

    @app.exception_handler(BodyTooLarge)
    def _large(request: Request, error: BodyTooLarge) -> JSONResponse:
        return JSONResponse({"error": f"a body over {MAX_BODY:,} bytes"}, 413)

    gallery = Gallery()
    for router in (
        _facts(service),
        _networks(service, gallery),
        _answers(service),
        _signs(service),
        _gallery(gallery),
    ):
        app.include_router(router, prefix="/api")
    add_page(app)
    return app


def _facts(service: Service) -> APIRouter:
    """What answers here."""
    router = APIRouter()

    @router.get("/health", summary="Whether it answers, and with which network")
    def health() -> dict[str, Any]:
        recognizer = service.recognizer
        landmarks, threshold = list(recognizer.skeleton.landmarks), recognizer.rejection.threshold
        facts = {
            "network": service.name,
            "version": spobet.__version__,
            "skeleton": recognizer.skeleton.name,
        }
        return {
            "status": "ok",
            **facts,
            "landmarks": landmarks,
            "glosses": list(recognizer.glosses),
            "threshold": threshold,
        }

    @router.get(
        "/card", summary="The network's card, as Markdown", response_class=PlainTextResponse
    )
    def card() -> str:
        file = service.run / "card.md"
        return (
            file.read_text(encoding="utf-8")
            if file.is_file()
            else f"# {service.name}\n\nThis run has no card.\n"
        )

    return router


def _networks(service: Service, gallery: Gallery) -> APIRouter:
    """The networks themselves, for those who answer with them elsewhere, as the page does."""
    router = APIRouter()

    def named(name: str) -> Service:
        if name == service.name:
            return service
        if name == NETWORK:
            return gallery.service  # read when it is first asked for
        raise BadRequest(
            f"no network {name[:40]!r} here, expected one of: {NETWORK}, {service.name}"
        )

    @router.get(
        "/networks/{name}", summary="What must be known beside a network's file", responses=_BAD
    )
    def facts(name: str) -> dict[str, Any]:
        return named(name).facts()

    @router.get(
        "/networks/{name}/file",
        summary="A network as ONNX",
        responses=_BAD,
        response_class=FileResponse,
    )
    def file(name: str) -> FileResponse:
        return FileResponse(named(name).file, media_type="application/octet-stream")

    return router


def _answers(service: Service) -> APIRouter:
    """Ranked glosses."""
    router = APIRouter()

    @router.post(
        "/predict",
        summary="Ranked glosses of a clip's landmarks",
        responses=_BAD,
        openapi_extra=_clip_body(),
    )
    async def predict(request: Request) -> Response:
        body = await request.body()

        def answer() -> Response:
            content = _content(request, body)
            answers = service.answers(service.clip(content), _top(content))
            return Response(
                orjson.dumps(answers), media_type="application/json"
            )  # spares FastAPI's look at every value

        # short clips take a few milliseconds: threads would only wait for each other
        return answer() if len(body) <= SHORT else await run_in_threadpool(answer)

    @router.post(
        "/predict-file", summary="Ranked glosses of a file of landmarks or video", responses=_BAD
    )
    async def predict_file(file: UploadFile = File(...)) -> dict[str, Any]:  # noqa: B008
        content = await file.read()
        return await run_in_threadpool(
            lambda: service.answers_with_landmarks(read_upload(file.filename or "", content))
        )

    @router.post(
        "/spot", summary="Signs in a long clip", responses=_BAD, openapi_extra=_clip_body()
    )
    async def find(request: Request) -> dict[str, Any]:
        body = await request.body()

        def answer() -> dict[str, Any]:
            content = _content(request, body)
            return service.found(service.clip(content), _top(content))

        return await run_in_threadpool(answer)

    return router


def _signs(service: Service) -> APIRouter:
    """Enrolled signs."""
    router = APIRouter()

    @router.get("/signs", summary="What is enrolled")
    def signs() -> dict[str, Any]:
        return {"signs": service.signs()}

    @router.post(
        "/signs",
        summary="Enrol a sign from 1 to 10 clips",
        responses=_BAD,
        openapi_extra=_body(_SIGN),
    )
    async def enrol(request: Request) -> dict[str, Any]:
        content = load_body(await request.body())
        gloss, clips = content.get("gloss"), content.get("clips")
        if (
            not isinstance(gloss, str)
            or not gloss.strip()
            or not isinstance(clips, list)
            or not 0 < len(clips) <= MAX_CLIPS
        ):
            raise BadRequest(f"expected a gloss and 1 to {MAX_CLIPS} clips")
        await run_in_threadpool(
            lambda: service.enrol(gloss.strip(), [service.clip(clip) for clip in clips])
        )
        return {"signs": service.signs()}

    @router.delete("/signs/{gloss}", summary="Forget an enrolled sign", responses=_BAD)
    def forget(gloss: str) -> dict[str, Any]:
        service.forget(gloss)
        return {"signs": service.signs()}

    return router


def _gallery(gallery: Gallery) -> APIRouter:
    """Clips to try."""
    router = APIRouter()

    @router.get("/gallery", summary="Clips to try")
    def clips() -> dict[str, Any]:
        return {"clips": gallery.names()}

    @router.get(
        "/gallery/{name}", summary="What the small network makes of one of them", responses=_BAD
    )
    def tried(name: str) -> dict[str, Any]:
        with wrong_request():
            return gallery.answer(name)

    return router


def _content(request: Request, body: bytes) -> dict[str, Any]:
    """What a request for answers holds, whichever way it says so; what the body itself says counts more than the query."""
    packed = request.headers.get("content-type", "").partition(";")[0].strip().lower() == PACKED
    return beside_landmarks(request.query_params) | (
        load_packed(body) if packed else load_body(body)
    )


def _top(content: dict[str, Any]) -> int:
    top = content.get("top", 5)
    if isinstance(top, bool) or not isinstance(top, int) or not 1 <= top <= 100:
        raise BadRequest(f"top is {top!r}, expected 1 to 100")
    return top
