"""Every reader against every trait of files in the wild: no cell of the table is empty."""

from __future__ import annotations

import csv
import json
import os
import re
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from formats.scenes import WRITERS, Scene, alone, assert_shows, coco_people, person

from spobet.errors import UserError
from spobet.formats import read
from spobet.formats.openpose_zip import ClipArchive

FOLDERS = {"OpenPose folder", "folder of frames"}
UNCHECKED = {"COCO array", "MediaPipe array", ".pose file"}
ARCHIVES = {"OpenPose archive"}
TEXTS = {"MediaPipe JSON", "JSON Lines", "landmark table, CSV", "COCO JSON", "SPOTER table"}
TEXTS |= FOLDERS | {"OpenPose frames", "a row a frame, CSV"}
COLUMNS = {"landmark table, CSV", "a row a frame, CSV"}
TABLES = {*COLUMNS, "SPOTER table"}
JSON = {"OpenPose folder", "OpenPose archive", "MediaPipe JSON", "JSON Lines", "COCO JSON"}
JSON |= {"folder of frames", "SPOTER table", "OpenPose frames"}
SEVERAL = {"OpenPose folder", "OpenPose archive", "COCO JSON", "COCO array", "folder of frames"}
SEVERAL |= {".pose file", "OpenPose frames", "COCO arrays"}
LISTED = {"MediaPipe JSON", "COCO JSON", "OpenPose frames"}
SURE = {"OpenPose folder", "OpenPose frames", "COCO JSON", "folder of frames"}
NUMBERED = {"OpenPose folder", "OpenPose archive", "folder of frames"}
NUMBERED |= {"landmark table, Parquet", *COLUMNS}
RATED = {"packed arrays", "MediaPipe arrays", "SPOTER table", ".pose file"} | LISTED
APPLEDOUBLE = b"\0\5\x16\7\0\2\0\0Mac OS X        "
ALONE = [person(frame) for frame in range(3)]
Check = Callable[[str, Path], None]


def files_of(path: Path) -> list[Path]:
    return sorted(path.iterdir()) if path.is_dir() else [path]


def leftovers(reader: str, folder: Path) -> None:
    path = WRITERS[reader](alone(), folder)
    beside = path if path.is_dir() else path.parent
    for name in ("._v_1_keypoints.json", "._frame1.json", "Thumbs.db", ".DS_Store", "desktop.ini"):
        (beside / name).write_bytes(APPLEDOUBLE)
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "a") as out:
            out.writestr("__MACOSX/poses/69241/._v_1_keypoints.json", APPLEDOUBLE)
            out.writestr("poses/69241/._v_2_keypoints.json", APPLEDOUBLE)
    assert_shows(read(path), ALONE)


def encodings(reader: str, folder: Path) -> None:
    path = WRITERS[reader](alone(), folder)
    files = [(file, file.read_text(encoding="utf-8")) for file in files_of(path)]
    for encoding in ("utf-8-sig", "utf-16", "utf-16-le", "cp1252"):
        for file, text in files:
            file.write_bytes(text.replace("\n", "\r\n").encode(encoding, errors="replace"))
        assert_shows(read(path), ALONE)


def rewritten(path: Path, separator: str, cells: Callable[[str], str], before: str = "") -> None:
    """The table again, with another separator, its cells changed; `before`, then the header."""
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    with path.open("w", newline="", encoding="utf-8") as file:
        file.write(before)
        csv.writer(file, delimiter=separator).writerows([map(cells, row) for row in rows])


def table_separators(reader: str, folder: Path) -> None:
    path = WRITERS[reader](alone(), folder)
    text = path.read_text(encoding="utf-8")
    for separator in ";\t|":
        path.write_text(text, encoding="utf-8")
        rewritten(path, separator, str)
        assert_shows(read(path), ALONE)
    path.write_text(text, encoding="utf-8")
    rewritten(path, ";", lambda cell: cell if "[" in cell else cell.replace(".", ","), "sep=;\r\n")
    assert_shows(read(path), ALONE)


