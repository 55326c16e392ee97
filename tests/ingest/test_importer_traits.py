"""Every importer against every trait of lists and folders in the wild: no cell is empty."""

from __future__ import annotations

import shutil
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from ingest.importers import ENTRIES, IMPORTERS, Entry, Found

from spobet.errors import UserError

ALL = set(IMPORTERS)
LISTED = ALL - {"clips, folder", "npz", "videos, folder", "lsa64"}
CSV = LISTED - {"wlasl, folder", "wlasl, archive", "videos, split file", "ms-asl"}
PATHS = {"clips, table", "videos, table", "asl-signs", "include"}
NAMES_FILES = LISTED - {"spoter", "karsl", "wlasl, archive"}
ZEROS = {"clips, table", "videos, table", "videos, split file", "asl-signs", "asl-citizen"}
ZEROS |= {"wlasl, folder", "wlasl, archive"}
MADE = {"clips, table", "clips, folder", "spoter", "wlasl, folder", "asl-signs"}
FREE = ALL - {"autsl", "include", "karsl", "lsa64"}
OPEN = {"clips, table", "clips, folder", "npz", "spoter", "videos, folder", "videos, table"}
WORDS = OPEN | {"wlasl, folder", "wlasl, archive", "videos, split file"}
APPLEDOUBLE = b"\0\5\x16\7\0\2\0\0Mac OS X        "
Check = Callable[[str, Path], None]
SIGNERS = ALL - {"clips, folder", "videos, folder", "autsl", "include", "karsl", "lsa64"}
SIGNERLESS = {"clips, folder", "videos, folder", "include"}


def made(importer: str, folder: Path, entries: tuple[Entry, ...] = ENTRIES) -> Path:
    folder.mkdir(exist_ok=True)
    IMPORTERS[importer][0](folder, entries)
    return folder


def run(importer: str, folder: Path) -> Found:
    return IMPORTERS[importer][1](folder, folder.with_name(f"{folder.name}-out"))


def facts(importer: str, found: Found) -> list[tuple[str, str, str]]:
    """Glosses, signers and splits, with what their makers publish in the same words."""
    names = {"Opaque": "go", "Red": "tea"}
    return sorted(
        (names.get(gloss, gloss), signer.lstrip("0"), split) for gloss, signer, split in found.clips
    )


def wanted(importer: str, entries: tuple[Entry, ...] = ENTRIES) -> list[tuple[str, str, str]]:
    splitless = importer in ("asl-signs", "lsa64")
    return sorted(
        (
            entry.gloss,
            "" if importer in SIGNERLESS else entry.signer,
            "" if splitless else entry.split,
        )
        for entry in entries
    )


def lists_of(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.suffix in (".csv", ".json") and "in" not in
            path.relative_to(folder).parts]  # fmt: skip


def plain(importer: str, folder: Path) -> None:
    found = run(importer, made(importer, folder / "set"))
    assert facts(importer, found) == wanted(importer)
    assert (found.problems, found.notes) == ((), ())


def leftovers(importer: str, folder: Path) -> None:
    made(importer, folder / "set")
    for path in list((folder / "set").rglob("*")):
        (path.parent / f"._{path.name}").write_bytes(APPLEDOUBLE)
        for name in ("Thumbs.db", ".DS_Store", "desktop.ini"):
            (path.parent / name).write_bytes(APPLEDOUBLE)
    (folder / "set" / "__MACOSX").mkdir()
    if importer == "wlasl, archive":
        with zipfile.ZipFile(folder / "set" / "in.zip", "a") as out:
            out.writestr("__MACOSX/in/1/._image_00001_keypoints.json", APPLEDOUBLE)
    assert facts(importer, run(importer, folder / "set")) == wanted(importer)


def encodings(importer: str, folder: Path) -> None:
    entries = tuple(replace(entry, gloss=entry.gloss.replace("e", "é")) for entry in ENTRIES)
    for encoding in ("utf-8-sig", "utf-16", "cp1252"):
        made(importer, folder / encoding, entries)
        for path in lists_of(folder / encoding):
            text = path.read_text(encoding="utf-8").replace("\n", "\r\n")
            path.write_bytes(text.encode(encoding))
        assert facts(importer, run(importer, folder / encoding)) == wanted(importer, entries)


def separators(importer: str, folder: Path) -> None:
    for number, separator in enumerate(";\t"):
        made(importer, folder / str(number))
        for path in lists_of(folder / str(number)):
            if importer != "spoter":  # whose cells are lists
                path.write_text(path.read_text().replace(",", separator))
        assert facts(importer, run(importer, folder / str(number))) == wanted(importer)


def backslashes(importer: str, folder: Path) -> None:
    made(importer, folder / "set")
    for path in lists_of(folder / "set"):
        path.write_text(path.read_text().replace("/", "\\"))
    assert facts(importer, run(importer, folder / "set")) == wanted(importer)


def links(importer: str, folder: Path) -> None:
    made(importer, folder / "set")
    for place, path in enumerate(sorted((folder / "set").iterdir())):
        elsewhere = folder / f"elsewhere-{place}{path.suffix}"
        shutil.move(path, elsewhere)
        path.symlink_to(elsewhere)
    assert facts(importer, run(importer, folder / "set")) == wanted(importer)


def names(importer: str, folder: Path) -> None:
    made(importer, folder / "set")
    for path in lists_of(folder / "set"):
        composed = path.read_text().replace("2.", "É 2.b.")
        path.write_text(unicodedata.normalize("NFC", composed), encoding="utf-8")
    for path in (folder / "set").rglob("2.*"):
        path.rename(path.with_name(unicodedata.normalize("NFD", f"é 2.b{path.suffix}").upper()))
    assert facts(importer, run(importer, folder / "set")) == wanted(importer)


