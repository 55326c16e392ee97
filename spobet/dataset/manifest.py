"""Clips, manifests and vocabularies: which recordings there are and what they show."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from pathlib import Path

from spobet.errors import UnknownName, UserError

TO_THE_END = -1
SPLITS = ("train", "val", "test")


@dataclass(frozen=True)
class Clip:
    """One recording of one sign by one signer.

    frame_start and frame_end count from 1 and are inclusive; frame_end -1 means to the last frame.
    signer, split, url and variation are "" where unknown.
    """

    id: str
    gloss: str
    signer: str = ""
    split: str = ""
    frame_start: int = 1
    frame_end: int = TO_THE_END
    url: str = ""
    variation: str = ""

    def __post_init__(self) -> None:
        texts = (self.id, self.gloss, self.signer, self.split, self.url, self.variation)
        if not all(isinstance(text, str) for text in texts):
            raise UserError(
                f"clip {texts}, expected texts: id, gloss, signer, split, url, variation"
            )
        if not self.id or not self.gloss:
            raise UserError(f"clip {self.id!r} with gloss {self.gloss!r}: neither may be empty")
        if self.split and self.split not in SPLITS:
            raise UserError(
                f"clip {self.id}: split {self.split!r}, expected one of: {', '.join(SPLITS)}"
            )
        if self.frame_start < 1 or (
            self.frame_end != TO_THE_END and self.frame_end < self.frame_start
        ):
            frames = f"frames {self.frame_start}..{self.frame_end}"
            raise UserError(f"clip {self.id}: {frames}, expected 1 <= start <= end (or end -1)")


@dataclass(frozen=True)
class Manifest:
    """The clips of a data set, in a fixed order; UserError where two clips have one id."""

    clips: tuple[Clip, ...]

    def __post_init__(self) -> None:
        repeated = [
            clip_id
            for clip_id, count in Counter(clip.id for clip in self.clips).items()
            if count > 1
        ]
        if repeated:
            raise UserError(f"{len(repeated)} clip ids stand twice: {', '.join(repeated[:5])}")

    def __len__(self) -> int:
        return len(self.clips)

    def __iter__(self) -> Iterator[Clip]:
        return iter(self.clips)

    def __getitem__(self, clip_id: str) -> Clip:
        return self.clips[self.position(clip_id)]

    def position(self, clip_id: str) -> int:
        """The index of a clip in the order; UnknownName for an unknown id."""
        if clip_id not in self._positions:
            raise UnknownName(f"no clip {clip_id!r} among {len(self)} clips")
        return self._positions[clip_id]

    def of_splits(self, *splits: str) -> Manifest:
        """Only the clips of the named splits, in the same order; UserError where there is none."""
        chosen = Manifest(tuple(clip for clip in self.clips if clip.split in splits))
        if not chosen.clips:
            found = Counter(clip.split or "(none)" for clip in self.clips).most_common()
            counts = ", ".join(f"{count} {split}" for split, count in found)
            advice = "; `spobet split` deals the clips over train, val and test"
            raise UserError(
                f"no clip in split {' + '.join(splits)}; there are {counts}"
                + (advice if not any(clip.split for clip in self.clips) else "")
            )
        return chosen

    @property
    def vocabulary(self) -> Vocabulary:
        """Every gloss of the manifest, in the order of first appearance."""
        return Vocabulary(tuple(dict.fromkeys(clip.gloss for clip in self.clips)))

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {clip.id: position for position, clip in enumerate(self.clips)}

    def write(self, path: Path) -> None:
        """Write one row a clip, with a header, as UTF-8 CSV.

        Lines end in CR LF: the file's bytes are part of a data set's content hash.
        """
        with path.open("w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, [field.name for field in fields(Clip)])
            table.writeheader()
            table.writerows(asdict(clip) for clip in self.clips)

    @classmethod
    def read(cls, path: Path) -> Manifest:
        """Read what `write` wrote; UserError names file and line of a row that is not a clip."""
        try:
            with path.open(newline="", encoding="utf-8-sig") as file:
                rows = csv.DictReader(file)
                expected = [field.name for field in fields(Clip)]
                if rows.fieldnames != expected:
                    raise UserError(f"{path}: columns {rows.fieldnames}, expected {expected}")
                name = str(path)  # of an address, that takes longer than a row does
                return cls(tuple(_clip_of_row(row, f"{name}:{rows.line_num}") for row in rows))
        except (UnicodeDecodeError, csv.Error) as error:
            raise UserError(f"{path}: no manifest in UTF-8 ({error})") from error


@dataclass(frozen=True)
class Vocabulary:
    """The glosses a network can answer, in the order of its outputs."""

    glosses: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(set(self.glosses)) < len(self.glosses):
            raise UserError("a gloss stands twice in the vocabulary")
        for gloss in self.glosses:
            if gloss.splitlines() != [gloss]:
                raise UserError(
                    f"gloss {gloss!r}, expected one line of text, as vocabulary files have it"
                )

    def __len__(self) -> int:
        return len(self.glosses)

    def __contains__(self, gloss: object) -> bool:
        return gloss in self._positions

    def index(self, gloss: str) -> int:
        """The index of the output for `gloss`; UnknownName for an unknown one."""
        if gloss not in self._positions:
            raise UnknownName(f"gloss {gloss!r} is not among the {len(self)} of the vocabulary")
        return self._positions[gloss]

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {gloss: position for position, gloss in enumerate(self.glosses)}

    def write(self, path: Path) -> None:
        """One gloss a line, UTF-8."""
        path.write_text("".join(f"{gloss}\n" for gloss in self.glosses), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Vocabulary:
        """Read what `write` wrote; UserError where it is not UTF-8."""
        try:
            return cls(tuple(path.read_text(encoding="utf-8").splitlines()))
        except UnicodeDecodeError as error:
            raise UserError(f"{path}: no vocabulary in UTF-8 ({error})") from error


def _clip_of_row(row: dict[str, str], where: str) -> Clip:
    try:
        if None in row or None in row.values():  # more or fewer values than columns
            raise UserError(f"expected {len(fields(Clip))} values")
        numbers = {key: int(row[key]) for key in ("frame_start", "frame_end")}
        return Clip(**{**row, **numbers})  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise UserError(f"{where}: {error}") from error
