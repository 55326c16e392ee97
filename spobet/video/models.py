"""MediaPipe's networks: fetched once if asked to, or made from an older MediaPipe."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from spobet.errors import NotFound
from spobet.extras import extra_module
from spobet.fetch import fetch
from spobet.files import write_whole

_PUBLISHED = "https://storage.googleapis.com/mediapipe-models"
_MODULES = "mediapipe/modules"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # every made file is the same, byte for byte


@dataclass(frozen=True)
class Model:
    """One Tasks file: where Google publishes it, its SHA-256, and what else it can be made of.

    parts: name in the Tasks file -> network of MediaPipe 0.10.21 below mediapipe/modules.
    """

    name: str
    url: str
    sha256: str
    parts: dict[str, str]


POSE = Model(
    "pose_landmarker_full.task",
    f"{_PUBLISHED}/pose_landmarker/pose_landmarker_full/float16/1/pose_landmarker_full.task",
    "5134a3aad27a58b93da0088d431f366da362b44e3ccfbe3462b3827a839011b1",
    {
        "pose_detector.tflite": "pose_detection/pose_detection.tflite",
        "pose_landmarks_detector.tflite": "pose_landmark/pose_landmark_full.tflite",
    },
)
HANDS = Model(
    "hand_landmarker.task",
    f"{_PUBLISHED}/hand_landmarker/hand_landmarker/float16/1/hand_landmarker.task",
    "fbc2a30080c3c557093b5ddfc334698132eb341044ccee322ccf8bcf3607cde1",
    {
        "hand_detector.tflite": "palm_detection/palm_detection_full.tflite",
        "hand_landmarks_detector.tflite": "hand_landmark/hand_landmark_full.tflite",
    },
)
MODELS = (POSE, HANDS)


def models_folder(
    given: Path | None = None,
    fetch_missing: bool = False,
    say: Callable[[str], None] = lambda line: None,
) -> Path:
    """The folder that holds every Tasks file: the one given, or the cache.

    fetch_missing: download from Google what the cache lacks; nothing is without it. NotFound where
    a file is lacking; FetchError where one cannot be fetched.
    """
    folder = given or cache_folder()
    missing = [model for model in MODELS if not (folder / model.name).is_file()]
    if given and missing:
        raise NotFound(
            f"{given}: {' and '.join(model.name for model in missing)} not in this folder"
        )
    if missing and not fetch_missing:
        raise NotFound(
            f"{folder}: MediaPipe's networks are not there; `spobet extract` downloads them from "
            f"{urlsplit(_PUBLISHED).hostname} with --fetch-models, or makes them with --models-from"
        )
    for model in missing:
        say(f"fetching {model.url} to {folder}")
        fetch(model.url, folder / model.name, model.sha256)
    return folder


def cache_folder() -> Path:
    """The folder of fetched networks: spobet/models in $XDG_CACHE_HOME or ~/.cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "spobet" / "models"


def make_models(source: Path, out: Path) -> Path:
    """Make the Tasks files at `out` from the networks in MediaPipe 0.10.21: no network is needed.

    source: its wheel file, or the folder of an environment or site-packages where it is installed.
    NotFound names the network that is not in it.
    """
    for model in MODELS:
        content = tasks_file(model, source)
        out.mkdir(parents=True, exist_ok=True)
        write_whole(out / model.name, content)
    return out


def tasks_file(model: Model, source: Path) -> bytes:
    """One Tasks file from the networks in MediaPipe 0.10.21, as `make_models` takes them."""
    parts = {name: _network(source, network) for name, network in model.parts.items()}
    if model is POSE:
        parts["pose_landmarks_detector.tflite"] = with_normalisation(
            parts["pose_landmarks_detector.tflite"]
        )
    return _stored_zip(parts)


def with_normalisation(network: bytes) -> bytes:
    """The pose network with the metadata that Tasks reads: its picture is divided by 255.

    Without metadata Tasks refuses it; with a deviation of 1, as for the other networks, it loads
    and gives wrong landmarks.
    """
    meta = extra_module(
        "mediapipe.tasks.metadata.metadata_schema_py_generated",
        "video",
        "making MediaPipe's networks",
    )
    schema = extra_module(
        "mediapipe.tasks.metadata.schema_py_generated", "video", "making MediaPipe's networks"
    )
    model = schema.ModelT.InitFromPackedBuf(network, 0)
    content = schema.BufferT()
    content.data = list(_packed(_metadata(meta), b"M001"))
    entry = schema.MetadataT()
    entry.name, entry.buffer = b"TFLITE_METADATA", len(model.buffers)
    model.buffers.append(content)
    model.metadata = [*(model.metadata or []), entry]
    return _packed(model, b"TFL3")


def _metadata(meta: Any) -> Any:
    options = meta.NormalizationOptionsT()
    options.mean, options.std = [0.0], [255.0]
    unit, colours, content, tensor, graph, model = (
        getattr(meta, f"{kind}T")()
        for kind in (
            "ProcessUnit",
            "ImageProperties",
            "Content",
            "TensorMetadata",
            "SubGraphMetadata",
            "ModelMetadata",
        )
    )
    unit.optionsType, unit.options = meta.ProcessUnitOptions.NormalizationOptions, options
    colours.colorSpace = meta.ColorSpaceType.RGB
    content.contentPropertiesType, content.contentProperties = (
        meta.ContentProperties.ImageProperties,
        colours,
    )
    tensor.name, tensor.processUnits, tensor.content = "image", [unit], content
    graph.inputTensorMetadata = [tensor]
    model.subgraphMetadata = [graph]
    return model


def _packed(table: Any, identifier: bytes) -> bytes:
    builder = extra_module("flatbuffers", "video", "making MediaPipe's networks").Builder(0)
    builder.Finish(table.Pack(builder), identifier)
    return bytes(builder.Output())


def _network(source: Path, network: str) -> bytes:
    """One network out of a wheel or an installed package."""
    inside = f"{_MODULES}/{network}"
    if source.is_file() and zipfile.is_zipfile(source):
        with zipfile.ZipFile(source) as wheel:
            if inside in wheel.namelist():
                return wheel.read(inside)
    folders = (source, *source.glob("lib/python*/site-packages")) if source.is_dir() else ()
    for folder in folders:
        if (folder / inside).is_file():
            return (folder / inside).read_bytes()
    raise NotFound(
        f"{source}: {inside} not in it, expected the wheel of mediapipe 0.10.21 "
        "or where it is installed"
    )


def _stored_zip(parts: dict[str, bytes]) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), content)
    return file.getvalue()
