"""What WLASL's authors publish: shown, downloaded, checked, and made into a data set.

The links are those of the README of https://github.com/dxli94/WLASL. Its authors publish no
checksums: the SHA-256 of the first download is written down, and later ones must agree.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import orjson

from spobet.dataset.manifest import Clip
from spobet.errors import UserError
from spobet.fetch import FetchError, Patience, fetch
from spobet.files import check_new_folder, sha256_of, write_whole
from spobet.ingest.report import ImportReport
from spobet.ingest.wlasl import import_wlasl

LICENCE_TEXT = (
    "WLASL is under the Computational Use of Data Agreement (C-UDA 1.0). Its authors add: all the\n"
    "WLASL data is intended for academic and computational use only; no commercial usage is\n"
    "allowed. Read C-UDA-1.0.pdf of the start kit before you accept."
)
SUBSETS = {"asl100": 100, "asl300": 300, "asl1000": 1000, "asl2000": 2000}
CHECKSUMS = "checksums.json"
MAX_SPLIT_BYTES = 1 << 26  # of an archive's member: no split file is near this large
_RAW = "https://raw.githubusercontent.com/dxli94/WLASL/master/start_kit"


@dataclass(frozen=True)
class Published:
    """One file the authors publish.

    name: of the file here. holds: what is in it. link: as their README gives it. address: to
    download from.
    """

    name: str
    holds: str
    link: str
    address: str


def _on_drive(file_id: str) -> dict[str, str]:
    """The README's link to Google Drive, and Drive's own address of the bytes."""
    return {
        "link": f"https://drive.google.com/file/d/{file_id}/view?usp=sharing",
        "address": f"https://drive.usercontent.google.com/download?id={file_id}"
        "&export=download&confirm=t",
    }


START_KIT = Published(
    "WLASL_v0.3.json",
    "start kit: gloss, signer, split and link of every clip",
    "https://github.com/dxli94/WLASL",
    f"{_RAW}/WLASL_v0.3.json",
)
AGREEMENT = Published(
    "C-UDA-1.0.pdf", "the licence", "https://github.com/dxli94/WLASL", f"{_RAW}/C-UDA-1.0.pdf"
)
SPLITS = Published(
    "splits.zip",
    "split files of Pose-TGCN: asl100.json and so on",
    **_on_drive("16CWkbMLyEbdBkrxAPaxSXFP_aSxKzNN4"),
)
POSES = Published(
    "pose_per_individual_videos.zip",
    "OpenPose keypoints of every clip",
    **_on_drive("1k5mfrc2g4ZEzzNjW6CEVjLvNTZcmPanB"),
)
PUBLISHED = (AGREEMENT, START_KIT, SPLITS, POSES)


@dataclass(frozen=True)
class Sources:
    """Where to look besides the authors' links.

    mirrors: web folders that hold the files under their names here. folder: one on this machine.
    """

    mirrors: tuple[str, ...] = ()
    folder: Path | None = None


def show() -> str:
    """What is published, as text."""
    lines = [f"{file.name}\n    {file.holds}\n    {file.link}" for file in PUBLISHED]
    return "\n".join([*lines, "", LICENCE_TEXT])


def download_wlasl(
    folder: Path,
    subset: str,
    sources: Sources | None = None,
    patience: Patience | None = None,
    say: Callable[[str], None] = lambda line: None,
    byte_progress: Callable[[int, int | None], None] = lambda done, total: None,
    progress: Callable[[Iterable[Clip]], Iterable[Clip]] = iter,
) -> ImportReport:
    """Download what is published to `folder`, and make a data set of a subset at `folder/<subset>`.

    Whoever calls this has accepted the licence. Files that are there already stay as they are, so
    a call that was stopped can be repeated. say: gets a line for each file: where it came from, or
    why it is missing. Without the splits the subset is made of the start kit's first glosses, as
    its README defines it. Raises AlreadyThere where the data set is there already; UserError
    listing what is missing where none can be made, or naming a file that is not the one of the
    first download.
    """
    check_new_folder(folder / subset)
    sources = sources or Sources()
    folder.mkdir(parents=True, exist_ok=True)
    missing = {
        file.name: reason
        for file in PUBLISHED
        if (reason := _have(file, folder, sources, patience, say, byte_progress))
    }
    for name, reason in missing.items():
        say(f"missing: {name}: {reason}")
    split = _split_file(folder, subset, missing, say)
    if split is None or POSES.name in missing:
        needed = [name for name in missing if name != AGREEMENT.name]
        advice = "put them there by hand, or give --mirror or --files"
        raise UserError(f"{folder}: missing {', '.join(needed)}; {advice}")
    return import_wlasl(folder / POSES.name, [split], folder / subset, progress=progress)


def _have(
    file: Published,
    folder: Path,
    sources: Sources,
    patience: Patience | None,
    say: Callable[[str], None],
    byte_progress: Callable[[int, int | None], None],
) -> str:
    """Make sure of one file; the reason why it cannot be had, "" where it is there."""
    path = folder / file.name
    if path.is_file():
        return _approve(path, "found there", say)
    if sources.folder and (sources.folder / file.name).is_file():
        shutil.copyfile(sources.folder / file.name, path)
        return _approve(path, f"copied from {sources.folder}", say)
    reasons = []
    for address in (
        *(f"{mirror.rstrip('/')}/{file.name}" for mirror in sources.mirrors),
        file.address,
    ):
        try:
            fetch(address, path, patience=patience, progress=byte_progress)
        except FetchError as error:
            reasons.append(str(error))
            continue
        return _approve(path, f"from {address}", say)
    return "; ".join(reasons)


def _approve(path: Path, origin: str, say: Callable[[str], None]) -> str:
    """Check one file's form and checksum, and write the checksum down the first time."""
    if path.suffix == ".zip" and not zipfile.is_zipfile(path):
        path.rename(path.with_name(path.name + ".broken"))
        return f"{origin}, but it is no whole zip archive; set aside as {path.name}.broken"
    record = path.with_name(CHECKSUMS)
    recorded = json.loads(record.read_text(encoding="utf-8")) if record.is_file() else {}
    found = {"sha256": sha256_of(path), "bytes": path.stat().st_size}
    if recorded.setdefault(path.name, found) != found:
        sums = f"SHA-256 {found['sha256']}, {recorded[path.name]['sha256']} at first"
        raise UserError(f"{path}: {sums}; remove one of file and {record}")
    write_whole(record, json.dumps(recorded, indent=1) + "\n")
    say(f"{path.name}: {origin}, {found['bytes']:,} bytes, SHA-256 {found['sha256']}")
    return ""


def _split_file(
    folder: Path, subset: str, missing: dict[str, str], say: Callable[[str], None]
) -> Path | None:
    """The subset's split file in the folder, out of the archive of splits or of the start kit."""
    path = folder / f"{subset}.json"
    if path.is_file():
        return path
    if SPLITS.name not in missing:
        with zipfile.ZipFile(folder / SPLITS.name) as archive:
            for info in archive.infolist():
                if (
                    PurePosixPath(info.filename).name == path.name
                    and info.file_size <= MAX_SPLIT_BYTES
                ):
                    write_whole(path, archive.read(info))
                    return path
    if START_KIT.name in missing:
        return None
    say(f"{path.name}: the first {SUBSETS[subset]:,} glosses of {START_KIT.name}")
    write_whole(
        path, orjson.dumps(orjson.loads((folder / START_KIT.name).read_bytes())[: SUBSETS[subset]])
    )
    return path
