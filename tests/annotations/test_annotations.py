"""Claims about annotations written and read."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from spobet.annotations import Annotation, Media, annotations_text, read_annotations
from spobet.annotations.subtitles import NOT_SURE
from spobet.errors import UserError

pytest.importorskip("pympi", reason="the extra elan is not installed")

SIGNS = (
    Annotation(0.48, 1.25, "book & <tea>", 0.8125),
    Annotation(61.0, 62.9, "Hände", 0.2, accepted=False),
    Annotation(3661.05, 3662.0, "not sure"),
)
# What each format keeps of a confidence.
KEPT = {"elan": (0.812, 0.2, None), "csv": (0.812, 0.2, None), "webvtt": (None,) * 3}
SUFFIXES = {"elan": ".eaf", "webvtt": ".vtt", "srt": ".srt", "csv": ".csv"}


def written(folder: Path, form: str, signs: tuple[Annotation, ...] = SIGNS) -> Path:
    path = folder / f"signs{SUFFIXES[form]}"
    path.write_text(annotations_text(signs, form, path, folder / "a video.mp4"), encoding="utf-8")
    return path


@pytest.mark.parametrize("form", SUFFIXES)
def test_what_is_written_is_read_to_the_millisecond(form: str, tmp_path: Path) -> None:
    read = read_annotations(written(tmp_path, form)).annotations
    assert [(one.gloss, one.accepted) for one in read] == [
        (one.gloss, one.accepted) for one in SIGNS
    ]
    for one, sign, confidence in zip(read, SIGNS, KEPT.get(form, (None,) * 3), strict=True):
        assert (one.start, one.stop) == pytest.approx((sign.start, sign.stop), abs=5e-4)
        assert one.confidence == (
            None if confidence is None else pytest.approx(confidence, abs=6e-4)
        )


@pytest.mark.parametrize("form", SUFFIXES)
def test_nothing_spotted_is_a_file_too(form: str, tmp_path: Path) -> None:
    if form == "srt":
        assert written(tmp_path, form, ()).read_text() == ""  # as SubRip is: cues and nothing else
    else:
        assert len(read_annotations(written(tmp_path, form, ()))) == 0


def test_an_elan_file_links_its_video_and_has_two_tiers_whose_times_ascend(tmp_path: Path) -> None:
    path = written(tmp_path, "elan")
    root = ElementTree.parse(path).getroot()
    tiers = {tier.get("TIER_ID"): tier for tier in root.iter("TIER")}
    assert list(tiers) == ["gloss", "confidence"]
    assert tiers["confidence"].get("PARENT_REF") == "gloss"
    referred = [one.get("ANNOTATION_REF") for one in tiers["confidence"].iter("REF_ANNOTATION")]
    aligned = [one.get("ANNOTATION_ID") for one in tiers["gloss"].iter("ALIGNABLE_ANNOTATION")]
    assert referred == aligned[:2]
    times = [int(slot.attrib["TIME_VALUE"]) for slot in root.iter("TIME_SLOT")]
    assert times == sorted(times)
    video = tmp_path / "a video.mp4"
    assert read_annotations(path).media == (Media(video.as_uri(), "./a video.mp4"),)
    kinds = {kind.get("LINGUISTIC_TYPE_ID"): kind for kind in root.iter("LINGUISTIC_TYPE")}
    assert {tier.get("LINGUISTIC_TYPE_REF") for tier in tiers.values()} == set(kinds)
    assert kinds["confidence"].get("CONSTRAINTS") == "Symbolic_Association"


def test_signs_that_overlap_follow_each_other_on_an_elan_tier(tmp_path: Path) -> None:
    signs = (Annotation(0, 2, "a"), Annotation(1.5, 3, "b"), Annotation(1.6, 1.9, "c"))
    read = read_annotations(written(tmp_path, "elan", signs)).annotations
    spans = [(one.start, one.stop) for one in read]
    assert spans == [(0, 2), (2, 3), (3, 3.001)]


def test_the_tier_of_glosses_is_the_only_one_or_must_be_named(tmp_path: Path) -> None:
    path = written(tmp_path, "elan")
    text = path.read_text(encoding="utf-8").replace('"gloss"', '"Glosa"')
    path.write_text(text, encoding="utf-8")
    assert len(read_annotations(path)) == 3
    extra = '<TIER TIER_ID="right hand" LINGUISTIC_TYPE_REF="Glosa" PARTICIPANT="S1">'
    extra += text[text.index("<ANNOTATION>") : text.index("</TIER>") + len("</TIER>")]
    extra = re.sub(r'"a(\d)"', r'"a9\1"', extra)
    path.write_text(text.replace("<LINGUISTIC_TYPE", extra + "<LINGUISTIC_TYPE", 1), "utf-8")
    with pytest.raises(UserError, match="Name one of: Glosa, confidence, right hand"):
        read_annotations(path)
    named = read_annotations(path, ("right hand",)).annotations
    assert [one.signer for one in named] == ["S1"] * 3
    assert len(read_annotations(path, ("right hand", "Glosa"))) == 6
    with pytest.raises(UserError, match="no tier left; it has Glosa, confidence, right hand"):
        read_annotations(path, ("left",))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.eaf", "no xml", "not XML"),
        ("a.eaf", "<html/>", "holds <html>, expected ELAN's"),
        ("a.eaf", "<ANNOTATION_DOCUMENT/>", "not as ELAN writes"),
        ("a.csv", "from,to\n1,2\n", "columns from, to, expected start, stop, gloss"),
        ("a.csv", "start,stop,gloss\n2,1,tea\n", "a.csv:2: .*expected 0 <= start < stop"),
        ("a.csv", "start,stop,gloss\n1,x,tea\n", "a.csv:2: could not convert"),
        ("a.json", '{"gloss": 1}\n', "a.json:1: not a spotted sign"),
        ("a.srt", "nothing\n", "no cue in it"),
        ("a.txt", "", "expected one ending in .eaf, .vtt"),
    ],
)
def test_what_is_no_annotation_is_refused(
    name: str, content: str, message: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(UserError, match=message):
        read_annotations(tmp_path / name)


def test_subtitles_of_others_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.vtt"
    path.write_text(
        "WEBVTT - title\r\n\r\nNOTE made by hand\r\n\r\n"
        "00:01.000 --> 00:02.500 align:start\r\n<v Ann>tea\r\nhot\r\n\r\n"
        "00:03.000 --> 00:04.000\r\n",
    )
    read = read_annotations(path)
    assert read.annotations == (Annotation(1.0, 2.5, "tea hot"),)
    assert read.left_out == 1
    assert NOT_SURE not in read.annotations[0].gloss
