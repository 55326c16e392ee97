"""What an import read, and every clip that is not as it should be."""

from __future__ import annotations

import csv
from dataclasses import astuple, dataclass, fields
from pathlib import Path


@dataclass(frozen=True)
class Problem:
    """A clip that could not be read as its split file says, and why.

    what: `missing` (no folder), `empty` (no frame, or nobody in any), `corrupt` (a file that is not OpenPose's) - these are not
    in the data set - or `range outside clip` (the whole folder is in the data set). detail: the reader's own words.
    """

    clip: str
    what: str
    path: str
    detail: str = ""


@dataclass(frozen=True)
class ImportReport:
    """How many clips of how many were read, and every one that is not as it should be."""

    read: int
    total: int
    problems: tuple[Problem, ...]

    def summary(self) -> str:
        """One line: `read 2,031 of 2,038 clips; 7 listed in problems.csv`."""
        listed = f"; {len(self.problems):,} listed in problems.csv" if self.problems else ""
        return f"read {self.read:,} of {self.total:,} clips{listed}"

    def write(self, path: Path) -> None:
        """Write one row a problem, with a header, as UTF-8 CSV."""
        with path.open("w", newline="", encoding="utf-8") as file:
            table = csv.writer(file)
            table.writerow(field.name for field in fields(Problem))
            table.writerows(astuple(problem) for problem in self.problems)
