"""What every importer reports: how many clips were read, and each that is not as it should be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from spobet.files import write_csv

PROBLEMS, LEFT_OVER = "problems.csv", "left_over.csv"
_SHOWN = 3  # names of what is left over, in the summary


@dataclass(frozen=True)
class Problem:
    """A clip that is not as it should be, and why.

    what: `missing` (no such file or folder), `empty` (no frame, or nobody in any), `corrupt`,
    `other landmarks`, `several files` or `worker died`: these are not in the data set. `range
    outside clip` is in it whole where it seems to be cut to its range already, as detail says: the
    reader's own words.
    """

    clip: str
    what: str
    path: str
    detail: str = ""


@dataclass(frozen=True)
class ImportReport:
    """How many clips of how many were read, and what is to be known of them.

    problems: listed in the file `listed_in` of the data set. notes: other things worth a line.
    resumed: how many clips an earlier start had finished. num_frames, seconds: of this start, 0
    where not counted. left_over: clips that are there and that nothing names.
    """

    read: int
    total: int
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    resumed: int = 0
    num_frames: int = 0
    seconds: float = 0.0
    listed_in: str = PROBLEMS
    left_over: tuple[str, ...] = ()

    def summary(self) -> str:
        """A line, and one for each note: `read 2,031 of 2,038 clips; 7 listed in problems.csv`."""
        line = f"read {self.read:,} of {self.total:,} clips"
        if self.resumed:
            line += f" ({self.resumed:,} from before)"
        if self.num_frames:
            line += f", {self.num_frames:,} frames"
            if self.seconds:
                line += f", {self.num_frames / self.seconds:,.0f} a second"
        if self.problems:
            line += f"; {len(self.problems):,} listed in {self.listed_in}"
        lines = [line, *self.notes]
        if self.left_over:
            names = ", ".join([*self.left_over[:_SHOWN], *["..."][: len(self.left_over) > _SHOWN]])
            found = f"{len(self.left_over):,} clips that no split file names: {names}"
            lines.append(f"left over: {found}; listed in {LEFT_OVER}")
        return "\n".join(lines)

    def write(self, folder: Path) -> None:
        """List the problems in the folder of the data set, one row each under a header."""
        header = [field.name for field in fields(Problem)]
        write_csv(folder / self.listed_in, header, map(astuple, self.problems))
        if self.left_over:
            write_csv(folder / LEFT_OVER, ["clip"], ([clip] for clip in self.left_over))


def counts(problems: Iterable[Problem]) -> str:
    """How many problems there are of each kind: `3 missing, 1 corrupt`."""
    kinds = Counter(problem.what for problem in problems)
    return ", ".join(f"{count:,} {kind}" for kind, count in kinds.most_common())
