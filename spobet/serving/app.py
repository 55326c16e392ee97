"""The HTTP API: ranked glosses of landmarks and files, signs in long clips, enrolled signs, the network's card; and the page."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from fastapi import FastAPI, File, Request, UploadFile
from fastapi.responses import FileResponse, JSONResponse, PlainTextResponse
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool

import spobet
from spobet.evaluation.draw import skeleton_strip
from spobet.poses.sequence import PoseSequence
from spobet.recognition.enrolment import Enrolled, enrolled_file
from spobet.recognition.recognizer import Answer, Recognizer, load, network_of
from spobet.recognition.spotting import spot
from spobet.runs import RunFolder
from spobet.serving.gallery import Gallery
from spobet.serving.guard import BodyTooLarge, Guard
from spobet.serving.reading import MAX_BODY, MAX_CLIPS, BadRequest, clip_of, load_body, read_upload

WEB = Path(__file__).parent / "web"
SHORT = 500  # frames
_POINT = {"anyOf": [{"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}, {"type": "null"}]}
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
        "skeleton": {"type": "string", "description": "A built-in skeleton by name, if not the network's own."},
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


class Service:
    """One network and the signs enrolled with it.

    Enrolling and forgetting happen one at a time and are on disk before they are told.
    """

    def __init__(self, run: Path, enrolled: Path | None = None) -> None:
        folder = RunFolder(run)
        self.run, self.name, self.place = run, folder.path.name, enrolled or enrolled_file(folder)
        self.recognizer: Recognizer = load(run, enrolled=enrolled)
        self.unit = folder.record().unit or "pixels"
        self._network, self._lock = network_of(folder), threading.Lock()

    def clip(self, content: Any) -> PoseSequence:
        """A clip that a client describes."""
        return clip_of(content, self.recognizer.skeleton, self.unit)

    def answers(self, pose: PoseSequence, top: int) -> dict[str, Any]:
        """Ranked glosses of a clip, and whether the first counts."""
        try:
            answers = self.recognizer.predict(pose, top)
        except (ValueError, KeyError) as error:
            raise BadRequest(str(error.args[0])) from error
        return {"answers": told(answers), "sure": self.recognizer.knows(answers)}

    def signs(self) -> list[dict[str, Any]]:
        """The enrolled signs and how many clips each has."""
        return [{"gloss": gloss, "clips": len(kept)} for gloss, kept in self.recognizer.enrolled.clips.items()]

    def enrol(self, gloss: str, poses: list[PoseSequence]) -> None:
        """Add clips of a sign; on disk when this returns."""
        with self._lock:
            try:
                added = load(self.run, enrolled=self.place).enrol(gloss, poses)
            except (ValueError, KeyError) as error:
                raise BadRequest(str(error.args[0])) from error
            self._keep(added)

    def forget(self, gloss: str) -> None:
        """Remove a sign; on disk when this returns."""
        with self._lock:
            try:
                self._keep(self.recognizer.enrolled.without_sign(gloss))
            except KeyError as error:
                raise BadRequest(str(error.args[0])) from error

    def _keep(self, enrolled: Enrolled) -> None:
        Enrolled(self._network, enrolled.clips).write(self.place)
        self.recognizer.enrolled = Enrolled.read(self.place, self._network)


def told(answers: list[Answer]) -> list[dict[str, Any]]:
    """Answers as JSON tells them."""
    return [{"gloss": answer.gloss, "probability": round(answer.probability, 4)} for answer in answers]


def _body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def create_app(run: Path, enrolled: Path | None = None, token: str = "") -> FastAPI:
    """The application that serves a run folder or a shipped network.

    enrolled: the file that keeps its signs, if not the run's own. token: what clients must show, "" for none.
    """
    service = Service(run, enrolled)
    app = FastAPI(title="spobet", version=spobet.__version__, docs_url=None, redoc_url=None, openapi_url="/api/openapi.json")
    app.add_middleware(Guard, token=token)
    bad: dict[int | str, dict[str, Any]] = {400: {"description": "What is wrong with the request, in words."}}

    @app.exception_handler(BadRequest)
    def _bad(request: Request, error: BadRequest) -> JSONResponse:
        return JSONResponse({"error": str(error)}, 400)

    @app.exception_handler(BodyTooLarge)
    def _large(request: Request, error: BodyTooLarge) -> JSONResponse:
        return JSONResponse({"error": f"a body over {MAX_BODY:,} bytes"}, 413)

    @app.get("/api/health", summary="Whether it answers, and with which network")
    def health() -> dict[str, Any]:
        recognizer = service.recognizer
        landmarks, threshold = list(recognizer.skeleton.landmarks), recognizer.rejection.threshold
        facts = {"network": service.name, "version": spobet.__version__, "skeleton": recognizer.skeleton.name}
        return {"status": "ok", **facts, "landmarks": landmarks, "glosses": list(recognizer.glosses), "threshold": threshold}

    @app.get("/api/card", summary="The network's card, as Markdown", response_class=PlainTextResponse)
    def card() -> str:
        file = service.run / "card.md"
        return file.read_text(encoding="utf-8") if file.is_file() else f"# {service.name}\n\nThis run has no card.\n"

    @app.post("/api/predict", summary="Ranked glosses of a clip's landmarks", responses=bad, openapi_extra=_body(_CLIP))
    async def predict(request: Request) -> dict[str, Any]:
        content = load_body(await request.body())
        if _length(content) <= SHORT:  # a few milliseconds: threads would only wait for each other
            return service.answers(service.clip(content), _top(content))
        return await run_in_threadpool(lambda: service.answers(service.clip(content), _top(content)))

    @app.post("/api/predict-file", summary="Ranked glosses of a file of landmarks or video", responses=bad)
    async def predict_file(file: UploadFile = File(...)) -> dict[str, Any]:  # noqa: B008
        content, name = await file.read(), file.filename or ""

        def answer() -> dict[str, Any]:
            pose = read_upload(name, content)
            hands = _landmarks(service, pose)
            return {**service.answers(pose, 5), "frames": len(pose), "strip": skeleton_strip(pose, 8, 150), **hands}

        return await run_in_threadpool(answer)

    @app.post("/api/spot", summary="Signs in a long clip", responses=bad, openapi_extra=_body(_CLIP))
    async def find(request: Request) -> dict[str, Any]:
        content = load_body(await request.body())

        def answer() -> dict[str, Any]:
            try:
                found = spot(service.recognizer, service.clip(content), top=_top(content))
            except (KeyError, ValueError) as error:
                raise BadRequest(str(error.args[0])) from error
            signs = [{"start": sign.start, "stop": sign.stop, "seconds": sign.seconds, "sure": sign.known} for sign in found]
            return {"signs": [{**sign, "answers": told(list(one.answers))} for sign, one in zip(signs, found, strict=True)]}

        return await run_in_threadpool(answer)

    gallery = Gallery()

    @app.get("/api/gallery", summary="Clips to try")
    def clips() -> dict[str, Any]:
        return {"clips": gallery.names()}

    @app.get("/api/gallery/{name}", summary="What the small network makes of one of them", responses=bad)
    def tried(name: str) -> dict[str, Any]:
        try:
            return gallery.answer(name)
        except KeyError as error:
            raise BadRequest(str(error.args[0])) from error

    @app.get("/api/signs", summary="What is enrolled")
    def signs() -> dict[str, Any]:
        return {"signs": service.signs()}

    @app.post("/api/signs", summary="Enrol a sign from 1 to 10 clips", responses=bad, openapi_extra=_body(_SIGN))
    async def enrol(request: Request) -> dict[str, Any]:
        content = load_body(await request.body())
        gloss, clips = content.get("gloss"), content.get("clips")
        if not isinstance(gloss, str) or not gloss.strip() or not isinstance(clips, list) or not 0 < len(clips) <= MAX_CLIPS:
            raise BadRequest(f"expected a gloss and 1 to {MAX_CLIPS} clips")
        await run_in_threadpool(lambda: service.enrol(gloss.strip(), [service.clip(clip) for clip in clips]))
        return {"signs": service.signs()}

    @app.delete("/api/signs/{gloss}", summary="Forget an enrolled sign", responses=bad)
    def forget(gloss: str) -> dict[str, Any]:
        service.forget(gloss)
        return {"signs": service.signs()}

    @app.get("/", include_in_schema=False)
    def page() -> FileResponse:
        return FileResponse(WEB / "index.html")

    app.mount("/", StaticFiles(directory=WEB), name="web")
    return app


def _length(content: dict[str, Any]) -> int:
    frames = content.get("landmarks")
    return len(frames) if isinstance(frames, list) else 0


def _top(content: dict[str, Any]) -> int:
    top = content.get("top", 5)
    if isinstance(top, bool) or not isinstance(top, int) or not 1 <= top <= 100:
        raise BadRequest(f"top is {top!r}, expected 1 to 100")
    return top


def _landmarks(service: Service, pose: PoseSequence) -> dict[str, Any]:
    """The clip as the network's landmarks, so that the page can enrol it."""
    try:
        ready = service.recognizer.prepared(pose)
    except KeyError as error:
        raise BadRequest(str(error.args[0])) from error
    frames = [[None if x != x else [x, y] for x, y in frame] for frame in ready.xy.round(5).tolist()]
    return {"landmarks": frames, "unit": ready.unit}