def ragged(reader: str, folder: Path) -> None:
    path = WRITERS[reader](alone(), folder)
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    blank = "," * header.count(",")
    lines = [f",{header.replace(',', ' , ')},", *(f"0,{row},," for row in rows), blank, blank]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert_shows(read(path), ALONE)


def repeated(reader: str, folder: Path) -> None:
    path = WRITERS[reader](alone(), folder)
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    last = header.rpartition(",")[2]
    path.write_text("\n".join([f"{header},{last}", *(f"{row},0" for row in rows)]))
    with pytest.raises(UserError, match=rf"clip\.csv: column '{last}' stands twice"):
        read(path)


def separators(reader: str, folder: Path) -> None:
    path = WRITERS[reader](alone(), folder)
    with zipfile.ZipFile(path) as old:
        content = {info.filename: old.read(info) for info in old.infolist()}
    with zipfile.ZipFile(path, "w") as new:
        for name, data in content.items():
            new.writestr(name.replace("/", "\\"), data)
    assert list(ClipArchive(path).clips) == ["69241"]
    assert_shows(read(path), ALONE)


def links(reader: str, folder: Path) -> None:
    (folder / "elsewhere").mkdir()
    path = WRITERS[reader](alone(), folder / "elsewhere")
    (folder / path.name).symlink_to(path)
    assert_shows(read(folder / path.name), ALONE)


def odd_names(reader: str, folder: Path) -> None:
    path = WRITERS[reader](alone(), folder)
    for stem in ("a.b c", "CLIP", unicodedata.normalize("NFD", "café"), "-x", "%41#"):
        renamed = path.with_name(f"{stem}{path.suffix.upper()}")
        path = path.rename(renamed)
        assert_shows(read(path), ALONE)


def not_numbers(reader: str, folder: Path) -> None:
    for number, value in enumerate(("nan", "inf")):
        (folder / str(number)).mkdir()
        scene = Scene([[person(0, parts=("body", "right"))]] * 3, missing=value)
        path = WRITERS[reader](scene, folder / str(number))
        assert_shows(read(path), [person(0, parts=("body", "right"))] * 3)


def nulls(reader: str, folder: Path) -> None:
    scene = Scene([[person(0, parts=("body", "left"))]] * 3, missing=None)
    assert_shows(read(WRITERS[reader](scene, folder)), [person(0, parts=("body", "left"))] * 3)


def missing_keys(reader: str, folder: Path) -> None:
    path = WRITERS[reader](alone(), folder)
    for file in files_of(path):
        text = file.read_text(encoding="utf-8")
        for key in ("keypoints", "pose_landmarks", "left_hand_landmarks", "nose_X"):
            text = text.replace(f'"{key}"', '"other"').replace(f"{key},", "other,")
        file.write_text(text.replace('"people"', '"persons"'), encoding="utf-8")
    try:
        pose = read(path)
    except UserError as error:
        assert str(path) in str(error)
    else:  # MediaPipe's parts may be absent
        assert_shows(pose, [person(frame, parts=("right",)) for frame in range(3)])


def older_keys(reader: str, folder: Path) -> None:
    path = WRITERS[reader](alone(), folder)
    for file in files_of(path):
        file.write_text(file.read_text().replace("_keypoints_2d", "_keypoints"))
    assert_shows(read(path), ALONE)


def no_rate(reader: str, folder: Path) -> None:
    for number, rate in enumerate((0, None, float("nan"), 90_000)):
        (folder / str(number)).mkdir()
        pose = read(WRITERS[reader](alone(rate=rate), folder / str(number)))
        assert pose.times is None
        assert_shows(pose, ALONE)
    (folder / "known").mkdir()
    times = read(WRITERS[reader](alone(rate=50), folder / "known")).times
    np.testing.assert_allclose(times, [0, 0.02, 0.04])


def milliseconds(reader: str, folder: Path) -> None:
    pose = read(WRITERS[reader](alone(numbers=[0, 3000, 16_000]), folder))
    np.testing.assert_allclose(pose.times, [0, 3, 16])
    assert_shows(pose, ALONE)


def gaps(reader: str, folder: Path) -> None:
    pose = read(WRITERS[reader](alone(numbers=[4, 5, 7]), folder))
    assert pose.times is None
    assert_shows(pose, [ALONE[0], ALONE[1], {}, ALONE[2]])


