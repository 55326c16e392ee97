"""Small files that would fill the memory or keep a reader busy, for the tests of hostile inputs."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

HEADER = ",".join(("frame", "type", "landmark_index", "x", "y"))


def archive(path: Path, **members: Callable[[Any], None]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, fill in members.items():
            with out.open(name.replace("__", "/"), "w", force_zip64=True) as member:
                fill(member)
    return path


def zeros(num_bytes: int, head: bytes = b"") -> Callable[[Any], None]:
    def fill(member: Any) -> None:
        member.write(head)
        for _ in range(num_bytes // 10_000_000):
            member.write(bytes(10_000_000))

    return fill


def npy_header(**header: Any) -> bytes:
    out = io.BytesIO()
    np.lib.format.write_array_header_1_0(out, {"fortran_order": False, **header})
    return out.getvalue()


def zip_of_frames(folder: Path) -> Path:
    name = "clip__image_00001_keypoints.json"
    return archive(folder / "bomb.zip", **{name: zeros(600_000_000)})


def zip_of_people(folder: Path) -> Path:
    """Two million people of whom something is seen, in a few bytes each."""
    person = {"pose_keypoints_2d": [1] + [0] * 53}
    content = json.dumps({"people": [person] * 50}).encode()
    with zipfile.ZipFile(folder / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as out:
        for number in range(4_000):
            out.writestr(f"clip/v_{number}_keypoints.json", content)
    return folder / "bomb.zip"


def npz_of_coordinates(folder: Path) -> Path:
    head = npy_header(descr="<f4", shape=(3_000_000, 42, 2))
    return archive(folder / "bomb.npz", **{"coords.npy": zeros(1_008_000_000, head)})


def npz_of_hands(folder: Path) -> Path:
    head = npy_header(descr="|i1", shape=(20_000_000, 21, 3))
    return archive(folder / "bomb.npz", **{"left_hand.npy": zeros(1_260_000_000, head)})


def npy_of_people(folder: Path) -> Path:
    """A sparse file of 8 GB."""
    path = folder / "bomb.npy"
    with path.open("wb") as file:
        file.write(npy_header(descr="<f4", shape=(100_000, 50, 133, 3)))
        file.truncate(100_000 * 50 * 133 * 12 + 128)
    return path


def npy_of_nothing(folder: Path) -> Path:
    (folder / "bomb.npy").write_bytes(npy_header(descr="<f8", shape=(10**9, 543, 3)))
    return folder / "bomb.npy"


def npy_of_long_texts(folder: Path) -> Path:
    (folder / "bomb.npy").write_bytes(npy_header(descr="<U500000000", shape=(2,)) + bytes(64))
    return folder / "bomb.npy"


def deep_json(folder: Path) -> Path:
    (folder / "bomb.json").write_text('{"pose_landmarks": ' + "[" * 5_000_000)
    return folder / "bomb.json"


def wide_json(folder: Path) -> Path:
    (folder / "bomb.json").write_text('[{"pose_landmarks": [' + "[]," * 1_400_000 + "[]]}]")
    return folder / "bomb.json"


def many_lines(folder: Path) -> Path:
    line = json.dumps({"left_hand_landmarks": [[]] * 900_000})
    (folder / "bomb.jsonl").write_text("\n".join([line] * 12))
    return folder / "bomb.jsonl"


def far_frames(folder: Path) -> Path:
    frames = {str(10**number): {"left_hand": None} for number in range(17)}
    (folder / "bomb.json").write_text(json.dumps(frames))
    return folder / "bomb.json"


def long_table(folder: Path) -> Path:
    (folder / "bomb.csv").write_text(f"{HEADER}\n" + "1,pose,3,0.5,0.5\n" * 2_500_000)
    return folder / "bomb.csv"


def far_table(folder: Path) -> Path:
    rows = "\n".join(f"{10**number},pose,3,0.5,0.5" for number in range(15))
    (folder / "bomb.csv").write_text(f"{HEADER}\n{rows}")
    return folder / "bomb.csv"


def long_line(folder: Path) -> Path:
    (folder / "bomb.csv").write_text("leftEar_X,leftEar_Y," + "a" * 45_000_000)
    return folder / "bomb.csv"


def parquet_of_texts(folder: Path) -> Path:
    """A kind of 100,000 letters, stored once and used a million times."""
    import pyarrow
    from pyarrow import parquet

    kinds = pyarrow.DictionaryArray.from_arrays(np.zeros(1_000_000, np.int8), ["x" * 100_000])
    ones = np.ones(1_000_000, np.int8)
    columns = {"frame": ones, "type": kinds, "landmark_index": ones, "x": ones, "y": ones}
    parquet.write_table(pyarrow.table(columns), folder / "bomb.parquet")
    return folder / "bomb.parquet"


def wide_landmarks(folder: Path) -> Path:
    """Millions of columns, and the right ones among them."""
    (folder / "bomb.csv").write_text(HEADER + ",ab" * 16_000_000 + "\n")
    return folder / "bomb.csv"


def wide_spoter(folder: Path) -> Path:
    (folder / "bomb.csv").write_text("leftEar_X,leftEar_Y" + ",ab" * 16_000_000 + "\n")
    return folder / "bomb.csv"


def wide_clips(folder: Path) -> Path:
    """Many lines of very many columns."""
    header = ",".join(("path", "gloss", *("",) * 998))
    (folder / "bomb.csv").write_text("\n".join([header, *["a,b" + ",cd" * 998] * 15_000]))
    return folder / "bomb.csv"


def long_clips(folder: Path) -> Path:
    """Lines of few columns, as many as 48 MB hold."""
    (folder / "bomb.csv").write_text("path,gloss\n" + "ab,cd\n" * 8_000_000)
    return folder / "bomb.csv"


def old_lines(folder: Path) -> Path:
    """Lines that end as on the first Macintosh."""
    (folder / "bomb.csv").write_text(f"{HEADER}\r" + "1,pose,3,.5,.5\r" * 3_200_000)
    return folder / "bomb.csv"


def quoted_lines(folder: Path) -> Path:
    """One row of millions of lines."""
    line = '"ab\n","cd'
    (folder / "bomb.csv").write_text(f"leftEar_X,leftEar_Y\n{line}" + f'",{line}' * 4_000_000)
    return folder / "bomb.csv"


def full_table(folder: Path) -> Path:
    """A table of as many rows as one may have."""
    (folder / "bomb.csv").write_text(f"{HEADER}\n" + "1,pose,3,0.5,0.5\n" * 399_998)
    return folder / "bomb.csv"


def workbook_of_cells(folder: Path) -> Path:
    row = b"<row>" + b"<c/>" * 900 + b"</row>"
    name = "xl__worksheets__sheet1.xml"
    return archive(
        folder / "bomb.csv",
        **{name: lambda member: member.write(b"<w>" + row * 13_000 + b"</w>")},
    )


def workbook(folder: Path) -> Path:
    name = "xl__worksheets__sheet1.xml"
    return archive(folder / "bomb.csv", **{name: zeros(300_000_000)})


def xml_entities(folder: Path) -> Path:
    """Ten laughs, each of ten laughs, ten deep."""
    entities = "".join(
        f'<!ENTITY l{number} "{f"&l{number - 1};" * 10}">' for number in range(1, 11)
    )
    text = f'<!DOCTYPE w [<!ENTITY l0 "ha">{entities}]><w><row><c><v>&l10;</v></c></row></w>'
    return archive(
        folder / "bomb.csv",
        **{"xl__worksheets__sheet1.xml": lambda member: member.write(text.encode())},
    )


BOMBS = (
    *(zip_of_frames, zip_of_people, npz_of_coordinates, npz_of_hands, npy_of_people),
    *(npy_of_nothing, npy_of_long_texts, deep_json, wide_json, many_lines, far_frames),
    *(long_table, far_table, long_line, parquet_of_texts, workbook, xml_entities),
    *(wide_landmarks, wide_spoter, wide_clips, long_clips, old_lines, quoted_lines, full_table),
    workbook_of_cells,
)
