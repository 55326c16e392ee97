"""ELAN's files (.eaf), by way of pympi: a tier of glosses, and one of their confidence.

Layout: ELAN Annotation Format, schema EAFv2.8, which ELAN 4.7 and later read.
"""

from __future__ import annotations

import mimetypes
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from spobet.annotations.annotation import Annotation, Annotations, Media
from spobet.errors import UserError
from spobet.extras import extra_module
from spobet.formats.text import check_xml_size, naming, read_bounded

SUFFIXES = (".eaf",)
GLOSSES, CONFIDENCE = "gloss", "confidence"
_NOT_ACCEPTED = "not accepted"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def read(path: Path, tiers: Sequence[str] = ()) -> Annotations:
    """The annotations of the named tiers of an .eaf file.

    Without `tiers`: those of the tier `gloss`, or of the only one that has no parent. A tier
    `confidence` below a tier of glosses is read with it. UserError for what is no such file, and
    where the tier cannot be told.
    """
    document = _document(path)
    names = tuple(tiers) or _tier_of_glosses(document, path)
    unknown = [name for name in names if name not in document.tiers]
    if unknown:
        listed = ", ".join(document.tiers)
        raise UserError(f"{path}: no tier {', '.join(unknown)}; it has {listed or 'none'}")
    found: list[Annotation] = []
    num_left_out = 0
    for name in names:
        annotations, left_out = _of_tier(document, name, path)
        found += annotations
        num_left_out += left_out
    return Annotations(tuple(found), _linked(document), num_left_out)


def text(annotations: Iterable[Annotation], out: Path, video: Path | None = None) -> str:
    """An .eaf file with a tier of glosses and one of their confidence.

    out: where it will lie, from where the video is linked. One that begins before the last has
    ended begins at that end, for stretches of a tier do not overlap; times are whole milliseconds.
    """
    pympi = extra_module("pympi", "elan", "writing ELAN's files")
    document = pympi.Eaf(author="spobet")
    document.remove_tier("default")
    document.remove_linguistic_type("default-lt")
    document.header = {"MEDIA_FILE": "", "TIME_UNITS": "milliseconds"}
    document.add_linguistic_type(GLOSSES)
    document.add_linguistic_type(CONFIDENCE, "Symbolic_Association", timealignable=False)
    document.add_tier(GLOSSES, GLOSSES)
    document.add_tier(CONFIDENCE, CONFIDENCE, parent=GLOSSES)
    if video:
        relative = Path(os.path.relpath(video.resolve(), out.resolve().parent))
        kind = mimetypes.guess_type(video.name)[0] or "video/unknown"
        document.add_linked_file(video.resolve().as_uri(), f"./{relative.as_posix()}", kind)
    last = 0
    for one in sorted(annotations, key=lambda one: one.start):
        start = max(last, round(1000 * one.start))
        last = max(start + 1, round(1000 * one.stop))
        document.add_annotation(GLOSSES, start, last, one.gloss)
        if one.confidence is not None:
            value = f"{one.confidence:.3f}" + ("" if one.accepted else f" {_NOT_ACCEPTED}")
            middle = (start + last) // 2  # pympi finds what it refers to by the time
            document.add_ref_annotation(CONFIDENCE, GLOSSES, middle, value)
    document.properties = [("lastUsedAnnotationId", str(document.maxaid))]
    return _DECLARATION + str(pympi.Elan.to_string(document)) + "\n"


def _document(path: Path) -> Any:
    """The file as pympi reads it; UserError where it is none of ELAN's."""
    pympi = extra_module("pympi", "elan", "reading ELAN's files")
    try:
        content = read_bounded(path)
        with naming(path):
            check_xml_size(content)
        root = ElementTree.fromstring(content)  # for its errors: pympi's say less
        if root.tag != "ANNOTATION_DOCUMENT":
            raise UserError(f"{path}: holds <{root.tag}>, expected ELAN's <ANNOTATION_DOCUMENT>")
        return pympi.Eaf(str(path), suppress_version_warning=True)
    except ElementTree.ParseError as error:
        raise UserError(f"{path}: not XML, expected a file of ELAN ({error})") from error
    except (AttributeError, IndexError, KeyError, TypeError) as error:
        raise UserError(f"{path}: not as ELAN writes its files (no {error})") from error


def _tier_of_glosses(document: Any, path: Path) -> tuple[str, ...]:
    if GLOSSES in document.tiers:
        return (GLOSSES,)
    tops = [
        name for name, tier in document.tiers.items() if tier[0] and not tier[2].get("PARENT_REF")
    ]
    if len(tops) != 1:
        listed = ", ".join(document.tiers) or "none"
        raise UserError(f"{path}: which tier holds the glosses? Name one of: {listed}")
    return (tops[0],)


def _of_tier(document: Any, name: str, path: Path) -> tuple[list[Annotation], int]:
    """The annotations of a tier, and how many of it have no text or no times."""
    aligned, referring, attributes, _ = document.tiers[name]
    signer = attributes.get("PARTICIPANT") or ""
    confidences = _confidences(document, name)
    spans = {key: (first, last, value) for key, (first, last, value, _) in aligned.items()}
    timed: dict[str, tuple] = {}
    references: dict[str, str] = {}
    for with_times, without_times, *_ in document.tiers.values():
        timed |= with_times
        references |= {key: one[0] for key, one in without_times.items()}
    for key, (parent, value, _, _) in referring.items():
        while parent not in timed:
            parent = references[parent]
        first, last, *_ = timed[parent]
        spans[key] = (first, last, value)
    found = []
    for key, (first, last, value) in spans.items():
        start, stop = document.timeslots[first], document.timeslots[last]
        if start is None or stop is None or not value.strip():
            continue
        confidence, accepted = confidences.get(key, (None, True))
        try:
            found.append(
                Annotation(start / 1000, stop / 1000, value.strip(), confidence, accepted, signer)
            )
        except UserError as error:
            raise UserError(f"{path}: tier {name}: {error}") from error
    return found, len(spans) - len(found)


def _confidences(document: Any, parent: str) -> dict[str, tuple[float, bool]]:
    """Confidence, and whether accepted, by the annotation that the tier `confidence` refers to."""
    tier = document.tiers.get(CONFIDENCE)
    if tier is None or tier[2].get("PARENT_REF") != parent:
        return {}
    found = {}
    for reference, value, *_ in tier[1].values():
        number, _, remark = value.partition(" ")
        try:
            found[reference] = (float(number), remark != _NOT_ACCEPTED)
        except ValueError:
            continue  # a tier of that name that holds something else
    return found


def _linked(document: Any) -> tuple[Media, ...]:
    return tuple(
        Media(
            media.get("MEDIA_URL") or "",
            media.get("RELATIVE_MEDIA_URL") or "",
            int(media.get("TIME_ORIGIN") or 0) / 1000,
        )
        for media in document.media_descriptors
    )