def out_of_order(reader: str, folder: Path) -> None:
    path = WRITERS[reader](alone(rate=None), folder)
    content = json.loads(path.read_text())
    key = "instance_info" if reader == "COCO JSON" else "frames"
    frames = content[key]
    for stamp, times in (("frame_id", None), ("timestamp_ms", [0, 0.04, 0.08])):
        numbered = [{stamp: 40 * place, **frame} for place, frame in enumerate(frames)]
        if stamp == "frame_id":
            numbered = [{**frame, stamp: place} for place, frame in enumerate(numbered)]
        path.write_text(json.dumps({key: [numbered[2], numbered[0], numbered[1]]}))
        pose = read(path)
        assert_shows(pose, ALONE)
        assert (None if pose.times is None else pose.times.tolist()) == times
    path.write_text(json.dumps({key: [{"frame_id": 7, **frame} for frame in frames]}))
    with pytest.raises(UserError, match=r"clip\.json: frame_id 7 stands twice"):
        read(path)


def facts_apart(reader: str, folder: Path) -> None:
    path = WRITERS[reader](alone(rate=None), folder)
    content = json.loads(path.read_text())
    facts = {"metadata": {"fps": 50, "width": 640, "height": 480}}
    path.write_text(json.dumps({**facts, **content}))
    pose = read(path)
    np.testing.assert_allclose(pose.times, [0, 0.02, 0.04])
    assert pose.size == (640, 480)


def side_by_side(reader: str, folder: Path) -> None:
    path = WRITERS[reader](alone(), folder)
    for number, file in enumerate(sorted(path.iterdir()), start=4):
        name = file.name.replace("v_", "2_v_").replace("frame", "take")
        file.with_name(re.sub(r"\d+", str(number), name)).write_bytes(file.read_bytes())
    with pytest.raises(UserError, match=r"clip: holds .* expected the frames of one clip"):
        read(path)


def over_one(reader: str, folder: Path) -> None:
    path = WRITERS[reader](alone(), folder)
    for file in files_of(path):
        content = json.loads(file.read_text())
        file.write_text(json.dumps(content).replace(" 1.0", " 1.0000001"))
    confidence = read(path).confidence
    assert confidence.max() == 1
    assert ((confidence == 0) | (confidence == 1)).all()


def nobody_at_first(reader: str, folder: Path) -> None:
    path = WRITERS[reader](Scene([[], [], [person(2)]]), folder)
    assert_shows(read(path), [{}, {}, person(2)])


def nobody(reader: str, folder: Path) -> None:
    path = WRITERS[reader](Scene([[person(0)], [], [person(2)]]), folder)
    assert_shows(read(path), [person(0), {}, person(2)])


def two_people(reader: str, folder: Path) -> None:
    pairs = [[person(frame), person(0, x=20)] for frame in range(3)]
    for number, frames in enumerate((pairs, [pair[:: (-1) ** i] for i, pair in enumerate(pairs)])):
        (folder / str(number)).mkdir()
        assert_shows(read(WRITERS[reader](Scene(frames), folder / str(number))), ALONE)


def hands_alone(reader: str, folder: Path) -> None:
    hands = [person(frame, parts=("right", "left")) for frame in range(3)]
    assert_shows(read(WRITERS[reader](Scene([[one] for one in hands]), folder)), hands)


def body_alone(reader: str, folder: Path) -> None:
    body = [person(frame, parts=("body",)) for frame in range(3)]
    assert_shows(read(WRITERS[reader](Scene([[one] for one in body]), folder)), body)


def one_hand(reader: str, folder: Path) -> None:
    for side in ("right", "left"):
        (folder / side).mkdir()
        found = [person(frame, parts=("body", side)) for frame in range(3)]
        pose = read(WRITERS[reader](Scene([[one] for one in found]), folder / side))
        assert_shows(pose, found)


def units(reader: str, folder: Path) -> None:
    for unit, pixels in (("pixels", True), ("image", False)):
        (folder / unit).mkdir()
        pose = read(WRITERS[reader](alone(in_pixels=pixels), folder / unit))
        assert pose.unit == unit
        assert_shows(pose, ALONE)