def spellings(importer: str, folder: Path) -> None:
    entries = tuple(replace(entry, gloss=gloss) for entry, gloss in
                    zip(ENTRIES, ("Tea", "tea", "Tea"), strict=True))  # fmt: skip
    found = run(importer, made(importer, folder / "set", entries))
    assert {gloss for gloss, _, _ in found.clips} == {"Tea"}
    assert found.notes == ("gloss 'Tea' is also spelt 'tea' (1 clips): taken for one gloss",)


def zeros(importer: str, folder: Path) -> None:
    made(importer, folder / "set")
    inside = folder / "set" / ("videos" if importer == "asl-citizen" else "in")
    for path in inside.iterdir():
        path.rename(path.with_name(f"000{path.name}"))
    if importer == "wlasl, archive":
        with zipfile.ZipFile(folder / "set" / "in.zip", "w") as out:
            for file in inside.rglob("*.json"):
                out.write(file, file.relative_to(folder / "set"))
    assert facts(importer, run(importer, folder / "set")) == wanted(importer)


def floats(importer: str, folder: Path) -> None:
    entries = tuple(replace(entry, signer=f"{entry.signer}.0") for entry in ENTRIES)
    found = run(importer, made(importer, folder / "set", entries))
    assert facts(importer, found) == wanted(importer)


def number_glosses(importer: str, folder: Path) -> None:
    entries = tuple(replace(entry, gloss=gloss) for entry, gloss in
                    zip(ENTRIES, ("3", "3.0", "3"), strict=True))  # fmt: skip
    found = run(importer, made(importer, folder / "set", entries))
    assert {gloss for gloss, _, _ in found.clips} == {"3"}


def missing(importer: str, folder: Path) -> None:
    made(importer, folder / "set")
    for path in [*(folder / "set").rglob("2.*"), *(folder / "set").rglob("*_sample2_*")]:
        path.unlink()
    shutil.rmtree(folder / "set" / "in" / "2", ignore_errors=True)
    found = run(importer, folder / "set")
    assert found.problems == ("missing",)
    assert facts(importer, found) == wanted(importer, ENTRIES[::2])


def bad_member(importer: str, folder: Path) -> None:
    made(importer, folder / "set")
    for path in [*(folder / "set").rglob("2.*"), *(folder / "set").glob("in/2/*")]:
        path.write_bytes(b"no landmarks")
    if importer == "spoter":
        rows = (folder / "set" / "test.csv").read_text()
        (folder / "set" / "test.csv").write_text(rows.replace("[0", "[x", 1))
    found = run(importer, folder / "set")
    assert found.problems == ("corrupt",)
    assert facts(importer, found) == wanted(importer, ENTRIES[::2])


def nothing(importer: str, folder: Path) -> None:
    (folder / "set").mkdir()
    with pytest.raises((UserError, OSError), match="set"):
        run(importer, folder / "set")
    assert not (folder / "set-out").exists()


def unknown_facts(importer: str, folder: Path) -> None:
    entries = tuple(replace(entry, signer="", split="") for entry in ENTRIES)
    found = run(importer, made(importer, folder / "set", entries))
    assert facts(importer, found) == sorted((entry.gloss, "", "") for entry in ENTRIES)


def other_words(importer: str, folder: Path) -> None:
    words = {"train": "Training", "test": "TEST"}
    entries = tuple(replace(entry, split=words[entry.split]) for entry in ENTRIES)
    if importer == "spoter":  # its splits are named on the command line
        entries = ENTRIES
    found = run(importer, made(importer, folder / "set", entries))
    assert facts(importer, found) == wanted(importer)


TRAITS: dict[str, tuple[Check, set[str], str]] = {
    "as published": (plain, ALL, ""),
    "leftovers": (leftovers, ALL, ""),
    "encodings": (encodings, LISTED - {"spoter", "include"}, "no list with glosses in it"),
    "separators": (separators, CSV - {"spoter"}, "no table, or one whose cells are lists"),
    "backslashes": (backslashes, PATHS, "no paths in a list"),
    "links": (links, ALL, ""),
    "names": (names, {"clips, table", "videos, table", "asl-signs", "asl-citizen"}, "no names"),
    "spellings of a gloss": (spellings, FREE, "glosses are classes, folders or numbers"),
    "zeros that were lost": (zeros, ZEROS, "no ids in a list, or no files named by them"),
    "numbers written 3.0": (floats, SIGNERS, "signers are not published, or by files' names"),
    "glosses that are numbers": (number_glosses, FREE, "glosses are classes, folders or numbers"),
    "missing files": (missing, NAMES_FILES, "no list of single files"),
    "bad members": (bad_member, MADE, "one archive, or videos: extraction lists them"),
    "nothing there": (nothing, ALL, ""),
    "no signers, no splits": (unknown_facts, OPEN, "its makers publish them"),
    "other words for splits": (other_words, WORDS, "its makers publish them in one word"),
}


@pytest.mark.parametrize("importer", IMPORTERS)
@pytest.mark.parametrize("trait", TRAITS)
def test_every_importer_bears_every_trait(importer: str, trait: str, tmp_path: Path) -> None:
    check, importers, reason = TRAITS[trait]
    if importer in importers:
        check(importer, tmp_path)
    else:
        assert reason  # why the cell cannot occur
