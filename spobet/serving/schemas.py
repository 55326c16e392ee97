"""What requests and answers hold: declared once, checked by pydantic, and described to clients."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any, Literal, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic.json_schema import WithJsonSchema

from spobet.errors import UserError
from spobet.formats.text import parse_json

MAX_CLIPS = 10  # clips of a sign that one request enrols
PACKED = "application/octet-stream"
QUERY = ("skeleton", "unit", "frame_rate", "top")  # what a query may say of the clip in the body
_NUMBERS = ("frame_rate", "top")
_LANDMARK = {
    "anyOf": [
        {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
        {"type": "null"},
    ]
}
_LANDMARKS = {
    "type": "array",
    "minItems": 1,
    "items": {"anyOf": [{"type": "array", "items": _LANDMARK}, {"type": "null"}]},
}


class BadRequest(UserError):
    """A request that is not what was expected; the text is for the client."""


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class ClipBody(_Strict):
    """One clip: its landmarks, and what must be known to read them."""

    # checked as an array in landmarks.py: thousands of small lists would cost more than the answer
    landmarks: Annotated[Any, WithJsonSchema(_LANDMARKS)] = Field(
        description="One entry per frame: a list with [x, y] or null for each landmark, "
        "in the network's order; null for a frame without landmarks."
    )
    skeleton: str | None = Field(None, description="A built-in skeleton, if not the network's own.")
    unit: Literal["pixels", "image"] | None = Field(
        None, description="Pixels, or shares of the picture's width and height ('image')."
    )
    size: Annotated[list[Annotated[int, Field(gt=0)]], Field(min_length=2, max_length=2)] | None = (
        Field(None, description="Width and height of the picture in pixels.")
    )
    frame_rate: float | None = Field(None, ge=1, le=1000, description="Frames per second.")
    times: list[float] | None = Field(
        None, description="Seconds at which each frame was taken, where they are not even."
    )
    top: int = Field(5, ge=1, le=100, description="How many glosses to answer with.")


class SignBody(_Strict):
    """A sign to enrol, with clips that show it."""

    gloss: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    clips: Annotated[list[ClipBody], Field(min_length=1, max_length=MAX_CLIPS)]


class TakeBody(_Strict):
    """A take of a sign, to compare with its drawn reference."""

    gloss: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    clip: ClipBody


class AnswerBody(BaseModel):
    """A gloss and its probability."""

    gloss: str
    probability: float


class Prediction(BaseModel):
    """Ranked glosses, and whether the first is accepted: its confidence reaches the threshold."""

    answer: str = Field(description='In words: "computer", "perhaps computer" or "not sure".')
    answers: list[AnswerBody]
    accepted: bool
    confidence: float
    advice: str = Field("", description="How to be seen better, where little was seen.")
    signs: list[Prediction] = Field([], description="Each sign, where the clip shows several.")


class Comparison(BaseModel):
    """In what a take differs from the reference of a sign; 1 is usual among other signers."""

    class Aspect(BaseModel):
        """One aspect; take and reference where the network reads phonology."""

        name: str
        difference: float
        alike: bool
        take: str = ""
        reference: str = ""

    gloss: str
    sentence: str = Field(description='In words: "same movement, other handshape".')
    difference: float
    aspects: list[Aspect]
    seconds: tuple[float, float] = Field(description="How long take and reference last.")
    recordings: int = Field(description="Of how many clips the reference is the mean.")
    named: Prediction


class SpottedSigns(BaseModel):
    """The signs of a long clip, in order."""

    class Sign(Prediction):
        """One sign: its frames start..stop-1, and the seconds at which it begins and ends."""

        start: int
        stop: int
        seconds: tuple[float, float]

    signs: list[Sign]


class EnrolledSigns(BaseModel):
    """Every enrolled sign and its number of clips."""

    class Sign(BaseModel):
        """One enrolled sign."""

        gloss: str
        clips: int

    signs: list[Sign]


Body = TypeVar("Body", bound=_Strict)


def load_json(body: bytes) -> dict[str, Any]:
    """The JSON object of a request, read as files are; BadRequest where it is none."""
    try:
        content = parse_json(body)
    except UserError as error:
        raise BadRequest(str(error)) from error
    if not isinstance(content, dict):
        raise BadRequest(f"a JSON {type(content).__name__}, expected an object")
    return content


def from_query(query: Mapping[str, str]) -> dict[str, Any]:
    """The fields of a clip that a query holds: numbers as numbers, everything else as text."""
    values: dict[str, Any] = {name: query[name] for name in QUERY if name in query}
    for name in values.keys() & set(_NUMBERS):
        with suppress(orjson.JSONDecodeError):  # left as text, which the schema then refuses
            values[name] = orjson.loads(values[name])
    return values


def checked(kind: type[Body], content: dict[str, Any]) -> Body:
    """The request that this content is; BadRequest names the first field that is wrong."""
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(map(str, first["loc"]))
        value = "" if first["type"] == "missing" else f", got {reprlib.repr(first['input'])}"
        raise BadRequest(f"{field}: {first['msg']}{value}") from error


def clip_request() -> dict[str, Any]:
    """The description of a request with a clip: JSON, or packed coordinates and a query."""
    schema = ClipBody.model_json_schema()
    content = "x and y of every landmark, frame by frame, as little-endian float32; NaN is missing."
    packed = {"schema": {"type": "string", "format": "binary", "description": content}}
    parameters = [
        {"name": name, "in": "query", "required": False, "schema": schema["properties"][name]}
        for name in QUERY
    ]
    return _request({"application/json": {"schema": schema}, PACKED: packed}) | {
        "parameters": parameters
    }


def sign_request() -> dict[str, Any]:
    """The description of a request that enrols a sign."""
    schema = SignBody.model_json_schema()
    schema["properties"]["clips"]["items"] = schema.pop("$defs")["ClipBody"]
    return _request({"application/json": {"schema": schema}})


def take_request() -> dict[str, Any]:
    """The description of a request that compares a take with a reference."""
    schema = TakeBody.model_json_schema()
    schema["properties"]["clip"] = schema.pop("$defs")["ClipBody"]
    return _request({"application/json": {"schema": schema}})


def _request(content: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": content}}