def broken(change: Callable[[bytes], bytes]) -> Check:
    def check(reader: str, folder: Path) -> None:
        path = WRITERS[reader](alone(), folder)
        for file in files_of(path):
            file.write_bytes(change(file.read_bytes()))
        with pytest.raises(UserError, match=path.stem):
            read(path)

    return check


def huge(reader: str, folder: Path) -> None:
    path = WRITERS[reader](alone(), folder)
    for file in files_of(path):
        os.truncate(file, 300_000_000)  # sparse: blanks or zeros after what was there
    try:
        assert_shows(read(path), ALONE)
    except UserError as error:
        assert path.stem in str(error)


def damaged(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[: middle - 40] + b"\xff\0" * 40 + content[middle + 40 :]


def flat_detections(reader: str, folder: Path) -> None:
    people = [[person(frame), person(0, x=20)] for frame in range(3)]
    frames = coco_people(Scene(people))
    flat = [{**one, "image_id": f"{k + 9}.jpg"} for k, frame in enumerate(frames) for one in frame]
    path = folder / "clip.json"
    path.write_text(json.dumps(flat))
    assert_shows(read(path), ALONE)
    path.write_text(json.dumps([one for frame in frames for one in frame]))
    with pytest.raises(UserError, match="6 people in one list and no image_id"):
        read(path)


TRAITS: dict[str, tuple[Check, set[str], str]] = {
    "leftovers": (leftovers, set(WRITERS), ""),
    "encodings": (encodings, TEXTS, "no text of its own: bytes of one layout"),
    "separators": (table_separators, TABLES, "no table"),
    "cells and rows of nothing": (ragged, TABLES, "no table"),
    "a column twice": (repeated, TABLES, "no table"),
    "backslashes": (separators, ARCHIVES, "no paths inside"),
    "links": (links, set(WRITERS), ""),
    "odd names": (odd_names, set(WRITERS), ""),
    "NaN and Infinity": (not_numbers, set(WRITERS) - {".pose file"}, "masked by confidence"),
    "null": (nulls, JSON, "no null in it"),
    "missing keys": (missing_keys, TEXTS - COLUMNS, "columns decide the format"),
    "older keys": (older_keys, {"OpenPose folder"}, "one version, or read by the folder's code"),
    "frame rate 0 or absent": (no_rate, RATED, "no frame rate in it"),
    "milliseconds": (milliseconds, NUMBERED, "frames are not numbered"),
    "gaps": (gaps, NUMBERED, "frames are not numbered"),
    "frames out of order": (out_of_order, LISTED, "order is that of files, rows or lines"),
    "facts apart": (facts_apart, LISTED, "its facts have one place"),
    "a confidence a little over 1": (over_one, SURE, "none in it, or bytes of their own"),
    "recordings side by side": (side_by_side, FOLDERS, "one file, or one folder of an archive"),
    "nobody at first": (nobody_at_first, set(WRITERS), ""),
    "nobody": (nobody, set(WRITERS), ""),
    "two people": (two_people, SEVERAL, "holds one person's landmarks"),
    "flat detections": (flat_detections, {"COCO JSON"}, "frames are told from people"),
    "hands alone": (hands_alone, set(WRITERS), ""),
    "body alone": (body_alone, set(WRITERS), ""),
    "one hand": (one_hand, set(WRITERS), ""),
    "shares and pixels": (units, set(WRITERS), ""),
    "empty": (broken(lambda content: b""), set(WRITERS), ""),
    "cut": (broken(lambda content: content[: len(content) // 2]), set(WRITERS), ""),
    "damaged": (broken(damaged), set(WRITERS) - UNCHECKED, "no checksum: just other numbers"),
    "huge": (huge, set(WRITERS), ""),
}


@pytest.mark.parametrize("reader", WRITERS)
@pytest.mark.parametrize("trait", TRAITS)
def test_every_reader_bears_every_trait(reader: str, trait: str, tmp_path: Path) -> None:
    check, readers, reason = TRAITS[trait]
    if reader in readers:
        check(reader, tmp_path)
    else:
        assert reason  # why the cell cannot occur
