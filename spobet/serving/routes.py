"""The requests of the HTTP API, one router per subject."""

from __future__ import annotations

import gzip
from typing import Any

import orjson
from fastapi import APIRouter, File, Request, Response, UploadFile
from fastapi.responses import FileResponse, PlainTextResponse
from starlette.concurrency import run_in_threadpool

import spobet
from spobet.serving.gallery import DICTIONARY, NETWORK, Gallery
from spobet.serving.landmarks import unpack
from spobet.serving.schemas import (
    PACKED,
    BadRequest,
    ClipBody,
    Comparison,
    EnrolledSigns,
    Prediction,
    SignBody,
    SpottedSigns,
    TakeBody,
    checked,
    clip_request,
    from_query,
    load_json,
    sign_request,
    take_request,
)
from spobet.serving.service import Service, refusing
from spobet.serving.uploads import read_upload

SHORT = 300_000  # bytes of a body, about 400 frames as JSON, answered faster than a thread wakes
Responses = dict[int | str, dict[str, Any]]
_AS_IT_IS = {"content-encoding": "identity"}
_BAD: Responses = {400: {"description": "What is wrong with the request, in words."}}


def _gives(model: type) -> Responses:
    """The described responses of a request; answers are not checked against them."""
    return {200: {"model": model}, **_BAD}


def facts(service: Service) -> APIRouter:
    """What this server answers with."""
    router = APIRouter()

    @router.get("/health", summary="Whether it answers, and with which network")
    def health() -> dict[str, Any]:
        recognizer = service.recognizer
        return {
            "status": "ok",
            "network": service.name,
            "version": spobet.__version__,
            "skeleton": recognizer.skeleton.name,
            "landmarks": list(recognizer.skeleton.landmarks),
            "glosses": list(recognizer.glosses),
            "threshold": recognizer.rejection.threshold,
        }

    @router.get("/card", summary="The network's card as Markdown", response_class=PlainTextResponse)
    def card() -> str:
        file = service.run / "card.md"
        if not file.is_file():
            return f"# {service.name}\n\nThis run has no card.\n"
        return file.read_text(encoding="utf-8")

    return router


def networks(service: Service, gallery: Gallery) -> APIRouter:
    """The networks themselves, for clients that recognise by themselves, as the page does."""
    router = APIRouter()

    def named(name: str) -> Service:
        if name == service.name:
            return service
        if name == NETWORK:
            return gallery.service  # read when it is first asked for
        if name == DICTIONARY:
            return gallery.dictionary
        expected = f"{NETWORK}, {DICTIONARY}, {service.name}"
        raise BadRequest(f"no network {name[:40]!r} here, expected one of: {expected}")

    @router.get("/networks/{name}", summary="What a client must know of a network", responses=_BAD)
    def network_facts(name: str) -> dict[str, Any]:
        return named(name).facts()

    @router.get(
        "/networks/{name}/file",
        summary="A network as ONNX",
        responses=_BAD,
        response_class=FileResponse,
    )
    def file(name: str) -> FileResponse:
        return FileResponse(named(name).file, media_type=PACKED, headers=_AS_IT_IS)

    @router.get(
        "/networks/{name}/landmarks",
        summary="A network as ONNX with its preprocessing inside, which reads raw landmarks",
        responses=_BAD,
    )
    def landmarks(name: str) -> Response:
        return Response(named(name).landmarks_file, media_type=PACKED, headers=_AS_IT_IS)

    @router.get(
        "/networks/{name}/references",
        summary="A moving drawing for each sign: the mean of its training clips",
        responses=_BAD,
    )
    def references(name: str, request: Request) -> Response:
        content = named(name).references
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(gzip.decompress(content), media_type="application/json")
        headers = {"content-encoding": "gzip"}
        return Response(content, media_type="application/json", headers=headers)

    return router


def answers(service: Service) -> APIRouter:
    """Ranked glosses of clips."""
    router = APIRouter()

    @router.post(
        "/predict",
        summary="Ranked glosses of a clip's landmarks",
        responses=_gives(Prediction),
        openapi_extra=clip_request(),
    )
    async def predict(request: Request) -> Response:
        body = await request.body()

        def answer() -> Response:
            # a Response of its own spares FastAPI's look at every value
            clip = _clip(request, body)
            content = orjson.dumps(service.predict(service.pose_of(clip), clip.top))
            return Response(content, media_type="application/json")

        return answer() if len(body) <= SHORT else await run_in_threadpool(answer)

    @router.post(
        "/predict-file",
        summary="Ranked glosses of a file of landmarks or a video",
        responses=_BAD,
    )
    async def predict_file(file: UploadFile = File(...)) -> dict[str, Any]:  # noqa: B008
        content = await file.read()
        return await run_in_threadpool(
            lambda: service.predict_with_landmarks(read_upload(file.filename or "", content))
        )

    @router.post(
        "/spot",
        summary="Signs in a long clip",
        responses=_gives(SpottedSigns),
        openapi_extra=clip_request(),
    )
    async def spot(request: Request) -> dict[str, Any]:
        body = await request.body()

        def answer() -> dict[str, Any]:
            clip = _clip(request, body)
            return service.spot(service.pose_of(clip), clip.top)

        return await run_in_threadpool(answer)

    return router


def practice(service: Service) -> APIRouter:
    """Takes of signs beside their references."""
    router = APIRouter()

    @router.post(
        "/practice",
        summary="In what a take differs from the reference of a sign",
        responses=_gives(Comparison),
        openapi_extra=take_request(),
    )
    async def compare(request: Request) -> dict[str, Any]:
        body = await request.body()

        def compared() -> dict[str, Any]:
            take = checked(TakeBody, load_json(body))
            return service.practise(take.gloss, service.pose_of(take.clip))

        return await run_in_threadpool(compared)

    return router


def enrolment(service: Service) -> APIRouter:
    """Enrolled signs."""
    router = APIRouter()

    @router.get("/signs", summary="Enrolled signs", responses={200: {"model": EnrolledSigns}})
    def signs() -> dict[str, Any]:
        return {"signs": service.signs()}

    @router.post(
        "/signs",
        summary="Enrol a sign from 1 to 10 clips",
        responses=_gives(EnrolledSigns),
        openapi_extra=sign_request(),
    )
    async def enrol(request: Request) -> dict[str, Any]:
        body = await request.body()

        def change() -> dict[str, Any]:
            sign = checked(SignBody, load_json(body))
            service.enrol(sign.gloss, [service.pose_of(clip) for clip in sign.clips])
            return {"signs": service.signs()}

        return await run_in_threadpool(change)

    @router.delete(
        "/signs/{gloss}", summary="Remove an enrolled sign", responses=_gives(EnrolledSigns)
    )
    def remove(gloss: str) -> dict[str, Any]:
        service.remove(gloss)
        return {"signs": service.signs()}

    return router


def gallery_clips(gallery: Gallery) -> APIRouter:
    """Clips to try."""
    router = APIRouter()

    @router.get("/gallery", summary="Clips to try")
    def clips() -> dict[str, Any]:
        return {"clips": gallery.names()}

    @router.get(
        "/gallery/{name}", summary="What the gallery's network answers to a clip", responses=_BAD
    )
    def clip(name: str) -> dict[str, Any]:
        with refusing():
            return gallery.predict(name)

    return router


def _clip(request: Request, body: bytes) -> ClipBody:
    """The clip of a request, as JSON or packed; the body counts for more than the query."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    content = {"landmarks": unpack(body)} if kind == PACKED else load_json(body)
    return checked(ClipBody, from_query(request.query_params) | content)
